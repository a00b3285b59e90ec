/* The only way to a provider: every question passes here, is counted, timed and held back when the provider is not well or our limit is reached
 * (health.h). What is held back looks like a question without an answer: it is asked again later. */
#ifndef PAYMENT_GATE_H
#define PAYMENT_GATE_H

#include "health.h"
#include "platform/obs/metrics.h"
#include "provider.h"

struct payments;

struct gate {                 /* of the running service */
    struct health health[PROVIDERS];            /* in the order of gate_words (gate.c) */
    const struct provider *fallback;                 /* takes new payments while the one asked for is away; NULL: none */
};

/* Reads the settings. ERR_INPUT names one that is wrong; *ret is to be closed all the same. */
err gate_open(struct ctx *cx, struct gate **ret) MUST_USE;
void gate_close(struct gate *g);

/* ---- the provider's functions (provider.h); cx->actor tells whether a buyer asks ---- */

err gate_create(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c, struct created *ret) MUST_USE;
struct verdict gate_confirm(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c);
struct verdict gate_query(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c);
struct verdict gate_cancel(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c);
struct verdict gate_refund(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c, const struct give_back *r);

struct books_in {
    const struct merchant *merchant;
    int64_t from, to;
    struct str cursor;
};
err gate_books(struct ctx *cx, struct payments *s, const struct provider *p, const struct books_in *in, struct provider_page *ret) MUST_USE;

/* ---- for new payments ---- */

/* The provider that takes a new payment: the one asked for, or the second one while that is away. ERR_UNAVAILABLE `provider_unavailable` with
 * the time to wait when neither can. */
err gate_choose(struct ctx *cx, struct payments *s, const struct provider *asked, const struct provider **ret) MUST_USE;
/* OK while the provider is asked; else as above. For a payment whose outcome is open because nobody asks now. */
err gate_check(struct ctx *cx, struct payments *s, const struct provider *p) MUST_USE;

/* ---- routes and calls of others ---- */

struct provider_view {
    struct str provider;
    bool available;
    int64_t retry_after_seconds;
};
struct providers_out {
    struct list items;        /* struct provider_view */
};
err gate_list(struct ctx *cx, void *self, const void *in, void *ret_out);
err gate_headroom(struct ctx *cx, void *self, const void *in, void *ret_out);

/* ---- settings and metrics ---- */

/* Rows of the service's tables. */
#define GATE_LIMIT(word)                                                                                                                    \
    { .name = "payment." word "_per_minute", .type = CONFIG_INT, .def = "0", .low = 0, .high = 1000000,                                     \
      .help = "Questions a minute that " word " is asked at most, half of them by ourselves; 0: without limit." }
#define GATE_CONFIG                                                                                                                         \
    GATE_LIMIT("sandbox"), GATE_LIMIT("toss"), GATE_LIMIT("stripe"),                                                                        \
    { .name = "payment.breaker_failures", .type = CONFIG_INT, .def = "5", .low = 1, .high = 100,                                            \
      .help = "Questions in a row without an answer after which a provider is left alone for a while." },                                   \
    { .name = "payment.breaker_pause_seconds", .type = CONFIG_INT, .def = "15", .low = 1, .high = 600,                                      \
      .help = "For how many seconds; doubled while it stays silent, three times at most." },                                                \
    { .name = "payment.fallback", .type = CONFIG_STR, .def = "",                                                                            \
      .help = "Provider that takes new payments while the one asked for is left alone; empty: none." }

extern struct metric provider_state[PROVIDERS], provider_headroom[PROVIDERS], provider_seconds[PROVIDERS],
    provider_calls[PROVIDERS][OUTCOMES];

#define GATE_METRICS(i)                                                                                                                     \
    &provider_state[i], &provider_headroom[i], &provider_seconds[i], &provider_calls[i][OUTCOME_ANSWERED],                                  \
    &provider_calls[i][OUTCOME_SILENT], &provider_calls[i][OUTCOME_THROTTLED], &provider_calls[i][OUTCOME_HELD]

#endif
