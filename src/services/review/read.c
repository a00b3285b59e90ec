/* Reviews looked at. The public sees neither what was deleted nor what staff have hidden; its author still sees the latter, and why. */
#include "review_int.h"
#include "platform/crypto/crypto.h"
#include "services/performance/performance.h"

#define PAGE 20

const char *const review_sort_words[] = { "recent", "likes", "rating", NULL };

err review_missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such review.", "해당 후기를 찾을 수 없습니다.");
}

err review_public(struct ctx *cx, int64_t id, struct review *ret)
{
    err e = store_review(cx, id, ret);
    if (e)
        return e;
    return review_counts(ret) ? OK : review_missing(cx);
}

struct review_view review_view(const struct ctx *cx, const struct review *row)
{
    return (struct review_view){ *row, row->user == cx->actor.user, row->hidden_at != 0 };
}

/* ---- the page of a performance ---- */

static int64_t sort_key(const struct review *r, enum review_sort sort)
{
    return sort == SORT_RECENT ? r->created_at : sort == SORT_LIKES ? r->likes : r->rating;
}

/* "likes.12.4ZK2M9QXD7C31": the order, and what the page before ended with. */
static struct str cursor_write(struct ctx *cx, enum review_sort sort, const struct review *last)
{
    char id[ID_TEXT];
    id_encode(&app_keys(cx->app)->ids, ID_REVIEW, last->id, id);
    return arena_fmt(cx->arena, "%s.%lld.%.*s", review_sort_words[sort], (long long)sort_key(last, sort), ID_TEXT, id);
}

static err cursor_read(struct ctx *cx, const struct page_in *in, int64_t *ret_key, int64_t *ret_id)
{
    struct str rest = in->cursor;
    *ret_key = *ret_id = INT64_MAX;
    if (!rest.n)
        return OK;
    struct str sort = str_cut(&rest, '.'), key = str_cut(&rest, '.');
    if (!str_eq(sort, str_c(review_sort_words[in->sort])) || !str_to_int(key, ret_key) ||
        !id_decode(&app_keys(cx->app)->ids, ID_REVIEW, rest, ret_id))
        return fail_field(cx, S("cursor"), "is not one of this list in this order", "이 목록과 정렬 순서의 커서가 아닙니다");
    return OK;
}

/* Exact to two decimals, rounded half up. */
static struct str average_of(struct ctx *cx, int64_t stars, int64_t reviews)
{
    if (!reviews)
        return (struct str){ 0 };
    int64_t hundredths = (stars * 200 + reviews) / (2 * reviews);
    return arena_fmt(cx->arena, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

static struct list views(struct ctx *cx, const struct review *rows, size_t n)
{
    struct review_view *at = NEW_ARRAY(cx->arena, struct review_view, n);
    for (size_t i = 0; i < n; i++)
        at[i] = review_view(cx, &rows[i]);
    return (struct list){ at, n };
}

err review_page(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    struct performance_facts facts;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct review *rows = NEW_ARRAY(cx->arena, struct review, limit + 1);
    enum review_sort sort = (enum review_sort)in->sort;
    int64_t key, id, stars;

    err e = cursor_read(cx, in, &key, &id);
    if (!e)
        e = call_run(cx, &performance_facts_call, &(struct performance_ref){ in->performance }, &facts);
    if (!e)
        e = store_page(cx, in->performance, sort, key, id, limit + 1, rows, &n);
    if (!e)
        e = store_rating(cx, in->performance, &stars, &ret->count);
    if (e)
        return e;
    bool more = n > limit;
    ret->items = views(cx, rows, more ? limit : n);
    ret->average = average_of(cx, stars, ret->count);
    ret->next = more ? cursor_write(cx, sort, &rows[limit - 1]) : (struct str){ 0 };
    return OK;
}

/* ---- one, and one's own ---- */

err review_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct review_ref *in = in_;
    struct review row;
    err e = store_review(cx, in->review, &row);
    if (e)
        return e;
    bool sees_hidden = (cx->actor.user && row.user == cx->actor.user) || actor_has(cx, ROLE_MANAGER | ROLE_ADMIN);
    if (row.deleted_at || (row.hidden_at && !sees_hidden))
        return review_missing(cx);
    *(struct review_view *)ret_out = review_view(cx, &row);
    return OK;
}

err review_mine(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct mine_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct review *rows = NEW_ARRAY(cx->arena, struct review, limit + 1);
    err e = store_mine(cx, cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, rows, &n);
    if (e)
        return e;
    bool more = n > limit;
    *(struct mine_out *)ret_out = (struct mine_out){ views(cx, rows, more ? limit : n), more ? rows[limit - 1].id : 0 };
    return OK;
}
