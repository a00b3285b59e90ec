/* A hall's plan: sections, rows and seats in map order, the order of the document they came from. The number of a seat in that order is its
 * name everywhere inside the program; its guid is its name outside. A finished plan is never changed. */
#ifndef PERFORMANCE_PLAN_H
#define PERFORMANCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define PLAN_SEATS_MAX      100000
#define PLAN_ROWS_MAX       20000
#define PLAN_SECTIONS_MAX   2000
#define PLAN_POINTS_MAX     50000
#define PLAN_CATEGORIES_MAX 60
#define PLAN_NAME_MAX       100          /* code points of a guid or a name */
#define PLAN_BLOB_MAX       (64 << 20)

enum section_kind { SECTION_SEATS, SECTION_AREA };

/* What a buyer should know of a seat: bits. */
enum seat_trait { SEAT_WHEELCHAIR = 1, SEAT_COMPANION = 2, SEAT_STEP_FREE = 4, SEAT_RESTRICTED_VIEW = 8 };
#define SEAT_TRAITS     4
#define SEAT_TRAITS_ALL ((1 << SEAT_TRAITS) - 1)
extern const char *const seat_trait_words[];     /* by bit, NULL at the end */

struct point {
    float x, y;
};

struct rect {
    float x, y, width, height;
};

struct plan_category {
    struct str name, color;   /* color: "#rrggbb" */
    uint32_t seats;
};

struct plan_section {
    struct str name;
    enum section_kind kind;
    bool has_focus;
    struct point focus;       /* what its seats look at, if not the plan's own focus */
    uint32_t first_row, rows;
    uint32_t first_point, points;        /* outline, in struct plan's points; none when nothing sensible is known */
};

struct plan_row {
    struct str name;
    uint32_t section, first, count;
    uint32_t rank;            /* 0: the best row of the house */
};

struct plan {
    struct plan_category *categories;
    struct plan_section *sections;
    struct plan_row *rows;
    struct point *points;     /* outlines of all sections */
    uint32_t category_count, section_count, row_count, point_count, seat_count;

    struct str *guid, *number;           /* columns of the seats */
    struct point *at;
    uint8_t *category;
    uint8_t *traits;          /* of enum seat_trait; NULL when no seat has any */
    uint8_t *breaks;          /* bit i: nobody sits to the left of seat i (start of a row, aisle, other category) */

    bool has_stage, has_focus;
    struct rect stage, bounds;
    struct point focus;
    float pitch;              /* usual distance of neighbours, > 0 */
};

static inline bool bit_get(const uint8_t *bits, uint32_t i)
{
    return (bits[i / 8] >> (i % 8)) & 1;
}

static inline void bit_set(uint8_t *bits, uint32_t i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
}

static inline size_t bit_bytes(uint32_t n)
{
    return (n + 7) / 8;
}

static inline uint8_t plan_traits(const struct plan *p, uint32_t seat)
{
    return p->traits ? p->traits[seat] : 0;
}

/* ---- making one: open a section, open a row in it, add its seats ---- */

struct plan_maker {
    struct plan plan;
    struct arena *arena;
    uint32_t category_cap, section_cap, row_cap, point_cap, seat_cap;
};

/* The plan and all it points to live in `arena`. */
void plan_begin(struct plan_maker *m, struct arena *arena);
/* False when the plan has as many of its kind as may be; the others are like it. Texts are kept, not copied. */
bool plan_add_category(struct plan_maker *m, struct str name, struct str color);
bool plan_add_section(struct plan_maker *m, struct str name, enum section_kind kind);
/* A further point of a section's outline; the points of one section are added in one go. */
bool plan_add_point(struct plan_maker *m, uint32_t section, double x, double y);
bool plan_add_row(struct plan_maker *m, struct str name);
bool plan_add_seat(struct plan_maker *m, struct str guid, struct str number, double x, double y, uint8_t category);
/* Gives the newest seat traits (bits of enum seat_trait) beside those it has. */
void plan_mark_seat(struct plan_maker *m, uint8_t traits);
/* Fills the newest section, of kind area and with an outline, with `capacity` places on a grid; guids are "prefix-1", "prefix-2", ... */
bool plan_fill_area(struct plan_maker *m, struct str prefix, uint32_t capacity, uint8_t category);
/* Works out what follows from the seats: bounds, pitch, breaks, ranks, missing outlines. At least one seat is there. */
struct plan *plan_end(struct plan_maker *m);

/* ---- changing the plan of seats that are being sold ---- */

/* All seats of `old` in their order, each as `new` has it, then those that only `new` has. A seat that `new` lacks stays as it was; its bit in
 * *ret_gone, which is zero and has one a seat of `old`, is set. Categories keep their order in the same way. Texts are not copied. NULL when a
 * limit is exceeded. */
struct plan *plan_merge(struct arena *arena, const struct plan *old, const struct plan *new, uint8_t *ret_gone);

/* ---- asking ---- */

/* Index of a category by name, or -1. */
int plan_category_find(const struct plan *p, struct str name);

/* The row of a seat. */
uint32_t plan_row_of(const struct plan *p, uint32_t seat);

/* Finds seats by guid; made once for a batch of questions. */
struct plan_index;
struct plan_index *plan_index(struct arena *arena, const struct plan *p);
/* False when no seat has this guid; of several with the same guid the first is found. */
bool plan_index_find(const struct plan_index *x, struct str guid, uint32_t *ret);

/* ---- its form in the database ---- */

void plan_encode(const struct plan *p, struct buf *out);
/* Texts of the plan point into `blob`, which must live as long. NULL when it is no such blob. */
struct plan *plan_decode(struct arena *arena, struct str blob);

#endif
