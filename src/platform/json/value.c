#include "platform/json/table.h"

#include <limits.h>

#include "base/clock.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define TEXT_HIGH  10000
#define BYTES_HIGH (64 << 20)
#define LIST_HIGH  10000
#define TIME_HIGH  INT64_C(253402300799999)      /* the last ms of the year 9999 */

static const struct field money_rows[] = {
    { .name = "amount", .type = F_INT, .at = offsetof(struct money, amount), .help = "in minor units" },
    { .name = "currency", .type = F_CURRENCY, .at = offsetof(struct money, currency) },
};
const struct fields money_fields = { "Money", sizeof(struct money), money_rows, 2 };

static bool not_blank(struct str text)
{
    return str_trim(text).n > 0;
}

const struct text_rule blank_rule = { not_blank, "must not be blank", "공백일 수 없습니다" };

struct bounds field_bounds(const struct field *row)
{
    struct bounds given = { row->low, row->high };
    ASSERT(given.low <= given.high);
    if (given.low || given.high)
        return given;
    switch (row->type) {
    case F_STR:
    case F_TEXT:
        return (struct bounds){ 1, TEXT_HIGH };
    case F_BYTES:
        return (struct bounds){ 0, BYTES_HIGH };
    case F_LIST:
    case F_MAP:
    case F_FLAGS:
        return (struct bounds){ 0, LIST_HIGH };
    case F_MONEY:
        return (struct bounds){ 0, MONEY_MAX };
    case F_TIME:
        return (struct bounds){ 0, TIME_HIGH };
    default:
        return (struct bounds){ INT64_MIN, INT64_MAX };
    }
}

struct str say(struct ctx *cx, const char *en, const char *ko, ...)
{
    va_list args;
    va_start(args, ko);
    struct str s = arena_vfmt(cx->arena, cx->lang == LANG_KO ? ko : en, args);
    va_end(args);
    return s;
}

static struct str out_of_range(struct ctx *cx, struct bounds b)
{
    return say(cx, "must be from %lld to %lld", "%lld 이상 %lld 이하여야 합니다", (long long)b.low, (long long)b.high);
}

struct str value_number(struct ctx *cx, struct bounds b, struct str text, void *at)
{
    int64_t v;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '-' && (text.p[i] < '0' || text.p[i] > '9'))
            return say(cx, "must be an integer without fraction or exponent", "소수점이나 지수가 없는 정수여야 합니다");
    if (!str_to_int(text, &v) || v < b.low || v > b.high)
        return out_of_range(cx, b);
    *(int64_t *)at = v;
    return (struct str){ 0 };
}

/* Counts code points; false when there is a control character (Unicode's Cc) other than the allowed line breaks and tabs. */
static bool text_scan(struct str s, bool lines, int64_t *ret_length)
{
    size_t plain = str_plain(s);
    int64_t length = (int64_t)plain;
    for (const unsigned char *p = (const unsigned char *)s.p + plain, *end = p + (s.n - plain); p < end; p++) {
        if (*p < 0x20 && !(lines && (*p == '\n' || *p == '\r' || *p == '\t')))
            return false;
        if (*p == 0x7F || (*p == 0xC2 && p[1] < 0xA0))
            return false;
        length += (*p & 0xC0) != 0x80;
    }
    *ret_length = length;
    return true;
}

static struct str text_value(struct ctx *cx, const struct field *row, struct str text, struct str *at)
{
    struct bounds b = field_bounds(row);
    int64_t length;
    if (!text_scan(text, row->type == F_TEXT, &length))
        return say(cx, "must not contain control characters", "제어 문자를 쓸 수 없습니다");
    if (length < b.low || length > b.high)
        return say(cx, "must have %lld to %lld characters", "%lld자 이상 %lld자 이하여야 합니다", (long long)b.low, (long long)b.high);
    if (row->rule && !row->rule->holds(text))
        return str_c(cx->lang == LANG_KO ? row->rule->ko : row->rule->en);
    *at = text;
    return (struct str){ 0 };
}

static struct str bytes_value(struct ctx *cx, const struct field *row, struct str text, struct str *at)
{
    struct bounds b = field_bounds(row);
    struct str bytes;
    if (!base64url_decode(cx->arena, text, &bytes))
        return say(cx, "must be base64url without padding", "패딩 없는 base64url이어야 합니다");
    if ((int64_t)bytes.n < b.low || (int64_t)bytes.n > b.high)
        return say(cx, "must have %lld to %lld bytes", "%lld바이트 이상 %lld바이트 이하여야 합니다", (long long)b.low, (long long)b.high);
    *at = bytes;
    return (struct str){ 0 };
}

