/* One round of sending, as a story on a thread of its own: take what is due, write it, hand it to the mail server, note what became of it. Between
 * the server's "250" and the note the program may die: then the mail goes out once more, with the same Message-ID. */
#include "notify_int.h"

#include "platform/call/app.h"
#include "platform/obs/log.h"

static bool stopping(void *app)
{
    return app_draining(app);
}

/* What the mail server said, in ASCII and without the address it was said of: no row is to hold one. */
static struct str said_without(struct arena *arena, struct str said, struct str address)
{
    char *out = arena_take(arena, said.n);
    size_t n = 0;
    for (size_t i = 0; i < said.n; i++) {
        if (said.n - i >= address.n && str_eq_nocase(str_of(said.p + i, address.n), address)) {
            out[n++] = '*';
            i += address.n - 1;
        } else {
            out[n++] = said.p[i] >= ' ' && said.p[i] < 0x7f ? said.p[i] : '?';
        }
    }
    return str_of(out, n);
}

static enum mail_outcome send_one(struct ctx *cx, struct notify *s, struct smtp *c, const struct mail *m, struct str *ret_why)
{
    struct message message;
    bool gone;
    err e = mail_compose(cx, s, m, &message, &gone);
    if (e) {
        *ret_why = cx->problem.detail;
        return err_kind(e)->may_retry || e == ERR_INTERNAL ? OUTCOME_LATER : OUTCOME_REFUSED;
    }
    if (gone)
        return OUTCOME_DROPPED;
    if (!message_address(message.to)) {
        *ret_why = S("the address cannot be written to");
        return OUTCOME_REFUSED;
    }
    enum mail_outcome outcome = smtp_send(c, cx->arena, message.from, message.to, message_build(cx->arena, &message), ret_why);
    *ret_why = said_without(cx->arena, *ret_why, message.to);
    return outcome;
}

err mail_send(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct notify *s = self;
    struct list due = { 0 };
    (void)in;
    (void)ret_out;
    err e = call_run(cx, &mail_take_call, NULL, &due);
    if (e || !due.n)
        return e;

    struct smtp *c = smtp_open(&s->smtp, stopping, cx->app);
    const struct mail *mails = due.at;
    bool down = false;
    for (size_t i = 0; i < due.n && !e && !down && !app_draining(cx->app); i++) {
        struct mail_done done = { .mail = mails[i].id };
        done.outcome = send_one(cx, s, c, &mails[i], &done.why);
        fail_clear(cx);
        down = done.outcome == OUTCOME_DOWN;
        if (down && app_draining(cx->app))
            break;
        if (done.why.n)
            LOG(LOG_WARN, "a mail was not taken", lf_i("mail", done.mail), lf_s("kind", str_c(mail_kind_words[mails[i].kind])));
        e = call_run(cx, &mail_done_call, &done, NULL);
    }
    smtp_close(c);
    return e;
}

const struct call mail_send_call = { "notify.mail_send", "Sends the mails that are due.", CALL_STORY, NULL, NULL, mail_send };
