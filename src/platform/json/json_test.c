#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail               /* cmocka's; ours is in ctx.h */

#include "base/clock.h"
#include "base/rng.h"
#include "platform/json/sample_test.h"

static const struct id_key ids = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };

struct fixture {
    struct ctx cx;
    struct buf out;
    struct sample sample;
};

static void open_fixture(struct fixture *f, enum lang lang)
{
    *f = (struct fixture){ .cx = { .arena = arena_new(0), .lang = lang } };
    buf_init(&f->out, 4 * 1024 * 1024);
}

static void close_fixture(struct fixture *f)
{
    buf_free(&f->out);
    arena_free(f->cx.arena);
}

static err decode(struct fixture *f, struct str body)
{
    fail_clear(&f->cx);
    f->sample = (struct sample){ 0 };
    return fields_decode(&f->cx, &sample_fields, &ids, body, &f->sample);
}

static void encode(struct fixture *f)
{
    buf_clear(&f->out);
    fields_encode(&f->out, &sample_fields, &ids, &f->sample);
}

__attribute__((format(printf, 1, 2))) static void complain(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vprint_error(fmt, args);
    va_end(args);
    assert_true(false);
}

static void assert_text(struct str got, const char *want)
{
    char *z = strndup(got.n ? got.p : "", got.n);
    assert_string_equal(z, want);
    free(z);
}

/* `{"n":1,MEMBERS}`, where %I is replaced by a public id. */
static struct str body_of(struct fixture *f, const char *members)
{
    char id[ID_TEXT];
    id_encode(&ids, ID_HOLD, 77, id);
    const char *at = strstr(members, "%I");
    if (!at)
        return arena_fmt(f->cx.arena, "{\"n\":1%s%s}", *members ? "," : "", members);
    return arena_fmt(f->cx.arena, "{\"n\":1,%.*s%.*s%s}", (int)(at - members), members, ID_TEXT, id, at + 2);
}

/* ---- what is read, and how it is written again ---- */

static const struct {
    const char *members, *written;        /* NULL: the same */
} accepted[] = {
    { "", NULL },
    { "\"big\":9223372036854775807", NULL },
    { "\"big\":-9223372036854775808", NULL },
    { "\"big\":-0", "" },
    { "\"flag\":true", NULL },
    { "\"flag\":false", NULL },
    { "\"count\":0", NULL },
    { "\"count\":-5,\"kind\":\"concert\"", NULL },
    { "\"kind\":\"play\"", NULL },
    { "\"at\":\"2026-11-23T11:00:00Z\"", NULL },
    { "\"at\":\"2026-11-23T20:00:00.25+09:00\"", "\"at\":\"2026-11-23T11:00:00.250Z\"" },
    { "\"at\":\"1970-01-01T00:00:00Z\"", NULL },
    { "\"id\":\"%I\"", NULL },
    { "\"word\":\"12345678\"", NULL },
    { "\"word\":\"\\uac00\\ub098\\ub2e4\"", "\"word\":\"가나다\"" },
    { "\"word\":\"가나다라마바사아\"", NULL },
    { "\"word\":\"\\ud83c\\udfab\"", "\"word\":\"🎫\"" },
    { "\"word\":\"\\\"\\\\\\/\"", "\"word\":\"\\\"\\\\/\"" },
    { "\"word\":\"\\u2028\\u2029\"", "\"word\":\"\u2028\u2029\"" },
    { "\"word\":\"a?b\\n?\"", "!" },
    { "\"note\":\"a\\nb\\tc\\r\\u0041\"", "\"note\":\"a\\nb\\tc\\rA\"" },
    { "\"code\":\"007\"", NULL },
    { "\"raw\":1e5", NULL },
    { "\"raw\":null", NULL },
    { "\"raw\": true ,\"days\":[]", "\"raw\":true" },
    { "\"raw\":\"\\u0041\\\\\"", NULL },
    { "\"raw\" : { \"a\" : [ 1 , { } , \"}\" ] }", "\"raw\":{ \"a\" : [ 1 , { } , \"}\" ] }" },
    { "\"raw\":[]", NULL },
    { "\"raw\":-12.50", NULL },
    { "\"bytes\":\"AAEC_-8\"", NULL },
    { "\"days\":[\"mon\",\"thu\"]", NULL },
    { "\"days\":[\"thu\",\"mon\"]", "\"days\":[\"mon\",\"thu\"]" },
    { "\"price\":{\"amount\":1000000000000,\"currency\":\"KRW\"}", NULL },
    { "\"price\":{\"currency\":\"USD\",\"amount\":0}", "\"price\":{\"amount\":0,\"currency\":\"USD\"}" },
    { "\"currency\":\"EUR\"", NULL },
    { "\"origin\":{\"x\":1,\"y\":-2}", NULL },
    { "\"origin\":{\"y\":2,\"label\":\"L\",\"x\":0}", "\"origin\":{\"x\":0,\"y\":2,\"label\":\"L\"}" },
    { "\"seats\":[\"A-1\"]", NULL },
    { "\"seats\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]", NULL },
    { "\"numbers\":[]", "" },
    { "\"numbers\":[1,-9,9,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]", NULL },
    { "\"points\":[{\"x\":1,\"y\":2},{\"x\":3,\"y\":4,\"label\":\"z\"}]", NULL },
    { "\"grid\":[[1,2],[3],[4,5,6]]", NULL },
    { "\"prices\":{\"VIP\":{\"amount\":150000,\"currency\":\"KRW\"},\"R석\":{\"amount\":1,\"currency\":\"KRW\"}}", NULL },
    { "\"prices\":{}", "" },
    { "\"places\":{\"a\\\"b\":{\"at\":{\"x\":1,\"y\":2}}}", NULL },
    { " \t\r\n\"flag\" :\n true ", "\"flag\":true" },
};

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        struct str body = body_of(&f, accepted[i].members);
        err e = decode(&f, body);
        bool refused = accepted[i].written && accepted[i].written[0] == '!';
        if (e != (refused ? ERR_INPUT : OK))
            complain("%.*s: %.*s", STR_ARG(body), STR_ARG(f.cx.problem.detail));
        if (refused) {
            close_fixture(&f);
            continue;
        }
        encode(&f);
        /* Without the nulls that stand for absent members; they have a test of their own. */
        struct str want = body_of(&f, accepted[i].written ? accepted[i].written : accepted[i].members);
        char *text = strndup(f.out.p, f.out.n);
        static const char *const nulls[] = { ",\"count\":null", ",\"word\":null", ",\"price\":null", ",\"origin\":null" };
        for (size_t k = 0; k < sizeof(nulls) / sizeof(nulls[0]); k++) {
            char *at = strstr(text, nulls[k]);
            if (at)
                memmove(at, at + strlen(nulls[k]), strlen(at + strlen(nulls[k])) + 1);
        }
        assert_string_equal(text, want.p);
        free(text);
        close_fixture(&f);
    }
}

