/* A plan as bytes: little-endian numbers, texts with their length in front, sections, rows and seats in map order. Reading trusts nothing:
 * every count and number is checked, so a damaged blob is refused and never read past its end. */
#include "plan.h"

#include <math.h>

#define MAGIC UINT32_C(0x31505354)   /* "TSP1" */

enum { HAS_STAGE = 1, HAS_FOCUS = 2, HAS_TRAITS = 4 };

/* ---- writing ---- */

static void put_u8(struct buf *out, uint8_t v)
{
    buf_char(out, (char)v);
}

static void put_u32(struct buf *out, uint32_t v)
{
    char le[4] = { (char)(v & 0xff), (char)(v >> 8 & 0xff), (char)(v >> 16 & 0xff), (char)(v >> 24) };

    buf_add(out, le, sizeof(le));
}

static void put_float(struct buf *out, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof(bits));
    put_u32(out, bits);
}

static void put_point(struct buf *out, struct point at)
{
    put_float(out, at.x);
    put_float(out, at.y);
}

static void put_rect(struct buf *out, struct rect r)
{
    put_point(out, (struct point){ r.x, r.y });
    put_point(out, (struct point){ r.width, r.height });
}

static void put_text(struct buf *out, struct str s)
{
    put_u8(out, (uint8_t)(s.n & 0xff));
    put_u8(out, (uint8_t)(s.n >> 8));
    buf_str(out, s);
}

void plan_encode(const struct plan *p, struct buf *out)
{
    put_u32(out, MAGIC);
    put_u8(out, (uint8_t)((p->has_stage ? HAS_STAGE : 0) | (p->has_focus ? HAS_FOCUS : 0) | (p->traits ? HAS_TRAITS : 0)));
    put_rect(out, p->stage);
    put_rect(out, p->bounds);
    put_point(out, p->focus);
    put_float(out, p->pitch);

    put_u32(out, p->category_count);
    put_u32(out, p->section_count);
    put_u32(out, p->row_count);
    put_u32(out, p->point_count);
    put_u32(out, p->seat_count);
    for (uint32_t i = 0; i < p->category_count; i++) {
        put_text(out, p->categories[i].name);
        put_text(out, p->categories[i].color);
    }
    for (uint32_t i = 0; i < p->section_count; i++) {
        const struct plan_section *s = &p->sections[i];

        put_text(out, s->name);
        put_u8(out, (uint8_t)(s->kind | (s->has_focus ? 2 : 0)));
        put_point(out, s->focus);
        put_u32(out, s->rows);
        put_u32(out, s->first_point);
        put_u32(out, s->points);
    }
    for (uint32_t i = 0; i < p->point_count; i++)
        put_point(out, p->points[i]);
    for (uint32_t i = 0; i < p->row_count; i++) {
        put_text(out, p->rows[i].name);
        put_u32(out, p->rows[i].count);
        put_u32(out, p->rows[i].rank);
    }
    for (uint32_t i = 0; i < p->seat_count; i++) {
        put_text(out, p->guid[i]);
        put_text(out, p->number[i]);
        put_point(out, p->at[i]);
        put_u8(out, p->category[i]);
    }
    buf_add(out, p->breaks, bit_bytes(p->seat_count));
    if (p->traits)
        buf_add(out, p->traits, p->seat_count);
}

/* ---- reading ---- */

struct reader {
    const uint8_t *p, *end;
    bool bad;
};

static const uint8_t *get(struct reader *r, size_t n)
{
    const uint8_t *p = r->p;

    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return NULL;
    }
    r->p += n;
    return p;
}

static uint8_t get_u8(struct reader *r)
{
    const uint8_t *p = get(r, 1);

    return p ? *p : 0;
}

