/* Inside booking: on what terms a schedule is sold. */
#ifndef BOOKING_TERMS_H
#define BOOKING_TERMS_H

#include "services/booking/sale.h"

/* ---- terms.c ---- */

struct terms_in {
    int64_t schedule;
    struct sale_terms terms;
};
struct terms_ref {
    int64_t schedule;
};

extern const struct fields sale_terms_fields;        /* struct sale_terms, as it is stored */
/* NULL: none. */
const struct sale_terms *sale_terms(const struct sale *s);
/* In a command: other terms from now on, their codes sealed. */
err sale_terms_put(struct ctx *cx, struct booking *b, struct sale *s, const struct sale_terms *sealed);
bool sale_terms_any(const struct sale_terms *t);
/* Takes over what was stored. */
err terms_read(struct ctx *cx, struct sale *s, struct str text);
void terms_free(struct sale *s);
void terms_shown(struct arena *arena, const struct sale_terms *t, int64_t now, struct terms_shown *ret);
int64_t early_percent(const struct sale_terms *t, int64_t now);
int64_t sale_early_percent(const struct sale *s, int64_t now);
/* What is left of a price when so much is taken off it, rounded up to whole minor units. */
int64_t price_less(int64_t price, int64_t percent);
/* What a person pays for a seat whose hold has that price; false when this type is not offered. */
bool person_price(const struct sale *s, uint32_t category, int person, int64_t price, int64_t *ret);
struct presale_code {
    struct str sealed;
    int64_t uses;             /* people who may come in with it */
    const struct presale_group *group;   /* NULL: of none */
};
/* The code of that name; NULL: it is none of this presale's. */
const struct presale_code *terms_code(const struct sale *s, int64_t name);
const struct presale_group *presale_group_find(const struct sale_terms *t, struct str name);
bool person_proof(const struct sale *s, int person);
extern const struct call terms_put_call, terms_get_call;

/* ---- presale.c ---- */

bool presale_on(const struct sale *s, int64_t now);
/* In a command, while the presale is on: may the actor hold so many seats more? */
err presale_may_hold(struct ctx *cx, struct sale *s, struct str code, uint32_t seats);
/* Of sealed terms. */
err presale_check(struct ctx *cx, const struct sale_terms *t, int64_t sale_starts_at);
/* A short name for a sealed code, in the table of uses. */
int64_t presale_code_name(struct str sealed);
err presale_load(struct ctx *cx, struct booking *b);
void presale_free(struct sale *s);
struct list presale_seal(struct ctx *cx, struct list codes);
/* Groups that are given without codes keep those that they have; so do the codes of no group where only their uses are given. */
void presale_keep_codes(struct ctx *cx, const struct sale *s, struct sale_terms *sealed);
/* New sealed codes for a group: none is given twice, neither here nor to others. */
err presale_codes_check(struct ctx *cx, const struct sale *s, const struct presale_group *group, struct list sealed);
void presale_codes_put(struct ctx *cx, struct sale_terms *t, struct str group, struct list sealed);
extern const struct call presale_codes_call, presale_codes_set_call;         /* presale_csv.c */

/* ---- people.c ---- */

struct person_in {
    struct str seat;
    int type;                 /* enum person_type */
};
extern const struct fields person_in_fields;
/* Lines of the same seats with persons and what they pay; a fault of `people` is named. */
err people_apply(struct ctx *cx, const struct sale *s, struct list people, struct list lines, struct list *ret);
bool people_same(struct list a, struct list b);
int64_t lines_total(struct list lines);

#endif
