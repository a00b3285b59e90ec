/* Field tables: one description of a struct from which come reading, validation, writing and the OpenAPI page. */
#ifndef PLATFORM_JSON_FIELDS_H
#define PLATFORM_JSON_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/money.h"
#include "base/str.h"

enum field_type {             /* member in the struct    in JSON */
    F_BOOL,                   /* bool                    true, false */
    F_INT,                    /* int64_t                 integer without fraction or exponent, low..high */
    F_STR,                    /* struct str              string of low..high code points, no control characters unless F_TEXT */
    F_TEXT,                   /* struct str              the same, with line breaks and tabs allowed */
    F_TIME,                   /* int64_t ms              RFC 3339; written in UTC */
    F_ID,                     /* int64_t                 public id of kind `id` (base/id.h) */
    F_ENUM,                   /* int                     one of `words` (NULL-terminated), its index */
    F_FLAGS,                  /* unsigned                list of `words`, bit i for word i */
    F_MONEY,                  /* struct money            {"amount":..,"currency":"KRW"}, amount low..high */
    F_CURRENCY,               /* char[4]                 three capital letters (ISO 4217) */
    F_OBJECT,                 /* the struct itself       object described by `of` */
    F_LIST,                   /* struct list             list of low..high items described by `of` (one unnamed row: a list of plain values) */
    F_MAP,                    /* struct list             object with free keys; items are structs whose first member is the key (struct str) and
                                                         whose value is described by `of` (offsets count from the item's start) */
    F_BYTES,                  /* struct str              bytes as unpadded base64url (RFC 4648, 5), low..high of them */
    F_RAW,                    /* struct str              any JSON value, kept as its text (checked for syntax, UTF-8 and depth) */
};

enum field_from { FROM_BODY, FROM_PATH, FROM_QUERY, FROM_HEADER };

struct list {
    void *at;                 /* n items of the size that the field table gives */
    size_t n;
};

struct fields;

struct text_rule {            /* a syntax, and what is said to those who break it */
    bool (*holds)(struct str text);
    const char *en, *ko;
};

extern const struct text_rule blank_rule;            /* something besides spaces */

struct field {
    const char *name;
    enum field_type type;
    enum field_from from;     /* where a request carries it; answers are FROM_BODY */
    bool optional;            /* may be absent: then the member stays zero. Otherwise required in requests */
    bool nullable;            /* written as null when empty; null is read as absent */
    bool secret;              /* a request with such a member is written down without its body */
    bool omit_empty;          /* not written at all when empty, like an optional one; may be absent when read */
    size_t at;                /* offsetof the member */
    size_t has_at;            /* offset of a bool set when present; NO_HAS for none. A member is empty when this bool is false or, without
                                 one, when it is zero: no text, no items, no currency, an object of zero bytes */
    int64_t low, high;        /* bounds by type; both 0: the type's default (text 1..10,000; bytes 0..64 MiB; lists 0..10,000; money 0..MONEY_MAX; ints any) */
    enum id_kind id;
    const char *const *words;
    const struct fields *of;
    const char *help;         /* one sentence for the OpenAPI page; also gives format hints ("e-mail address") */
    const struct text_rule *rule;        /* F_STR: further syntax; NULL: none */
};

/* So that rows may leave it out; such a bool is never the first member. */
#define NO_HAS ((size_t)0)

struct fields {
    const char *name;         /* schema name in the OpenAPI page: "Hold", "HoldRequest" */
    size_t size;              /* of the struct, or of a list's item */
    const struct field *at;
    size_t n;
};

#define FIELDS(var, schema_name, type, ...)                                              \
    static const struct field var##_rows[] = { __VA_ARGS__ };                            \
    static const struct fields var = { schema_name, sizeof(type), var##_rows, sizeof(var##_rows) / sizeof(var##_rows[0]) }

/* ---- reading (decode.c) ---- */

#define JSON_DEPTH_MAX 32

/* Reads `body` (a JSON object) into *out, which has been zeroed. Strict: unknown, repeated, missing, wrong-typed or out-of-range members,
 * invalid UTF-8, U+0000 and nesting deeper than JSON_DEPTH_MAX are faults, each named in cx->problem (all of them, up to 500, not only the
 * first). Only FROM_BODY fields take part. Text in *out is in cx->arena or in `body` itself, which must live as long. */
err fields_decode(struct ctx *cx, const struct fields *f, const struct id_key *ids, struct str body, void *out) MUST_USE;
/* One value that came as text: from the path, the query (already decoded) or a header. */
err field_decode_text(struct ctx *cx, const struct field *f, const struct id_key *ids, struct str text, void *out) MUST_USE;

/* ---- writing (encode.c) ---- */

void fields_encode(struct buf *out, const struct fields *f, const struct id_key *ids, const void *in);
/* "text" with quotes and escapes. */
void json_write_str(struct buf *out, struct str s);
/* application/problem+json (RFC 9457) for a failure in the caller's language. */
void problem_encode(struct buf *out, const struct ctx *cx, err e);

#endif
