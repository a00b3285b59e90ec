/* The OpenAPI 3.1 page, written from the route and field tables, so that it cannot say anything else than the program does. */
#ifndef PLATFORM_JSON_OPENAPI_H
#define PLATFORM_JSON_OPENAPI_H

#include "base/arena.h"
#include "base/buf.h"
#include "platform/call/call.h"

/* What a call answers that fills a struct raw_out; application/json of any shape unless told here. */
struct openapi_raw {
    const struct call *call;
    const char *content_type;
    const struct fields *of;  /* of a prepared JSON document; NULL: not described */
};

struct openapi {
    const char *title, *version, *description;
    const struct service *const *services;   /* NULL-terminated; their names are the tags */
    const struct openapi_raw *raw;           /* ends with a NULL call; may be NULL */
    unsigned without;         /* enum route_flags: routes that have one of these are left out */
};

/* Tables of one name are one schema: that they differ is a bug. */
void openapi_write(struct buf *out, struct arena *arena, const struct openapi *doc);

#endif
