/* Coupons from making to their last booking. After each test the audit finds nothing, also after a restart. */
#include "coupon_int.h"
#include "coupon_sql.h"
#include "fixture.h"
#include "base/clock.h"
#include "services/booking/booking.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_MS  (INT64_C(24) * 60 * 60 * 1000)
#define MANAGER 900
#define ANN     1
#define BOB     2

/* A command that does something and then fails, so that it must not have happened. */
struct spoil_in {
    coupon_fn *fn;
    const void *in;
};

static err spoil(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct spoil_in *in = in_;
    (void)self;
    err e = in->fn(cx, app_self(cx->app, &coupon_service), in->in, out);
    return e ? e : fail(cx, ERR_CONFLICT, "spoiled", "Refused on purpose.", "일부러 거절했습니다.");
}

/* Damages the database, sees whether the audit of that name notices, and takes it back by failing. */
struct damage_in {
    const char *audit;
    struct query sql;
};

static err damage(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct damage_in *in = in_;
    const struct audit *a = coupon_audits;
    struct rows rows;
    int64_t changed;
    (void)self;
    (void)out;
    while (a->name && strcmp(a->name, in->audit) != 0)
        a++;
    assert_non_null(a->name);
    assert_int_equal(db_run(cx, &in->sql, NO_VALS, &changed), OK);
    assert_true(changed > 0);
    assert_int_equal(db_rows(cx, a->query, NO_VALS, &rows), OK);
    bool noticed = rows_next(&rows);
    assert_int_equal(rows_end(cx, &rows), OK);
    return fail(cx, ERR_CONFLICT, noticed ? "noticed" : "overlooked", "%s", "%s", in->audit);
}

static err spoil_open(struct ctx *cx, void **ret_self)
{
    *ret_self = cx->app;
    return OK;
}

static void spoil_close(void *self)
{
    (void)self;
}

static const struct call spoil_call = { .name = "spoil.it", .kind = CALL_COMMAND, .fn = spoil };
static const struct call damage_call = { .name = "spoil.damage", .kind = CALL_COMMAND, .fn = damage };
static const struct call *const spoil_calls[] = { &spoil_call, &damage_call, NULL };
static const struct service spoil_service = { .name = "spoil", .open = spoil_open, .close = spoil_close, .calls = spoil_calls };
static const struct service *const services[] = { &coupon_service, &spoil_service, NULL };

