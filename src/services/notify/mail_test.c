/* What mails look like: every template in both languages and both forms, and the bytes that go to the server. */
#include <sodium.h>
#include <stdio.h>

#include "message.h"
#include "notify_int.h"
#include "notify_texts.h"
#include "test.h"

static const char *const auth_words[] = { "verify", "reset", "password_changed", "email_changed", "closed" };

static bool contains(struct str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

/* Each value says its name, so that it can be found again. */
static void all_values(struct arena *arena, struct str values[VALUES])
{
    for (size_t i = 0; i < VALUES; i++)
        values[i] = arena_fmt(arena, "<%s>", value_words[i]);
}

static void check_template(const char *name, enum lang lang)
{
    struct arena *arena = arena_new(0);
    struct str values[VALUES];
    struct mail_text text;
    print_message("%s %s\n", name, lang == LANG_KO ? "ko" : "en");
    assert_true(render_knows(name, lang));
    all_values(arena, values);
    render(arena, name, lang, values, &text);
    assert_true(text.subject.n > 5 && text.plain.n > 100 && text.html.n > 500);
    assert_true(contains(text.plain, "<name>") && contains(text.html, "&lt;name&gt;"));
    assert_false(contains(text.html, "<name>"));
    assert_false(contains(text.plain, "{") || contains(text.html, "{") || contains(text.subject, "{"));
    assert_true(str_utf8(text.plain) && str_utf8(text.html) && str_utf8(text.subject));
    assert_true(contains(text.html, lang == LANG_KO ? "lang=\"ko\"" : "lang=\"en\""));
    arena_free(arena);
}

static void test_every_template(void **state)
{
    (void)state;
    for (int lang = LANG_EN; lang <= LANG_KO; lang++) {
        for (size_t i = 0; i < sizeof(auth_words) / sizeof(auth_words[0]); i++)
            check_template(auth_words[i], (enum lang)lang);
        for (enum mail_kind kind = MAIL_AUTH + 1; kind < MAIL_KINDS; kind++)
            check_template(mail_kind_words[kind], (enum lang)lang);
    }
}

/* A file belongs to a mail that is sent; what is in a language is in the other, with the same values. */
static int uses(const char *text, const char *value)
{
    char braced[32];
    int n = 0;
    snprintf(braced, sizeof(braced), "{%s}", value);
    for (const char *at = text; (at = strstr(at, braced)); at++)
        n++;
    return n;
}

static const char *other_language(const char *name)
{
    for (size_t i = 0; notify_texts[i].name; i++)
        if (strncmp(notify_texts[i].name, name, strlen(name) - 6) == 0 && strcmp(notify_texts[i].name, name) != 0 &&
            strlen(notify_texts[i].name) == strlen(name))
            return notify_texts[i].text;
    return NULL;
}

static void test_languages_agree(void **state)
{
    int pairs = 0;
    (void)state;
    for (size_t i = 0; notify_texts[i].name; i++) {
        const char *name = notify_texts[i].name;
        if (strcmp(name, "layout.html") == 0)
            continue;
        const char *other = other_language(name);
        print_message("%s\n", name);
        assert_non_null(other);
        for (size_t v = 0; v < VALUES; v++)
            assert_int_equal(uses(notify_texts[i].text, value_words[v]), uses(other, value_words[v]));
        pairs++;
    }
    assert_int_equal(pairs, 2 * ((int)(sizeof(auth_words) / sizeof(auth_words[0])) + MAIL_KINDS - 1 + 1));
}

static void test_empty_line_left_out(void **state)
{
    struct arena *arena = arena_new(0);
    struct str values[VALUES];
    struct mail_text text;
    (void)state;
    all_values(arena, values);
    values[VALUE_FEE] = values[VALUE_LINK] = (struct str){ 0 };
    render(arena, "booking_cancelled", LANG_EN, values, &text);
    assert_false(contains(text.plain, "Fee") || contains(text.plain, "Your booking:"));
    assert_true(contains(text.plain, "Refund: <refund> (it goes") && contains(text.html, "Refund: &lt;refund&gt; (it goes"));
    assert_false(contains(text.plain, "\n\n\n"));
    arena_free(arena);
}

static void test_html_is_escaped(void **state)
{
    struct arena *arena = arena_new(0);
    struct str values[VALUES];
    struct mail_text text;
    (void)state;
    all_values(arena, values);
    values[VALUE_TITLE] = S("<script>alert('1')</script> & \"more\"");
    values[VALUE_LINK] = S("https://example.com/\"><b>");
    render(arena, "booking_confirmed", LANG_KO, values, &text);
    assert_false(contains(text.html, "<script>") || contains(text.html, "\"><b>"));
    assert_true(contains(text.html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;"));
    assert_true(contains(text.html, "href=\"https://example.com/&quot;&gt;&lt;b&gt;\""));
    assert_true(contains(text.plain, "<script>"));
    arena_free(arena);
}

static void test_money(void **state)
{
    static const struct { int64_t amount; const char *currency, *en, *ko; } cases[] = {
        { 150000, "KRW", "KRW 150,000", "150,000원" }, { 999, "KRW", "KRW 999", "999원" }, { 1000, "JPY", "JPY 1,000", "JPY 1,000" },
        { 123456, "USD", "USD 1,234.56", "USD 1,234.56" }, { 5, "EUR", "EUR 0.05", "EUR 0.05" }, { 1234567, "KWD", "KWD 1,234.567", "KWD 1,234.567" },
        { 1000000000000, "KRW", "KRW 1,000,000,000,000", "1,000,000,000,000원" }, { 0, "KRW", "", "" },
    };
    struct arena *arena = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct money m = { .amount = cases[i].amount };
        memcpy(m.currency, cases[i].currency, 4);
        assert_true(str_eq(render_money(arena, LANG_EN, m), str_c(cases[i].en)));
        assert_true(str_eq(render_money(arena, LANG_KO, m), str_c(cases[i].ko)));
    }
    arena_free(arena);
}

static void test_time(void **state)
{
    struct arena *arena = arena_new(0);
    int64_t at = INT64_C(1795258800000);                     /* 2026-11-21T11:00:00Z */
    (void)state;
    assert_true(str_eq(render_time(arena, LANG_EN, at, 540), S("Sat 21 Nov 2026, 20:00 (UTC+09:00)")));
    assert_true(str_eq(render_time(arena, LANG_KO, at, 540), S("2026년 11월 21일(토) 20:00 (UTC+09:00)")));
    assert_true(str_eq(render_time(arena, LANG_EN, at, -210), S("Sat 21 Nov 2026, 07:30 (UTC-03:30)")));
    arena_free(arena);
}

/* ---- messages ---- */

static struct message sample(void)
{
    return (struct message){
        .from = S("tickets@example.com"), .from_name = S("TakenSeat"), .to = S("kim@example.com"), .to_name = S("김민준"), .id = S("abc.17@example.com"),
        .date = INT64_C(1795258800000), .lang = LANG_KO,
        .text = { S("예매 완료 7K2M-9QXD: 아주 아주 긴 제목의 뮤지컬, 그리고 더 긴 부제목이 있는 공연"), S("안녕하세요.\n.\n둘째 줄"), S("<p>안녕하세요.</p>") },
    };
}

/* The value of a header, unfolded. */
static struct str header(struct arena *arena, struct str bytes, const char *name)
{
    struct buf b;
    size_t n = strlen(name);
    bool on = false;
    buf_init(&b, 65536);
    while (bytes.n) {
        struct str line = str_cut(&bytes, '\n');
        if (line.n <= 1)
            break;
        on = line.p[0] == ' ' ? on : strncmp(line.p, name, n) == 0 && line.p[n] == ':';
        if (on)
            buf_str(&b, line.p[0] == ' ' ? str_of(line.p, line.n - 1) : str_of(line.p + n + 2, line.n - n - 3));
    }
    struct str value = arena_str(arena, buf_view(&b));
    buf_free(&b);
    return value;
}

static struct str decode_words(struct arena *arena, struct str s)
{
    char *out = arena_take(arena, s.n);
    size_t n = 0;
    while (str_starts(s = str_trim(s), S("=?UTF-8?B?"))) {
        const char *end = memmem(s.p + 10, s.n - 10, "?=", 2);
        size_t got;
        assert_non_null(end);
        assert_true((size_t)(end + 2 - s.p) <= 75);
        assert_int_equal(sodium_base642bin((unsigned char *)out + n, s.n - n, s.p + 10, (size_t)(end - s.p) - 10, NULL, &got, NULL,
                                           sodium_base64_VARIANT_ORIGINAL), 0);
        assert_true(str_utf8(str_of(out + n, got)));         /* no character is cut in two */
        n += got;
        s = str_of(end + 2, s.n - (size_t)(end + 2 - s.p));
    }
    return str_of(out, n);
}

static void test_headers(void **state)
{
    struct arena *arena = arena_new(0);
    struct message m = sample();
    struct str bytes = message_build(arena, &m);
    (void)state;
    assert_true(str_eq(decode_words(arena, header(arena, bytes, "Subject")), m.text.subject));
    assert_true(str_eq(decode_words(arena, header(arena, bytes, "To")), m.to_name));
    assert_true(contains(header(arena, bytes, "To"), " <kim@example.com>"));
    assert_true(str_eq(header(arena, bytes, "Message-ID"), S("<abc.17@example.com>")));
    assert_true(str_eq(header(arena, bytes, "Date"), S("Sat, 21 Nov 2026 11:00:00 +0000")));
    assert_true(str_eq(header(arena, bytes, "Content-Type"), S("multipart/alternative; boundary=\"=_abc.17\"")));
    for (struct str rest = bytes; rest.n;) {
        struct str line = str_cut(&rest, '\n');
        assert_true(line.n && line.p[line.n - 1] == '\r' && line.n <= 77);
        for (size_t i = 0; i < line.n; i++)
            assert_true((unsigned char)line.p[i] < 0x80);
    }
    arena_free(arena);
}

static void test_same_bytes_again(void **state)
{
    struct arena *arena = arena_new(0);
    struct message m = sample();
    (void)state;
    assert_true(str_eq(message_build(arena, &m), message_build(arena, &m)));
    arena_free(arena);
}

static void test_no_header_can_be_added(void **state)
{
    struct arena *arena = arena_new(0);
    struct message m = sample();
    (void)state;
    m.to_name = S("Kim\r\nBcc: all@example.com");
    m.text.subject = S("Hello\r\nBcc: all@example.com\r\n\r\nbody");
    struct str bytes = message_build(arena, &m);
    assert_false(contains(bytes, "Bcc"));
    assert_int_equal(header(arena, bytes, "Bcc").n, 0);
    arena_free(arena);
}

static void test_addresses(void **state)
{
    static const char *const fine[] = { "a@b", "kim.minjun+tickets@mail.example.com", "o'neill@example.com" };
    static const char *const wrong[] = {
        "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<c@d>", "<a@b>", "a@b,c@d", "a\"b@c", "a@b>", "a@b;c", "\xea\xb9\x80@b", "a\\@b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
        assert_true(message_address(str_c(fine[i])));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(message_address(str_c(wrong[i])));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_template), cmocka_unit_test(test_languages_agree), cmocka_unit_test(test_empty_line_left_out),
        cmocka_unit_test(test_html_is_escaped), cmocka_unit_test(test_money), cmocka_unit_test(test_time), cmocka_unit_test(test_headers),
        cmocka_unit_test(test_same_bytes_again), cmocka_unit_test(test_no_header_can_be_added), cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
