/* One round of deliveries, as a story on a thread of its own. Between a receiver's answer and the note of it the program may die: then the event
 * goes out once more, with the same id and body. */
#include "base/clock.h"
#include "platform/call/app.h"
#include "post.h"
#include "signature.h"
#include "webhook.h"

static bool stopping(void *app)
{
    return app_draining(app);
}

static void prepare(struct ctx *cx, struct notify *s, const struct delivery_due *d, struct post *ret)
{
    char secret[SECRET_TEXT];
    signature_secret(s->hook_key, d->salt, secret);
    *ret = (struct post){ .url = d->url.p, .body = d->delivery.body, .loopback = s->loopback, .timeout_s = s->webhook_timeout_s };
    ret->signature = signature_make(cx->arena, secret, clock_now(app_clock(cx->app)), d->delivery.body);
}

err delivery_send(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct notify *s = self;
    struct list due = { 0 };
    bool stopped;
    (void)in;
    (void)ret_out;
    err e = call_run(cx, &delivery_take_call, NULL, &due);
    if (e || !due.n)
        return e;

    const struct delivery_due *at = due.at;
    struct post *posts = NEW_ARRAY(cx->arena, struct post, due.n);
    for (size_t i = 0; i < due.n; i++)
        prepare(cx, s, &at[i], &posts[i]);
    posts_run(posts, due.n, stopping, cx->app, &stopped);
    for (size_t i = 0; i < due.n && !e; i++) {
        const struct post *p = &posts[i];
        if (p->why)
            e = call_run(cx, &delivery_done_call,
                         &(struct delivery_done){ at[i].delivery.id, p->status, p->why, str_of(p->answer, p->answer_n) }, NULL);
    }
    return e;
}

const struct call delivery_send_call = { "notify.delivery_send", "Calls the webhooks that are due.", CALL_STORY, NULL, NULL, delivery_send };
