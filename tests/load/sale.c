#include "sale.h"

#include "call.h"

#include <stdlib.h>
#include <string.h>

enum { FETCH_SECONDS = 120 };

/* A request of the preparation: one at a time, its answer kept. */
struct fetch {
    struct call call;
    int status;
    char *body, etag[80];
    size_t body_len;
};

static void fetch_settled(struct call *c, const struct http_reply *reply)
{
    struct fetch *f = c->owner;

    f->status = reply->outcome == HTTP_ANSWERED ? reply->status : 0;
    f->body_len = f->status ? reply->body_len : 0;
    f->body = mem_take(f->body_len + 1, 1);
    memcpy(f->etag, reply->etag, sizeof f->etag);
    if (f->body_len)
        memcpy(f->body, reply->body, f->body_len);
    c->r->busy--;
}

static struct fetch fetch_now(struct rehearsal *r, enum op op, char *path)
{
    struct fetch f = { 0 };

    f.call = (struct call){ .r = r, .op = op, .settled = fetch_settled, .owner = &f };
    f.call.rq = (struct http_request){ .method = "GET", .path = path, .hang_up_ms = -1 };
    r->busy++;
    call_start(&f.call, false);
    rehearsal_run(r, clock_us() + (int64_t)FETCH_SECONDS * US_A_SECOND);
    if (f.status != 200)
        tool_die("GET %s: status %d", path, f.status);
    free(path);
    return f;
}

static cJSON *fetch_json(struct rehearsal *r, enum op op, char *path)
{
    struct fetch f = fetch_now(r, op, path);
    cJSON *root = cJSON_ParseWithLength(f.body, f.body_len);

    free(f.body);
    return root;
}

bool sale_availability(struct sale *s, const cJSON *answer)
{
    const char *seats = json_text(answer, "seats");

    return seats && seat_states_read(s->states, s->map->count, seats, s->totals);
}

static void sale_open(struct rehearsal *r, struct sale *s, const char *id)
{
    const char *fault = NULL;

    s->id = mem_text(id);
    cJSON *schedule = fetch_json(r, OP_SCHEDULE, mem_print("/api/v1/schedules/%s", id));
    const char *mode = json_text(schedule, "queue_mode");
    s->queued = mode && strcmp(mode, "off");
    cJSON_Delete(schedule);

    struct fetch map = fetch_now(r, OP_MAP, mem_print("/api/v1/schedules/%s/map", id));
    s->map = seat_map_read(map.body, map.body_len, &fault);
    free(map.body);
    if (fault)
        tool_die("schedule %s: %s", id, fault);
    memcpy(s->etag, map.etag, sizeof s->etag);
    s->states = mem_take(s->map->count, sizeof *s->states);
    s->sold_to = mem_take(s->map->count, sizeof *s->sold_to);

    cJSON *availability = fetch_json(r, OP_AVAILABILITY, mem_print("/api/v1/schedules/%s/availability", id));
    if (!sale_availability(s, availability))
        tool_die("schedule %s: the availability does not fit the map", id);
    cJSON_Delete(availability);
    s->for_sale = s->totals[SEAT_FREE] + s->totals[SEAT_HELD];
}

void sales_open(struct rehearsal *r)
{
    r->sales = mem_take(r->options.schedule_count, sizeof *r->sales);
    for (unsigned i = 0; i < r->options.schedule_count; i++)
        sale_open(r, &r->sales[i], r->options.schedules[i]);
}

void sales_free(struct rehearsal *r)
{
    for (unsigned i = 0; r->sales && i < r->options.schedule_count; i++) {
        struct sale *s = &r->sales[i];
        free(s->id);
        seat_map_free(s->map);
        free(s->states);
        free(s->sold_to);
    }
    free(r->sales);
}

void sale_sold(struct rehearsal *r, struct sale *s, const uint32_t *seats, unsigned count, const char *booking)
{
    s->bookings++;
    s->sold += count;
    for (unsigned i = 0; i < count; i++) {
        uint32_t *owner = &s->sold_to[seats[i]];
        if (*owner)
            count_and_tell(&r->broken.oversold, "oversold: seat %s of schedule %s is paid for again in booking %s", s->map->seats[seats[i]].guid,
                           s->id, booking);
        else
            s->distinct++;
        *owner = s->bookings;
    }
    if (s->distinct == s->for_sale && !s->sold_out_us)
        s->sold_out_us = clock_us();
}
