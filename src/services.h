#ifndef SERVICES_H
#define SERVICES_H

#include "platform/call/call.h"

struct config;

extern const struct service *const all_services[];

/* Those that the settings want, in the arena. */
const struct service *const *services_wanted(struct arena *arena, const struct config *c);

#endif
