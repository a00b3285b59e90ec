/* Reports, and what staff do about them: hide a review with a reason, show it again, or find a report unfounded. */
#include "review_int.h"

#define PAGE 20

err review_report(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct reviews *s = self;
    const struct reason_in *in = in_;
    struct review row;
    bool before;

    err e = review_public(cx, in->review, &row);
    if (e)
        return e;
    if (row.user == cx->actor.user)
        return fail(cx, ERR_CONFLICT, "own_review", "This review is your own; change or delete it instead.",
                    "본인이 쓴 후기입니다. 수정하거나 삭제해 주세요.");
    e = store_report_exists(cx, in->review, &before);
    if (e)
        return e;
    if (before)
        return fail(cx, ERR_CONFLICT, "already_reported", "You have reported this review.", "이미 신고하신 후기입니다.");
    int64_t id = sequence_next(&s->reports);
    e = store_report_insert(cx, id, in);
    if (e)
        return e;
    *(struct report_out *)ret_out = (struct report_out){ id };
    return OK;
}

/* For staff: whatever has not been deleted. */
static err kept(struct ctx *cx, int64_t id, struct review *ret)
{
    err e = store_review(cx, id, ret);
    if (e)
        return e;
    return ret->deleted_at ? review_missing(cx) : OK;
}

err review_reports_dismiss(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    (void)ret_out;
    const struct review_ref *in = in_;
    struct review row;
    err e = kept(cx, in->review, &row);
    return e ? e : store_reports_close(cx, in->review);
}

err review_hide(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct reason_in *in = in_;
    struct review row;

    err e = kept(cx, in->review, &row);
    if (!e && !row.hidden_at)
        e = store_rating_add(cx, row.performance, -row.rating, -1);
    if (!e)
        e = store_review_hide(cx, row.id, str_trim(in->reason));
    if (!e)
        e = store_reports_close(cx, row.id);
    if (!e)
        e = store_review(cx, row.id, &row);
    if (e)
        return e;
    *(struct review_view *)ret_out = review_view(cx, &row);
    return OK;
}

err review_unhide(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    (void)ret_out;
    const struct review_ref *in = in_;
    struct review row;

    err e = kept(cx, in->review, &row);
    if (e || !row.hidden_at)
        return e;
    e = store_rating_add(cx, row.performance, row.rating, 1);
    return e ? e : store_review_hide(cx, row.id, (struct str){ 0 });
}

err review_staff_page(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct staff_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct review *rows = NEW_ARRAY(cx->arena, struct review, limit + 1);

    err e = store_staff(cx, (enum staff_status)in->status, in->cursor ? in->cursor : INT64_MAX, limit + 1, rows, &n);
    if (e)
        return e;
    bool more = n > limit;
    n = more ? limit : n;
    struct staff_view *at = NEW_ARRAY(cx->arena, struct staff_view, n);
    for (size_t i = 0; i < n && !e; i++) {
        at[i].review = review_view(cx, &rows[i]);
        e = store_reasons(cx, rows[i].id, &at[i].reasons);
    }
    *(struct mine_out *)ret_out = (struct mine_out){ { at, n }, more ? rows[n - 1].id : 0 };
    return e;
}