static void test_members(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    struct str body =
        body_of(&f, "\"flag\":true,\"kind\":\"musical\",\"at\":\"1970-01-01T00:00:01Z\",\"id\":\"%I\",\"word\":\"w\",\"days\":[\"tue\",\"thu\"],"
                    "\"price\":{\"amount\":5,\"currency\":\"KRW\"},\"currency\":\"USD\",\"origin\":{\"x\":3,\"y\":4},"
                    "\"seats\":[\"A\",\"B\"],\"prices\":{\"R\":{\"amount\":7,\"currency\":\"EUR\"}},\"places\":{\"p\":{\"at\":{\"x\":8,\"y\":9}}},"
                    "\"grid\":[[1],[2,3]]");
    assert_int_equal(decode(&f, body), OK);
    const struct sample *s = &f.sample;
    assert_int_equal(s->n, 1);
    assert_true(s->flag && s->has_flag && s->has_kind && s->has_at && s->has_id && s->has_price && s->has_origin);
    assert_false(s->has_count);
    assert_int_equal(s->kind, 1);
    assert_int_equal(s->at, 1000);
    assert_int_equal(s->id, 77);
    assert_text(s->word, "w");
    assert_int_equal(s->days, 1u << 1 | 1u << 3);
    assert_int_equal(s->price.amount, 5);
    assert_string_equal(s->price.currency, "KRW");
    assert_string_equal(s->currency, "USD");
    assert_int_equal(s->origin.x, 3);
    assert_int_equal(s->origin.y, 4);
    assert_int_equal(s->seats.n, 2);
    assert_text(((const struct str *)s->seats.at)[1], "B");
    const struct sample_price *price = s->prices.at;
    assert_text(price->grade, "R");
    assert_int_equal(price->price.amount, 7);
    assert_string_equal(price->price.currency, "EUR");
    const struct sample_place *place = s->places.at;
    assert_text(place->name, "p");
    assert_int_equal(place->at.y, 9);
    const struct list *row = s->grid.at;
    assert_int_equal(s->grid.n, 2);
    assert_int_equal(((const int64_t *)row[1].at)[1], 3);
    close_fixture(&f);
}

static void test_nulls(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    assert_int_equal(decode(&f, body_of(&f, "\"count\":null,\"word\":null,\"price\":null,\"origin\":null")), OK);
    assert_false(f.sample.has_count || f.sample.has_price || f.sample.has_origin);
    encode(&f);
    assert_text(buf_view(&f.out), "{\"n\":1,\"count\":null,\"word\":null,\"price\":null,\"origin\":null}");
    close_fixture(&f);
}

/* ---- what is refused ---- */

