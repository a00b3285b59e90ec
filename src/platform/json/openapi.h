/* The OpenAPI 3.1 page, written from the route and field tables, so that it cannot say anything else than the program does. */
#ifndef PLATFORM_JSON_OPENAPI_H
#define PLATFORM_JSON_OPENAPI_H

#include "base/arena.h"
#include "base/buf.h"
#include "platform/call/call.h"

struct openapi {
    const char *title, *version, *description;
    const struct service *const *services;   /* NULL-terminated; their names are the tags */
    unsigned without;         /* enum route_flags: routes that have one of these are left out */
};

/* Tables of one name are one schema: that they differ is a bug. */
void openapi_write(struct buf *out, struct arena *arena, const struct openapi *doc);

#endif
