/* Which addresses webhooks may lead to, and their signature. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "address.h"
#include "signature.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_public(const char *text)
{
    struct sockaddr_in a4 = { .sin_family = AF_INET };
    struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &a4.sin_addr) == 1)
        return address_public((const struct sockaddr *)&a4);
    assert_int_equal(inet_pton(AF_INET6, text, &a6.sin6_addr), 1);
    return address_public((const struct sockaddr *)&a6);
}

static void test_private_addresses(void **state)
{
    static const char *const inside[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:192.168.0.1", "::10.0.0.1", "64:ff9b::a00:1", "100::1", "2001::1", "2001:db8::1",
        "2002:a00:1::", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(inside); i++) {
        print_message("%s\n", inside[i]);
        assert_false(is_public(inside[i]));
    }
}

static void test_public_addresses(void **state)
{
    static const char *const outside[] = {
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.1.1", "172.15.0.1",
        "172.32.0.1", "192.0.1.1", "192.167.1.1", "192.169.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
        "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(outside); i++) {
        print_message("%s\n", outside[i]);
        assert_true(is_public(outside[i]));
    }
}

static void test_urls(void **state)
{
    static const struct { const char *url; bool fine, fine_in_tests; } cases[] = {
        { "https://example.com/hooks", true, true },
        { "https://example.com:8443/hooks?a=b", true, true },
        { "https://8.8.8.8/", true, true },
        { "https://[2606:4700::1111]/x", true, true },
        { "http://example.com/", false, true },
        { "ftp://example.com/", false, false },
        { "file:///etc/passwd", false, false },
        { "gopher://example.com/", false, false },
        { "example.com/hooks", false, false },
        { "https://", false, false },
        { "https://user@example.com/", false, false },
        { "https://user:word@example.com/", false, false },
        { "https://example.com@127.0.0.1/", false, false },
        { "https://example.com/#part", false, false },
        { "https://127.0.0.1/", false, true },
        { "http://127.0.0.1:8080/hook", false, true },
        { "https://2130706433/", false, true },              /* 127.0.0.1 in other spellings */
        { "https://0x7f.1/", false, true },
        { "https://0177.0.0.1/", false, true },
        { "https://127.1/", false, true },
        { "https://10.0.0.1/", false, false },
        { "https://10.1/", false, false },
        { "https://192.168.0.10/", false, false },
        { "https://169.254.169.254/latest/meta-data", false, false },
        { "https://0/", false, false },
        { "https://[::1]/", false, true },
        { "https://[::]/", false, false },
        { "https://[::ffff:10.0.0.1]/", false, false },
        { "https://[::ffff:a00:1]/", false, false },
        { "https://[fd00::1]/", false, false },
        { "https://[fe80::1%25eth0]/", false, false },
        { "https://localhost/", false, true },
        { "https://LOCALHOST./", false, true },
        { "https://a.localhost/", false, true },
        { "https://notlocalhost/", true, true },
        { "https://exa mple.com/", false, false },
        { "https://example.com/\r\nX: y", false, false },
        { "https://example.com\\@10.0.0.1/", false, false },
        { "https://\xec\x98\x88\xeb\xa7\xa4.example/", false, false },
        { "", false, false },
    };
    const char *ko;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("%s\n", cases[i].url);
        assert_int_equal(address_url_fault(str_c(cases[i].url), false, &ko) == NULL, cases[i].fine);
        assert_int_equal(address_url_fault(str_c(cases[i].url), true, &ko) == NULL, cases[i].fine_in_tests);
    }
}

static void test_url_length(void **state)
{
    char url[URL_TEXT_MAX + 2] = "https://example.com/";
    const char *ko;
    (void)state;
    memset(url + 20, 'a', sizeof(url) - 21);
    assert_non_null(address_url_fault(str_c(url), false, &ko));
    assert_null(address_url_fault(str_of(url, URL_TEXT_MAX), false, &ko));
}

/* The figures were computed with another implementation (Python's hmac). */
static void test_signature(void **state)
{
    struct arena *arena = arena_new(0);
    (void)state;
    struct str signature = signature_make(arena, "abcdefghijklmnopqrstuvwxyz012345", 1700000000999, S("{\"id\":\"evt_1\"}"));
    assert_memory_equal(signature.p, "t=1700000000,v1=3b3889af045cfd54d20c0134bfe4112d8fb80966112f1050ff8b88c80598e16d", signature.n);
    arena_free(arena);
}

static void test_secret(void **state)
{
    static const uint8_t key[32] = "one key", other[32] = "another";
    char a[SECRET_TEXT], b[SECRET_TEXT];
    (void)state;
    signature_secret(key, S("salt"), a);
    signature_secret(key, S("salt"), b);
    assert_memory_equal(a, b, sizeof(a));
    signature_secret(key, S("sault"), b);
    assert_memory_not_equal(a, b, sizeof(a));
    signature_secret(other, S("salt"), b);
    assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_private_addresses), cmocka_unit_test(test_public_addresses), cmocka_unit_test(test_urls), cmocka_unit_test(test_url_length),
        cmocka_unit_test(test_signature), cmocka_unit_test(test_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
