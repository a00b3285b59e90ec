#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/ctx.h"
#include "base/host_port.h"
#include "base/id.h"
#include "base/map.h"
#include "base/money.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/wheel.h"

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        { "0", true, 0 }, { "-0", true, 0 }, { "42", true, 42 }, { "-42", true, -42 }, { "007", true, 7 },
        { "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 }, { "99999999999999999999", false, 0 },
        { "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 }, { "1 ", false, 0 }, { " 1", false, 0 }, { "1.0", false, 0 }, { "1e3", false, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t v = -1;
        assert_int_equal(str_to_int(str_c(cases[i].text), &v), cases[i].ok);
        if (cases[i].ok)
            assert_int_equal(v, cases[i].value);
    }
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        { "", true }, { "abc", true }, { "한글 좌석", true }, { "\xf0\x9f\x8e\xab", true }, { "\xf4\x8f\xbf\xbf", true },
        { "\xc0\x80", false }, { "\xc1\xbf", false }, { "\xe0\x80\x80", false }, { "\xed\xa0\x80", false }, { "\xf0\x80\x80\x80", false },
        { "\xf4\x90\x80\x80", false }, { "\xf8\x88\x80\x80\x80", false }, { "\x80", false }, { "\xff", false }, { "a\xe2\x82", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(str_utf8(str_c(cases[i].text)), cases[i].ok);
    assert_int_equal(str_utf8_length(S("한글 A")), 4);
    for (int byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < 24; at++) {
            char text[24];
            memset(text, '~', sizeof(text));
            text[at] = (char)byte;
            bool plain = byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\';
            assert_int_equal(str_plain(str_of(text, 24)), plain ? 24 : at / 8 * 8);
            assert_int_equal(str_plain(str_of(text, 23)), plain ? 16 : at / 8 * 8);
        }
}

static void test_cut(void **state)
{
    (void)state;
    struct str rest = S("a,,b"), part;
    part = str_cut(&rest, ',');
    assert_true(str_eq(part, S("a")));
    part = str_cut(&rest, ',');
    assert_true(part.n == 0 && rest.p);
    part = str_cut(&rest, ',');
    assert_true(str_eq(part, S("b")) && !rest.p);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    char *first = arena_take(a, 10);
    for (int i = 0; i < 1000; i++) {
        char *p = arena_take(a, (size_t)i);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (int k = 0; k < i; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xff, (size_t)i);
    }
    assert_string_equal(arena_fmt(a, "%d-%s", 7, "x").p, "7-x");
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
#ifdef ARENA_MALLOC
    (void)first;                             /* there each piece is a block of its own */
#else
    assert_ptr_equal(arena_take(a, 10), first);          /* the first block was kept */
#endif
    arena_free(a);
}

static void test_buf(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 16);
    buf_str(&b, S("0123456789"));
    buf_int(&b, INT64_MIN);
    assert_true(b.full);                     /* 20 more do not fit; sticky from here on */
    buf_char(&b, 'x');
    assert_true(str_eq(str_of(b.p, 10), S("0123456789")) && b.full);
    buf_clear(&b);
    buf_int(&b, -120);
    assert_true(!b.full && str_eq(buf_view(&b), S("-120")));
    buf_drop(&b, 1);
    assert_true(str_eq(buf_view(&b), S("120")));
    buf_free(&b);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;           /* -1: refused */
        const char *back;     /* NULL: the text itself */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0, NULL },
        { "2026-11-23T20:00:00Z", INT64_C(1795464000000), NULL },
        { "2026-11-23T20:00:00.250Z", INT64_C(1795464000250), NULL },
        { "2026-11-24T05:00:00+09:00", INT64_C(1795464000000), "2026-11-23T20:00:00Z" },
        { "2024-02-29T12:00:00Z", INT64_C(1709208000000), NULL },
        { "2026-11-23t20:00:60z", INT64_C(1795464059000), "2026-11-23T20:00:59Z" },
        { "2026-11-23T20:00:00.123456789Z", INT64_C(1795464000123), "2026-11-23T20:00:00.123Z" },
        { "2023-02-29T12:00:00Z", -1, NULL }, { "2026-13-01T00:00:00Z", -1, NULL }, { "2026-00-01T00:00:00Z", -1, NULL },
        { "2026-11-23T24:00:00Z", -1, NULL }, { "2026-11-23T20:60:00Z", -1, NULL }, { "2026-11-23T20:00:00", -1, NULL },
        { "2026-11-23", -1, NULL }, { "2026-11-23T20:00:00Zx", -1, NULL }, { "1969-12-31T23:59:59Z", -1, NULL }, { "", -1, NULL },
        { "2026-11-23T20:00:00.Z", -1, NULL }, { "2026-11-23T20:00:00+24:00", -1, NULL }, { "1795464000000", -1, NULL },
        { "9999-12-31T23:59:59-01:00", -1, NULL },
    };
    char out[TIME_TEXT_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms;
        assert_int_equal(time_parse(str_c(cases[i].text), &ms), cases[i].ms >= 0);
        if (cases[i].ms < 0)
            continue;
        assert_int_equal(ms, cases[i].ms);
        assert_true(str_eq(time_format(ms, out), str_c(cases[i].back ? cases[i].back : cases[i].text)));
    }
}

