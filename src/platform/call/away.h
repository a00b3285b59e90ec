/* Services in other processes: asking them, answering what they ask, and handing them the requests that are theirs.
 *
 * Every process of an installation runs the same program, some of its services, and has the same secret (crypto.h). Where the others are stands in
 * `call.peers`. A question carries who asks, sealed with all the rest (platform/link) and good for a minute at most; nobody outside can make one. */
#ifndef PLATFORM_CALL_AWAY_H
#define PLATFORM_CALL_AWAY_H

#include "platform/call/call_impl.h"

struct asked;
struct link_question;

/* ---- away.c ---- */

/* Finds the peers of app->o.away, and their calls. False and a sentence that names the setting. */
bool away_open(struct app *app, struct arena *arena, struct str *ret_why);
/* Starts the links: whatever answers is ready. */
bool away_start(struct app *app, struct arena *arena, struct str *ret_why);
/* No more questions of others are taken; those that were are answered in due course. */
void away_deafen(struct app *app);
void away_close(struct app *app);
enum away_again {             /* whether one who is not there for a moment (a second at most) is asked again */
    AWAY_ONCE,
    AWAY_UNHEARD,             /* if he has certainly not heard it */
    AWAY_SAFE,                /* also if he may have: it is safe to repeat */
};
/* Asks for a call of another process; `in` is JSON (empty: it takes nothing). */
err away_run(struct ctx *cx, const struct callee *c, struct str in, enum away_again again, void *ret_out) MUST_USE;
/* Sends any message and waits for its answer. */
err away_ask(struct ctx *cx, size_t peer, struct str message, int64_t timeout_ms, enum away_again again, struct str *ret_answer) MUST_USE;
/* Asks one process for a call of the platform, which each of them has. */
err away_run_at(struct ctx *cx, size_t peer, const struct call *call, const void *in, void *ret_out) MUST_USE;
/* What a call of kind CALL_MEMORY answered when it was asked last; ERR_UNAVAILABLE before that. */
err away_recall(struct ctx *cx, const struct callee *c, void *ret_out) MUST_USE;
/* A job: asks for what away_recall tells, every second. */
extern const struct call away_look_call;
int64_t away_look_due(void *app);

/* ---- serve.c ---- */

/* For struct links_options; `app` is the app. */
void serve_question(void *app, struct link_question *q);

/* ---- forward.c: a request that came here and belongs there ---- */

/* On a worker: checks the pass, has the request answered by the process whose it is, and leaves the answer in `a`. */
void forward_run(struct asked *a);
/* Runs a request that was forwarded to this process and answers the question, now or later. */
void forward_take(struct app *app, struct link_question *q, struct str bytes);

#endif
