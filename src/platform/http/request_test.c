#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "platform/http/http_impl.h"

static struct http_request request(struct arena *arena, const struct http_header *headers, size_t n)
{
    return (struct http_request){ .arena = arena, .headers = headers, .header_count = n };
}

static void test_header(void **state)
{
    (void)state;
    const struct http_header headers[] = { { S("a"), S("1") }, { S("b"), S("") } };
    struct http_request r = request(NULL, headers, 2);
    assert_true(str_eq(http_header(&r, S("a")), S("1")));
    assert_true(http_header(&r, S("b")).p != NULL);
    assert_true(http_header(&r, S("c")).p == NULL);
}

static void test_query(void **state)
{
    (void)state;
    static const struct { struct str query; const char *value; int count; } rows[] = {
        { { NULL, 0 }, NULL, 0 },
        { S(""), NULL, 0 },
        { S("q=a"), "a", 1 },
        { S("x=1&q=a&y=2"), "a", 1 },
        { S("q"), "", 1 },
        { S("q="), "", 1 },
        { S("q=a&q=b"), "a", 2 },
        { S("%71=a"), "a", 1 },
        { S("q=a+b%2B%26%3D"), "a b+&=", 1 },
        { S("q=%EB%B2%A0"), "\xEB\xB2\xA0", 1 },
        { S("qq=a&Q=b&=c&&"), NULL, 0 },
        { S("q=a=b"), "a=b", 1 },
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_request r = { .arena = arena, .query = rows[i].query };
        int count = -1;
        struct str value = http_query(&r, S("q"), &count);
        assert_int_equal(count, rows[i].count);
        assert_int_equal(value.p == NULL, rows[i].value == NULL);
        assert_true(str_eq(value, str_c(rows[i].value)));
    }
    arena_free(arena);
}

