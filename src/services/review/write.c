/* Writing, changing and deleting one's review. Only who was there may write; what the average is made of changes in the same transaction. */
#include "review_int.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"

/* The length of the first character. */
static size_t first_character(struct str s)
{
    size_t n = s.n > 0;
    while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* What others see of a name: "김**". */
static struct str shown_name(struct ctx *cx, struct str name)
{
    return arena_fmt(cx->arena, "%.*s**", (int)first_character(name), name.p ? name.p : "");
}

err review_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    struct create_in in = *(const struct create_in *)in_;
    struct performance_facts facts;
    struct attended attended;
    struct contact author;

    err e = call_run(cx, &performance_facts_call, &(struct performance_ref){ in.performance }, &facts);
    if (e)
        return e;
    e = call_run(cx, &booking_attended_call, &(struct attended_ref){ cx->actor.user, in.performance }, &attended);
    if (e)
        return e;
    if (!attended.attended)
        return fail(cx, ERR_DENIED, "not_attended", "Only who has seen the performance may review it, once it has ended.",
                    "공연을 관람하신 분만 공연이 끝난 뒤에 후기를 쓸 수 있습니다.");
    e = call_run(cx, &auth_contact_call, &(struct contact_ref){ cx->actor.user }, &author);
    if (e)
        return e;
    in.title = str_trim(in.title);
    return call_run(cx, &review_save_call, &(struct save_in){ &in, attended.booking, shown_name(cx, author.name) }, ret_out);
}

err review_save(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct reviews *s = self;
    const struct save_in *in = in_;
    struct review row;
    bool found;

    err e = store_review_of(cx, in->asked->performance, cx->actor.user, &row, &found);
    if (e)
        return e;
    if (found && !row.deleted_at)
        return fail(cx, ERR_CONFLICT, "already_reviewed", "You have reviewed this performance; change that review instead.",
                    "이미 후기를 작성하셨습니다. 기존 후기를 수정해 주세요.");
    int64_t id = found ? row.id : sequence_next(&s->reviews);
    if (found)
        e = store_review_again(cx, id, in);
    else
        store_review_insert(cx, id, in);
    if (!e && !(found && row.hidden_at))     /* hidden once, hidden until staff say otherwise */
        e = store_rating_add(cx, in->asked->performance, in->asked->rating, 1);
    if (!e)
        e = store_review(cx, id, &row);
    if (e)
        return e;
    *(struct review_view *)ret_out = review_view(cx, &row);
    return OK;
}

static err owned(struct ctx *cx, int64_t id, struct review *ret)
{
    err e = store_review(cx, id, ret);
    if (e)
        return e;
    return ret->user == cx->actor.user ? OK : review_missing(cx);
}

err review_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct change_in *in = in_;
    struct review row;

    err e = owned(cx, in->review, &row);
    if (e)
        return e;
    if (row.deleted_at)
        return review_missing(cx);
    int64_t was = row.rating;
    if (in->has_rating)
        row.rating = in->rating;
    if (in->has_title)
        row.title = str_trim(in->title);
    if (in->has_content)
        row.content = in->content;
    row.updated_at = cx->now;
    e = store_review_update(cx, &row);
    if (!e && review_counts(&row))
        e = store_rating_add(cx, row.performance, row.rating - was, 0);
    if (e)
        return e;
    *(struct review_view *)ret_out = review_view(cx, &row);
    return OK;
}

err review_delete(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    (void)ret_out;
    const struct review_ref *in = in_;
    struct review row;

    err e = owned(cx, in->review, &row);
    if (e || row.deleted_at)
        return e;
    if (review_counts(&row))
        e = store_rating_add(cx, row.performance, -row.rating, -1);
    if (!e)
        e = store_reports_close(cx, row.id);
    return e ? e : store_review_delete(cx, row.id);
}

err review_author_left(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    (void)ret_out;
    const struct leaver *in = in_;
    return store_author(cx, in->user, S("**"));
}
