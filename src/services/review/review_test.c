/* Reviews against services of others that say what a test wants: who may write, what is counted when, and what the public sees. */
#include "fixture.h"
#include "review_int.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"
#include "test.h"

#include <stdlib.h>

enum { ANN = 7, BOB, CARL, MANAGER = 20, SHOW = 3, OTHER_SHOW = 4 };

/* ---- the others: everybody but CARL was there; SHOW and OTHER_SHOW are played ---- */

static err facts(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct performance_ref *in = in_;
    (void)self;
    if (in->performance != SHOW && in->performance != OTHER_SHOW)
        return fail(cx, ERR_MISSING, NULL, "No such performance.", "그런 공연이 없습니다.");
    *(struct performance_facts *)out = (struct performance_facts){ 1, S("An Evening") };
    return OK;
}

static err attended(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct attended_ref *in = in_;
    (void)cx;
    (void)self;
    *(struct attended *)out = (struct attended){ in->user != CARL, in->user != CARL ? 100 + in->user : 0 };
    return OK;
}

static err name(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct contact_ref *in = in_;
    (void)cx;
    (void)self;
    *(struct contact *)out = (struct contact){ .name = in->user == ANN ? S("김안나") : S("Bob") };
    return OK;
}

const struct call performance_facts_call = { .name = "performance.facts", .kind = CALL_READ, .fn = facts };
const struct call booking_attended_call = { .name = "booking.attended", .kind = CALL_READ, .fn = attended };
const struct call auth_contact_call = { .name = "auth.contact", .kind = CALL_READ, .fn = name };
static const struct call *const others_calls[] = { &performance_facts_call, &booking_attended_call, &auth_contact_call, NULL };

static err others_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

static void others_close(void *self)
{
    (void)self;
}

static const struct service others = { .name = "others", .open = others_open, .close = others_close, .calls = others_calls };
static const struct service *const services[] = { &others, &review_service, NULL };

/* ---- the bed ---- */

struct bed {
    struct fixture fixture;
    struct ctx cx;            /* of the last call */
};

static int make(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    fixture_open(&b->fixture, services);
    *state = b;
    return 0;
}

static void end_last(struct bed *b)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    b->cx.arena = NULL;
}