static const struct {
    const char *members, *field, *message;
} refused[] = {
    /* of the wrong type */
    { "\"flag\":1", "flag", "must be true or false" },
    { "\"flag\":null", "flag", "must be true or false" },
    { "\"big\":\"1\"", "big", "must be an integer" },
    { "\"big\":true", "big", "must be an integer" },
    { "\"big\":[1]", "big", "must be an integer" },
    { "\"big\":{}", "big", "must be an integer" },
    { "\"big\":null", "big", "must be an integer" },
    { "\"word\":1", "word", "must be a string" },
    { "\"word\":[\"a\"]", "word", "must be a string" },
    { "\"note\":{\"a\":1}", "note", "must be a string" },
    { "\"at\":1700000000", "at", "must be a time in a string" },
    { "\"id\":5", "id", "must be an id in a string" },
    { "\"kind\":0", "kind", "must be a string" },
    { "\"days\":\"mon\"", "days", "must be a list of words" },
    { "\"days\":[1]", "days[0]", "must be a string" },
    { "\"days\":[null]", "days[0]", "must be a string" },
    { "\"price\":150000", "price", "must be an object with amount and currency" },
    { "\"price\":[]", "price", "must be an object with amount and currency" },
    { "\"origin\":[1,2]", "origin", "must be an object" },
    { "\"seats\":\"A-1\"", "seats", "must be a list" },
    { "\"seats\":{\"0\":\"A-1\"}", "seats", "must be a list" },
    { "\"seats\":[\"A-1\",\"A-2\",3]", "seats[2]", "must be a string" },
    { "\"seats\":[null]", "seats[0]", "must be a string" },
    { "\"points\":[{\"x\":1,\"y\":2},7]", "points[1]", "must be an object" },
    { "\"grid\":[[1],2]", "grid[1]", "must be a list" },
    { "\"grid\":[[1],[2,\"a\"]]", "grid[1][1]", "must be an integer" },
    { "\"prices\":[]", "prices", "must be an object" },
    { "\"prices\":{\"VIP\":1}", "prices.VIP", "must be an object with amount and currency" },
    { "\"prices\":{\"VIP\":{\"amount\":\"1\",\"currency\":\"KRW\"}}", "prices.VIP.amount", "must be an integer" },
    { "\"places\":{\"a\":{\"at\":{\"x\":1,\"y\":\"\"}}}", "places.a.at.y", "must be an integer" },
    /* numbers */
    { "\"big\":1.0", "big", "must be an integer without fraction or exponent" },
    { "\"big\":1e3", "big", "must be an integer without fraction or exponent" },
    { "\"big\":1E+3", "big", "must be an integer without fraction or exponent" },
    { "\"big\":-0.0", "big", "must be an integer without fraction or exponent" },
    { "\"big\":9223372036854775808", "big", "must be from -9223372036854775808 to 9223372036854775807" },
    { "\"big\":-9223372036854775809", "big", "must be from -9223372036854775808 to 9223372036854775807" },
    { "\"big\":123456789012345678901234567890", "big", "must be from -9223372036854775808 to 9223372036854775807" },
    { "\"count\":6", "count", "must be from -5 to 5" },
    { "\"count\":-6", "count", "must be from -5 to 5" },
    { "\"numbers\":[1,10]", "numbers[1]", "must be from -9 to 9" },
    { "\"price\":{\"amount\":-1,\"currency\":\"KRW\"}", "price.amount", "must be from 0 to 1000000000000" },
    { "\"price\":{\"amount\":1000000000001,\"currency\":\"KRW\"}", "price.amount", "must be from 0 to 1000000000000" },
    { "\"prices\":{\"R\":{\"amount\":1000001,\"currency\":\"KRW\"}}", "prices.R.amount", "must be from 0 to 1000000" },
    /* text */
    { "\"word\":\"\"", "word", "must have 1 to 8 characters" },
    { "\"word\":\"123456789\"", "word", "must have 1 to 8 characters" },
    { "\"word\":\"가나다라마바사아자\"", "word", "must have 1 to 8 characters" },
    { "\"seats\":[\"\"]", "seats[0]", "must have 1 to 8 characters" },
    { "\"note\":\"\"", "note", "must have 1 to 10000 characters" },
    { "\"word\":\"a\\nb\"", "word", "must not contain control characters" },
    { "\"word\":\"a\\tb\"", "word", "must not contain control characters" },
    { "\"word\":\"a\\u001bb\"", "word", "must not contain control characters" },
    { "\"word\":\"a\x7f\"", "word", "must not contain control characters" },
    { "\"word\":\"a\xC2\x85\"", "word", "must not contain control characters" },
    { "\"note\":\"a\\u0008\"", "note", "must not contain control characters" },
    { "\"note\":\"a\\u009f\"", "note", "must not contain control characters" },
    { "\"word\":\"a\\u0000\"", "word", "must not contain U+0000" },
    { "\"note\":\"\\u0000\"", "note", "must not contain U+0000" },
    { "\"kind\":\"play\\u0000\"", "kind", "must not contain U+0000" },
    { "\"raw\":[\"\\u0000\"]", "raw", "must not contain U+0000" },
    { "\"bytes\":\"AAEC_-8=\"", "bytes", "must be base64url without padding" },
    { "\"bytes\":\"AAEC/+8\"", "bytes", "must be base64url without padding" },
    { "\"bytes\":\"AAECAAECAAECAAECAAECAAE\"", "bytes", "must have 1 to 16 bytes" },
    { "\"bytes\":[1]", "bytes", "must be bytes in a string" },
    { "\"raw\":{\"\\u0000\":1}", "raw", "must not contain U+0000" },
    { "\"word\":\"\xff\"", "word", "must be valid UTF-8" },
    { "\"word\":\"\xC0\xAF\"", "word", "must be valid UTF-8" },
    { "\"word\":\"\xED\xA0\x80\"", "word", "must be valid UTF-8" },
    { "\"word\":\"\xF4\x90\x80\x80\"", "word", "must be valid UTF-8" },
    { "\"word\":\"\xE2\x82\"", "word", "must be valid UTF-8" },
    { "\"seats\":[\"ok\",\"\xFE\"]", "seats[1]", "must be valid UTF-8" },
    { "\"raw\":[[\"\x80\"]]", "raw", "must be valid UTF-8" },
    { "\"raw\":\"\xC1\"", "raw", "must be valid UTF-8" },
    { "\"word\":\"\\ud800\"", "word", "must not contain half of a surrogate pair" },
    { "\"word\":\"\\udc00\"", "word", "must not contain half of a surrogate pair" },
    { "\"word\":\"\\ud800x\"", "word", "must not contain half of a surrogate pair" },
    { "\"word\":\"\\ud800\\n\"", "word", "must not contain half of a surrogate pair" },
    { "\"word\":\"\\ud800\\ud800\"", "word", "must not contain half of a surrogate pair" },
    { "\"word\":\"\\ud83c\\udfab\\udfab\"", "word", "must not contain half of a surrogate pair" },
    { "\"raw\":\"\\udfff\"", "raw", "must not contain half of a surrogate pair" },
    { "\"code\":\"12a\"", "code", "digits only" },
    { "\"at\":\"2026-11-23\"", "at", "must be a time such as 2026-11-23T11:00:00Z" },
    { "\"at\":\"2026-02-30T00:00:00Z\"", "at", "must be a time such as 2026-11-23T11:00:00Z" },
    { "\"at\":\"9999-12-31T23:59:59-01:00\"", "at", "must be a time such as 2026-11-23T11:00:00Z" },
    { "\"id\":\"\"", "id", "is not an id" },
    { "\"id\":\"0123456789abc!\"", "id", "is not an id" },
    { "\"kind\":\"opera\"", "kind", "must be one of: concert, musical, play" },
    { "\"kind\":\"Play\"", "kind", "must be one of: concert, musical, play" },
    { "\"days\":[\"mon\",\"sun\"]", "days[1]", "must be one of: mon, tue, wed, thu" },
    { "\"days\":[\"mon\",\"mon\"]", "days[1]", "is repeated" },
    { "\"currency\":\"krw\"", "currency", "must be three capital letters (ISO 4217)" },
    { "\"currency\":\"KR\"", "currency", "must be three capital letters (ISO 4217)" },
    { "\"price\":{\"amount\":1,\"currency\":\"WON!\"}", "price.currency", "must be three capital letters (ISO 4217)" },
    /* members */
    { "\"nope\":1", "nope", "is not known here" },
    { "\"N\":1", "N", "is not known here" },
    { "\"\":1", "", "is not known here" },
    { "\"nope\":{\"a\":[{}]}", "nope", "is not known here" },
    { "\"origin\":{\"x\":1,\"y\":2,\"z\":3}", "origin.z", "is not known here" },
    { "\"price\":{\"amount\":1,\"currency\":\"KRW\",\"unit\":1}", "price.unit", "is not known here" },
    { "\"n\":2", "n", "is repeated" },
    { "\"big\":1,\"big\":1", "big", "is repeated" },
    { "\"origin\":{\"x\":1,\"y\":2,\"x\":3}", "origin.x", "is repeated" },
    { "\"b\\u0069g\":1,\"big\":1", "big", "is repeated" },
    { "\"prices\":{\"R\":{\"amount\":1,\"currency\":\"KRW\"},\"\\u0052\":{\"amount\":1,\"currency\":\"KRW\"}}", "prices.R", "is repeated" },
    { "\"origin\":{\"x\":1}", "origin.y", "is required" },
    { "\"points\":[{\"x\":1,\"y\":1},{\"y\":2}]", "points[1].x", "is required" },
    { "\"price\":{\"amount\":1}", "price.currency", "is required" },
    { "\"places\":{\"a\":{}}", "places.a.at", "is required" },
    { "\"prices\":{\"\":{\"amount\":1,\"currency\":\"KRW\"}}", "prices.", "must have 1 to 10000 characters" },
    { "\"prices\":{\"a\\n\":{\"amount\":1,\"currency\":\"KRW\"}}", "prices.a\n", "must not contain control characters" },
    { "\"w\\u0000ord\":1", NULL, "must not contain U+0000" },
    /* counts */
    { "\"seats\":[]", "seats", "must have 1 to 6 items" },
    { "\"seats\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"]", "seats", "must have 1 to 6 items" },
    { "\"seats\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",7,{}]", "seats", "must have 1 to 6 items" },
    { "\"grid\":[[]]", "grid[0]", "must have 1 to 3 items" },
    { "\"prices\":{\"a\":{\"amount\":1,\"currency\":\"KRW\"},\"b\":{\"amount\":1,\"currency\":\"KRW\"},\"c\":{\"amount\":1,\"currency\":\"KRW\"},"
      "\"d\":{\"amount\":1,\"currency\":\"KRW\"},\"e\":1}", "prices", "must have 0 to 4 items" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        struct str body = body_of(&f, refused[i].members);
        if (decode(&f, body) != ERR_INPUT || !f.cx.problem.fields)
            complain("accepted: %.*s", STR_ARG(body));
        const struct field_error *e = f.cx.problem.fields;
        if (refused[i].field)
            assert_text(e->field, refused[i].field);
        assert_text(e->message, refused[i].message);
        if (e->next)
            complain("more than one fault: %.*s: %.*s", STR_ARG(body), STR_ARG(e->next->message));
        assert_text(f.cx.problem.detail, "Wrong members of the body: 1.");
        close_fixture(&f);
    }
}