static void test_time_round_trip(void **state)
{
    (void)state;
    struct rng rng;
    char out[TIME_TEXT_MAX];
    rng_seed(&rng, 7);
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)rng_below(&rng, UINT64_C(253402300799999)), back;
        assert_true(time_parse(time_format(ms, out), &back));
        assert_int_equal(ms, back);
    }
}

static void test_ids(void **state)
{
    (void)state;
    struct id_key key = { { 1, 2, 3 } }, other = { { 9 } };
    struct map seen = { 0 };
    char text[ID_TEXT], code[CODE_TEXT];
    int64_t back;
    for (int64_t id = 1; id <= 20000; id++) {
        id_encode(&key, ID_HOLD, id, text);
        assert_true(id_decode(&key, ID_HOLD, str_of(text, ID_TEXT), &back));
        assert_int_equal(back, id);
        if (id_decode(&key, ID_BOOKING, str_of(text, ID_TEXT), &back))
            assert_true(back > 1000000);     /* another kind: no row's number */
        if (id_decode(&other, ID_HOLD, str_of(text, ID_TEXT), &back))
            assert_true(back > 1000000);
        uint64_t hash = str_hash(str_of(text, ID_TEXT));
        assert_false(map_get(&seen, hash, &(uint64_t){ 0 }));
        map_put(&seen, hash, 1);
        id_code(&key, ID_BOOKING, id, code);
        assert_true(id_from_code(&key, ID_BOOKING, str_of(code, CODE_TEXT), &back));
        assert_int_equal(back, id);
    }
    map_free(&seen);
    static const char *const bad[] = { "", "0", "0000000000000x", "zzzzzzzzzzzzz", "000000000000i", "000000000000O", "000000 000000" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(id_decode(&key, ID_HOLD, str_c(bad[i]), &back));
}

static void test_uuid7(void **state)
{
    (void)state;
    struct rng rng;
    char a[UUID_TEXT], b[UUID_TEXT];
    rng_seed(&rng, 1);
    uuid7(INT64_C(0x017f22e279b0), &rng, a);             /* the time of RFC 9562, A.6 */
    uuid7(INT64_C(0x017f22e279b1), &rng, b);
    assert_memory_equal(a, "017f22e2-79b0-7", 15);
    assert_true(a[19] == '8' || a[19] == '9' || a[19] == 'a' || a[19] == 'b');
    assert_true(memcmp(a, b, UUID_TEXT) < 0);            /* later sorts behind */
}

static void test_map_against_array(void **state)
{
    (void)state;
    enum { KEYS = 512 };
    struct map m = { 0 };
    uint64_t model[KEYS] = { 0 }, v;
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < 200000; i++) {
        uint64_t key = rng_below(&rng, KEYS), value = 1 + rng_below(&rng, 1000);
        if (rng_below(&rng, 2)) {
            map_put(&m, key, value);
            model[key] = value;
        } else {
            assert_int_equal(map_remove(&m, key), model[key] != 0);
            model[key] = 0;
        }
        uint64_t probe = rng_below(&rng, KEYS);
        assert_int_equal(map_get(&m, probe, &v), model[probe] != 0);
        if (model[probe])
            assert_int_equal(v, model[probe]);
    }
    size_t at = 0, count = 0;
    uint64_t key;
    while (map_each(&m, &at, &key, &v)) {
        assert_int_equal(model[key], v);
        count++;
    }
    assert_int_equal(count, m.count);
    map_free(&m);
}

