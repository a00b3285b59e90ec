/* A call as bytes: what is asked and what is answered, each one JSON object made from a field table. This is what processes send each other; with
 * `call.encoded` calls between services take the same way inside one process. Only what a service offers can be asked for so. */
#ifndef PLATFORM_CALL_WIRE_H
#define PLATFORM_CALL_WIRE_H

#include "platform/call/call.h"

#define WIRE_MAX     (96u << 20)         /* bytes of one message */
#define WIRE_CALL    '?'      /* what it begins with over a link: a question as below, or a request (forward.c) */
#define WIRE_REQUEST '/'

/* Who asks, and until when that holds: ms since 1970 by the machine's clock. The one who listens believes no message that is older. */
struct wire_who {
    int64_t until;
    int64_t user, session, pass;
    int64_t roles, scopes;
    struct str device;        /* 32 bytes; empty: none */
    struct str peer;
    int lang;                 /* enum lang */
};
extern const struct fields wire_who_fields;
struct wire_who wire_who(const struct ctx *cx, int64_t until);
/* Makes cx the one who asks; false when `who` is not of now, or no well-formed one. */
bool wire_who_take(struct ctx *cx, const struct wire_who *who);
/* The machine's clock: a test clock is not for what expires. */
int64_t wire_now(void);

/* ---- who asks ---- */

/* `in` is JSON; empty: the call takes nothing. */
void wire_ask(struct buf *out, struct ctx *cx, const struct call *call, struct str in, int64_t until);
/* Takes the answer's struct, or its failure with all that the problem says. What cannot be read is ERR_INTERNAL. */
err wire_heard(struct ctx *cx, const struct call *call, struct str answer, void *ret_out) MUST_USE;

/* ---- who answers ---- */

struct wire_asked {
    const struct call *call;
    void *self, *in, *out;
};

/* Reads a question into cx (all but arena, app and rng) and finds the call; a failure is what to answer. */
err wire_read(struct ctx *cx, struct str ask, struct wire_asked *ret) MUST_USE;
void wire_answer(struct buf *out, struct ctx *cx, const struct wire_asked *asked, err e);

#endif