static const struct {
    const char *body, *detail;
} broken[] = {
    { "", "The body is empty: a JSON object is missing at byte offset 0." },
    { " \n", "The body is empty: a JSON object is missing at byte offset 2." },
    { "[]", "The body must be a JSON object: at byte offset 0 something else begins." },
    { " 1", "The body must be a JSON object: at byte offset 1 something else begins." },
    { "null", "The body must be a JSON object: at byte offset 0 something else begins." },
    { "\"n\"", "The body must be a JSON object: at byte offset 0 something else begins." },
    { "\xEF\xBB\xBF{\"n\":1}", "The body must be a JSON object: at byte offset 0 something else begins." },
    { "{", "The body is not JSON: it goes wrong near byte offset 1." },
    { "{\"n\":1", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":1,\"raw\":[1,2", "The body is not JSON: it goes wrong near byte offset 17." },
    { "{\"n\":1}}", "The body is not JSON: it goes wrong near byte offset 7." },
    { "{\"n\":1} 2", "The body is not JSON: it goes wrong near byte offset 8." },
    { "{\"n\":1}{}", "The body is not JSON: it goes wrong near byte offset 7." },
    { "{\"n\":1,}", "The body is not JSON: it goes wrong near byte offset 8." },
    { "{\"n\":}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\" 1}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{n:1}", "The body is not JSON: it goes wrong near byte offset 2." },
    { "{'n':1}", "The body is not JSON: it goes wrong near byte offset 2." },
    { "{\"n\":01}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":+1}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":.5}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":1.}", "The body is not JSON: it goes wrong near byte offset 7." },
    { "{\"n\":-}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":NaN}", "The body is not JSON: it goes wrong near byte offset 6." },
    { "{\"n\":tru}", "The body is not JSON: it goes wrong near byte offset 8." },
    { "{\"n\":1,\"word\":\"a\nb\"}", "The body is not JSON: it goes wrong near byte offset 16." },
    { "{\"n\":1,\"word\":\"\\x\"}", "The body is not JSON: it goes wrong near byte offset 16." },
    { "{\"n\":1,\"word\":\"\\u12G4\"}", "The body is not JSON: it goes wrong near byte offset 19." },
    { "{\"n\":1 /* one */}", "The body is not JSON: it goes wrong near byte offset 7." },
    { "{\"n\":1,\"raw\":[1}}", "The body is not JSON: it goes wrong near byte offset 16." },
    { "{\"n\":1,\"raw\":\xff}", "The body is not JSON: it goes wrong near byte offset 14." },
};

