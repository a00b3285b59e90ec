/* What an operator asks of the program: is it alive, how does it do, what does it offer. */
#ifndef OPERATION_H
#define OPERATION_H

#include "platform/call/call.h"

extern const struct service operation_service;

#endif
