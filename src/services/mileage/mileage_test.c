/* Mileage through the life of bookings, in whatever order it is heard of. After each test the audit finds nothing, also after a restart. */
#include "fixture.h"
#include "mileage_int.h"
#include "mileage_sql.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define ANN    1              /* the account that the fixture makes */
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* Damages the database, sees whether the audit of that name notices, and takes it back by failing. */
struct damage_in {
    const char *audit;
    struct query sql;
};

static err damage(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct damage_in *in = in_;
    const struct audit *a = mileage_audits;
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

static const struct call damage_call = { .name = "harm.damage", .kind = CALL_COMMAND, .fn = damage };
static const struct call *const harm_calls[] = { &damage_call, NULL };

static err harm_open(struct ctx *cx, void **ret_self)
{
    *ret_self = cx->app;
    return OK;
}

static void harm_close(void *self)
{
    (void)self;
}

static const struct service harm_service = { .name = "harm", .open = harm_open, .close = harm_close, .calls = harm_calls };
static const struct service *const services[] = { &auth_service, &mileage_service, &harm_service, NULL };

static void audit(struct fixture *f)
{
    struct ctx cx;
    app_ctx_begin(f->app, &cx);
    cx.db = db_read_begin(app_db(f->app));
    for (const struct audit *a = mileage_audits; a->name; a++) {
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
    struct auth_admin_in ann = { S("ann@example.com"), S("a long password 1") };
    assert_int_equal(fixture_call(f, 0, 0, &auth_admin_put_call, &ann, NULL, NULL), OK);
    *state = f;
    return 0;
}

static int64_t balance(struct fixture *f)
{
    struct balance_out out = { 0 };
    assert_int_equal(fixture_call(f, ANN, ROLE_CUSTOMER, &mileage_balance_call, NULL, &out, NULL), OK);
    return out.balance;
}

static int64_t owed(struct fixture *f)
{
    struct balance_out out = { 0 };
    assert_int_equal(fixture_call(f, ANN, ROLE_CUSTOMER, &mileage_balance_call, NULL, &out, NULL), OK);
    return out.owed;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int64_t before = balance(f);
    audit(f);
    fixture_restart(f);
    assert_int_equal(balance(f), before);
    fixture_close(f);
    free(f);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* The outcome's code; NULL when it went well. */
static const char *code_of(struct fixture *f, const struct call *call, const void *in)
{
    static char code[64];
    struct ctx cx;
    struct entry_view out;
    err e = fixture_call(f, ANN, ROLE_MANAGER, call, in, &out, &cx);
    snprintf(code, sizeof(code), "%s", e ? cx.problem.code ? cx.problem.code : err_kind(e)->word : "");
    app_ctx_end(&cx);
    return e ? code : NULL;
}

static void done(struct fixture *f, const struct call *call, const void *in)
{
    const char *code = code_of(f, call, in);
    if (code)
        print_error("%s: %s\n", call->name, code);
    assert_null(code);
}

static void give(struct fixture *f, int64_t amount)
{
    done(f, &mileage_adjust_call, &(struct adjust_in){ ANN, amount, S("welcome") });
}

static const char *reserve(struct fixture *f, int64_t booking, int64_t amount)
{
    return code_of(f, &mileage_reserve_call, &(struct mileage_reserve_in){ ANN, booking, amount });
}

static void release(struct fixture *f, int64_t booking)
{
    done(f, &mileage_release_call, &(struct mileage_release_in){ booking });
}

static void confirm(struct fixture *f, int64_t booking, int64_t due)
{
    done(f, &mileage_confirmed_call, &(struct booking_confirmed){ .booking = booking, .user = ANN, .due = due, .currency = S("KRW") });
}

static void cancel(struct fixture *f, int64_t cancellation, int64_t booking, int64_t gone, int64_t back, bool whole)
{
    done(f, &mileage_cancelled_call,
         &(struct booking_cancelled){ .cancellation = cancellation, .booking = booking, .user = ANN, .refund = gone, .mileage_back = back,
                                      .whole = whole });
}

/* ---- tests ---- */

static void test_staff(void **state)
{
    struct fixture *f = *state;
    give(f, 500);
    assert_int_equal(balance(f), 500);
    assert_string_equal(code_of(f, &mileage_adjust_call, &(struct adjust_in){ ANN, -501, S("oops") }), "mileage_short");
    assert_string_equal(code_of(f, &mileage_adjust_call, &(struct adjust_in){ ANN, 0, S("nothing") }), "invalid");
    assert_string_equal(code_of(f, &mileage_adjust_call, &(struct adjust_in){ 99, 5, S("nobody") }), "not_found");
    give(f, -500);
    assert_int_equal(balance(f), 0);

    struct history_out page;
    struct ctx cx;
    assert_int_equal(fixture_call(f, ANN, 0, &mileage_history_call, &(struct history_in){ .limit = 1 }, &page, &cx), OK);
    const struct entry_view *last = page.items.at;
    assert_int_equal(page.items.n, 1);
    assert_int_equal(last->delta, -500);
    assert_int_equal(last->balance_after, 0);
    assert_true(str_eq(last->reason, S("welcome")));
    int64_t next = page.next;
    app_ctx_end(&cx);
    assert_int_equal(fixture_call(f, ANN, 0, &mileage_history_call, &(struct history_in){ .cursor = next }, &page, &cx), OK);
    last = page.items.at;
    assert_int_equal(page.items.n, 1);
    assert_int_equal(last->balance_after, 500);
    assert_int_equal(page.next, 0);
    app_ctx_end(&cx);
}

static void test_reserve(void **state)
{
    struct fixture *f = *state;
    give(f, 100);
    assert_string_equal(reserve(f, 7, 101), "mileage_short");
    assert_string_equal(reserve(f, 7, 0), "invalid");
    assert_string_equal(reserve(f, 7, -5), "invalid");
    assert_null(reserve(f, 7, 60));
    assert_null(reserve(f, 7, 60));          /* again: the same */
    assert_int_equal(balance(f), 40);
    assert_string_equal(reserve(f, 8, 41), "mileage_short");
    assert_null(reserve(f, 7, 100));         /* another amount replaces it */
    assert_int_equal(balance(f), 0);
    assert_string_equal(reserve(f, 7, 101), "mileage_short");
    assert_int_equal(balance(f), 0);         /* and keeps what it had when that fails */
    release(f, 7);
    release(f, 7);
    release(f, 12345);
    assert_int_equal(balance(f), 100);
    assert_null(reserve(f, 7, 30));
    assert_int_equal(balance(f), 70);
}

static void test_spend(void **state)
{
    struct fixture *f = *state;
    give(f, 1000);
    assert_null(reserve(f, 7, 400));
    confirm(f, 7, 50000);                    /* earns 1 % of what was paid in money */
    confirm(f, 7, 50000);                    /* heard again */
    assert_int_equal(balance(f), 600 + 500);
    release(f, 7);                           /* too late */
    assert_string_equal(reserve(f, 7, 10), "mileage_spent");
    assert_int_equal(balance(f), 1100);

    cancel(f, 1, 7, 25000, 150, false);      /* half of the seats */
    cancel(f, 1, 7, 25000, 150, false);
    assert_int_equal(balance(f), 1100 + 150 - 250);
    cancel(f, 2, 7, 25000, 1000, true);      /* never more than was spent */
    assert_int_equal(balance(f), 1000);
    assert_int_equal(owed(f), 0);
}

static void test_out_of_order(void **state)
{
    struct fixture *f = *state;
    give(f, 100);
    assert_null(reserve(f, 7, 100));
    cancel(f, 1, 7, 30000, 100, true);       /* before the confirmation */
    assert_int_equal(balance(f), 100);
    confirm(f, 7, 30000);
    assert_int_equal(balance(f), 100);       /* earns nothing any more */
    cancel(f, 2, 8, 10000, 0, false);
    confirm(f, 8, 30000);
    assert_int_equal(balance(f), 300);       /* on what stays paid */
}

static void test_owed(void **state)
{
    struct fixture *f = *state;
    confirm(f, 7, 100000);
    assert_int_equal(balance(f), 1000);
    assert_null(reserve(f, 8, 900));
    cancel(f, 1, 7, 100000, 0, true);
    assert_int_equal(balance(f), 0);
    assert_int_equal(owed(f), 900);
    release(f, 8);                           /* what comes in pays it first */
    assert_int_equal(balance(f), 0);
    assert_int_equal(owed(f), 0);

    confirm(f, 9, 100000);
    assert_null(reserve(f, 10, 1000));
    confirm(f, 10, 0);
    cancel(f, 2, 9, 100000, 0, true);
    assert_int_equal(owed(f), 1000);
    confirm(f, 11, 150000);
    assert_int_equal(balance(f), 500);
    assert_int_equal(owed(f), 0);
}

static void test_currency(void **state)
{
    struct fixture *f = *state;
    done(f, &mileage_confirmed_call, &(struct booking_confirmed){ .booking = 7, .user = ANN, .due = 50000, .currency = S("USD") });
    assert_int_equal(balance(f), 0);
    confirm(f, 9, 99);                       /* less than one unit */
    assert_int_equal(balance(f), 0);
    confirm(f, 10, 199);                     /* rounded down */
    assert_int_equal(balance(f), 1);
}

static void test_expiry(void **state)
{
    struct fixture *f = *state;
    give(f, 100);
    app_clock_advance(f->app, 100 * DAY_MS);
    give(f, 50);
    assert_null(reserve(f, 7, 120));         /* the older 100 and 20 of the newer */
    app_clock_advance(f->app, 1725 * DAY_MS);
    assert_int_equal(balance(f), 30);        /* the older lot would be over, but it is reserved */
    release(f, 7);                           /* comes back with the expiry it had */
    assert_null(reserve(f, 8, 50));
    assert_string_equal(reserve(f, 9, 1), "mileage_short");
    release(f, 8);
    app_clock_advance(f->app, 1);
    assert_int_equal(balance(f), 50);
    app_clock_advance(f->app, 100 * DAY_MS - 2);
    assert_int_equal(balance(f), 50);        /* to the millisecond */
    app_clock_advance(f->app, 1);
    assert_int_equal(balance(f), 0);
}

static void test_many_expire(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 250; i++)
        give(f, 1 + i % 3);
    fixture_restart(f);
    assert_int_equal(balance(f), 499);
    app_clock_advance(f->app, 1825 * DAY_MS);
    assert_int_equal(balance(f), 0);
}

static void test_audit(void **state)
{
    static const struct damage_in cases[] = {
        { "P1_balance", { "test.harm", "UPDATE mileage_account SET balance = balance + 1" } },
        { "P1_every_prefix", { "test.harm", "UPDATE mileage_entry SET balance_after = balance_after + 1 WHERE id = 2" } },
        { "P1_known", { "test.harm", "UPDATE mileage_lot SET user_id = user_id + 100" } },
        { "P1_ledger_balances", { "test.harm", "UPDATE mileage_ledger SET amount = amount + 1 WHERE entry_id = 2 AND account = 1" } },
        { "P1_ledger_agrees", { "test.harm", "UPDATE mileage_ledger SET entry_id = entry_id + 100 WHERE entry_id = 2" } },
        { "P1_owed", { "test.harm", "UPDATE mileage_account SET owed = owed + 1" } },
        { "P2_lots", { "test.harm", "UPDATE mileage_lot SET remaining = remaining + 1" } },
        { "P2_parts", { "test.harm", "DELETE FROM mileage_part" } },
        { "P2_reserved", { "test.harm", "UPDATE mileage_reservation SET amount = amount + 1 WHERE state = 0" } },
        { "P2_redeemed", { "test.harm", "UPDATE mileage_reservation SET state = 0 WHERE state = 1" } },
        { "P2_issued", { "test.harm", "UPDATE mileage_purchase SET earned = earned - 1" } },
    };
    struct fixture *f = *state;
    give(f, 1000);
    assert_null(reserve(f, 7, 400));
    confirm(f, 7, 50000);
    assert_null(reserve(f, 8, 100));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *code = code_of(f, &damage_call, &cases[i]);
        if (strcmp(code, "noticed") != 0)
            print_error("%s: %s\n", cases[i].audit, code);
        assert_string_equal(code, "noticed");
    }
}

/* A seeded crowd of bookings; the audit of the teardown judges. */
static void test_random(void **state)
{
    struct fixture *f = *state;
    struct rng rng;
    rng_seed(&rng, 20260101);
    give(f, 5000);
    for (int i = 0; i < 250; i++) {
        int64_t booking = 1 + (int64_t)rng_below(&rng, 60), amount = 1 + (int64_t)rng_below(&rng, 700);
        switch (rng_below(&rng, 6)) {
        case 0:
        case 1: reserve(f, booking, amount); break;
        case 2: release(f, booking); break;
        case 3: confirm(f, booking, (int64_t)rng_below(&rng, 100000)); break;
        case 4: cancel(f, 1 + (int64_t)rng_below(&rng, 200), booking, (int64_t)rng_below(&rng, 50000), amount, rng_below(&rng, 2)); break;
        default: app_clock_advance(f->app, (int64_t)rng_below(&rng, 30) * DAY_MS); break;
        }
        assert_true(balance(f) >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_staff),   TEST(test_reserve),  TEST(test_spend),       TEST(test_out_of_order), TEST(test_owed),
        TEST(test_currency), TEST(test_expiry), TEST(test_many_expire), TEST(test_random), TEST(test_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