static void test_wheel_against_array(void **state)
{
    (void)state;
    enum { TIMERS = 400 };
    static struct timer timers[TIMERS];
    static int64_t due[TIMERS];              /* 0: not set */
    static struct wheel w;
    struct rng rng;
    int64_t now = 1000000;
    rng_seed(&rng, 5);
    memset(timers, 0, sizeof(timers));
    memset(due, 0, sizeof(due));
    wheel_init(&w, now);
    for (int step = 0; step < 20000; step++) {
        size_t i = rng_below(&rng, TIMERS);
        if (rng_below(&rng, 4)) {
            due[i] = now - 500 + (int64_t)rng_below(&rng, rng_below(&rng, 10) ? 60000 : 3000000);
            wheel_set(&w, &timers[i], due[i]);
        } else {
            wheel_cancel(&w, &timers[i]);
            due[i] = 0;
        }
        if (rng_below(&rng, 5))
            continue;
        now += (int64_t)rng_below(&rng, rng_below(&rng, 50) ? 2000 : 2000000);
        int64_t earliest = INT64_MAX;
        for (size_t k = 0; k < TIMERS; k++)
            if (due[k] && due[k] < earliest)
                earliest = due[k];
        assert_true(wheel_next(&w) <= earliest || earliest == INT64_MAX);
        for (struct timer *t; (t = wheel_due(&w, now));) {
            size_t k = (size_t)(t - timers);
            assert_true(due[k] && due[k] <= now);
            due[k] = 0;
        }
        for (size_t k = 0; k < TIMERS; k++)
            assert_true(!due[k] || due[k] > now);        /* nothing that is due was left behind */
    }
}

