/* Each statement of sql/queries.sql as a typed function. */
#include "notify_int.h"
#include "notify_sql.h"

#include "platform/obs/log.h"

err store_notify_open(struct ctx *cx, struct notify *ret)
{
    err e = sequence_load(cx, &notify_sql.mail_max, &ret->mails);
    if (!e)
        e = sequence_load(cx, &notify_sql.webhook_max, &ret->webhooks);
    if (!e)
        e = sequence_load(cx, &notify_sql.delivery_max, &ret->deliveries);
    return e;
}

int notify_word(const char *const *words, struct str word)
{
    int i = 0;
    while (words[i] && !str_eq(str_c(words[i]), word))
        i++;
    ASSERT(words[i] != NULL);
    return i;
}

void notify_take_int(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_null(r, 0) ? INT64_MAX : row_int(r, 0);
}

/* ---- mails ---- */

static void take_mail(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct mail *)out = (struct mail){
        .id = row_int(r, 0),
        .kind = (enum mail_kind)notify_word(mail_kind_words, row_text_view(r, 1)),
        .source = row_int(r, 2),
        .user = row_int(r, 3),
        .facts = row_text(cx, r, 4),
        .status = (enum mail_status)notify_word(mail_status_words, row_text_view(r, 5)),
        .attempts = row_int(r, 6),
        .why = row_text(cx, r, 7),
        .due_at = row_int(r, 8),
        .created_at = row_int(r, 9),
        .done_at = row_int(r, 10),
    };
}

static err take_mails(struct ctx *cx, struct rows *r, size_t max, struct mail *ret, size_t *ret_n)
{
    size_t n = 0;
    while (n < max && rows_next(r))
        take_mail(cx, r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, r);
}

err store_mail_known(struct ctx *cx, enum mail_kind kind, int64_t source, int64_t user, bool *ret)
{
    return db_one(cx, &notify_sql.mail_known, VALS(v_text(str_c(mail_kind_words[kind])), v_int(source), v_int(user)), NULL, NULL, ret);
}

void store_mail_row_insert(struct ctx *cx, const struct mail *m)
{
    db_put(cx, &notify_sql.mail_insert, VALS(v_int(m->id), v_text(str_c(mail_kind_words[m->kind])), v_int(m->source), v_int(m->user), v_text(m->facts),
                                             v_int(m->due_at), v_int(m->created_at)));
}

err store_mail_row(struct ctx *cx, int64_t id, struct mail *ret)
{
    bool found;
    err e = db_one(cx, &notify_sql.mail_by_id, VALS(v_int(id)), take_mail, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such mail.", "그런 메일이 없습니다.");
}

err store_mail_row_update(struct ctx *cx, const struct mail *m)
{
    return db_run(cx, &notify_sql.mail_update, VALS(v_text(str_c(mail_status_words[m->status])), v_int(m->attempts), v_text(m->why),
                                                    v_int_or_null(m->due_at), v_int_or_null(m->done_at), v_int(m->id)), NULL);
}

err store_mails_due(struct ctx *cx, size_t max, struct mail *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &notify_sql.mail_due, VALS(v_int(cx->now), v_int((int64_t)max)), &r);
    return e ? e : take_mails(cx, &r, max, ret, ret_n);
}

err store_mail_next(struct ctx *cx, int64_t *ret)
{
    bool found;
    return db_one(cx, &notify_sql.mail_next, NO_VALS, notify_take_int, ret, &found);
}

err store_mails(struct ctx *cx, int status, int64_t before, size_t max, struct mail *ret, size_t *ret_n)
{
    struct rows r;
    struct val rows = v_int((int64_t)max);
    err e = status < 0 ? db_rows(cx, &notify_sql.mail_page, VALS(v_int(before), rows), &r)
                       : db_rows(cx, &notify_sql.mail_page_status, VALS(v_text(str_c(mail_status_words[status])), v_int(before), rows), &r);
    return e ? e : take_mails(cx, &r, max, ret, ret_n);
}

err store_notify_prune(struct ctx *cx, int64_t before, int64_t max, bool *ret_more)
{
    int64_t mails, unsent = 0, deliveries = 0;
    err e = db_run(cx, &notify_sql.mail_prune, VALS(v_int(before), v_int(max)), &mails);
    if (!e)
        e = db_run(cx, &notify_sql.mail_prune_unsent, VALS(v_int(max), v_int(before)), &unsent);
    if (!e)
        e = db_run(cx, &notify_sql.delivery_prune, VALS(v_int(before), v_int(max)), &deliveries);
    *ret_more = !e && (mails == max || unsent == max || deliveries == max);
    return e;
}

/* ---- settings ---- */

err store_setting(struct ctx *cx, int64_t user, int64_t *ret_off, bool *ret_found)
{
    *ret_off = 0;
    return db_one(cx, &notify_sql.setting_get, VALS(v_int(user)), notify_take_int, ret_off, ret_found);
}

err store_setting_put(struct ctx *cx, int64_t user, int64_t off, bool found)
{
    if (found)
        return db_run(cx, &notify_sql.setting_update, VALS(v_int(off), v_int(cx->now), v_int(user)), NULL);
    return db_run(cx, &notify_sql.setting_insert, VALS(v_int(user), v_int(off), v_int(cx->now)), NULL);
}

err store_setting_delete(struct ctx *cx, int64_t user)
{
    return db_run(cx, &notify_sql.setting_delete, VALS(v_int(user)), NULL);
}
