/* What is answered from memory on any thread: a place, the mode of a room, the event for a schedule's stream. A shared lock is held while a few
 * numbers are read, never while waiting. */
#include "queue_int.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"

err queue_poll(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct place_in *in = in_;
    struct place_out *ret = ret_out;
    struct place_ref who;
    struct sight sight;
    metric_add(&queue_polls, 1);
    if (!place_open(cx, q, in->token, &who))
        return no_such_place(cx);

    struct remaining left;
    booking_remaining(cx->app, room_schedule(who.room), &left);
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, who.room);
    bool found = r && (!r->loaded || who.number <= r->shown_line.last);
    if (found) {
        place_look(cx, r, &r->shown_terms, &r->shown_line, who.number, &left, &sight);
        seen_until(&r->seen, room_place(r, who.number), present_until(cx->now, sight.poll_ms));
    }
    pthread_rwlock_unlock(&q->lock);
    if (!found)
        return no_such_place(cx);

    place_answer(cx, q, &who, &sight, ret);
    ret->place_token = in->token;
    return OK;
}

/* ---- what other services ask ---- */

/* A program that runs without this service has no waiting rooms. */
static struct queue *queue_of(const struct app *app)
{
    return app_self(app, &queue_service);
}

int queue_mode_get(const struct app *app, int64_t schedule)
{
    struct queue *q = queue_of(app);
    if (!q)
        return QUEUE_OFF;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    int mode = r ? r->shown_terms.rules.mode : QUEUE_OFF;
    pthread_rwlock_unlock(&q->lock);
    return mode;
}

bool queue_on(const struct app *app, int64_t schedule)
{
    return queue_mode_get(app, schedule) != QUEUE_OFF;
}

static void write_event(const struct room *r, struct buf *out)
{
    buf_fmt(out, "{\"serving\":%lld,\"waiting\":%lld,\"paused\":%s,\"message\":", (long long)r->shown_line.serving, (long long)r->shown_line.waiting,
            r->shown_terms.rules.paused ? "true" : "false");
    json_write_str(out, terms_message(&r->shown_terms, LANG_KO));
    buf_str(out, S(",\"message_en\":"));
    json_write_str(out, terms_message(&r->shown_terms, LANG_EN));
    buf_char(out, '}');
}

int64_t queue_event_write(const struct app *app, int64_t schedule, int64_t seen, struct buf *out)
{
    struct queue *q = queue_of(app);
    if (!q)
        return 0;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    int64_t version = r ? r->version : 0;
    if (version && version != seen)
        write_event(r, out);
    pthread_rwlock_unlock(&q->lock);
    return version;
}