static void check_audits(struct bed *b)
{
    struct ctx cx;
    bool found;
    app_ctx_begin(b->fixture.app, &cx);
    cx.db = db_read_begin(app_db(b->fixture.app));
    for (const struct audit *a = review_audits; a->name; a++) {
        assert_int_equal(db_one(&cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        if (found)
            print_error("audit %s: %s\n", a->name, a->help);
        assert_false(found);
    }
    db_read_end(app_db(b->fixture.app), cx.db);
    app_ctx_end(&cx);
}

static int drop(void **state)
{
    struct bed *b = *state;
    check_audits(b);
    end_last(b);
    fixture_close(&b->fixture);
    free(b);
    return 0;
}

/* The call behind a route. */
static err ask(struct bed *b, int64_t user, const char *method, const char *path, const void *in, void *out)
{
    unsigned roles = user == MANAGER ? ROLE_MANAGER : ROLE_CUSTOMER;
    end_last(b);
    for (const struct route *r = review_service.routes; r->path; r++)
        if (strcmp(r->method, method) == 0 && strcmp(r->path + strlen("/api/v1"), path) == 0)
            return fixture_call(&b->fixture, user, roles, r->call, in, out, &b->cx);
    print_error("no route %s %s\n", method, path);
    assert_true(false);
    return ERR_INTERNAL;
}

static err write_review(struct bed *b, int64_t user, int64_t rating, struct review_view *ret)
{
    struct create_in in = { SHOW, rating, S(" Moving "), S("Twice.\nAnd again.") };
    return ask(b, user, "POST", "/performances/{performance_id}/reviews", &in, ret);
}

static int64_t written(struct bed *b, int64_t user, int64_t rating)
{
    struct review_view v;
    assert_int_equal(write_review(b, user, rating, &v), OK);
    return v.row.id;
}

static err on_review(struct bed *b, int64_t user, const char *method, const char *path, int64_t review, void *out)
{
    return ask(b, user, method, path, &(struct review_ref){ review }, out);
}

static void assert_rating(struct bed *b, int64_t count, const char *average)
{
    struct page_out page;
    assert_int_equal(ask(b, 0, "GET", "/performances/{performance_id}/reviews", &(struct page_in){ .performance = SHOW }, &page), OK);
    assert_int_equal(page.count, count);
    assert_int_equal(page.items.n, count);
    assert_true(str_eq(page.average, str_c(average)));
}

static void assert_code(const struct bed *b, const char *code)
{
    assert_non_null(b->cx.problem.code);
    assert_string_equal(b->cx.problem.code, code);
}

/* ---- cases ---- */

static void who_may_write(void **state)
{
    struct bed *b = *state;
    struct review_view v;
    assert_int_equal(write_review(b, CARL, 5, &v), ERR_DENIED);
    assert_code(b, "not_attended");
    assert_int_equal(ask(b, ANN, "POST", "/performances/{performance_id}/reviews", &(struct create_in){ 99, 5, S("a"), S("b") }, &v), ERR_MISSING);

    assert_int_equal(write_review(b, ANN, 5, &v), OK);
    assert_true(str_eq(v.row.author, S("김**")));
    assert_true(str_eq(v.row.title, S("Moving")));
    assert_true(v.mine && !v.hidden && !v.row.liked);
    assert_int_equal(write_review(b, ANN, 1, &v), ERR_CONFLICT);
    assert_code(b, "already_reviewed");
    assert_rating(b, 1, "5.00");
}

static void rating_follows_at_once(void **state)
{
    struct bed *b = *state;
    struct review_view v;
    assert_rating(b, 0, "");
    int64_t ann = written(b, ANN, 5), bob = written(b, BOB, 4);
    assert_rating(b, 2, "4.50");

    struct change_in change = { .review = bob, .rating = 1, .has_rating = true };
    assert_int_equal(ask(b, BOB, "PATCH", "/reviews/{review_id}", &change, &v), OK);
    assert_true(str_eq(v.row.title, S("Moving")));
    assert_true(v.row.updated_at > 0);
    assert_rating(b, 2, "3.00");
    assert_int_equal(ask(b, ANN, "PATCH", "/reviews/{review_id}", &change, &v), ERR_MISSING);

    written(b, 30, 5);
    assert_rating(b, 3, "3.67");
    for (int again = 0; again < 2; again++)
        assert_int_equal(on_review(b, ANN, "DELETE", "/reviews/{review_id}", ann, NULL), OK);
    assert_rating(b, 2, "3.00");
    assert_int_equal(on_review(b, BOB, "DELETE", "/reviews/{review_id}", ann, NULL), ERR_MISSING);
    assert_int_equal(on_review(b, ANN, "GET", "/reviews/{review_id}", ann, &v), ERR_MISSING);
}

static void likes_count_once(void **state)
{
    struct bed *b = *state;
    struct liked_out liked;
    struct review_view v;
    int64_t id = written(b, ANN, 5);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(on_review(b, BOB, "PUT", "/reviews/{review_id}/like", id, &liked), OK);
        assert_true(liked.likes == 1 && liked.liked);
    }
    assert_int_equal(on_review(b, CARL, "PUT", "/reviews/{review_id}/like", id, &liked), OK);
    assert_int_equal(liked.likes, 2);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(on_review(b, BOB, "DELETE", "/reviews/{review_id}/like", id, &liked), OK);
        assert_true(liked.likes == 1 && !liked.liked);
    }
    assert_int_equal(on_review(b, CARL, "GET", "/reviews/{review_id}", id, &v), OK);
    assert_true(v.row.liked);

    /* Written again, it begins anew. */
    assert_int_equal(on_review(b, ANN, "DELETE", "/reviews/{review_id}", id, NULL), OK);
    assert_int_equal(on_review(b, BOB, "PUT", "/reviews/{review_id}/like", id, &liked), ERR_MISSING);
    assert_int_equal(written(b, ANN, 2), id);
    assert_int_equal(on_review(b, CARL, "GET", "/reviews/{review_id}", id, &v), OK);
    assert_true(v.row.likes == 0 && !v.row.liked && !v.row.updated_at);
    assert_rating(b, 1, "2.00");
}