static void test_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        if (decode(&f, str_c(broken[i].body)) != ERR_INPUT)
            complain("accepted: %s", broken[i].body);
        assert_text(f.cx.problem.detail, broken[i].detail);
        close_fixture(&f);
    }
    /* A NUL in the text. */
    struct fixture f;
    open_fixture(&f, LANG_EN);
    assert_int_equal(decode(&f, S("{\"n\":1,\0\"big\":2}")), ERR_INPUT);
    assert_int_equal(decode(&f, S("{\"n\":1}\0")), ERR_INPUT);
    assert_int_equal(decode(&f, S("{\"n\":1,\"word\":\"a\0b\"}")), ERR_INPUT);
    close_fixture(&f);
}

static struct str nested(struct fixture *f, int depth)
{
    struct buf b;
    buf_init(&b, 1000000);
    buf_str(&b, S("{\"n\":1,\"raw\":"));
    for (int i = 0; i < depth; i++)
        buf_char(&b, '[');
    for (int i = 0; i < depth; i++)
        buf_char(&b, ']');
    buf_char(&b, '}');
    struct str s = arena_str(f->cx.arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static void test_depth(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    assert_int_equal(decode(&f, nested(&f, JSON_DEPTH_MAX - 1)), OK);
    assert_int_equal(f.sample.raw.n, 2 * (JSON_DEPTH_MAX - 1));
    assert_int_equal(decode(&f, nested(&f, JSON_DEPTH_MAX)), ERR_INPUT);
    assert_text(f.cx.problem.fields->field, "raw");
    assert_text(f.cx.problem.fields->message, "is nested deeper than 32 levels");
    assert_int_equal(decode(&f, nested(&f, 100000)), ERR_INPUT);
    close_fixture(&f);
}

static void test_many_faults(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    assert_int_equal(decode(&f, S("{\"flag\":0,\"count\":9,\"price\":{\"amount\":-1,\"x\":0},\"seats\":[1,\"\"]}")), ERR_INPUT);
    static const char *const want[] = { "flag", "count", "price.amount", "price.x", "price.currency", "seats[0]", "seats[1]", "n" };
    const struct field_error *e = f.cx.problem.fields;
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++, e = e->next) {
        assert_non_null(e);
        assert_text(e->field, want[i]);
    }
    assert_null(e);

    struct buf b;
    buf_init(&b, 1000000);
    buf_str(&b, S("{\"n\":1"));
    for (int i = 0; i < 600; i++)
        buf_fmt(&b, ",\"u%d\":0", i);
    buf_char(&b, '}');
    assert_int_equal(decode(&f, buf_view(&b)), ERR_INPUT);
    int count = 0;
    for (e = f.cx.problem.fields; e; e = e->next)
        count++;
    assert_int_equal(count, 500);
    buf_free(&b);
    close_fixture(&f);
}

static void test_long_path(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    struct buf b;
    buf_init(&b, 1000000);
    buf_str(&b, S("{\"n\":1,\"x"));
    for (int i = 0; i < 1000; i++)
        buf_str(&b, S("가"));
    buf_str(&b, S("\":1}"));
    assert_int_equal(decode(&f, buf_view(&b)), ERR_INPUT);
    struct str field = f.cx.problem.fields->field;
    assert_int_equal(field.n, 1 + 3 * 85);        /* whole characters in 256 bytes */
    assert_true(str_utf8(field));
    buf_free(&b);
    close_fixture(&f);
}

static void test_korean(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_KO);
    assert_int_equal(decode(&f, S("{\"count\":6}")), ERR_INPUT);
    assert_text(f.cx.problem.fields->message, "-5 이상 5 이하여야 합니다");
    assert_text(f.cx.problem.fields->next->message, "필수 항목입니다");
    assert_text(f.cx.problem.detail, "본문에 잘못된 항목이 2개 있습니다.");
    close_fixture(&f);
}

