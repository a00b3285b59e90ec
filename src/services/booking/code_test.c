/* Codes of tickets: what is written is read, and nothing else is. */
#include "door_int.h"
#include "fixture.h"
#include "test.h"

static const struct service *const no_services[] = { NULL };
static const struct ticket_code code = { .schedule = 41, .ticket = 987654321, .starts_at = INT64_C(1893456000000), .issue = 3, .seat = 49999 };

static void written_is_read(void **state)
{
    struct fixture *f = *state;
    struct ticket_code read;
    struct ctx cx;
    app_ctx_begin(f->app, &cx);
    struct str text = ticket_code_write(&cx, &code);
    assert_true(ticket_code_read(&cx, text, &read));
    assert_int_equal(read.schedule, code.schedule);
    assert_int_equal(read.ticket, code.ticket);
    assert_int_equal(read.starts_at, code.starts_at);
    assert_int_equal(read.issue, code.issue);
    assert_int_equal(read.seat, code.seat);
    assert_true(str_eq(text, ticket_code_write(&cx, &code)));    /* the same every time */
    app_ctx_end(&cx);
}

/* Characters changed, left out, doubled; the parts of two codes mixed; and all prefixes. */
static void nothing_else_is_read(void **state)
{
    struct fixture *f = *state;
    struct ticket_code read, other = code;
    struct rng rng;
    struct ctx cx;
    app_ctx_begin(f->app, &cx);
    other.issue++;
    struct str text = ticket_code_write(&cx, &code), next = ticket_code_write(&cx, &other);
    assert_int_equal(text.n, next.n);
    for (size_t n = 0; n < text.n; n++)
        assert_false(ticket_code_read(&cx, str_of(text.p, n), &read));
    rng_seed(&rng, 7);
    for (int round = 0; round < 3000; round++) {
        char changed[512];
        size_t at = rng_below(&rng, text.n), n = text.n;
        memcpy(changed, text.p, n);
        switch (rng_below(&rng, 4)) {
        case 0: changed[at] = (char)rng_below(&rng, 256); break;
        case 1: memmove(changed + at, changed + at + 1, n-- - at - 1); break;
        case 2: memmove(changed + at + 1, changed + at, n++ - at); break;
        default: memcpy(changed + at, next.p + at, n - at);
        }
        struct str tried = str_of(changed, n);
        if (!str_eq(tried, text) && !str_eq(tried, next))
            assert_false(ticket_code_read(&cx, tried, &read));
    }
    app_ctx_end(&cx);
}

static int make(void **state)
{
    static struct fixture f;
    fixture_open(&f, no_services);
    *state = &f;
    return 0;
}

static int drop(void **state)
{
    fixture_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(written_is_read), cmocka_unit_test(nothing_else_is_read) };
    return cmocka_run_group_tests(tests, make, drop);
}
