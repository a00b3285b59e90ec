/* Each statement of sql/queries.sql as a typed function. */
#include "review_int.h"

static void take_review(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct review *)out = (struct review){
        .id = row_int(r, 0), .performance = row_int(r, 1), .user = row_int(r, 2), .author = row_text(cx, r, 3), .rating = row_int(r, 4),
        .title = row_text(cx, r, 5), .content = row_text(cx, r, 6), .likes = row_int(r, 7), .open_reports = row_int(r, 8), .created_at = row_int(r, 9),
        .updated_at = row_int(r, 10), .hidden_at = row_int(r, 11), .hidden_reason = row_text(cx, r, 12), .deleted_at = row_int(r, 13),
        .liked = row_int(r, 14) != 0,
    };
}

err store_review(struct ctx *cx, int64_t id, struct review *ret)
{
    bool found;
    err e = db_one(cx, &review_sql.review_get, VALS(v_int(cx->actor.user), v_int(id)), take_review, ret, &found);
    if (e)
        return e;
    return found ? OK : review_missing(cx);
}

err store_review_of(struct ctx *cx, int64_t performance, int64_t user, struct review *ret, bool *ret_found)
{
    return db_one(cx, &review_sql.review_of, VALS(v_int(cx->actor.user), v_int(performance), v_int(user)), take_review, ret, ret_found);
}

/* ---- pages ---- */

static err take_page(struct ctx *cx, struct rows *r, size_t max, struct review *ret, size_t *ret_n)
{
    size_t n = 0;
    while (n < max && rows_next(r))
        take_review(cx, r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, r);
}

err store_page(struct ctx *cx, int64_t performance, enum review_sort sort, int64_t key, int64_t id, size_t max, struct review *ret, size_t *ret_n)
{
    static const struct query *const by[] = {
        [SORT_RECENT] = &review_sql.page_recent, [SORT_LIKES] = &review_sql.page_likes, [SORT_RATING] = &review_sql.page_rating,
    };
    struct rows r;
    err e = db_rows(cx, by[sort], VALS(v_int(cx->actor.user), v_int(performance), v_int(key), v_int(key), v_int(id), v_int((int64_t)max)), &r);
    return e ? e : take_page(cx, &r, max, ret, ret_n);
}

err store_mine(struct ctx *cx, int64_t user, int64_t before, size_t max, struct review *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &review_sql.page_mine, VALS(v_int(cx->actor.user), v_int(user), v_int(before), v_int((int64_t)max)), &r);
    return e ? e : take_page(cx, &r, max, ret, ret_n);
}

err store_staff(struct ctx *cx, enum staff_status status, int64_t before, size_t max, struct review *ret, size_t *ret_n)
{
    const struct query *q = status == STAFF_HIDDEN ? &review_sql.page_hidden : &review_sql.page_reported;
    struct rows r;
    err e = db_rows(cx, q, VALS(v_int(cx->actor.user), v_int(before), v_int((int64_t)max)), &r);
    return e ? e : take_page(cx, &r, max, ret, ret_n);
}

/* ---- reviews ---- */

void store_review_insert(struct ctx *cx, int64_t id, const struct save_in *in)
{
    db_put(cx, &review_sql.review_insert,
           VALS(v_int(id), v_int(in->asked->performance), v_int(cx->actor.user), v_int(in->booking), v_text(in->author), v_int(in->asked->rating),
                v_text(in->asked->title), v_text(in->asked->content), v_int(cx->now)));
}

err store_review_again(struct ctx *cx, int64_t id, const struct save_in *in)
{
    return db_run(cx, &review_sql.review_again,
                  VALS(v_int(in->booking), v_text(in->author), v_int(in->asked->rating), v_text(in->asked->title), v_text(in->asked->content),
                       v_int(cx->now), v_int(id)),
                  NULL);
}

err store_review_update(struct ctx *cx, const struct review *r)
{
    return db_run(cx, &review_sql.review_update, VALS(v_int(r->rating), v_text(r->title), v_text(r->content), v_int(r->updated_at), v_int(r->id)), NULL);
}

