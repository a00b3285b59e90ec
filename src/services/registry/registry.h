/* Who runs where: a registry of processes that speaks Eureka's REST protocol, and the member of one that this process is. */
#ifndef SERVICES_REGISTRY_H
#define SERVICES_REGISTRY_H

#include "platform/call/call.h"

extern const struct service registry_service;            /* `registry.enabled` */
extern const struct service registry_member_service;     /* registers this process where `registry.urls` says */

/* Where the instances of an application are that are up. */
struct registry_place {
    struct str address;       /* its IP address, as it told */
    int port;
};

struct registry_places {      /* in cx->arena */
    struct registry_place *at;
    size_t n;
};

/* What the first of `registry.urls` that answers tells of an application, none when it does not know it. ERR_UNAVAILABLE: none answers. Waits: only in
 * stories. */
err registry_places(struct ctx *cx, struct str app, struct registry_places *ret) MUST_USE;

#endif