static void test_limits_of_text(void **state)
{
    (void)state;
    for (int n = 9999; n <= 10001; n++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        struct buf b;
        buf_init(&b, 1000000);
        buf_str(&b, S("{\"n\":1,\"note\":\""));
        for (int i = 0; i < n; i++)
            buf_str(&b, S("한"));
        buf_str(&b, S("\"}"));
        assert_int_equal(decode(&f, buf_view(&b)), n <= 10000 ? OK : ERR_INPUT);
        buf_free(&b);
        close_fixture(&f);
    }
}

/* ---- round trips of random structs ---- */

static struct str random_text(struct fixture *f, struct rng *r, size_t max, bool lines)
{
    static const char *const pieces[] = { "a", "Z", "0", " ", "\"", "\\", "/", "é", "가", "힣", "\u2028", "\uFFFD", "🎫", "<", "\t", "\n", "\r" };
    size_t n = 1 + (size_t)rng_below(r, max), kinds = sizeof(pieces) / sizeof(pieces[0]) - (lines ? 0 : 3);
    struct str s = { 0 };
    for (size_t i = 0; i < n; i++)
        s = arena_fmt(f->cx.arena, "%.*s%s", STR_ARG(s), pieces[rng_below(r, kinds)]);
    return s;
}

static struct sample_point random_point(struct fixture *f, struct rng *r)
{
    struct sample_point p = { .x = (int64_t)rng_next(r), .y = (int64_t)rng_next(r) };
    if (rng_below(r, 2))
        p.label = random_text(f, r, 20, false);
    return p;
}

static struct money random_money(struct rng *r, int64_t max)
{
    return (struct money){ (int64_t)rng_below(r, (uint64_t)max + 1), { (char)('A' + rng_below(r, 26)), 'R', 'W' } };
}

static struct list random_list(struct fixture *f, struct rng *r, size_t size, size_t low, size_t high)
{
    size_t n = low + (size_t)rng_below(r, high - low + 1);
    return (struct list){ arena_array(f->cx.arena, n, size), n };
}