static void audit(struct fixture *f)
{
    struct ctx cx;
    app_ctx_begin(f->app, &cx);
    cx.db = db_read_begin(app_db(f->app));
    for (const struct audit *a = coupon_audits; a->name; a++) {
        struct rows rows;
        assert_int_equal(db_rows(&cx, a->query, NO_VALS, &rows), OK);
        bool broken = rows_next(&rows);
        if (broken)
            print_error("%s: %s: %lld\n", a->name, a->help, (long long)row_int(&rows, 0));
        assert_false(broken);
        assert_int_equal(rows_end(&cx, &rows), OK);
    }
    db_read_end(app_db(f->app), cx.db);
    app_ctx_end(&cx);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    fixture_open(f, services);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    audit(f);
    fixture_restart(f);
    audit(f);
    fixture_close(f);
    free(f);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* ---- the calls behind the routes, found by their names ---- */

static const struct call *call_named(const char *name)
{
    for (const struct call *const *c = coupon_service.calls; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

/* The outcome's code; NULL when it went well. */
static const char *ask(struct fixture *f, int64_t user, const struct call *call, const void *in, void *out)
{
    static char code[64];
    struct ctx cx;
    assert_non_null(call);
    err e = fixture_call(f, user, user == MANAGER ? ROLE_MANAGER : ROLE_CUSTOMER, call, in, out, &cx);
    snprintf(code, sizeof(code), "%s", e ? cx.problem.code ? cx.problem.code : err_kind(e)->word : "");
    app_ctx_end(&cx);
    return e ? code : NULL;
}

static int64_t now(struct fixture *f)
{
    return clock_now(app_clock(f->app));
}

static struct offer_in ten_percent(struct fixture *f)
{
    return (struct offer_in){ .name = S("Ten"), .quantity = 10, .percent = 10, .expires_at = now(f) + DAY_MS };
}

static int64_t make(struct fixture *f, struct offer_in in)
{
    struct offer_view out;
    assert_null(ask(f, MANAGER, &coupon_put_call, &in, &out));
    return out.id;
}

static const char *claim(struct fixture *f, int64_t user, int64_t coupon, int64_t *ret)
{
    struct claim_out out = { 0 };
    const char *code = ask(f, user, call_named("coupon.claim"), &(struct coupon_in){ coupon }, &out);
    *ret = out.id;
    return code;
}

static int64_t claimed(struct fixture *f, int64_t user, int64_t coupon)
{
    int64_t id;
    assert_null(claim(f, user, coupon, &id));
    return id;
}

static struct offer_view look(struct fixture *f, int64_t coupon)
{
    struct offer_view out;
    assert_null(ask(f, MANAGER, call_named("coupon.show"), &(struct coupon_in){ coupon }, &out));
    return out;
}

static int status_of(struct fixture *f, int64_t user, int64_t piece)
{
    struct page_out page;
    struct ctx cx;
    int status = -1;
    assert_int_equal(fixture_call(f, user, ROLE_CUSTOMER, call_named("coupon.mine"), &(struct page_in){ 0 }, &page, &cx), OK);
    for (const struct piece_view *p = page.items.at; p < (const struct piece_view *)page.items.at + page.items.n; p++)
        if (p->id == piece)
            status = p->status;
    app_ctx_end(&cx);
    return status;
}

static struct coupon_reserve_in reservation(int64_t piece, int64_t user, int64_t booking, int64_t total)
{
    return (struct coupon_reserve_in){ piece, user, booking, 5, total, S("KRW") };
}

static const char *reserve(struct fixture *f, struct coupon_reserve_in in, int64_t *ret_discount)
{
    struct coupon_reserve_out out = { -1 };
    const char *code = ask(f, 0, &coupon_reserve_call, &in, &out);
    *ret_discount = out.discount;
    return code;
}

/* As the table says. */
static int64_t pieces_in(struct fixture *f, int64_t coupon, enum piece_state state)
{
    static const struct query count = { "test.count", "SELECT COUNT(*) FROM coupon_piece WHERE coupon_id = ? AND state = ?" };
    struct ctx cx;
    struct rows r;
    app_ctx_begin(f->app, &cx);
    cx.db = db_read_begin(app_db(f->app));
    assert_int_equal(db_rows(&cx, &count, VALS(v_int(coupon), v_int(state)), &r), OK);
    assert_true(rows_next(&r));
    int64_t n = row_int(&r, 0);
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(app_db(f->app), cx.db);
    app_ctx_end(&cx);
    return n;
}

static void confirm(struct fixture *f, int64_t booking)
{
    assert_null(ask(f, 0, &coupon_confirmed_call, &(struct booking_confirmed){ .booking = booking }, NULL));
}

static void end(struct fixture *f, int64_t booking)
{
    assert_null(ask(f, 0, &coupon_ended_call, &(struct booking_ended){ .booking = booking }, NULL));
}

static void cancel(struct fixture *f, int64_t booking, bool coupon_back)
{
    assert_null(ask(f, 0, &coupon_cancelled_call, &(struct booking_cancelled){ .booking = booking, .coupon_back = coupon_back }, NULL));
}

/* ---- tests ---- */

static void test_worth(void **state)
{
    static const struct {
        struct terms terms;
        int64_t total, off;
    } cases[] = {
        { { .percent = 10 }, 100000, 10000 },
        { { .percent = 10 }, 99, 9 },                      /* rounded down */
        { { .percent = 33 }, 100, 33 },
        { { .percent = 1 }, 99, 0 },
        { { .percent = 100 }, 12345, 12345 },
        { { .percent = 50, .max_off = 20000 }, 100000, 20000 },
        { { .percent = 50, .max_off = 20000 }, 30000, 15000 },
        { { .percent = 100 }, MONEY_MAX, MONEY_MAX },      /* no overflow */
        { { .amount_off = 5000 }, 12000, 5000 },
        { { .amount_off = 5000 }, 3000, 3000 },            /* never more than the total */
        { { .amount_off = 5000 }, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(terms_discount(&cases[i].terms, cases[i].total), cases[i].off);
}

static void test_bad_terms(void **state)
{
    struct fixture *f = *state;
    struct offer_view out;
    const struct money won = { 1000, "KRW" }, cent = { 100, "USD" };
    const struct call *create = &coupon_put_call;
    struct offer_in bad[] = { ten_percent(f), ten_percent(f), ten_percent(f), ten_percent(f), ten_percent(f), ten_percent(f) };
    bad[0].percent = 0;                                    /* neither */
    bad[1].amount_off = won;                               /* both */
    bad[2].starts_at = bad[2].expires_at;
    bad[3].expires_at = now(f);
    bad[4].max_off = won;
    bad[4].min_total = cent;
    bad[5].percent = 0;
    bad[5].amount_off = won;
    bad[5].max_off = won;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_equal(ask(f, MANAGER, create, &bad[i], &out), "invalid");
}

static void test_stock(void **state)
{
    struct fixture *f = *state;
    int64_t piece;
    struct offer_in in = ten_percent(f);
    in.quantity = 3;
    int64_t coupon = make(f, in);
    claimed(f, 1, coupon);
    assert_string_equal(claim(f, 1, coupon, &piece), "already_claimed");
    claimed(f, 2, coupon);
    fixture_restart(f);                                    /* counted again from the database */
    assert_string_equal(claim(f, 2, coupon, &piece), "already_claimed");
    claimed(f, 3, coupon);
    assert_string_equal(claim(f, 3, coupon, &piece), "already_claimed");
    assert_string_equal(claim(f, 4, coupon, &piece), "sold_out");
    assert_string_equal(claim(f, 4, coupon + 1, &piece), "not_found");
    assert_int_equal(look(f, coupon).left, 0);
    assert_int_equal(look(f, coupon).issued, 3);
}

static void test_undone(void **state)
{
    struct fixture *f = *state;
    struct offer_view made;
    struct offer_in in = ten_percent(f);
    in.quantity = 1;
    assert_string_equal(ask(f, MANAGER, &spoil_call, &(struct spoil_in){ coupon_put, &in }, &made), "spoiled");
    int64_t coupon = make(f, in), piece;
    struct claim_out out;
    assert_string_equal(claim(f, 1, coupon - 1, &piece), "not_found");
    assert_string_equal(ask(f, 1, &spoil_call, &(struct spoil_in){ coupon_claim, &(struct coupon_in){ coupon } }, &out), "spoiled");
    assert_string_equal(ask(f, MANAGER, &spoil_call, &(struct spoil_in){ coupon_delete, &(struct coupon_in){ coupon } }, NULL), "spoiled");
    assert_string_equal(
        ask(f, MANAGER, &spoil_call, &(struct spoil_in){ coupon_change, &(struct offer_change_in){ coupon, .quantity = 5 } }, &made), "spoiled");
    claimed(f, 1, coupon);
    assert_string_equal(claim(f, 2, coupon, &piece), "sold_out");
}

static void test_time(void **state)
{
    struct fixture *f = *state;
    int64_t piece;
    struct offer_in in = ten_percent(f);
    in.starts_at = now(f) + 1000;
    int64_t coupon = make(f, in);
    assert_string_equal(claim(f, ANN, coupon, &piece), "not_started");
    app_clock_advance(f->app, 1000);
    piece = claimed(f, ANN, coupon);
    app_clock_advance(f->app, in.expires_at - now(f) - 1);
    assert_int_equal(status_of(f, ANN, piece), PIECE_USABLE);
    app_clock_advance(f->app, 1);
    assert_int_equal(status_of(f, ANN, piece), PIECE_EXPIRED);
    assert_string_equal(claim(f, BOB, coupon, &piece), "expired");
    struct offer_view out;
    assert_string_equal(ask(f, MANAGER, call_named("coupon.change"), &(struct offer_change_in){ coupon, .expires_at = now(f) + DAY_MS }, &out),
                        "coupon_over");
}

/* Marks in more steps than one, over those that are used. */
static void test_tidy(void **state)
{
    struct fixture *f = *state;
    struct offer_in in = ten_percent(f);
    in.quantity = 600;
    int64_t coupon = make(f, in), off;
    for (int64_t user = 1; user <= 600; user++)
        claimed(f, user, coupon);
    assert_null(reserve(f, reservation(300, 300, 7, 50000), &off));
    app_clock_advance(f->app, DAY_MS);
    assert_int_equal(pieces_in(f, coupon, PIECE_EXPIRED), 599);
    assert_int_equal(pieces_in(f, coupon, PIECE_RESERVED), 1);
    assert_int_equal(coupon_service.jobs[0].due(app_self(f->app, &coupon_service)), INT64_MAX);
}

static void test_change(void **state)
{
    struct fixture *f = *state;
    struct offer_view out;
    int64_t coupon = make(f, ten_percent(f)), piece;
    claimed(f, 1, coupon);
    claimed(f, 2, coupon);
    const struct call *change = call_named("coupon.change");
    assert_string_equal(ask(f, MANAGER, change, &(struct offer_change_in){ coupon, .quantity = 1 }, &out), "quantity_too_low");
    assert_null(ask(f, MANAGER, change, &(struct offer_change_in){ coupon, .quantity = 2 }, &out));
    assert_string_equal(claim(f, 3, coupon, &piece), "sold_out");
    assert_string_equal(ask(f, MANAGER, change, &(struct offer_change_in){ coupon, .expires_at = now(f) - 1 }, &out), "invalid");
    assert_null(ask(f, MANAGER, change, &(struct offer_change_in){ coupon, .quantity = 5, .has_listed = true }, &out));
    assert_string_equal(claim(f, 3, coupon, &piece), "not_found");       /* not public any more */
    assert_null(ask(f, MANAGER, call_named("coupon.delete"), &(struct coupon_in){ coupon }, NULL));
    assert_string_equal(ask(f, MANAGER, call_named("coupon.show"), &(struct coupon_in){ coupon }, &out), "not_found");
}

static void test_bookings(void **state)
{
    struct fixture *f = *state;
    struct offer_in in = ten_percent(f);
    in.min_total = (struct money){ 10000, "KRW" };
    int64_t ann = claimed(f, ANN, make(f, in)), other = claimed(f, ANN, make(f, in)), off;

    assert_string_equal(reserve(f, reservation(ann, BOB, 7, 50000), &off), "not_found");
    assert_string_equal(reserve(f, reservation(ann, ANN, 7, 9999), &off), "coupon_min_total");
    struct coupon_reserve_in dollars = reservation(ann, ANN, 7, 50000);
    dollars.currency = S("USD");
    assert_string_equal(reserve(f, dollars, &off), "coupon_not_applicable");

    for (int again = 0; again < 2; again++) {
        assert_null(reserve(f, reservation(ann, ANN, 7, 50000), &off));
        assert_int_equal(off, 5000);
    }
    assert_int_equal(status_of(f, ANN, ann), PIECE_RESERVED);
    assert_string_equal(reserve(f, reservation(ann, ANN, 8, 50000), &off), "coupon_used");
    assert_null(reserve(f, reservation(other, ANN, 7, 60000), &off));    /* another coupon replaces it */
    assert_int_equal(off, 6000);
    assert_int_equal(status_of(f, ANN, ann), PIECE_USABLE);
    end(f, 7);
    end(f, 7);
    assert_int_equal(status_of(f, ANN, other), PIECE_USABLE);

    assert_null(reserve(f, reservation(ann, ANN, 7, 50000), &off));      /* a second try of the same booking */
    confirm(f, 7);
    confirm(f, 7);
    assert_int_equal(status_of(f, ANN, ann), PIECE_USED);
    assert_null(ask(f, 0, &coupon_release_call, &(struct benefit_ref){ 7 }, NULL));
    assert_int_equal(status_of(f, ANN, ann), PIECE_USED);
    assert_string_equal(reserve(f, reservation(other, ANN, 7, 50000), &off), "coupon_used");

    cancel(f, 7, false);             /* some seats only */
    assert_int_equal(status_of(f, ANN, ann), PIECE_USED);
    cancel(f, 7, true);
    assert_int_equal(status_of(f, ANN, ann), PIECE_USABLE);
    assert_null(reserve(f, reservation(ann, ANN, 9, 50000), &off));
    cancel(f, 7, true);              /* heard again: once only */
    assert_int_equal(status_of(f, ANN, ann), PIECE_RESERVED);
    assert_string_equal(claim(f, ANN, 1, &off), "already_claimed");      /* one for ever */
}

static void test_order_and_end(void **state)
{
    struct fixture *f = *state;
    struct offer_in in = ten_percent(f);
    in.performance = 5;
    int64_t piece = claimed(f, ANN, make(f, in)), off;
    struct coupon_reserve_in elsewhere = reservation(piece, ANN, 7, 50000);
    elsewhere.performance = 6;
    assert_string_equal(reserve(f, elsewhere, &off), "coupon_not_applicable");
    assert_null(reserve(f, reservation(piece, ANN, 7, 50000), &off));
    cancel(f, 7, true);              /* before the confirmation */
    confirm(f, 7);
    assert_int_equal(status_of(f, ANN, piece), PIECE_USABLE);

    assert_null(reserve(f, reservation(piece, ANN, 8, 50000), &off));
    app_clock_advance(f->app, DAY_MS);
    confirm(f, 8);             /* reserved in time */
    assert_int_equal(status_of(f, ANN, piece), PIECE_USED);
    cancel(f, 8, true);              /* comes back when it is over */
    assert_int_equal(status_of(f, ANN, piece), PIECE_EXPIRED);
    assert_string_equal(reserve(f, reservation(piece, ANN, 9, 50000), &off), "coupon_expired");
}

static void test_audit(void **state)
{
    static const struct damage_in cases[] = {
        { "C1_stock", { "test.harm", "UPDATE coupon_offer SET issued = issued - 1" } },
        { "C1_codes", { "test.harm", "UPDATE coupon_offer SET open_codes = open_codes + 1" } },
        { "C1_known", { "test.harm", "UPDATE coupon_piece SET coupon_id = coupon_id + 100" } },
        { "C3_one_booking", { "test.harm", "UPDATE coupon_piece SET booking_id = booking_id + 1 WHERE booking_id IS NOT NULL" } },
        { "C3_one_booking", { "test.harm", "UPDATE coupon_use SET state = 2" } },
        { "C3_one_piece", { "test.harm", "UPDATE coupon_piece SET state = 0, booking_id = NULL" } },
    };
    struct fixture *f = *state;
    int64_t off, piece = claimed(f, ANN, make(f, ten_percent(f)));
    assert_null(reserve(f, reservation(piece, ANN, 7, 50000), &off));
    confirm(f, 7);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(ask(f, MANAGER, &damage_call, &cases[i], NULL), "noticed");
}

/* ---- codes ---- */

static const char *redeem(struct fixture *f, int64_t user, struct str code, int64_t *ret)
{
    struct claim_out out = { 0 };
    const char *refused = ask(f, user, call_named("coupon.redeem_code"), &(struct redeem_in){ code }, &out);
    *ret = out.id;
    return refused;
}

/* The n-th code of the export, in *ret, and whether somebody has redeemed it. */
static bool exported(struct fixture *f, int64_t coupon, int n, char ret[CODE_TYPED + 1])
{
    struct raw_out out = { 0 };
    struct ctx cx;
    assert_int_equal(fixture_call(f, MANAGER, ROLE_MANAGER, call_named("coupon.codes_export"), &(struct coupon_in){ coupon }, &out, &cx), OK);
    struct str rest = out.body, line = { 0 };
    for (int i = 0; i <= n && rest.p; i++)
        line = str_cut(&rest, '\n');
    assert_true(line.n > CODE_TYPED + 2);
    snprintf(ret, CODE_TYPED + 1, "%.*s", CODE_TYPED, line.p + 1);
    bool redeemed = !str_eq(str_of(line.p + CODE_TYPED + 2, line.n - CODE_TYPED - 2), S(",\"\"\r"));
    out.release(out.held);
    app_ctx_end(&cx);
    return redeemed;
}

static void test_shared_code(void **state)
{
    struct fixture *f = *state;
    struct offer_in in = ten_percent(f);
    struct offer_view out;
    int64_t piece;
    in.code = S("Summer-2030");
    in.has_listed = true;
    int64_t coupon = make(f, in);
    assert_string_equal(ask(f, MANAGER, &coupon_put_call, &in, &out), "code_taken");
    assert_string_equal(claim(f, ANN, coupon, &piece), "not_found");
    assert_null(redeem(f, ANN, S(" summer-2030 "), &piece));
    assert_int_equal(status_of(f, ANN, piece), PIECE_USABLE);
    assert_string_equal(redeem(f, ANN, S("SUMMER-2030"), &piece), "already_claimed");
    assert_null(ask(f, MANAGER, call_named("coupon.delete"), &(struct coupon_in){ coupon }, NULL));
    assert_string_equal(redeem(f, BOB, S("SUMMER-2030"), &piece), "unknown_code");
}

static void test_single_codes(void **state)
{
    struct fixture *f = *state;
    struct codes_out made;
    char first[CODE_TYPED + 1], last[CODE_TYPED + 1];
    struct offer_in in = ten_percent(f);
    int64_t coupon = make(f, in), piece;
    const struct call *codes = call_named("coupon.codes_make");
    claimed(f, 50, coupon);
    assert_null(ask(f, MANAGER, codes, &(struct codes_in){ coupon, 5 }, &made));
    assert_null(ask(f, MANAGER, codes, &(struct codes_in){ coupon, 2 }, &made));
    assert_int_equal(made.open_codes, 7);
    assert_int_equal(made.left, 2);
    assert_string_equal(ask(f, MANAGER, codes, &(struct codes_in){ coupon, 3 }, &made), "sold_out");
    claimed(f, 51, coupon);
    claimed(f, 52, coupon);
    assert_string_equal(claim(f, 53, coupon, &piece), "sold_out");       /* the codes keep their pieces */

    assert_false(exported(f, coupon, 1, first));
    assert_false(exported(f, coupon, 7, last));
    assert_string_equal(redeem(f, 50, str_c(first), &piece), "already_claimed");
    assert_null(redeem(f, ANN, str_c(first), &piece));
    assert_string_equal(redeem(f, BOB, str_c(first), &piece), "code_used");
    for (char *p = last; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    assert_null(redeem(f, BOB, str_c(last), &piece));
    assert_true(exported(f, coupon, 1, first));
    assert_false(exported(f, coupon, 2, first));
    assert_int_equal(look(f, coupon).open_codes, 5);
    assert_int_equal(look(f, coupon).issued, 5);
}

static void test_guessing(void **state)
{
    struct fixture *f = *state;
    struct offer_in in = ten_percent(f);
    int64_t piece;
    in.code = S("RIGHT");
    make(f, in);
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        assert_string_equal(redeem(f, ANN, S("wrong"), &piece), "unknown_code");
    assert_string_equal(redeem(f, ANN, S("right"), &piece), "too_many");
    assert_null(redeem(f, BOB, S("right"), &piece));       /* each account for itself */
    app_clock_advance(f->app, ATTEMPTS_WINDOW);
    assert_null(redeem(f, ANN, S("right"), &piece));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worth), TEST(test_bad_terms),     TEST(test_stock),       TEST(test_undone),       TEST(test_time),
        TEST(test_tidy),              TEST(test_change),        TEST(test_bookings),    TEST(test_order_and_end), TEST(test_shared_code),
        TEST(test_single_codes),      TEST(test_guessing),      TEST(test_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
