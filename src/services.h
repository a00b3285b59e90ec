#ifndef SERVICES_H
#define SERVICES_H

#include "platform/call/call.h"

extern const struct service *const all_services[];

#endif
