/* Posters (poster.c), and their rows (store_poster.c). */
#ifndef PERFORMANCE_POSTER_H
#define PERFORMANCE_POSTER_H

#include "performance_int.h"

err store_poster_insert(struct ctx *cx, int64_t id, int64_t width, int64_t performance, struct str picture) MUST_USE;
err store_poster(struct ctx *cx, int64_t id, int64_t width, struct str *ret_picture) MUST_USE;

extern const struct call poster_upload_call, poster_look_call, poster_put_call, poster_get_call;

#endif
