/* Inside the front: a request on its way through. */
#ifndef PLATFORM_CALL_FRONT_IMPL_H
#define PLATFORM_CALL_FRONT_IMPL_H

#include "base/rng.h"
#include "platform/call/call_impl.h"
#include "platform/call/front.h"
#include "platform/http/http.h"

#define FRONT_ANSWER_MAX (64u << 20)

struct front;

struct asked {
    struct command command;   /* first: a command is cast back to its request */
    struct work work;
    struct http_task task;
    struct front *front;
    struct http_request *http;
    const struct routed *routed;
    const struct path_params *params;    /* only while preparing */
    struct ctx own_cx, *cx;   /* cx is &command.cx once the writer has it */
    const struct call *call;  /* the route's, or its shortcut's */
    void *in, *out;
    struct idem_key key;
    struct str pass;          /* as it was sent; empty: none */
    struct buf *scratch;      /* of the thread that has the request now */
    err result;
    int status;
    struct str body, allow;
    struct str object;        /* of a request that goes into the audit log */
    struct str name;          /* that others know it by already; empty: none */
    bool audited;
    bool encoded;             /* status and body are ready */
    bool keep;                /* they belong to the idempotency key from now on */
    struct http_reply *reply; /* what another process has answered; NULL: it was not asked */
    struct origin *origin;    /* the other process that has forwarded this request; NULL: it came over HTTP (forward.c) */
};

struct to_loop {
    struct http_loop *loop;   /* the writer's */
    struct http_task *first, **tail;     /* the writer's: finished, to be posted at the end of the group */
    struct command *submit, **submit_tail;           /* the loop's: to be handed to the writer at the end of the turn */
    size_t submit_count;
    struct buf scratch;
    struct rng rng;
};

struct front {
    struct app *app;
    struct router *router;
    struct http_app http;
    int loop_count;
    bool open;                /* to the outside: this process knows who asks */
    struct to_loop *loops;
    struct buf writer_scratch;
};



/* admit.c: has the pass checked of a call that takes something, where the call is about to run. */
err front_admit(struct asked *a, struct ctx *cx) MUST_USE;
/* ... and reads it, with the proof of a device, when the request arrives. */
err front_read_pass(struct asked *a) MUST_USE;

/* prepare.c: route, identity, input. */
err front_prepare(struct asked *a);
enum lang front_lang(const struct http_request *r);
/* Answers with an embedded page when there is one for the path. */
bool front_page(struct front *f, struct http_request *r);

/* front.c: a request with `origin` goes the way of any other. */
void front_take(struct asked *a);
/* forward.c: the end of a request with `origin`: nothing of it is there any more. */
void forward_reply(struct asked *a, const struct http_reply *reply);
struct buf *forward_scratch(struct asked *a);

/* front.c: writes status and body of a finished call into its request. */
void front_encode(struct asked *a);

int64_t mono_us(void);

#endif