static uint32_t get_u32(struct reader *r)
{
    const uint8_t *p = get(r, 4);

    return p ? p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

/* A number of things of which there are at most `max`. */
static uint32_t get_count(struct reader *r, uint32_t max)
{
    uint32_t n = get_u32(r);

    if (n > max)
        r->bad = true;
    return r->bad ? 0 : n;
}

static float get_float(struct reader *r)
{
    uint32_t bits = get_u32(r);
    float v;

    memcpy(&v, &bits, sizeof(v));
    if (!isfinite(v))
        r->bad = true;
    return v;
}

static struct point get_point(struct reader *r)
{
    float x = get_float(r);

    return (struct point){ x, get_float(r) };
}

static struct rect get_rect(struct reader *r)
{
    struct point at = get_point(r), size = get_point(r);

    return (struct rect){ at.x, at.y, size.x, size.y };
}

static struct str get_text(struct reader *r)
{
    uint32_t n = get_u8(r);
    const uint8_t *p;

    n |= (uint32_t)get_u8(r) << 8;
    p = get(r, n);
    return str_of((const char *)p, p ? n : 0);
}

static void get_sections(struct reader *r, struct plan *p)
{
    uint32_t rows = 0;

    for (uint32_t i = 0; i < p->section_count; i++) {
        struct plan_section *s = &p->sections[i];
        uint8_t kind;

        s->name = get_text(r);
        kind = get_u8(r);
        s->kind = kind & 1 ? SECTION_AREA : SECTION_SEATS;
        s->has_focus = kind & 2;
        s->focus = get_point(r);
        s->first_row = rows;
        s->rows = get_count(r, p->row_count - rows);
        s->first_point = get_count(r, p->point_count);
        s->points = get_count(r, p->point_count - s->first_point);
        for (uint32_t k = 0; k < s->rows; k++)
            p->rows[rows++].section = i;
    }
    r->bad |= rows != p->row_count;
}

static void get_rows(struct reader *r, struct plan *p)
{
    uint32_t seats = 0;

    for (uint32_t i = 0; i < p->row_count; i++) {
        struct plan_row *row = &p->rows[i];

        row->name = get_text(r);
        row->first = seats;
        row->count = get_count(r, p->seat_count - seats);
        row->rank = get_u32(r);
        seats += row->count;
    }
    r->bad |= seats != p->seat_count;
}

static void get_seats(struct reader *r, struct plan *p, struct arena *arena)
{
    const uint8_t *breaks;

    for (uint32_t i = 0; i < p->seat_count; i++) {
        p->guid[i] = get_text(r);
        p->number[i] = get_text(r);
        p->at[i] = get_point(r);
        p->category[i] = get_u8(r);
        if (p->category[i] >= p->category_count) {
            r->bad = true;
            return;
        }
        p->categories[p->category[i]].seats++;
    }
    breaks = get(r, bit_bytes(p->seat_count));
    p->breaks = arena_take(arena, bit_bytes(p->seat_count));
    if (breaks)
        memcpy(p->breaks, breaks, bit_bytes(p->seat_count));
}

static void get_traits(struct reader *r, struct plan *p, struct arena *arena)
{
    const uint8_t *traits = get(r, p->seat_count);

    if (!traits)
        return;
    p->traits = arena_take(arena, p->seat_count);
    memcpy(p->traits, traits, p->seat_count);
    for (uint32_t i = 0; i < p->seat_count; i++)
        r->bad |= (traits[i] & ~SEAT_TRAITS_ALL) != 0;
}

struct plan *plan_decode(struct arena *arena, struct str blob)
{
    struct reader r = { .p = (const uint8_t *)blob.p, .end = (const uint8_t *)blob.p + blob.n };
    struct plan *p = NEW(arena, struct plan);
    uint8_t has;

    r.bad = get_u32(&r) != MAGIC;
    has = get_u8(&r);
    p->has_stage = has & HAS_STAGE;
    p->has_focus = has & HAS_FOCUS;
    p->stage = get_rect(&r);
    p->bounds = get_rect(&r);
    p->focus = get_point(&r);
    p->pitch = get_float(&r);
    p->category_count = get_count(&r, PLAN_CATEGORIES_MAX);
    p->section_count = get_count(&r, PLAN_SECTIONS_MAX);
    p->row_count = get_count(&r, PLAN_ROWS_MAX);
    p->point_count = get_count(&r, PLAN_POINTS_MAX);
    p->seat_count = get_count(&r, PLAN_SEATS_MAX);
    if (r.bad || !(p->pitch > 0))
        return NULL;

    p->categories = NEW_ARRAY(arena, struct plan_category, p->category_count);
    p->sections = NEW_ARRAY(arena, struct plan_section, p->section_count);
    p->rows = NEW_ARRAY(arena, struct plan_row, p->row_count);
    p->points = NEW_ARRAY(arena, struct point, p->point_count);
    p->guid = NEW_ARRAY(arena, struct str, p->seat_count);
    p->number = NEW_ARRAY(arena, struct str, p->seat_count);
    p->at = NEW_ARRAY(arena, struct point, p->seat_count);
    p->category = NEW_ARRAY(arena, uint8_t, p->seat_count);
    for (uint32_t i = 0; i < p->category_count; i++) {
        p->categories[i].name = get_text(&r);
        p->categories[i].color = get_text(&r);
    }
    get_sections(&r, p);
    for (uint32_t i = 0; i < p->point_count; i++)
        p->points[i] = get_point(&r);
    get_rows(&r, p);
    get_seats(&r, p, arena);
    if (has & HAS_TRAITS)
        get_traits(&r, p, arena);
    return r.bad || r.p != r.end ? NULL : p;
}
