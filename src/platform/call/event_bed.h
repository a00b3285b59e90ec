/* A service that says words and hears them itself, for the tests of what carries events. */
#ifndef PLATFORM_CALL_EVENT_BED_H
#define PLATFORM_CALL_EVENT_BED_H

#include "test.h"

#include <stdatomic.h>

#include "fixture.h"
#include "platform/call/event.h"

struct word {
    int64_t n;
};
extern const struct fields word_fields;
extern const struct call say_call, hear_call;
extern const struct event_kind bed_says[];
extern const struct subscription bed_subscriptions[];

enum { HEARD_MAX = 64 };
struct ears {
    _Atomic int64_t heard[HEARD_MAX];        /* the word that was heard i-th is at i % HEARD_MAX */
    _Atomic int n;
    _Atomic int fails_left;                  /* so often whatever comes is refused for the moment */
    _Atomic bool unlucky;                    /* 13 is refused for good */
};
extern struct ears ears;

/* Nothing heard, nothing refused but 13. */
void ears_clear(void);
void said(struct fixture *f, int64_t n);

/* For services without memory of their own. */
err bed_open(struct ctx *cx, void **ret_self);
void bed_close(void *self);

#endif