static void hidden_from_the_public(void **state)
{
    struct bed *b = *state;
    struct review_view v;
    struct report_out report;
    struct mine_out page;
    int64_t id = written(b, ANN, 1);
    struct reason_in spam = { id, S("Spam.") };

    assert_int_equal(ask(b, ANN, "POST", "/reviews/{review_id}/reports", &spam, &report), ERR_CONFLICT);
    assert_code(b, "own_review");
    assert_int_equal(ask(b, BOB, "POST", "/reviews/{review_id}/reports", &spam, &report), OK);
    assert_int_equal(ask(b, BOB, "POST", "/reviews/{review_id}/reports", &spam, &report), ERR_CONFLICT);
    assert_code(b, "already_reported");
    assert_int_equal(ask(b, MANAGER, "GET", "/admin/reviews", &(struct staff_in){ .status = STAFF_REPORTED }, &page), OK);
    assert_int_equal(page.items.n, 1);
    const struct staff_view *seen = page.items.at;
    assert_int_equal(seen->review.row.open_reports, 1);
    assert_true(seen->reasons.n == 1 && str_eq(*(struct str *)seen->reasons.at, S("Spam.")));

    for (int again = 0; again < 2; again++)
        assert_int_equal(ask(b, MANAGER, "PUT", "/reviews/{review_id}/hidden", &(struct reason_in){ id, S("Against the rules.") }, &v), OK);
    assert_rating(b, 0, "");
    assert_int_equal(ask(b, MANAGER, "GET", "/admin/reviews", &(struct staff_in){ .status = STAFF_REPORTED }, &page), OK);
    assert_int_equal(page.items.n, 0);
    assert_int_equal(ask(b, MANAGER, "GET", "/admin/reviews", &(struct staff_in){ .status = STAFF_HIDDEN }, &page), OK);
    assert_int_equal(page.items.n, 1);
    assert_int_equal(on_review(b, BOB, "GET", "/reviews/{review_id}", id, &v), ERR_MISSING);
    assert_int_equal(on_review(b, 0, "GET", "/reviews/{review_id}", id, &v), ERR_MISSING);
    assert_int_equal(on_review(b, ANN, "GET", "/reviews/{review_id}", id, &v), OK);
    assert_true(v.hidden && str_eq(v.row.hidden_reason, S("Against the rules.")));

    /* Nobody gets around it by starting anew. */
    assert_int_equal(on_review(b, ANN, "DELETE", "/reviews/{review_id}", id, NULL), OK);
    assert_int_equal(write_review(b, ANN, 5, &v), OK);
    assert_true(v.hidden && v.row.id == id);
    assert_rating(b, 0, "");
    for (int again = 0; again < 2; again++)
        assert_int_equal(on_review(b, MANAGER, "DELETE", "/reviews/{review_id}/hidden", id, NULL), OK);
    assert_rating(b, 1, "5.00");
}

static void unfounded_reports_close(void **state)
{
    struct bed *b = *state;
    struct report_out report;
    struct mine_out page;
    int64_t id = written(b, ANN, 1);
    assert_int_equal(ask(b, BOB, "POST", "/reviews/{review_id}/reports", &(struct reason_in){ id, S("Too sad.") }, &report), OK);
    assert_int_equal(ask(b, CARL, "POST", "/reviews/{review_id}/reports", &(struct reason_in){ id, S("Too short.") }, &report), OK);
    assert_int_equal(on_review(b, MANAGER, "DELETE", "/reviews/{review_id}/reports", id, NULL), OK);
    assert_int_equal(ask(b, MANAGER, "GET", "/admin/reviews", &(struct staff_in){ .status = STAFF_REPORTED }, &page), OK);
    assert_int_equal(page.items.n, 0);
    assert_rating(b, 1, "1.00");
}