err store_review_delete(struct ctx *cx, int64_t id)
{
    err e = db_run(cx, &review_sql.likes_delete, VALS(v_int(id)), NULL);
    return e ? e : db_run(cx, &review_sql.review_delete, VALS(v_int(cx->now), v_int(id)), NULL);
}

err store_review_hide(struct ctx *cx, int64_t id, struct str reason)
{
    if (!reason.n)
        return db_run(cx, &review_sql.review_hide, VALS(v_null(), v_null(), v_null(), v_int(id)), NULL);
    return db_run(cx, &review_sql.review_hide, VALS(v_int(cx->now), v_int(cx->actor.user), v_text(reason), v_int(id)), NULL);
}

err store_author(struct ctx *cx, int64_t user, struct str author)
{
    return db_run(cx, &review_sql.review_author, VALS(v_text(author), v_int(user)), NULL);
}

/* ---- likes and reports ---- */

err store_like(struct ctx *cx, int64_t review, bool on)
{
    struct val user = v_int(cx->actor.user);
    err e = on ? db_run(cx, &review_sql.like_insert, VALS(v_int(review), user, v_int(cx->now)), NULL)
               : db_run(cx, &review_sql.like_delete, VALS(v_int(review), user), NULL);
    return e ? e : db_run(cx, &review_sql.likes_add, VALS(v_int(on ? 1 : -1), v_int(review)), NULL);
}

err store_report_exists(struct ctx *cx, int64_t review, bool *ret)
{
    return db_one(cx, &review_sql.report_of, VALS(v_int(review), v_int(cx->actor.user)), NULL, NULL, ret);
}

err store_report_insert(struct ctx *cx, int64_t id, const struct reason_in *in)
{
    db_put(cx, &review_sql.report_insert, VALS(v_int(id), v_int(in->review), v_int(cx->actor.user), v_text(in->reason), v_int(cx->now)));
    return db_run(cx, &review_sql.report_counted, VALS(v_int(in->review)), NULL);
}

#define REASONS_SHOWN 20

err store_reasons(struct ctx *cx, int64_t review, struct list *ret)
{
    struct rows r;
    struct str *at = NEW_ARRAY(cx->arena, struct str, REASONS_SHOWN);
    size_t n = 0;
    err e = db_rows(cx, &review_sql.reports_open, VALS(v_int(review), v_int(REASONS_SHOWN)), &r);
    if (e)
        return e;
    while (n < REASONS_SHOWN && rows_next(&r))
        at[n++] = row_text(cx, &r, 0);
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_reports_close(struct ctx *cx, int64_t review)
{
    err e = db_run(cx, &review_sql.reports_close, VALS(v_int(cx->now), v_int(review)), NULL);
    return e ? e : db_run(cx, &review_sql.reports_closed, VALS(v_int(review)), NULL);
}

/* ---- the rating ---- */

struct rating {
    int64_t stars, reviews;
};

static void take_rating(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct rating *)out = (struct rating){ row_int(r, 0), row_int(r, 1) };
}

err store_rating(struct ctx *cx, int64_t performance, int64_t *ret_stars, int64_t *ret_reviews)
{
    struct rating rating = { 0 };
    bool found;
    err e = db_one(cx, &review_sql.rating_get, VALS(v_int(performance)), take_rating, &rating, &found);
    if (e)
        return e;
    *ret_stars = rating.stars;
    *ret_reviews = rating.reviews;
    return OK;
}

err store_rating_add(struct ctx *cx, int64_t performance, int64_t stars, int64_t reviews)
{
    int64_t changed;
    err e = db_run(cx, &review_sql.rating_add, VALS(v_int(stars), v_int(reviews), v_int(performance)), &changed);
    if (e || changed)
        return e;
    return db_run(cx, &review_sql.rating_insert, VALS(v_int(performance), v_int(stars), v_int(reviews)), NULL);
}
