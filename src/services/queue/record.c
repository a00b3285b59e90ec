/* The record of a waiting room: written down as it is told, and what was found wrong with it. */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"

const char *const record_rules[RECORD_RULE_COUNT] = {
#define X(name, sentence) [name] = #name ": " sentence,
    RECORD_RULES(X)
#undef X
};

/* ---- writing down ---- */

void record_init(struct record *r, size_t accounts)
{
    *r = (struct record){ .accounts = accounts, .newest = calloc(accounts + 1, sizeof(*r->newest)) };
    if (!r->newest)
        abort();
}

void record_free(struct record *r)
{
    free(r->told);
    free(r->places);
    free(r->terms);
    free(r->newest);
    *r = (struct record){ 0 };
}

/* FNV-1a. */
static int64_t hash_of(const char *text, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
    return (int64_t)h;
}

int32_t record_join(struct record *r, int64_t account, const char *token, size_t length, int32_t number, bool *ret_new)
{
    int32_t before = r->newest[account] - 1, place = (int32_t)r->places_n;
    int64_t hash = hash_of(token, length);
    *ret_new = before < 0 || r->places[before].token != hash;
    if (!*ret_new)
        return before;
    r->places = grow(r->places, &r->places_cap, r->places_n + 1, sizeof(*r->places));
    r->places[r->places_n++] = (struct told_place){ .token = hash, .account = (int32_t)account, .before = before, .number = number ? number : place + 1,
                                                    .order = number ? number : place + 1 };
    r->newest[account] = place + 1;
    return place;
}

void record_told(struct record *r, struct told t)
{
    r->told = grow(r->told, &r->told_cap, r->told_n + 1, sizeof(*r->told));
    r->told[r->told_n++] = t;
}

void record_terms(struct record *r, struct told_terms t)
{
    r->terms = grow(r->terms, &r->terms_cap, r->terms_n + 1, sizeof(*r->terms));
    r->terms[r->terms_n++] = t;
}

/* ---- what was found ---- */

int record_print(const struct finding *f)
{
    int rules = 0;
    for (size_t i = 0; i < RECORD_RULE_COUNT; i++) {
        if (!f->count[i])
            continue;
        rules++;
        fprintf(stderr, "broken %" PRId64 " times, first by place %d at %" PRId64 ": %s\n", f->count[i], f->first[i].place, f->first[i].at,
                record_rules[i]);
    }
    return rules;
}