static struct sample random_sample(struct fixture *f, struct rng *r)
{
    struct sample s = { .n = (int64_t)rng_below(r, 1001), .big = (int64_t)rng_next(r) };
    if (rng_below(r, 2))
        s.has_flag = true, s.flag = rng_below(r, 2);
    if (rng_below(r, 2))
        s.has_count = true, s.count = (int64_t)rng_below(r, 11) - 5;
    if (rng_below(r, 2))
        s.has_kind = true, s.kind = (int)rng_below(r, 3);
    if (rng_below(r, 2))
        s.has_at = true, s.at = (int64_t)rng_below(r, UINT64_C(253402300800000));
    if (rng_below(r, 2))
        s.has_id = true, s.id = (int64_t)(rng_next(r) >> 1 | 1);
    if (rng_below(r, 2))
        s.has_price = true, s.price = random_money(r, MONEY_MAX);
    if (rng_below(r, 2))
        s.has_origin = true, s.origin = random_point(f, r);
    if (rng_below(r, 2))
        s.word = random_text(f, r, 8, false);
    s.note = random_text(f, r, 60, true);
    s.code = arena_fmt(f->cx.arena, "%d", (int)rng_below(r, 1000));
    s.raw = arena_fmt(f->cx.arena, "{\"a\": [%d , null]}", (int)rng_below(r, 1000));
    s.bytes = str_of(arena_take(f->cx.arena, 16), rng_below(r, 17));
    for (size_t i = 0; i < s.bytes.n; i++)
        ((char *)(uintptr_t)s.bytes.p)[i] = (char)rng_below(r, 256);
    s.days = (unsigned)rng_below(r, 16);
    memcpy(s.currency, "USD", 4);
    s.seats = random_list(f, r, sizeof(struct str), 1, 6);
    for (size_t i = 0; i < s.seats.n; i++)
        ((struct str *)s.seats.at)[i] = random_text(f, r, 8, false);
    s.numbers = random_list(f, r, sizeof(int64_t), 0, 40);
    for (size_t i = 0; i < s.numbers.n; i++)
        ((int64_t *)s.numbers.at)[i] = (int64_t)rng_below(r, 19) - 9;
    s.points = random_list(f, r, sizeof(struct sample_point), 0, 5);
    for (size_t i = 0; i < s.points.n; i++)
        ((struct sample_point *)s.points.at)[i] = random_point(f, r);
    s.grid = random_list(f, r, sizeof(struct list), 0, 9);
    for (size_t i = 0; i < s.grid.n; i++)
        ((struct list *)s.grid.at)[i] = random_list(f, r, sizeof(int64_t), 1, 3);
    s.prices = random_list(f, r, sizeof(struct sample_price), 0, 4);
    for (size_t i = 0; i < s.prices.n; i++)
        ((struct sample_price *)s.prices.at)[i] =
            (struct sample_price){ arena_fmt(f->cx.arena, "%zu\"%d", i, (int)rng_below(r, 9)), random_money(r, 1000000) };
    s.places = random_list(f, r, sizeof(struct sample_place), 0, 7);
    for (size_t i = 0; i < s.places.n; i++)
        ((struct sample_place *)s.places.at)[i] = (struct sample_place){ arena_fmt(f->cx.arena, "%zu/가", i), random_point(f, r) };
    return s;
}

static void assert_same(const struct sample *a, const struct sample *b)
{
    assert_true(a->n == b->n && a->big == b->big && a->has_flag == b->has_flag && a->flag == b->flag && a->has_count == b->has_count &&
                a->count == b->count);
    assert_true(a->has_kind == b->has_kind && a->kind == b->kind && a->has_at == b->has_at && a->at == b->at && a->has_id == b->has_id &&
                a->id == b->id);
    assert_true(a->has_price == b->has_price && a->price.amount == b->price.amount && memcmp(a->price.currency, b->price.currency, 4) == 0);
    assert_true(a->has_origin == b->has_origin && a->origin.x == b->origin.x && a->origin.y == b->origin.y &&
                str_eq(a->origin.label, b->origin.label));
    assert_true(str_eq(a->word, b->word) && str_eq(a->note, b->note) && str_eq(a->code, b->code) && str_eq(a->raw, b->raw) &&
                str_eq(a->bytes, b->bytes) && a->days == b->days);
    assert_memory_equal(a->currency, b->currency, 4);
    assert_int_equal(a->seats.n, b->seats.n);
    for (size_t i = 0; i < a->seats.n; i++)
        assert_true(str_eq(((struct str *)a->seats.at)[i], ((struct str *)b->seats.at)[i]));
    assert_int_equal(a->numbers.n, b->numbers.n);
    if (a->numbers.n)
        assert_memory_equal(a->numbers.at, b->numbers.at, a->numbers.n * sizeof(int64_t));
    assert_true(a->points.n == b->points.n && a->grid.n == b->grid.n && a->prices.n == b->prices.n && a->places.n == b->places.n);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 20261123);
    for (int i = 0; i < 3000; i++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        struct sample before = f.sample = random_sample(&f, &r);
        encode(&f);
        struct str text = arena_str(f.cx.arena, buf_view(&f.out));
        if (decode(&f, text) != OK)
            complain("%.*s: %.*s", STR_ARG(text), STR_ARG(f.cx.problem.fields ? f.cx.problem.fields->message : f.cx.problem.detail));
        assert_same(&f.sample, &before);
        encode(&f);
        assert_true(str_eq(buf_view(&f.out), text));
        close_fixture(&f);
    }
}

/* ---- single values from text ---- */

