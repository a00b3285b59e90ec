/* Inside review: its rows, the shapes of its requests and answers, and its functions by file. */
#ifndef REVIEW_INT_H
#define REVIEW_INT_H

#include "platform/call/app.h"
#include "review_sql.h"
#include "services/review/review.h"

struct reviews {
    struct sequence reviews, reports;
};

struct review {
    int64_t id, performance, user, rating, likes, open_reports, created_at, updated_at, hidden_at, deleted_at;
    bool liked;               /* by the viewer */
    struct str author, title, content, hidden_reason;
};

/* ---- requests ---- */

struct review_ref {
    int64_t review;
};

struct create_in {
    int64_t performance, rating;
    struct str title, content;
};

struct save_in {              /* a request that has been checked */
    const struct create_in *asked;
    int64_t booking;
    struct str author;
};

struct change_in {
    int64_t review, rating;
    struct str title, content;
    bool has_rating, has_title, has_content;
};

struct reason_in {            /* of a report, or of hiding */
    int64_t review;
    struct str reason;
};

enum review_sort { SORT_RECENT, SORT_LIKES, SORT_RATING };

struct page_in {
    int64_t performance, limit;
    int sort;                 /* enum review_sort */
    struct str cursor;
};

struct mine_in {
    int64_t limit, cursor;
};

enum staff_status { STAFF_REPORTED, STAFF_HIDDEN };

struct staff_in {
    int64_t limit, cursor;
    int status;               /* enum staff_status */
};

struct leaver {
    int64_t user;
};

/* ---- answers ---- */

struct review_view {
    struct review row;
    bool mine, hidden;
};

struct page_out {
    struct list items;        /* struct review_view */
    int64_t count;
    struct str average;       /* a number with two decimals; empty without reviews */
    struct str next;
};

struct mine_out {
    struct list items;        /* struct review_view, or struct staff_view for staff */
    int64_t next;
};

struct staff_view {
    struct review_view review;
    struct list reasons;      /* struct str: of the newest open reports */
};

struct liked_out {
    int64_t review, likes;
    bool liked;
};

struct report_out {
    int64_t report;
};

extern const char *const review_sort_words[];

/* ---- write.c, read.c, like.c, staff.c: the calls ---- */

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

call_fn review_create, review_save, review_change, review_delete, review_author_left;
call_fn review_page, review_get, review_mine;
call_fn review_like, review_unlike;
call_fn review_report, review_reports_dismiss, review_hide, review_unhide, review_staff_page;

extern const struct call review_save_call;

struct review_view review_view(const struct ctx *cx, const struct review *row);
/* A review that is neither deleted nor hidden from the public; else ERR_MISSING. */
err review_public(struct ctx *cx, int64_t id, struct review *ret);
err review_missing(struct ctx *cx);
static inline bool review_counts(const struct review *r)
{
    return !r->hidden_at && !r->deleted_at;
}

/* ---- store.c: each statement as a function ---- */

/* The review with that id, deleted or not; ERR_MISSING when there never was one. */
err store_review(struct ctx *cx, int64_t id, struct review *ret);
err store_review_of(struct ctx *cx, int64_t performance, int64_t user, struct review *ret, bool *ret_found);
/* Up to `max` reviews behind (key, id) in the order of the sort. */
err store_page(struct ctx *cx, int64_t performance, enum review_sort sort, int64_t key, int64_t id, size_t max, struct review *ret, size_t *ret_n);
err store_mine(struct ctx *cx, int64_t user, int64_t before, size_t max, struct review *ret, size_t *ret_n);
err store_staff(struct ctx *cx, enum staff_status status, int64_t before, size_t max, struct review *ret, size_t *ret_n);
void store_review_insert(struct ctx *cx, int64_t id, const struct save_in *in);
err store_review_again(struct ctx *cx, int64_t id, const struct save_in *in);
err store_review_update(struct ctx *cx, const struct review *r);
err store_review_delete(struct ctx *cx, int64_t id);
/* `reason` without text: visible again. */
err store_review_hide(struct ctx *cx, int64_t id, struct str reason);
err store_author(struct ctx *cx, int64_t user, struct str author);
err store_like(struct ctx *cx, int64_t review, bool on);
err store_report_exists(struct ctx *cx, int64_t review, bool *ret);
err store_report_insert(struct ctx *cx, int64_t id, const struct reason_in *in);
err store_reasons(struct ctx *cx, int64_t review, struct list *ret);
err store_reports_close(struct ctx *cx, int64_t review);
err store_rating(struct ctx *cx, int64_t performance, int64_t *ret_stars, int64_t *ret_reviews);
/* Adds to (or takes from) what a performance's average is made of. */
err store_rating_add(struct ctx *cx, int64_t performance, int64_t stars, int64_t reviews);

#endif
