/* Form fields with nested names, as Stripe's clients send them: "line_items[0][price_data][currency]=krw". */
#ifndef PSP_FORM_H
#define PSP_FORM_H

#include "base/arena.h"
#include "base/buf.h"

#define FORM_PAIRS_MAX 256

struct form {
    struct form_pair { struct str name, value; } *at;
    size_t n;
};

/* Decoded into the arena. False when it is malformed or has more than FORM_PAIRS_MAX pairs. */
bool form_read(struct arena *arena, struct str text, struct form *ret);
/* p NULL: not there. */
struct str form_get(const struct form *f, const char *name);
/* Is a value of "name[]" or "name[0]", ... this one? */
bool form_has(const struct form *f, const char *name, struct str value);
/* "metadata" -> {"order":"B1"} from metadata[order]=B1. */
struct str form_object(struct arena *arena, const struct form *f, const char *name);
/* The first pair that no pattern names, NULL: none. In patterns "[*]" stands for any one key. */
const struct form_pair *form_stranger(const struct form *f, const char *const *patterns);

#endif