static void test_text_values(void **state)
{
    (void)state;
    static const struct {
        const char *member, *text, *message;      /* NULL: accepted */
    } cases[] = {
        { "flag", "true", NULL }, { "flag", "false", NULL }, { "flag", "1", "must be true or false" }, { "flag", "", "must be true or false" },
        { "count", "-5", NULL }, { "count", "6", "must be from -5 to 5" }, { "count", "1.5", "must be an integer without fraction or exponent" },
        { "count", "", "must be from -5 to 5" }, { "count", "+1", "must be an integer without fraction or exponent" },
        { "kind", "play", NULL }, { "kind", "x", "must be one of: concert, musical, play" },
        { "at", "2026-11-23T11:00:00Z", NULL }, { "at", "today", "must be a time such as 2026-11-23T11:00:00Z" },
        { "id", "zzz", "is not an id" }, { "word", "가나다", NULL }, { "word", "123456789", "must have 1 to 8 characters" },
        { "word", "\xff", "must be valid UTF-8" }, { "word", "a\nb", "must not contain control characters" },
        { "days", "mon, thu", NULL }, { "days", "mon,mon", "is repeated" }, { "days", "mon,", "must be one of: mon, tue, wed, thu" },
        { "currency", "KRW", NULL }, { "currency", "won", "must be three capital letters (ISO 4217)" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        const struct field *row = sample_fields.at;
        while (strcmp(row->name, cases[i].member) != 0)
            row++;
        err e = field_decode_text(&f.cx, row, &ids, str_c(cases[i].text), &f.sample);
        if (cases[i].message) {
            assert_int_equal(e, ERR_INPUT);
            assert_text(f.cx.problem.fields->field, cases[i].member);
            assert_text(f.cx.problem.fields->message, cases[i].message);
        } else {
            assert_int_equal(e, OK);
            if (row->has_at != NO_HAS)
                assert_true(*(const bool *)((const char *)&f.sample + row->has_at));
        }
        close_fixture(&f);
    }
    struct fixture f;
    open_fixture(&f, LANG_EN);
    assert_int_equal(field_decode_text(&f.cx, &sample_fields.at[11], &ids, S("mon, thu"), &f.sample), OK);
    assert_int_equal(f.sample.days, 9);
    close_fixture(&f);
}

/* ---- writing ---- */

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *want;
    } cases[] = {
        { { "", 0 }, "\"\"" },
        { { "plain", 5 }, "\"plain\"" },
        { { "a\"b\\c/d", 7 }, "\"a\\\"b\\\\c/d\"" },
        { { "\b\f\n\r\t", 5 }, "\"\\b\\f\\n\\r\\t\"" },
        { { "\0\x01\x1f\x7f", 4 }, "\"\\u0000\\u0001\\u001f\x7f\"" },
        { { "한글 🎫", 11 }, "\"한글 🎫\"" },
        { { "\u2028\u2029", 6 }, "\"\u2028\u2029\"" },
        { { "a\xff" "b", 3 }, "\"a\uFFFDb\"" },
        { { "\xE2\x82", 2 }, "\"\uFFFD\uFFFD\"" },
        { { "\xC0\x80", 2 }, "\"\uFFFD\uFFFD\"" },
    };
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_clear(&b);
        json_write_str(&b, cases[i].in);
        assert_text(buf_view(&b), cases[i].want);
    }
    buf_free(&b);
}

/* A buffer that is too small is full and holds no half-written escape that could be taken for whole. */
static void test_full(void **state)
{
    (void)state;
    for (size_t max = 0; max < 120; max++) {
        struct fixture f;
        open_fixture(&f, LANG_EN);
        assert_int_equal(decode(&f,
                                body_of(&f, "\"note\":\"a\\nb\",\"price\":{\"amount\":5,\"currency\":\"KRW\"},\"days\":[\"mon\"],\"numbers\":[1]")),
                         OK);
        encode(&f);
        size_t whole = f.out.n;
        struct buf small;
        buf_init(&small, max);
        fields_encode(&small, &sample_fields, &ids, &f.sample);
        assert_true(small.n <= max);
        assert_int_equal(small.full, whole > max);
        buf_free(&small);
        close_fixture(&f);
    }
}

static void test_problem(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, LANG_EN);
    problem_encode(&f.out, &f.cx, ERR_MISSING);
    assert_text(buf_view(&f.out), "{\"type\":\"urn:takenseat:problem:not_found\",\"title\":\"Not found\",\"status\":404,\"code\":\"not_found\","
                                  "\"detail\":\"Not found\",\"errors\":[]}");

    buf_clear(&f.out);
    err e = fail(&f.cx, ERR_CONFLICT, "seat_taken", "Seats are taken: %d.", "이미 선택된 좌석입니다: %d.", 2);
    problem_encode(&f.out, &f.cx, e);
    assert_text(buf_view(&f.out), "{\"type\":\"urn:takenseat:problem:seat_taken\",\"title\":\"Conflict\",\"status\":409,\"code\":\"seat_taken\","
                                  "\"detail\":\"Seats are taken: 2.\",\"errors\":[]}");

    buf_clear(&f.out);
    fail_clear(&f.cx);
    f.cx.lang = LANG_KO;
    e = fail_field(&f.cx, S("seats[0]"), "\"%s\" is unknown", "\"%s\": 없는 좌석입니다", "A-1");
    assert_int_equal(fail_field(&f.cx, S("n"), "is odd", "홀수입니다"), ERR_INPUT);
    problem_encode(&f.out, &f.cx, e);
    assert_text(buf_view(&f.out), "{\"type\":\"urn:takenseat:problem:invalid\",\"title\":\"잘못된 요청\",\"status\":400,\"code\":\"invalid\","
                                  "\"detail\":\"잘못된 요청\",\"errors\":[{\"field\":\"seats[0]\",\"message\":\"\\\"A-1\\\": 없는 좌석입니다\"},"
                                  "{\"field\":\"n\",\"message\":\"홀수입니다\"}]}");
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_members), cmocka_unit_test(test_nulls), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_broken), cmocka_unit_test(test_depth), cmocka_unit_test(test_many_faults), cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_korean), cmocka_unit_test(test_limits_of_text), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_text_values),
        cmocka_unit_test(test_strings), cmocka_unit_test(test_full), cmocka_unit_test(test_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
