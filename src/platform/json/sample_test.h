/* A struct with a member of every type, for the tests of reading and writing and for the fuzzer. */
#ifndef PLATFORM_JSON_SAMPLE_TEST_H
#define PLATFORM_JSON_SAMPLE_TEST_H

#include "platform/json/fields.h"

struct sample_point {
    int64_t x, y;
    struct str label;
};

struct sample_price {
    struct str grade;
    struct money price;
};

struct sample_place {
    struct str name;
    struct sample_point at;
};

struct sample {
    int64_t n, big;
    bool flag, has_flag, has_count, has_kind, has_at, has_id, has_origin, has_price;
    int64_t count, at, id;
    struct str word, note, code, raw, bytes;
    int kind;
    unsigned days;
    struct money price;
    char currency[4];
    struct sample_point origin;
    struct list seats, numbers, points, grid, prices, places;
};

static const char *const sample_kinds[] = { "concert", "musical", "play", NULL };
static const char *const sample_days[] = { "mon", "tue", "wed", "thu", NULL };

static inline bool sample_code(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static const struct text_rule sample_rule = { sample_code, "digits only", "숫자만 가능합니다" };

static const struct field sample_word_rows[] = { { .type = F_STR, .low = 1, .high = 8 } };
static const struct fields sample_word_fields = { "SampleWord", sizeof(struct str), sample_word_rows, 1 };
static const struct field sample_int_rows[] = { { .type = F_INT, .low = -9, .high = 9 } };
static const struct fields sample_int_fields = { "SampleInt", sizeof(int64_t), sample_int_rows, 1 };
static const struct field sample_row_rows[] = { { .type = F_LIST, .of = &sample_int_fields, .low = 1, .high = 3 } };
static const struct fields sample_row_fields = { "SampleRow", sizeof(struct list), sample_row_rows, 1 };

FIELDS(sample_point_fields, "SamplePoint", struct sample_point,
    { .name = "x", .type = F_INT, .at = offsetof(struct sample_point, x) },
    { .name = "y", .type = F_INT, .at = offsetof(struct sample_point, y) },
    { .name = "label", .type = F_STR, .at = offsetof(struct sample_point, label), .optional = true });

static const struct field sample_price_rows[] = {
    { .type = F_MONEY, .at = offsetof(struct sample_price, price), .low = 0, .high = 1000000 },
};
static const struct fields sample_price_fields = { "SamplePrice", sizeof(struct sample_price), sample_price_rows, 1 };

FIELDS(sample_place_fields, "SamplePlace", struct sample_place,
    { .name = "at", .type = F_OBJECT, .of = &sample_point_fields, .at = offsetof(struct sample_place, at) });

#define SAMPLE(member) .at = offsetof(struct sample, member)
#define SAMPLE_HAS(member) .at = offsetof(struct sample, member), .has_at = offsetof(struct sample, has_##member), .optional = true

FIELDS(sample_fields, "Sample", struct sample,
    { .name = "n", .type = F_INT, SAMPLE(n), .low = 0, .high = 1000, .help = "The only one that must be there." },
    { .name = "big", .type = F_INT, SAMPLE(big), .optional = true },
    { .name = "flag", .type = F_BOOL, SAMPLE_HAS(flag) },
    { .name = "count", .type = F_INT, SAMPLE_HAS(count), .nullable = true, .low = -5, .high = 5 },
    { .name = "kind", .type = F_ENUM, SAMPLE_HAS(kind), .words = sample_kinds },
    { .name = "at", .type = F_TIME, SAMPLE_HAS(at) },
    { .name = "id", .type = F_ID, SAMPLE_HAS(id), .id = ID_HOLD },
    { .name = "word", .type = F_STR, SAMPLE(word), .optional = true, .nullable = true, .low = 1, .high = 8 },
    { .name = "note", .type = F_TEXT, SAMPLE(note), .optional = true },
    { .name = "code", .type = F_STR, SAMPLE(code), .optional = true, .rule = &sample_rule },
    { .name = "raw", .type = F_RAW, SAMPLE(raw), .optional = true },
    { .name = "days", .type = F_FLAGS, SAMPLE(days), .optional = true, .words = sample_days },
    { .name = "price", .type = F_MONEY, SAMPLE_HAS(price), .nullable = true },
    { .name = "currency", .type = F_CURRENCY, SAMPLE(currency), .optional = true },
    { .name = "origin", .type = F_OBJECT, SAMPLE_HAS(origin), .of = &sample_point_fields, .nullable = true },
    { .name = "seats", .type = F_LIST, SAMPLE(seats), .optional = true, .of = &sample_word_fields, .low = 1, .high = 6 },
    { .name = "numbers", .type = F_LIST, SAMPLE(numbers), .omit_empty = true, .of = &sample_int_fields },
    { .name = "points", .type = F_LIST, SAMPLE(points), .omit_empty = true, .of = &sample_point_fields, .low = 0, .high = 5 },
    { .name = "grid", .type = F_LIST, SAMPLE(grid), .omit_empty = true, .of = &sample_row_fields },
    { .name = "prices", .type = F_MAP, SAMPLE(prices), .omit_empty = true, .of = &sample_price_fields, .low = 0, .high = 4 },
    { .name = "places", .type = F_MAP, SAMPLE(places), .omit_empty = true, .of = &sample_place_fields },
    { .name = "bytes", .type = F_BYTES, SAMPLE(bytes), .optional = true, .low = 1, .high = 16 });

#endif
