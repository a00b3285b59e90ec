/* What others see of a sale while it runs: the availability of all seats in one answer, and a stream of changes. Everything here shows the last
 * durable group; readers never wait for the writer but for the copying of a few seats. */
#include "platform/config/config.h"
#include "services/booking/booking_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/http/http.h"
#include "services/queue/queue.h"

/* ---- publishing (writer) ---- */

static void show(struct sale *s)
{
    pthread_mutex_lock(&s->lock);
    s->version++;
    for (size_t i = 0; i < s->touched_n; i++) {
        uint32_t seat = s->touched[i];
        unsigned shift = 2 * (seat % 4), state = sale_state(s, seat);
        s->shown[seat / 4] = (uint8_t)((s->shown[seat / 4] & ~(3u << shift)) | state << shift);
        if (s->changes)
            s->changes[s->change_n++ % CHANGES_KEPT] = (struct change){ s->version, seat, (uint8_t)state };
    }
    memcpy(s->shown_free, s->free, sizeof(s->free));
    memcpy(s->shown_total, s->total, sizeof(s->total));
    pthread_mutex_unlock(&s->lock);
    s->touched_n = 0;
}

void live_publish(void *booking)
{
    struct booking *b = booking;
    for (struct sale *s = b->dirty; s; s = s->next_dirty) {
        if (s->touched_n)
            show(s);
        s->dirty = false;
    }
    b->dirty = NULL;
}

/* ---- GET /schedules/{schedule_id}/availability ---- */

struct sale_ref {
    int64_t schedule;
};

/* RFC 4648, part 4: the ordinary alphabet, padded. */
static size_t base64(const uint8_t *p, size_t n, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *at = out;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        *at++ = letters[v >> 18];
        *at++ = letters[v >> 12 & 63];
        *at++ = i + 1 < n ? letters[v >> 6 & 63] : '=';
        *at++ = i + 2 < n ? letters[v & 63] : '=';
    }
    return (size_t)(at - out);
}

static err availability(struct ctx *cx, void *self, const void *in_, void *out_)
{
    const struct sale_ref *in = in_;
    struct raw_out *ret = out_;
    struct sale *s = sale_find(self, in->schedule);
    if (!s)
        return sale_missing(cx);
    pthread_mutex_lock(&s->lock);
    size_t bytes = (s->seats + 3) / 4;
    char *body = arena_take(cx->arena, bytes * 4 / 3 + 64);
    uint64_t version = s->version;
    int head = snprintf(body, 64, "{\"version\":%llu,\"seats\":\"", (unsigned long long)version);
    size_t n = (size_t)head + base64(s->shown, bytes, body + head);
    pthread_mutex_unlock(&s->lock);
    memcpy(body + n, "\"}", 2);
    *ret = (struct raw_out){ .content_type = S("application/json"), .body = str_of(body, n + 2), .cache_control = S("no-cache"),
                             .etag = arena_fmt(cx->arena, "\"a%llu\"", (unsigned long long)version) };
    return OK;
}

/* ---- GET /schedules/{schedule_id}/stream ---- */

struct watcher {
    struct watcher *next, **at;
    struct http_stream *stream;
};

struct channel {              /* a sale that somebody watches on this loop */
    struct channel *next;
    struct sale *sale;
    struct watcher *watchers;
    uint64_t version;
    int64_t queue_version;
};

struct stream_hub {           /* a list of channels for each loop; only its thread touches it */
    int loops;
    struct channel **of_loop;
};

struct stream_hub *hub_new(struct app *app)
{
    struct stream_hub *hub = calloc(1, sizeof(*hub));
    if (!hub)
        abort();
    hub->loops = (int)config_int(app_config(app), "http.loops");
    hub->of_loop = calloc((size_t)hub->loops, sizeof(*hub->of_loop));
    if (!hub->of_loop)
        abort();
    return hub;
}

void hub_free(struct stream_hub *hub)
{
    for (int i = 0; i < hub->loops; i++)
        while (hub->of_loop[i]) {
            struct channel *next = hub->of_loop[i]->next;
            free(hub->of_loop[i]);           /* the server has closed all streams: nobody watches any more */
            hub->of_loop[i] = next;
        }
    free(hub->of_loop);
    free(hub);
}

static struct channel *channel_of(struct stream_hub *hub, struct http_loop *loop, struct sale *s)
{
    struct channel **head = &hub->of_loop[http_loop_index(loop)];
    for (struct channel *c = *head; c; c = c->next)
        if (c->sale == s)
            return c;
    struct channel *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->sale = s;
    c->next = *head;
    *head = c;
    return c;
}

static void closed(void *user)
{
    struct watcher *w = user;
    *w->at = w->next;
    if (w->next)
        w->next->at = w->at;
    free(w);
}

static void send_all(struct channel *c, struct str event)
{
    for (struct watcher *w = c->watchers, *next; w; w = next) {
        next = w->next;
        (void)!http_stream_send(w->stream, event);           /* false: it was too slow, closed() has run */
    }
}

