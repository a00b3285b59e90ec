/* Webhooks on their way: a thread of its own sends what is due, up to 32 at once, and tries again with growing pauses while the merchant does
 * not answer with 2xx. What is refused 20 times waits until somebody hurries it. All functions but hooks_stop are for any thread. */
#ifndef PSP_HOOK_H
#define PSP_HOOK_H

#include "base/str.h"
#include "platform/http/http.h"

struct hooks;

struct hook {                 /* copied when it is sent */
    struct str url, body;
    struct str secret;        /* signs it as Stripe does; empty: no signature */
    int64_t due;              /* ms of the simulated time */
    int64_t signed_at;        /* time that the signature names; 0: that of sending */
    bool forged;              /* expected to be refused: tried once, and a 4xx is well */
    struct http_loop *loop;   /* where `then` runs after the first attempt; NULL: nowhere */
    struct http_task *then;
};

struct hook_stats {
    int64_t waiting, delivered, attempts, refused, forged_taken;
    int64_t last_refusal;     /* status of the last one that was not taken; 0: no answer */
};

struct hooks *hooks_start(void);
void hooks_stop(struct hooks *h);
/* Its number, for hooks_hurry. */
uint64_t hooks_send(struct hooks *h, const struct hook *hook);
/* Makes one due at a time, if it still waits. */
void hooks_hurry(struct hooks *h, uint64_t number, int64_t due);
/* Makes all due now; how many they are. */
int64_t hooks_settle(struct hooks *h);
void hooks_stats(struct hooks *h, struct hook_stats *ret);
/* The simulated time in ms since 1970, and moving it on. */
int64_t hooks_now(const struct hooks *h);
void hooks_advance(struct hooks *h, int64_t ms);

#endif
