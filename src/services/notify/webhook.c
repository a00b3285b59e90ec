/* Webhooks of organizers: made, shown, changed, taken out of use. */
#include "webhook.h"

#include "address.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "signature.h"

#define WEBHOOKS_MAX 10       /* of one owner */

const char *const hook_event_words[] = {
    [HOOK_CONFIRMED] = "booking.confirmed",
    [HOOK_CANCELLED] = "booking.cancelled",
    [HOOK_REFUNDED] = "booking.refunded",
    [HOOK_SCHEDULE_CANCELLED] = "performance.schedule_cancelled",
    [HOOK_EVENTS] = NULL,
};

const char *const hook_why_words[] = {
    [HOOK_WHY_NONE] = "none", [HOOK_WHY_GONE] = "gone", [HOOK_WHY_FAILING] = "failing", [HOOK_WHY_OWNER] = "owner", NULL,
};

static void view(const struct webhook *w, struct webhook_view *ret)
{
    *ret = (struct webhook_view){
        .id = w->id, .owner = w->owner, .url = w->url, .events = w->events, .active = w->active, .why = (int)w->why, .failing_since = w->failing_since,
        .created_at = w->created_at,
    };
}

err webhook_owned(struct ctx *cx, int64_t id, struct webhook *ret)
{
    err e = store_webhook(cx, id, ret);
    if (e)
        return e;
    if (ret->owner == cx->actor.user || actor_has(cx, ROLE_ADMIN))
        return OK;
    return fail(cx, ERR_MISSING, NULL, "There is no such webhook.", "그런 웹훅이 없습니다.");
}

static err check_url(struct ctx *cx, const struct notify *s, struct str url)
{
    const char *ko, *en = address_url_fault(url, s->loopback, &ko);
    return en ? fail_field(cx, S("url"), "%s", "%s", cx->lang == LANG_KO ? ko : en) : OK;
}

static err check_events(struct ctx *cx, unsigned events)
{
    return events ? OK : fail_field(cx, S("events"), "must name at least one event", "이벤트를 하나 이상 골라야 합니다");
}

static struct str new_salt(struct ctx *cx)
{
    uint64_t *salt = arena_take(cx->arena, SALT_BYTES);
    for (size_t i = 0; i < SALT_BYTES / sizeof(*salt); i++)
        salt[i] = rng_next(cx->rng);
    return str_of((const char *)salt, SALT_BYTES);
}

err webhook_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct webhook_new_in *in = in_;
    struct notify *s = self;
    struct webhook_view *ret = ret_out;
    int64_t count;

    err e = check_url(cx, s, in->url), also = check_events(cx, in->events);
    if (e || also)
        return e ? e : also;
    e = store_webhook_count(cx, cx->actor.user, &count);
    if (e)
        return e;
    if (count >= WEBHOOKS_MAX)
        return fail(cx, ERR_CONFLICT, "limit_reached", "There are %d webhooks already; delete one first.", "웹훅은 %d개까지 만들 수 있습니다. 먼저 하나를 삭제해 주세요.",
                    WEBHOOKS_MAX);
    struct webhook w = {
        .id = sequence_next(&s->webhooks), .owner = cx->actor.user, .url = in->url, .salt = new_salt(cx), .events = in->events, .active = true,
        .created_at = cx->now,
    };
    store_webhook_insert(cx, &w);
    view(&w, ret);
    char *secret = arena_take(cx->arena, SECRET_TEXT);
    signature_secret(s->hook_key, w.salt, secret);
    ret->secret = str_of(secret, SECRET_TEXT);
    return OK;
}

err webhook_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE_LIMIT, n;
    struct webhook *hooks = NEW_ARRAY(cx->arena, struct webhook, limit + 1);
    struct webhook_view *views = NEW_ARRAY(cx->arena, struct webhook_view, limit);
    (void)self;

    err e = store_webhooks(cx, actor_has(cx, ROLE_ADMIN) ? 0 : cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, hooks, &n);
    if (e)
        return e;
    ret->items = (struct list){ views, n < limit ? n : limit };
    for (size_t i = 0; i < ret->items.n; i++)
        view(&hooks[i], &views[i]);
    ret->next = n > limit ? hooks[limit - 1].id : 0;
    return OK;
}

err webhook_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct webhook_change_in *in = in_;
    struct webhook w;
    err e = webhook_owned(cx, in->webhook, &w);
    if (!e && in->has_url)
        e = check_url(cx, self, in->url);
    if (!e && in->has_events)
        e = check_events(cx, in->events);
    if (e)
        return e;
    w.url = in->has_url ? in->url : w.url;
    w.events = in->has_events ? in->events : w.events;
    if (in->has_active && in->active) {
        w.active = true;
        w.why = HOOK_WHY_NONE;
        w.failing_since = 0;
    } else if (in->has_active && w.active) {
        w.active = false;
        w.why = HOOK_WHY_OWNER;
        e = store_deliveries_give_up(cx, w.id, "disabled");
    }
    if (!e)
        e = store_webhook_update(cx, &w);
    if (!e)
        view(&w, ret_out);
    return e;
}

err webhook_delete(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct webhook_in *in = in_;
    struct webhook w;
    (void)self;
    (void)ret_out;
    err e = webhook_owned(cx, in->webhook, &w);
    return e ? e : store_webhook_delete(cx, w.id);
}

err webhook_disable(struct ctx *cx, struct notify *s, struct webhook *w, enum hook_why why, int64_t source)
{
    w->active = false;
    w->why = why;
    err e = store_webhook_update(cx, w);
    if (!e)
        e = store_deliveries_give_up(cx, w->id, "disabled");
    if (e)
        return e;
    return mail_put(cx, s, &(struct mail_order){ .kind = MAIL_WEBHOOK_DISABLED, .source = source, .user = w->owner, .facts.url = w->url });
}