/* Writes the changes after `from`; without them when they are no longer kept: the client then reads everything again. */
static void write_changes(struct buf *out, struct sale *s, uint64_t from, uint64_t *ret_version)
{
    buf_clear(out);
    pthread_mutex_lock(&s->lock);
    uint64_t version = s->version, first = s->change_n > CHANGES_KEPT ? s->change_n - CHANGES_KEPT : 0;
    bool complete = first == 0 || s->changes[first % CHANGES_KEPT].version <= from;
    buf_fmt(out, "event: availability\nid: %llu\ndata: {\"from\":%llu,\"version\":%llu,\"changes\":[", (unsigned long long)version,
            (unsigned long long)(complete ? from : version), (unsigned long long)version);
    uint64_t i = s->change_n;
    while (complete && i > first && s->changes[(i - 1) % CHANGES_KEPT].version > from)
        i--;
    for (bool comma = false; complete && i < s->change_n; i++, comma = true) {
        const struct change *change = &s->changes[i % CHANGES_KEPT];
        buf_fmt(out, "%s[%u,%u]", comma ? "," : "", change->seat, change->state);
    }
    pthread_mutex_unlock(&s->lock);
    buf_str(out, S("]}\n\n"));
    *ret_version = version;
}

/* The waiting room, if it has changed since `seen`; returns its version. */
static int64_t write_queue(struct buf *out, const struct app *app, int64_t schedule, int64_t seen)
{
    buf_clear(out);
    buf_str(out, S("event: queue\ndata: "));
    int64_t version = queue_event_write(app, schedule, seen, out);
    if (!version || version == seen)
        buf_clear(out);
    else
        buf_str(out, S("\n\n"));
    return version;
}

static uint64_t version_of(struct sale *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t version = s->version;
    pthread_mutex_unlock(&s->lock);
    return version;
}

static void update(struct booking *b, struct channel *c, struct buf *scratch)
{
    if (version_of(c->sale) != c->version) {
        write_changes(scratch, c->sale, c->version, &c->version);
        send_all(c, buf_view(scratch));
    }
    c->queue_version = write_queue(scratch, b->app, c->sale->id, c->queue_version);
    if (scratch->n)
        send_all(c, buf_view(scratch));
}

void live_tick(void *self, struct http_loop *loop)
{
    struct booking *b = self;
    struct buf scratch;
    buf_init(&scratch, 4 << 20);
    for (struct channel *c = b->hub->of_loop[http_loop_index(loop)]; c; c = c->next)
        if (c->watchers)
            update(b, c, &scratch);
    buf_free(&scratch);
}

/* The changes are kept from the first watcher on. */
static void keep_changes(struct sale *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->changes) {
        s->changes = calloc(CHANGES_KEPT, sizeof(*s->changes));
        if (!s->changes)
            abort();
    }
    pthread_mutex_unlock(&s->lock);
}

err live_stream(struct ctx *cx, void *self, const void *in_, struct http_request *r)
{
    struct booking *b = self;
    const struct sale_ref *in = in_;
    struct sale *s = sale_find(b, in->schedule);
    struct buf out;
    if (!s)
        return sale_missing(cx);
    buf_init(&out, 1 << 20);
    keep_changes(s);
    struct channel *c = channel_of(b->hub, r->loop, s);
    struct watcher *w = calloc(1, sizeof(*w));
    if (!w)
        abort();
    if (!c->watchers)
        c->version = version_of(s);
    w->at = &c->watchers;
    w->next = c->watchers;
    if (w->next)
        w->next->at = &w->next;
    c->watchers = w;
    w->stream = http_stream_open(r, closed, w);
    /* All watchers of a channel stand at the same version: the newcomer begins there too. */
    buf_clear(&out);
    buf_fmt(&out, "event: availability\nid: %llu\ndata: {\"from\":%llu,\"version\":%llu,\"changes\":[]}\n\n", (unsigned long long)c->version,
            (unsigned long long)c->version, (unsigned long long)c->version);
    if (http_stream_send(w->stream, buf_view(&out))) {
        c->queue_version = write_queue(&out, b->app, s->id, -1);
        if (out.n)
            (void)!http_stream_send(w->stream, buf_view(&out));
    }
    buf_free(&out);
    return OK;
}

/* ---- tables ---- */

static const struct field ref_rows[] = {
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, .at = offsetof(struct sale_ref, schedule) },
};
static const struct fields ref_fields = { "ScheduleRef", sizeof(struct sale_ref), ref_rows, 1 };

struct shown_seats {          /* only described: the answer is written by hand */
    int64_t version;
    struct str seats;
};
static const struct field availability_rows[] = {
    { .name = "version", .type = F_INT, .at = offsetof(struct shown_seats, version) },
    { .name = "seats", .type = F_STR, .at = offsetof(struct shown_seats, seats), .low = 0, .high = 100000,
      .help = "Base64; two bits a seat in map order, least significant first: 0 free, 1 held, 2 sold, 3 not for sale." },
};
const struct fields availability_fields = { "Availability", sizeof(struct shown_seats), availability_rows, 2 };

const struct call availability_call = {
    "booking.availability", "The state of every seat: two bits a seat in map order, base64.", CALL_MEMORY, &ref_fields, NULL, availability,
};
const struct call stream_call = {
    "booking.stream", "Changes of the seats and of the waiting room as Server-Sent Events.", CALL_MEMORY, &ref_fields, NULL, NULL,
};
