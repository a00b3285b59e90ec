/* The seat map as clients draw it (docs/wire.md). Coordinates are moved to the corner of the plan and scaled so that neighbours are 1 apart. */
#include <math.h>
#include <stdlib.h>

#include "performance_int.h"

/* ---- the document ---- */

struct map_writer {
    struct buf *out;
    const struct plan *plan;
    const struct id_key *ids;
    int64_t schedule;         /* 0: the plan of a hall, which has no prices */
    int64_t hall;
    struct str hall_name;
    struct list prices;       /* struct grade, by category */
};

/* A hundredth of a pitch is as fine as anybody sees: 12.5, 3, 0.07. */
static void write_units(const struct map_writer *w, double v)
{
    long long hundredths = llround(v / (double)w->plan->pitch * 100);
    long long whole = llabs(hundredths) / 100, rest = llabs(hundredths) % 100;

    if (hundredths < 0)
        buf_char(w->out, '-');
    buf_int(w->out, whole);
    if (rest) {
        buf_char(w->out, '.');
        buf_char(w->out, (char)('0' + rest / 10));
        if (rest % 10)
            buf_char(w->out, (char)('0' + rest % 10));
    }
}

static void write_x(const struct map_writer *w, float x)
{
    write_units(w, (double)x - (double)w->plan->bounds.x);
}

static void write_y(const struct map_writer *w, float y)
{
    write_units(w, (double)y - (double)w->plan->bounds.y);
}

static void write_member(const struct map_writer *w, const char *name)
{
    buf_fmt(w->out, "%s\"%s\":", w->out->p[w->out->n - 1] == '{' ? "" : ",", name);
}

static void write_id(const struct map_writer *w, enum id_kind kind, int64_t id)
{
    char text[ID_TEXT];

    id_encode(w->ids, kind, id, text);
    json_write_str(w->out, str_of(text, ID_TEXT));
}

static void write_rect(const struct map_writer *w, struct rect r)
{
    buf_str(w->out, S("{\"x\":"));
    write_x(w, r.x);
    buf_str(w->out, S(",\"y\":"));
    write_y(w, r.y);
    buf_str(w->out, S(",\"width\":"));
    write_units(w, (double)r.width);
    buf_str(w->out, S(",\"height\":"));
    write_units(w, (double)r.height);
}

static void write_focus(const struct map_writer *w, struct point focus)
{
    buf_str(w->out, S(",\"focus\":{\"x\":"));
    write_x(w, focus.x);
    buf_str(w->out, S(",\"y\":"));
    write_y(w, focus.y);
    buf_char(w->out, '}');
}

static void write_grades(const struct map_writer *w)
{
    const struct grade *priced = w->prices.at;
    size_t n = 0;

    for (uint32_t c = 0; c < w->plan->category_count; c++) {
        buf_str(w->out, c ? S(",{\"name\":") : S("{\"name\":"));
        json_write_str(w->out, w->plan->categories[c].name);
        buf_str(w->out, S(",\"color\":"));
        json_write_str(w->out, w->plan->categories[c].color);
        if (n < w->prices.n && priced[n].category == c) {
            buf_fmt(w->out, ",\"price\":{\"amount\":%lld,\"currency\":\"%.3s\"}}", (long long)priced[n].price.amount, priced[n].price.currency);
            n++;
        } else {
            buf_str(w->out, S(",\"price\":null}"));
        }
    }
}

static void write_texts(const struct map_writer *w, const struct str *at, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            buf_char(w->out, ',');
        json_write_str(w->out, at[i]);
    }
}

static void write_row_grades(const struct map_writer *w, const struct plan_row *row)
{
    const uint8_t *category = w->plan->category + row->first;
    bool mixed = false;

    for (uint32_t i = 1; i < row->count; i++)
        mixed |= category[i] != category[0];
    if (!mixed)
        return;
    for (uint32_t i = 0; i < row->count; i++)
        buf_fmt(w->out, "%s%u", i ? "," : ",\"grades\":[", category[i]);
    buf_char(w->out, ']');
}

/* By trait, which seats of the row have it. */
static void write_traits(const struct map_writer *w, const struct plan_row *row)
{
    const struct plan *p = w->plan;
    uint8_t had = 0;

    for (uint32_t i = 0; i < row->count; i++)
        had |= plan_traits(p, row->first + i);
    if (!had)
        return;
    buf_str(w->out, S(",\"traits\":{"));
    for (int t = 0; t < SEAT_TRAITS; t++) {
        bool first = true;

        if (!(had >> t & 1))
            continue;
        write_member(w, seat_trait_words[t]);
        for (uint32_t i = 0; i < row->count; i++)
            if (plan_traits(p, row->first + i) >> t & 1) {
                buf_fmt(w->out, "%s%u", first ? "[" : ",", i);
                first = false;
            }
        buf_char(w->out, ']');
    }
    buf_char(w->out, '}');
}

