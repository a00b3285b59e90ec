/* A running program in a temporary folder, without a network, with a clock that stands still and seeded chance: for tests of services. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "platform/call/app.h"

struct fixture {
    struct arena *arena;
    struct config *config;
    struct app_options options;
    struct app *app;
    char dir[64], frozen[64];            /* frozen: the copy that a crash goes on with; empty: none */
};

/* `auth` may be NULL: then nobody is asked for. Fails the program with a sentence when it does not open. */
void fixture_open(struct fixture *f, const struct service *const *services);
/* Ends the program and starts it again on the same folder, at the same time. */
void fixture_restart(struct fixture *f);
/* Copies the folder as `kill -9` would leave it; also from a command, in the middle of its transaction. Nothing may be committed meanwhile. */
void fixture_freeze(struct fixture *f);
/* The program dies and starts again, at the same time, with what was on disk: now, or when it was frozen. */
void fixture_crash(struct fixture *f);
/* Closes and removes the folder. */
void fixture_close(struct fixture *f);
/* Runs a call as a user (0: nobody) with roles. *ret_cx (may be NULL) keeps problem and memory: end it with app_ctx_end; otherwise what `out`
 * points to is gone. */
err fixture_call(struct fixture *f, int64_t user, unsigned roles, const struct call *call, const void *in, void *out, struct ctx *ret_cx);

#endif