#define CROWD 23

/* Walks all pages in an order; each review comes once and none before a greater key. */
static void walk(struct bed *b, enum review_sort sort, size_t limit)
{
    char cursor[65] = "";
    int64_t seen = 0, last = INT64_MAX;
    struct page_out page;
    do {
        struct page_in in = { .performance = SHOW, .limit = (int64_t)limit, .sort = (int)sort, .cursor = str_c(cursor) };
        assert_int_equal(ask(b, ANN, "GET", "/performances/{performance_id}/reviews", &in, &page), OK);
        assert_true(page.items.n <= limit);
        const struct review_view *v = page.items.at;
        for (size_t i = 0; i < page.items.n; i++) {
            int64_t key = sort == SORT_RECENT ? v[i].row.created_at : sort == SORT_LIKES ? v[i].row.likes : v[i].row.rating;
            assert_true(key <= last);
            last = key;
            assert_false(seen >> (v[i].row.id % 60) & 1);
            seen |= INT64_C(1) << (v[i].row.id % 60);
        }
        assert_true(page.next.n < sizeof(cursor));
        memcpy(cursor, page.next.p ? page.next.p : "", page.next.n);
        cursor[page.next.n] = 0;
    } while (cursor[0]);
    assert_int_equal(__builtin_popcountll((unsigned long long)seen), CROWD);
}

static void pages_in_every_order(void **state)
{
    struct bed *b = *state;
    struct liked_out liked;
    struct page_out page;
    for (int64_t user = 100; user < 100 + CROWD; user++) {
        int64_t id = written(b, user, 1 + user % 5);
        for (int64_t fan = 0; fan < user % 4; fan++)
            assert_int_equal(on_review(b, 200 + fan, "PUT", "/reviews/{review_id}/like", id, &liked), OK);
        if (user % 3 == 0)
            app_clock_advance(b->fixture.app, 1000);
    }
    for (enum review_sort sort = SORT_RECENT; sort <= SORT_RATING; sort++)
        for (size_t limit = 1; limit <= CROWD + 1; limit += 5)
            walk(b, sort, limit);
    static const char *const wrong[] = { "x", "recent", "likes.1.0000000000000", "recent.1.no", "recent..", "rating.99999999999999999999.0000000000000" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct page_in in = { .performance = SHOW, .sort = SORT_RECENT, .cursor = str_c(wrong[i]) };
        assert_int_equal(ask(b, ANN, "GET", "/performances/{performance_id}/reviews", &in, &page), ERR_INPUT);
    }
    assert_int_equal(ask(b, ANN, "GET", "/performances/{performance_id}/reviews", &(struct page_in){ .performance = 99 }, &page), ERR_MISSING);
}

static void a_name_goes_with_its_owner(void **state)
{
    struct bed *b = *state;
    struct review_view v;
    int64_t id = written(b, ANN, 4);
    end_last(b);
    const struct call *left = review_service.subscriptions[0].call;
    assert_string_equal(review_service.subscriptions[0].topic, "auth.user_left");
    assert_int_equal(fixture_call(&b->fixture, 0, 0, left, &(struct leaver){ ANN }, NULL, &b->cx), OK);
    fixture_restart(&b->fixture);
    assert_int_equal(on_review(b, BOB, "GET", "/reviews/{review_id}", id, &v), OK);
    assert_true(str_eq(v.row.author, S("**")));
    assert_rating(b, 1, "4.00");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_may_write), CASE(rating_follows_at_once), CASE(likes_count_once), CASE(hidden_from_the_public), CASE(unfounded_reports_close),
        CASE(pages_in_every_order), CASE(a_name_goes_with_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
