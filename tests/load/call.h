/* One request as a patient program makes it: repeated, byte for byte, until the answer settles something.
 *
 * Repeated are: 401 (once, with a renewed token), 429, 409 in_progress, an idle connection the server had closed; and with
 * --survive-restarts also 503 and everything without an answer. What else comes is handed to `settled`. */
#ifndef LOAD_CALL_H
#define LOAD_CALL_H

#include "rehearsal.h"

struct call {
    struct rehearsal *r;
    enum op op;
    struct account *account; /* whose token is sent and renewed; NULL: what rq.token says, never renewed */
    struct http_request rq;  /* method, path, key, pass, etag, body, hang_up_ms: set by the caller */
    void (*settled)(struct call *c, const struct http_reply *reply);
    void *owner;

    char code[CODE_MAX]; /* of a problem document, else empty */
    unsigned tries;
    bool renewed;
    struct alarm alarm;
};

/* `repeated`: the same bytes were sent before. */
void call_start(struct call *c, bool repeated);

#endif