static void test_etag(void **state)
{
    (void)state;
    static const struct { struct str header; bool matches; } rows[] = {
        { S("\"v1\""), true },
        { S("W/\"v1\""), true },
        { S("\"v0\", \"v1\""), true },
        { S("\"v0\",W/\"v1\" "), true },
        { S("*"), true },
        { S("\"a,\\\", \"v1\""), true },
        { S("\"v2\""), false },
        { S("v1"), false },
        { S("\"v1"), false },
        { S("W/v1"), false },
        { S("w/\"v1\""), false },
        { S("\"v1\"x"), true },
        { S(""), false },
        { S("\"\""), false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_header header = { S("if-none-match"), rows[i].header };
        struct http_request r = request(NULL, &header, 1);
        assert_int_equal(http_etag_matches(&r, S("\"v1\"")), rows[i].matches);
        assert_int_equal(http_etag_matches(&r, S("W/\"v1\"")), rows[i].matches);
    }
    struct http_request none = request(NULL, NULL, 0);
    assert_false(http_etag_matches(&none, S("\"v1\"")));
}

static void test_accept_encoding(void **state)
{
    (void)state;
    static const struct { struct str header; int gzip, brotli; } rows[] = {
        { S("gzip"), 1000, 0 },
        { S("gzip, br"), 1000, 1000 },
        { S("GZIP;q=0.5,br;q=0.75"), 500, 750 },
        { S("gzip;q=0"), 0, 0 },
        { S("*"), 1000, 1000 },
        { S("*;q=0.1, br;q=0"), 100, 0 },
        { S("gzip;q=0.000, *"), 0, 1000 },
        { S("identity"), 0, 0 },
        { S("gzip ; q=1.000"), 1000, 0 },
        { S("gzip;Q=0.25"), 250, 0 },
        { S("gzip;q=2"), 0, 0 },
        { S("gzip;q=1.5"), 0, 0 },
        { S("gzip;q=0.1234"), 0, 0 },
        { S("gzip;x=1"), 0, 0 },
        { S("gzipped"), 0, 0 },
        { S(""), 0, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_header header = { S("accept-encoding"), rows[i].header };
        struct http_request r = request(NULL, &header, 1);
        assert_int_equal(http_coding_quality(&r, S("gzip")), rows[i].gzip);
        assert_int_equal(http_coding_quality(&r, S("br")), rows[i].brotli);
        assert_int_equal(http_accepts_encoding(&r, S("br")), rows[i].brotli > 0);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; } rows[] = {
        { "192.0.2.1", true }, { "::1", true }, { "2001:db8::1", true }, { "::ffff:192.0.2.1", true },
        { "", false }, { "192.0.2", false }, { "192.0.2.256", false }, { "a.test", false }, { "[::1]", false }, { "192.0.2.1:80", false },
        { "1111111111111111111111111111111111111111111111", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct in6_addr a;
        assert_int_equal(http_address_parse(str_c(rows[i].text), &a), rows[i].good);
    }

    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    char text[HTTP_PEER_TEXT];
    v4.sin_addr.s_addr = htonl(0x7F000009);
    assert_int_equal(http_address_key((struct sockaddr *)&v4), 0);
    v4.sin_addr.s_addr = htonl(0xC0000201);
    assert_int_equal(http_address_key((struct sockaddr *)&v4), 0xC0000201);
    assert_true(http_address_parse(S("::ffff:192.0.2.1"), &v6.sin6_addr));
    assert_int_equal(http_address_key((struct sockaddr *)&v6), 0xC0000201);
    http_address_text((struct sockaddr *)&v6, text);
    assert_string_equal(text, "192.0.2.1");
    assert_true(http_address_parse(S("2001:db8:1:2:3::4"), &v6.sin6_addr));
    assert_int_equal(http_address_key((struct sockaddr *)&v6), UINT64_C(0x20010db800010002));
    assert_true(http_address_parse(S("::1"), &v6.sin6_addr));
    assert_int_equal(http_address_key((struct sockaddr *)&v6), 0);
}

static void test_connections_of_an_address(void **state)
{
    (void)state;
    struct http_server s = { .limits = { .connections_per_address = 2 } };
    uv_mutex_init(&s.lock);
    assert_true(http_address_enter(&s, 7));
    assert_true(http_address_enter(&s, 7));
    assert_false(http_address_enter(&s, 7));
    assert_true(http_address_enter(&s, 8));
    http_address_leave(&s, 7);
    assert_true(http_address_enter(&s, 7));
    http_address_leave(&s, 7);
    http_address_leave(&s, 7);
    http_address_leave(&s, 8);
    assert_int_equal(s.addresses.count, 0);
    map_free(&s.addresses);
    uv_mutex_destroy(&s.lock);
}

static void test_pieces(void **state)
{
    (void)state;
    struct http_loop l = { 0 };
    struct http_out a = { 0 }, b = { 0 };
    char text[5000], sent[20000];
    size_t n = 0;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i % 26);
    http_out_add(&l, &a, str_of(text, 10));
    http_out_add(&l, &a, str_of(text, 1000));
    http_out_keep(&a, str_of(text, 3));
    http_out_add(&l, &a, str_of(text, 5000));
    http_out_drop(&l, &a, 4);
    http_out_add(&l, &b, str_of(text, 7));
    http_out_join(&a, &b);
    assert_int_equal(b.n, 0);
    assert_int_equal(a.n, 6 + 1000 + 3 + 5000 + 7);
    for (const struct http_piece *p = a.first; p; p = p->next) {
        memcpy(sent + n, p->p, p->n);
        n += p->n;
    }
    assert_int_equal(n, a.n);
    assert_memory_equal(sent, text + 4, 6);
    assert_memory_equal(sent + 6 + 1000 + 3, text, 5000);
    assert_memory_equal(sent + n - 7, text, 7);
    http_out_drop(&l, &a, a.n);
    assert_null(a.first);
    assert_null(a.last);
    while (l.spare_pieces) {
        struct http_piece *p = l.spare_pieces;
        l.spare_pieces = p->next;
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_accept_encoding),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_connections_of_an_address),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
