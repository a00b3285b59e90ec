/* Who runs where: a registry of processes that speaks Eureka's REST protocol, and the member of one that this process is. */
#ifndef SERVICES_REGISTRY_H
#define SERVICES_REGISTRY_H

#include "platform/call/call.h"

extern const struct service registry_service;            /* `registry.enabled` */
extern const struct service registry_member_service;     /* registers this process where `registry.urls` says */

#endif
