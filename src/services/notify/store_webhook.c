/* Each statement of sql/queries_webhook.sql as a typed function. */
#include "notify_sql.h"
#include "webhook.h"

/* ---- webhooks ---- */

static void take_webhook(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct webhook *)out = (struct webhook){
        .id = row_int(r, 0),
        .owner = row_int(r, 1),
        .url = row_text(cx, r, 2),
        .events = (unsigned)row_int(r, 3),
        .salt = row_text(cx, r, 4),
        .active = row_int(r, 5) != 0,
        .why = (enum hook_why)notify_word(hook_why_words, row_text_view(r, 6)),
        .failing_since = row_int(r, 7),
        .created_at = row_int(r, 8),
    };
}

static err take_webhooks(struct ctx *cx, struct rows *r, size_t max, struct webhook *ret, size_t *ret_n)
{
    size_t n = 0;
    while (n < max && rows_next(r))
        take_webhook(cx, r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, r);
}

err store_webhook_count(struct ctx *cx, int64_t owner, int64_t *ret)
{
    bool found;
    return db_one(cx, &notify_sql.webhook_count, VALS(v_int(owner)), notify_take_int, ret, &found);
}

err store_webhook(struct ctx *cx, int64_t id, struct webhook *ret)
{
    bool found;
    err e = db_one(cx, &notify_sql.webhook_by_id, VALS(v_int(id)), take_webhook, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such webhook.", "그런 웹훅이 없습니다.");
}

err store_webhooks_of(struct ctx *cx, int64_t owner, size_t max, struct webhook *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &notify_sql.webhook_of_owner, VALS(v_int(owner)), &r);
    return e ? e : take_webhooks(cx, &r, max, ret, ret_n);
}

err store_webhooks(struct ctx *cx, int64_t owner, int64_t before, size_t max, struct webhook *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &notify_sql.webhook_page, VALS(v_int(owner), v_int(owner), v_int(before), v_int((int64_t)max)), &r);
    return e ? e : take_webhooks(cx, &r, max, ret, ret_n);
}

void store_webhook_insert(struct ctx *cx, const struct webhook *w)
{
    db_put(cx, &notify_sql.webhook_insert, VALS(v_int(w->id), v_int(w->owner), v_text(w->url), v_int((int64_t)w->events), v_blob(w->salt),
                                                v_text(str_c(hook_why_words[w->why])), v_int(w->created_at), v_int(w->created_at)));
}

err store_webhook_update(struct ctx *cx, const struct webhook *w)
{
    return db_run(cx, &notify_sql.webhook_update, VALS(v_text(w->url), v_int((int64_t)w->events), v_int(w->active), v_text(str_c(hook_why_words[w->why])),
                                                       v_int_or_null(w->failing_since), v_int(cx->now), v_int(w->id)), NULL);
}

err store_webhook_delete(struct ctx *cx, int64_t id)
{
    err e = db_run(cx, &notify_sql.delivery_delete, VALS(v_int(id)), NULL);
    return e ? e : db_run(cx, &notify_sql.webhook_delete, VALS(v_int(id)), NULL);
}

/* ---- deliveries ---- */

static void take_delivery(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct delivery *)out = (struct delivery){
        .id = row_int(r, 0),
        .webhook = row_int(r, 1),
        .event = (enum hook_event)row_int(r, 2),
        .event_id = row_text(cx, r, 3),
        .body = row_text(cx, r, 4),
        .status = (enum delivery_status)notify_word(delivery_status_words, row_text_view(r, 5)),
        .attempts = row_int(r, 6),
        .http_status = row_int(r, 7),
        .why = row_text(cx, r, 8),
        .answer = row_text(cx, r, 9),
        .due_at = row_int(r, 10),
        .retry_until = row_int(r, 11),
        .created_at = row_int(r, 12),
        .done_at = row_int(r, 13),
    };
}

static err take_deliveries(struct ctx *cx, struct rows *r, size_t max, struct delivery *ret, size_t *ret_n)
{
    size_t n = 0;
    while (n < max && rows_next(r))
        take_delivery(cx, r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, r);
}

err store_delivery_known(struct ctx *cx, const struct delivery *d, bool *ret)
{
    return db_one(cx, &notify_sql.delivery_known, VALS(v_int(d->webhook), v_int(d->event), v_int(d->source)), NULL, NULL, ret);
}

void store_delivery_insert(struct ctx *cx, const struct delivery *d)
{
    db_put(cx, &notify_sql.delivery_insert, VALS(v_int(d->id), v_int(d->webhook), v_int(d->event), v_int(d->source), v_text(d->event_id), v_text(d->body),
                                                 v_int(d->due_at), v_int(d->retry_until), v_int(d->created_at)));
}

err store_delivery(struct ctx *cx, int64_t id, struct delivery *ret)
{
    bool found;
    err e = db_one(cx, &notify_sql.delivery_by_id, VALS(v_int(id)), take_delivery, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such delivery.", "그런 전달 내역이 없습니다.");
}

err store_delivery_update(struct ctx *cx, const struct delivery *d)
{
    return db_run(cx, &notify_sql.delivery_update, VALS(v_text(str_c(delivery_status_words[d->status])), v_int(d->attempts), v_int(d->http_status),
                                                        v_text(d->why), v_blob(d->answer), v_int_or_null(d->due_at), v_int(d->retry_until),
                                                        v_int_or_null(d->done_at), v_int(d->id)), NULL);
}

err store_deliveries_due(struct ctx *cx, size_t max, struct delivery *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &notify_sql.delivery_due, VALS(v_int(cx->now), v_int((int64_t)max)), &r);
    return e ? e : take_deliveries(cx, &r, max, ret, ret_n);
}

err store_deliveries(struct ctx *cx, int64_t webhook, int64_t before, size_t max, struct delivery *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &notify_sql.delivery_page, VALS(v_int(webhook), v_int(before), v_int((int64_t)max)), &r);
    return e ? e : take_deliveries(cx, &r, max, ret, ret_n);
}

err store_delivery_next(struct ctx *cx, int64_t *ret)
{
    bool found;
    return db_one(cx, &notify_sql.delivery_next, NO_VALS, notify_take_int, ret, &found);
}

err store_deliveries_give_up(struct ctx *cx, int64_t webhook, const char *why)
{
    return db_run(cx, &notify_sql.delivery_give_up, VALS(v_text(str_c(why)), v_int(cx->now), v_int(webhook)), NULL);
}

err store_deliveries_hold_back(struct ctx *cx, int64_t webhook, int64_t until, int64_t max)
{
    return db_run(cx, &notify_sql.delivery_hold_back, VALS(v_int(until), v_int(webhook), v_int(cx->now), v_int(max)), NULL);
}