static bool currency_valid(struct str s)
{
    if (s.n != 3)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return true;
}

static int word_index(const char *const *words, struct str text)
{
    for (int i = 0; words[i]; i++)
        if (str_eq(str_c(words[i]), text))
            return i;
    return -1;
}

static struct str not_a_word(struct ctx *cx, const char *const *words)
{
    struct str all = str_c(words[0]);
    for (int i = 1; words[i]; i++)
        all = arena_fmt(cx->arena, "%.*s, %s", STR_ARG(all), words[i]);
    return say(cx, "must be one of: %.*s", "다음 중 하나여야 합니다: %.*s", STR_ARG(all));
}

struct str value_string(struct ctx *cx, const struct field *row, const struct id_key *ids, struct str text, void *at)
{
    switch (row->type) {
    case F_STR:
    case F_TEXT:
        return text_value(cx, row, text, at);
    case F_BYTES:
        return bytes_value(cx, row, text, at);
    case F_TIME: {
        struct bounds b = field_bounds(row);
        int64_t ms;
        if (!time_parse(text, &ms) || ms < b.low || ms > b.high)
            return say(cx, "must be a time such as 2026-11-23T11:00:00Z", "2026-11-23T11:00:00Z 같은 시각이어야 합니다");
        *(int64_t *)at = ms;
        return (struct str){ 0 };
    }
    case F_ID:
        if (!id_decode(ids, row->id, text, at))
            return say(cx, "is not an id", "올바른 id가 아닙니다");
        return (struct str){ 0 };
    case F_ENUM: {
        int index = word_index(row->words, text);
        if (index < 0)
            return not_a_word(cx, row->words);
        *(int *)at = index;
        return (struct str){ 0 };
    }
    case F_CURRENCY:
        if (!currency_valid(text))
            return say(cx, "must be three capital letters (ISO 4217)", "대문자 세 글자(ISO 4217)여야 합니다");
        memcpy(at, text.p, text.n);
        return (struct str){ 0 };
    default:
        panic(__FILE__, __LINE__, "this type is no string");
    }
}

struct str value_word(struct ctx *cx, const struct field *row, struct str text, unsigned *at)
{
    int index = word_index(row->words, text);
    if (index < 0)
        return not_a_word(cx, row->words);
    ASSERT(index < (int)(sizeof(*at) * CHAR_BIT));
    if (*at & 1u << index)
        return say(cx, "is repeated", "반복되었습니다");
    *at |= 1u << index;
    return (struct str){ 0 };
}

struct str value_count(struct ctx *cx, const struct field *row, size_t n)
{
    struct bounds b = field_bounds(row);
    if ((int64_t)n < b.low || (int64_t)n > b.high)
        return say(cx, "must have %lld to %lld items", "항목이 %lld개 이상 %lld개 이하여야 합니다", (long long)b.low, (long long)b.high);
    return (struct str){ 0 };
}

/* ---- one value that came as text ---- */

static struct str flags_value(struct ctx *cx, const struct field *row, struct str text, unsigned *at)
{
    unsigned bits = 0;
    size_t count = 0;
    for (struct str rest = text; rest.p; count++) {
        struct str wrong = value_word(cx, row, str_trim(str_cut(&rest, ',')), &bits);
        if (wrong.n)
            return wrong;
    }
    *at = bits;
    return value_count(cx, row, count);
}

static struct str text_as(struct ctx *cx, const struct field *row, const struct id_key *ids, struct str text, void *at)
{
    if (!str_utf8(text))
        return say(cx, "must be valid UTF-8", "올바른 UTF-8이 아닙니다");
    switch (row->type) {
    case F_BOOL:
        if (!str_eq(text, S("true")) && !str_eq(text, S("false")))
            return say(cx, "must be true or false", "true 또는 false여야 합니다");
        *(bool *)at = text.n == 4;
        return (struct str){ 0 };
    case F_INT:
        return value_number(cx, field_bounds(row), text, at);
    case F_FLAGS:
        return flags_value(cx, row, text, at);
    default:
        return value_string(cx, row, ids, text, at);
    }
}

err field_decode_text(struct ctx *cx, const struct field *f, const struct id_key *ids, struct str text, void *out)
{
    char *base = out;
    struct str wrong = text_as(cx, f, ids, text, base + f->at);
    if (wrong.n)
        return fail_field(cx, str_c(f->name), "%.*s", "%.*s", STR_ARG(wrong));
    if (f->has_at != NO_HAS)
        *(bool *)(base + f->has_at) = true;
    return OK;
}
