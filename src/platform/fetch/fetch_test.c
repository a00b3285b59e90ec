#include "platform/fetch/fetch.h"

#include "test.h"

static void addresses(void **state)
{
    static const struct {
        struct str url;
        bool ok;
    } cases[] = {
        { S("https://accounts.example.com"), true },  { S("https://accounts.example.com/realm?x=1"), true }, { S("http://127.0.0.1:8080/x"), true },
        { S("http://[::1]:80/"), true },              { S("http://accounts.example.com"), false },           { S("http://127.0.0.1.example.com/"), false },
        { S("https://"), false },                     { S("file:///etc/passwd"), false },                    { S("HTTPS://EXAMPLE.COM"), false },
        { S("https://a\0b"), false },                 { S(""), false },
        { S("http://127.0.0.1:80@example.com/"), false }, { S("http://[::1]:80@example.com/"), false },      { S("https://name@example.com"), false },
        { S("http://127.0.0.1\\@example.com/"), false }, { S("http://[::1].example.com/"), false },          { S("https:///path"), false },
        { S("http://127.0.0.1:8080?x=a@b"), true },     { S("http://[::1]"), true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(fetch_url_ok(cases[i].url), cases[i].ok);
    assert_true(fetch_url_plain_ok(S("http://registry.internal:8761/eureka")));
    assert_true(fetch_url_plain_ok(S("https://registry.internal/eureka")));
    assert_false(fetch_url_plain_ok(S("http://name@registry.internal/")));
    assert_false(fetch_url_plain_ok(S("ftp://registry.internal/")));
}

static void forms(void **state)
{
    struct arena *arena = arena_new(0);
    (void)state;
    struct str form = form_add(arena, form_add(arena, (struct str){ 0 }, "a", S("x y&=\xc3\xa9")), "b", S("-._~"));
    assert_true(str_eq(form, S("a=x%20y%26%3D%C3%A9&b=-._~")));
    arena_free(arena);
}

/* Nobody listens at port 1. */
static void nobody_there(void **state)
{
    struct arena *arena = arena_new(0);
    const char *why = NULL;
    struct fetched ret;
    (void)state;
    assert_false(fetch(arena, &(struct fetch){ .url = S("http://127.0.0.1:1/") }, &ret, &why));
    assert_non_null(why);
    assert_false(fetch(arena, &(struct fetch){ .url = S("file:///etc/passwd") }, &ret, &why));
    assert_false(fetch(arena, &(struct fetch){ .url = S("file:///etc/passwd"), .plain = true }, &ret, &why));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(addresses), cmocka_unit_test(forms), cmocka_unit_test(nobody_there) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
