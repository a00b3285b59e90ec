/* A performance inside an organizer's own pages (docs/widget.md). */
#ifndef PERFORMANCE_EMBED_H
#define PERFORMANCE_EMBED_H

#include "performance_int.h"

extern const struct call embed_put_call, embed_get_call, embed_page_call;

/* The origins that may frame a performance, a line each; none were told: empty. */
err store_embed_set(struct ctx *cx, int64_t performance, struct str lines) MUST_USE;
err store_embed(struct ctx *cx, int64_t performance, struct str *ret_lines) MUST_USE;

#endif
