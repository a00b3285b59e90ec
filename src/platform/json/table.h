/* What readers and writers of field tables share: bounds, and single values with the sentence that tells what is wrong with them. */
#ifndef PLATFORM_JSON_TABLE_H
#define PLATFORM_JSON_TABLE_H

#include "platform/json/fields.h"

struct bounds {
    int64_t low, high;
};

/* The bounds of a row, or its type's own. */
struct bounds field_bounds(const struct field *row);

/* Does the table describe a plain value (one row without a name)? */
static inline bool fields_plain(const struct fields *f)
{
    return f->n == 1 && !f->at[0].name;
}

/* The members of F_MONEY; the bounds of the amount are those of the row that has the money. */
extern const struct fields money_fields;

/* A sentence in the caller's language. */
struct str say(struct ctx *cx, const char *en, const char *ko, ...) __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* Each checks a value against its row and stores it at `at`. What they return is what is wrong with it: empty when nothing is. */

/* F_INT: the characters of a JSON number. */
struct str value_number(struct ctx *cx, struct bounds b, struct str text, void *at);
/* All types that are strings; the text is well-formed UTF-8. */
struct str value_string(struct ctx *cx, const struct field *row, const struct id_key *ids, struct str text, void *at);
/* One word of F_FLAGS, added to the set at `at`. */
struct str value_word(struct ctx *cx, const struct field *row, struct str text, unsigned *at);
/* Only checks: a list or map of n items. */
struct str value_count(struct ctx *cx, const struct field *row, size_t n);

#endif