static void test_rng(void **state)
{
    (void)state;
    struct rng a, b;
    int count[7] = { 0 };
    rng_seed(&a, 11);
    rng_seed(&b, 11);
    for (int i = 0; i < 70000; i++) {
        uint64_t v = rng_below(&a, 7);
        assert_int_equal(v, rng_below(&b, 7));
        count[v]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(count[i], 9600, 10400);
}

static void test_fail(void **state)
{
    (void)state;
    struct ctx cx = { .arena = arena_new(0), .lang = LANG_KO };
    assert_int_equal(fail(&cx, ERR_CONFLICT, "seat_taken", "%s is taken", "%s 좌석은 이미 선택되었습니다", "A-1"), ERR_CONFLICT);
    assert_string_equal(cx.problem.code, "seat_taken");
    assert_true(str_eq(cx.problem.detail, S("A-1 좌석은 이미 선택되었습니다")));
    for (int i = 0; i < 600; i++)
        assert_int_equal(fail_field(&cx, S("x"), "%d", "%d", i), ERR_INPUT);
    int n = 0;
    for (struct field_error *e = cx.problem.fields; e; e = e->next)
        n++;
    assert_int_equal(n, 500);
    assert_int_equal(err_kind(ERR_LIMIT)->status, 429);
    arena_free(cx.arena);
}

/* ---- tables for spreadsheets ---- */

static void test_csv(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    csv_begin(&out);
    csv_text(&out, S("plain"));
    csv_int(&out, -7);
    csv_text(&out, S(""));
    csv_row_end(&out);
    csv_text(&out, S("say \"hi\",\r\nagain"));
    csv_text(&out, S("=1+1"));
    csv_text(&out, S("@a"));
    csv_row_end(&out);
    static const char expected[] = "\xef\xbb\xbf\"plain\",-7,\"\"\r\n\"say \"\"hi\"\",\r\nagain\",\"'=1+1\",\"'@a\"\r\n";
    assert_int_equal(out.n, sizeof(expected) - 1);
    assert_memory_equal(out.p, expected, out.n);
    buf_free(&out);
}

static void test_money(void **state)
{
    (void)state;
    static const struct {
        struct money m;
        const char *digits;
    } cases[] = {
        { { 0, "KRW" }, "0" },           { { 999, "KRW" }, "999" },          { { 1000, "KRW" }, "1,000" },      { { -1234567, "KRW" }, "-1,234,567" },
        { { 5, "USD" }, "0.05" },        { { -123450, "USD" }, "-1,234.50" }, { { 1234567, "KWD" }, "1,234.567" },
        { { INT64_MIN, "JPY" }, "-9,223,372,036,854,775,808" },
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_true(str_eq(money_digits(a, cases[i].m), str_c(cases[i].digits)));
    assert_int_equal(money_share(10, 1, 3), 3);
    assert_int_equal(money_share(10, 1, 0), 0);
    assert_int_equal(money_share(MONEY_MAX, MONEY_MAX - 1, MONEY_MAX), MONEY_MAX - 1);
    arena_free(a);
}

static void test_korean_time(void **state)
{
    (void)state;
    char text[TIME_TEXT_MAX];
    assert_true(str_eq(time_korea(INT64_C(1795464000250), text), S("2026-11-24 05:00")));
}

static void test_host_port(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int usual;
        const char *host;                 /* NULL: refused */
        int port;
        bool ipv6;
    } cases[] = {
        { "a:1", 0, "a", 1, false },         { "db.example.com:65535", 80, "db.example.com", 65535, false },
        { "10.0.0.5:3000", 0, "10.0.0.5", 3000, false }, { "shop_db", 3306, "shop_db", 3306, false },
        { "[::1]:80", 0, "::1", 80, true },  { "[fe80::1]", 3306, "fe80::1", 3306, true }, { "[::ffff:10.0.0.1]:1", 0, "::ffff:10.0.0.1", 1, true },
        { "a", 0, NULL, 0, false },          { "[::1]", 0, NULL, 0, false },  { "a:", 80, NULL, 0, false },       { "[::1]:", 80, NULL, 0, false },
        { "a:0", 80, NULL, 0, false },       { "a:65536", 80, NULL, 0, false }, { "a:-1", 80, NULL, 0, false },
        { "a:99999999999999999999", 80, NULL, 0, false },
        { "a:80 ", 80, NULL, 0, false },     { "a:nine", 80, NULL, 0, false }, { "a:1:2", 80, NULL, 0, false },   { "::1", 80, NULL, 0, false },
        { "", 80, NULL, 0, false },          { ":80", 80, NULL, 0, false },   { "[", 80, NULL, 0, false },        { "[]:80", 80, NULL, 0, false },
        { "[::1", 80, NULL, 0, false },      { "[::1]80", 80, NULL, 0, false }, { "[::1]x:80", 80, NULL, 0, false }, { "[a_b]:80", 80, NULL, 0, false },
        { "me@a:80", 80, NULL, 0, false },   { "a/b:80", 80, NULL, 0, false }, { "a b:80", 80, NULL, 0, false },  { "[::1%lo]:80", 80, NULL, 0, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct host_port at = { .port = -1 };
        bool read = host_port_parse(str_c(cases[i].text), cases[i].usual, &at);
        assert_int_equal(read, cases[i].host != NULL);
        assert_int_equal(at.port, read ? cases[i].port : -1);
        if (read)
            assert_true(str_eq(at.host, str_c(cases[i].host)) && at.ipv6 == cases[i].ipv6);
    }

    char longest[HOST_MAX + 2];
    struct host_port at;
    memset(longest, 'a', sizeof(longest));
    assert_true(host_port_parse(str_of(longest, HOST_MAX), 80, &at));
    assert_false(host_port_parse(str_of(longest, HOST_MAX + 1), 80, &at));
    assert_true(name_plain(S("shop-1"), "-") && !name_plain(S("shop-1"), "_") && !name_plain(S(""), "-") && !name_plain(str_of("a\0", 2), "-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_utf8), cmocka_unit_test(test_cut), cmocka_unit_test(test_arena),
        cmocka_unit_test(test_buf), cmocka_unit_test(test_times), cmocka_unit_test(test_time_round_trip), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_uuid7), cmocka_unit_test(test_map_against_array), cmocka_unit_test(test_wheel_against_array), cmocka_unit_test(test_rng),
        cmocka_unit_test(test_fail), cmocka_unit_test(test_csv), cmocka_unit_test(test_money), cmocka_unit_test(test_korean_time),
        cmocka_unit_test(test_host_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
