/* What the front counts, and answers that come later. */
#ifndef PLATFORM_CALL_FRONT_H
#define PLATFORM_CALL_FRONT_H

#include "base/err.h"
#include "base/str.h"
#include "platform/obs/metrics.h"

struct ctx;

extern struct metric *const front_metrics[];

/* Refuses a request that the `stream` of its route has taken on and not answered: cx is what it was given, with the failure in it. `name` is what others
 * know the request by. On its loop's thread. */
void front_refuse(struct ctx *cx, err e, struct str name);
/* Counts an answer that such a route has given by itself. */
void front_count(const struct ctx *cx, int status);

#endif