static void write_row(const struct map_writer *w, const struct plan_row *row)
{
    const struct plan *p = w->plan;

    buf_str(w->out, S("{\"name\":"));
    json_write_str(w->out, row->name);
    buf_fmt(w->out, ",\"grade\":%u,\"guids\":[", row->count ? p->category[row->first] : 0);
    write_texts(w, p->guid + row->first, row->count);
    buf_str(w->out, S("],\"numbers\":["));
    write_texts(w, p->number + row->first, row->count);
    for (uint32_t i = 0; i < row->count; i++) {
        buf_str(w->out, i ? S(",") : S("],\"xs\":["));
        write_x(w, p->at[row->first + i].x);
    }
    for (uint32_t i = 0; i < row->count; i++) {
        buf_str(w->out, i ? S(",") : S("],\"ys\":["));
        write_y(w, p->at[row->first + i].y);
    }
    buf_char(w->out, ']');
    write_row_grades(w, row);
    write_traits(w, row);
    buf_char(w->out, '}');
}

static void write_section(const struct map_writer *w, const struct plan_section *s)
{
    buf_str(w->out, S("{\"name\":"));
    json_write_str(w->out, s->name);
    buf_str(w->out, s->kind == SECTION_AREA ? S(",\"kind\":\"area\",\"outline\":[") : S(",\"kind\":\"seats\",\"outline\":["));
    for (uint32_t i = 0; i < s->points; i++) {
        if (i)
            buf_char(w->out, ',');
        write_x(w, w->plan->points[s->first_point + i].x);
        buf_char(w->out, ',');
        write_y(w, w->plan->points[s->first_point + i].y);
    }
    buf_char(w->out, ']');
    if (s->has_focus)
        write_focus(w, s->focus);
    buf_str(w->out, S(",\"rows\":["));
    for (uint32_t r = 0; r < s->rows; r++) {
        if (r)
            buf_char(w->out, ',');
        write_row(w, &w->plan->rows[s->first_row + r]);
    }
    buf_str(w->out, S("]}"));
}

static void write_map(const struct map_writer *w)
{
    const struct plan *p = w->plan;

    buf_char(w->out, '{');
    if (w->schedule) {
        write_member(w, "schedule_id");
        write_id(w, ID_SCHEDULE, w->schedule);
    }
    write_member(w, "hall");
    buf_str(w->out, S("{\"id\":"));
    write_id(w, ID_HALL, w->hall);
    write_member(w, "name");
    json_write_str(w->out, w->hall_name);
    buf_char(w->out, '}');
    write_member(w, "seat_count");
    buf_int(w->out, p->seat_count);
    write_member(w, "bounds");
    write_rect(w, p->bounds);
    buf_str(w->out, S(",\"pitch\":1}"));
    write_member(w, "stage");
    if (p->has_stage) {
        write_rect(w, p->stage);
        buf_char(w->out, '}');
    } else {
        buf_str(w->out, S("null"));
    }
    if (p->has_focus)
        write_focus(w, p->focus);
    write_member(w, "grades");
    buf_char(w->out, '[');
    write_grades(w);
    buf_char(w->out, ']');
    write_member(w, "sections");
    buf_char(w->out, '[');
    for (uint32_t i = 0; i < p->section_count; i++) {
        if (i)
            buf_char(w->out, ',');
        write_section(w, &p->sections[i]);
    }
    buf_str(w->out, S("]}"));
}

static err finish(struct ctx *cx, const struct map_writer *w)
{
    write_map(w);
    return w->out->full ? fail(cx, ERR_TOO_LARGE, NULL, "The seat map is too large.", "좌석 배치도가 너무 큽니다.") : OK;
}

err map_write(struct ctx *cx, const struct id_key *ids, int64_t schedule, struct buf *out)
{
    struct schedule s;
    struct plan *plan;
    err e = store_schedule(cx, schedule, &s);
    if (e)
        return e;
    e = store_prices(cx, schedule, &s.remaining);
    if (e)
        return e;
    e = hall_plan_read(cx, s.plan, &plan, NULL);
    if (e)
        return e;
    return finish(cx, &(struct map_writer){ out, plan, ids, schedule, s.hall, s.hall_name, s.remaining });
}

err hall_map_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct hall_ref *in = in_;
    struct hall hall;
    struct plan *plan;
    struct buf out;

    err e = store_hall(cx, in->hall, &hall);
    if (e)
        return e;
    e = hall_plan_read(cx, in->hall, &plan, NULL);
    if (e)
        return e;
    buf_init(&out, MAP_MAX);
    e = finish(cx, &(struct map_writer){ &out, plan, &p->keys->ids, 0, in->hall, hall.name, { 0 } });
    if (!e)
        *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("application/json"), .body = arena_str(cx->arena, buf_view(&out)) };
    buf_free(&out);
    return e;
}
