/* Passes: what a request shows of itself when it arrives (loop thread), and the check before what it takes is taken (where its call runs). */
#include "platform/call/front_impl.h"
#include "platform/call/prove.h"

#define PASS_MAX 512

static err read_pass(struct asked *a)
{
    a->pass = http_header(a->http, S("queue-pass"));
    if (a->pass.n > PASS_MAX || (a->pass.p && !a->pass.n))
        return fail_field(a->cx, S("Queue-Pass"), "must have 1 to %d characters", "1~%d자여야 합니다", PASS_MAX);
    return OK;
}

err front_read_pass(struct asked *a)
{
    unsigned flags = a->routed->route->flags;
    if (!a->routed->taking && !(flags & PROVES))
        return OK;
    err e = a->routed->taking ? read_pass(a) : OK;
    struct str proof = http_header(a->http, S("device-proof"));
    if (e || !proof.p)
        return e;
    struct prove_what what = { a->http->method, a->http->path, a->pass };
    return prove(a->cx, a->front->app->proofs, &what, proof, flags & PROVES_AGAIN);
}

err front_admit(struct asked *a, struct ctx *cx)
{
    const struct taking *t = a->routed->taking;
    const struct app_options *o = &a->front->app->o;
    struct taken what = { 0 };
    if (!t || !o->admit || a->origin)        /* who has forwarded it has had it checked */
        return OK;
    err e = t->what(cx, *a->routed->self, a->in, &what);
    return e ? e : o->admit(app_self(a->front->app, o->gate), cx, &what, a->pass);
}
