/* Reading plans from the documents that others write: each format is a file import_*.c that walks a JSON document and adds what it finds to
 * a plan. Every fault is named, not only the first. */
#ifndef PERFORMANCE_IMPORT_H
#define PERFORMANCE_IMPORT_H

#include <cjson/cJSON.h>

#include "base/ctx.h"
#include "platform/json/fields.h"
#include "services/performance/plan.h"

enum plan_format { PLAN_PRETIX, PLAN_SEATSIO, PLAN_VENUE };
extern const char *const plan_format_words[];   /* for an F_ENUM */

/* Reads a document. With `repair`, repeated guids get a number behind them; otherwise they are faults like any other. The plan and the
 * warnings (a list of struct str) are in cx->arena. Faults: ERR_INPUT with one entry in cx->problem each. */
err plan_import(struct ctx *cx, enum plan_format format, struct str text, bool repair, struct plan **ret, struct list *ret_warnings) MUST_USE;

/* ---- for the formats ---- */

struct import {
    struct ctx *cx;
    struct plan_maker maker;
    err result;               /* ERR_INPUT once a fault was found; reading goes on to find the others */
    bool full;                /* a limit was hit: reading stops */
    bool repair;
    struct warning {
        struct warning *next;
        struct str text;
    } *warnings, **warnings_tail;
    size_t warning_count;
};

void import_pretix(struct import *im, const cJSON *root);
void import_seatsio(struct import *im, const cJSON *root);
void import_venue(struct import *im, const cJSON *root);

/* Where in the document something stands: a chain of members on the stack, "zones[0].rows[3]". */
struct place {
    const struct place *up;
    const char *name;
    int index;                /* -1: no element of a list */
};

/* The path of a member (NULL: of the place itself), for a fault. */
struct str place_text(const struct import *im, const struct place *at, const char *member);
void import_warn(struct import *im, const char *en, const char *ko, ...) __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* Notes that a limit was hit unless `added`; returns `added`. */
bool import_fits(struct import *im, bool added);

enum import_need { MAY_MISS, MUST_HAVE };

/* Members by name; JSON null counts as absent. A member that is wrong in any way is one fault and reads as absent. */
const cJSON *member(const cJSON *o, const char *name);
const cJSON *member_list(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need);
const cJSON *member_object(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need);
/* Text of 1 to PLAN_NAME_MAX code points without control characters, copied. p is NULL when absent. */
struct str member_text(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need);
/* A finite number of low..high. */
bool member_number(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, double low, double high,
                   double *ret);
bool member_count(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, uint32_t low, uint32_t high,
                  uint32_t *ret);
/* The coordinates of a {"x":..,"y":..}, which must be there; as a member of its own, member_point. */
bool member_xy(struct import *im, const struct place *at, const cJSON *o, double *ret_x, double *ret_y);
bool member_point(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, double *ret_x, double *ret_y);
#define COORDINATE_MAX 1e6

/* A category of the document: named, once, with a colour "#rgb" or "#rrggbb" (grey when there is none). */
void import_category(struct import *im, const struct place *at, const cJSON *o, const char *name_member);
/* Index of a category by name; a fault at `member_name` and false when there is none. */
bool import_category_find(struct import *im, const struct place *at, const char *member_name, struct str name, uint8_t *ret);

#endif
