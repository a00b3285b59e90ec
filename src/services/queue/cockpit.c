/* What the organizer sees of a room while it sells, and the levers: figures from memory, the last hours minute by minute, settings that change one
 * at a time. */
#include "cockpit.h"
#include "groups.h"

#include "base/clock.h"
#include "base/csv.h"
#include "services/booking/booking.h"

#define COME_AGAIN_MS 2000    /* while people wait or are inside ... */
#define REST_MS       15000   /* ... and when nothing moves */
#define CSV_MAX       (1 << 20)

/* ---- figures ---- */

FIELDS(grade_fields, "QueueGrade", struct grade_left,
    { .name = "grade", .type = F_STR, .at = offsetof(struct grade_left, grade) },
    { .name = "free", .type = F_INT, .at = offsetof(struct grade_left, free) },
    { .name = "total", .type = F_INT, .at = offsetof(struct grade_left, total) });

FIELDS(rate_fields, "QueueRate", struct rate,
    { .name = "set", .type = F_INT, .at = offsetof(struct rate, set), .help = "people a minute, as the organizer wants it" },
    { .name = "effective", .type = F_INT, .at = offsetof(struct rate, effective), .help = "people a minute who may come in as things are" },
    { .name = "reason", .type = F_ENUM, .words = eta_reason_words, .nullable = true, .has_at = offsetof(struct rate, has_reason),
      .at = offsetof(struct rate, reason), .help = "what the effective rate comes from; null: the room is off, or its sale over" });

FIELDS(tail_fields, "QueueTail", struct tail,
    { .name = "eta_seconds", .type = F_INT, .at = offsetof(struct tail, eta_seconds) },
    { .name = "eta_low_seconds", .type = F_INT, .at = offsetof(struct tail, low_seconds) },
    { .name = "eta_high_seconds", .type = F_INT, .nullable = true, .has_at = offsetof(struct tail, has_high), .at = offsetof(struct tail, high_seconds),
      .help = "null: nobody knows" });

#define COUNT_ROW(name_, owner, member, help_) { .name = name_, .type = F_INT, .at = offsetof(owner, member), .help = help_ }
#define FIGURE_ROWS(owner, path)                                                                                                           \
    COUNT_ROW("joined", owner, path joined, "places given"),                                                                               \
    COUNT_ROW("waiting", owner, path waiting, NULL),                                                                                       \
    COUNT_ROW("admitted", owner, path admitted, "passes given"),                                                                           \
    COUNT_ROW("active", owner, path active, "passes that are good now; beside active_limit: those of all lines"),                          \
    COUNT_ROW("parked", owner, path parked, "away when their turn came; they may still come back"),                                        \
    COUNT_ROW("absences", owner, path absences, "turns that came while nobody asked"),                                                     \
    COUNT_ROW("booked", owner, path booked, "passes that led to a confirmed booking"),                                                     \
    { .name = "absent_permille", .type = F_INT, .nullable = true, .has_at = offsetof(owner, path has_absent), .at = offsetof(owner, path absent), \
      .help = "absences, of a thousand turns; null before the first turn" },                                                               \
    { .name = "conversion_permille", .type = F_INT, .nullable = true, .has_at = offsetof(owner, path has_conversion),                      \
      .at = offsetof(owner, path conversion), .help = "booked, of a thousand passes that are over; null before the first is" }

#define PACE_ROWS(owner)                                                                                                                   \
    { .name = "rate", .type = F_OBJECT, .of = &rate_fields, .at = offsetof(owner, rate) },                                                 \
    { .name = "tail", .type = F_OBJECT, .of = &tail_fields, .nullable = true, .has_at = offsetof(owner, has_tail), .at = offsetof(owner, tail), \
      .help = "how long somebody who joins now will wait; null: nobody would" }

FIELDS(total_fields, "QueueFigures", struct figures, FIGURE_ROWS(struct figures, ));

FIELDS(group_fields, "QueueGroupStatus", struct group_status,
    COUNT_ROW("number", struct group_status, number, "from 1, in the order in which their lines were made"),
    { .name = "name", .type = F_STR, .at = offsetof(struct group_status, name) },
    { .name = "starts_at", .type = F_TIME, .at = offsetof(struct group_status, starts_at), .help = "when the first ones are let in" },
    FIGURE_ROWS(struct group_status, figures.),
    PACE_ROWS(struct group_status));

#define AT(member) .at = offsetof(struct status_out, member)

FIELDS(status_fields, "QueueStatus", struct status_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "title", .type = F_STR, .nullable = true, AT(title) },
    { .name = "mode", .type = F_ENUM, .words = queue_mode_words, AT(mode) },
    { .name = "paused", .type = F_BOOL, AT(paused) },
    { .name = "draining", .type = F_BOOL, AT(draining) },
    { .name = "message", .type = F_TEXT, AT(message) },
    { .name = "message_en", .type = F_TEXT, AT(message_en) },
    { .name = "sale_starts_at", .type = F_TIME, AT(sale_starts_at), .help = "of the sale, or of its presale: nobody is admitted before" },
    { .name = "sale_ends_at", .type = F_TIME, AT(sale_ends_at) },
    FIGURE_ROWS(struct status_out, ),
    { .name = "active_limit", .type = F_INT, AT(active_limit) },
    PACE_ROWS(struct status_out),
    { .name = "groups", .type = F_LIST, .of = &group_fields, AT(groups), .help = "lines of the presale's groups; the figures above are the general line's" },
    { .name = "total", .type = F_OBJECT, .of = &total_fields, AT(total), .help = "of all lines together" },
    { .name = "stock", .type = F_LIST, .of = &grade_fields, AT(stock) },
    { .name = "poll_after_ms", .type = F_INT, AT(poll_after_ms), .help = "when to ask again" });

static int64_t permille(int64_t part, int64_t whole)
{
    return (part * 1000 + whole / 2) / whole;
}

/* Who came back was counted as absent and as admitted: his was one turn. */
static void figure_shares(struct figures *f)
{
    int64_t turns = f->admitted - f->returns + f->absences, over = f->admitted - f->active;
    f->has_absent = turns > 0;
    if (turns > 0)
        f->absent = permille(f->absences, turns);
    f->has_conversion = over > 0;
    if (over > 0)
        f->conversion = permille(f->booked, over);
}

static struct figures figures_of(const struct room *r, int64_t now)
{
    const int64_t *happened = r->shown_line.tally.n;
    struct figures f = {
        .joined = r->shown_line.last,
        .waiting = r->shown_line.waiting,
        .admitted = happened[HAPPENED_ADMISSION],
        .active = line_active(r, now),
        .parked = parks_away(&r->parks, now),
        .absences = happened[HAPPENED_ABSENCE],
        .returns = happened[HAPPENED_RETURN],
        .booked = happened[HAPPENED_BOOKING],
    };
    figure_shares(&f);
    return f;
}

static void figures_add(struct figures *sum, const struct figures *f)
{
    sum->joined += f->joined;
    sum->waiting += f->waiting;
    sum->admitted += f->admitted;
    sum->active += f->active;
    sum->parked += f->parked;
    sum->absences += f->absences;
    sum->returns += f->returns;
    sum->booked += f->booked;
    figure_shares(sum);
}

/* False: nobody would wait, since the room is off or its sale over. */
static bool show_pace(const struct room *r, const struct remaining *left, int64_t now, struct rate *ret_rate, struct tail *ret_tail)
{
    const struct terms *t = &r->shown_terms;
    struct line l = r->shown_line;
    struct sight last;
    l.active = room_active(r, now);          /* the line knows only what was so when it moved last */
    l.no_show = room_no_show(r, now);
    *ret_rate = (struct rate){ .set = t->rules.admit_per_minute };
    if (t->rules.mode == QUEUE_OFF || now >= r->sale_ends_at)
        return false;
    tail_look(r, t, &l, left, now, &last);
    ret_rate->has_reason = true;
    ret_rate->reason = (int)last.reason;
    ret_rate->effective = rate_effective(r, t, &l, last.reason);
    *ret_tail = (struct tail){ whole_seconds(last.eta_ms), whole_seconds(last.low_ms), whole_seconds(last.high_ms), last.high_ms >= 0 };
    return true;
}

/* The lines beside the general one, and the sum of all. */
static void show_groups(struct ctx *cx, const struct room *r, const struct remaining *left, struct status_out *ret)
{
    struct group_status *groups = NEW_ARRAY(cx->arena, struct group_status, (size_t)r->group_count);
    for (int i = 0; i < r->group_count; i++) {
        const struct room *line = r->groups[i];
        groups[i] = (struct group_status){ .number = line->id >> GROUP_SHIFT, .name = arena_str(cx->arena, line->group),
                                           .starts_at = group_sells_at(line), .figures = figures_of(line, cx->now) };
        groups[i].has_tail = show_pace(line, left, cx->now, &groups[i].rate, &groups[i].tail);
        figures_add(&ret->total, &groups[i].figures);
    }
    ret->groups = (struct list){ groups, (size_t)r->group_count };
}

static void show_stock(struct ctx *cx, const struct room *r, const struct remaining *left, struct status_out *ret)
{
    size_t n = left->known ? (size_t)min(left->grades, (int64_t)r->offer.n) : 0;
    struct grade_left *stock = NEW_ARRAY(cx->arena, struct grade_left, n);
    for (size_t i = 0; i < n; i++)
        stock[i] = (struct grade_left){ arena_str(cx->arena, r->offer.grades[i]), left->free[i], left->total[i] };
    ret->stock = (struct list){ stock, n };
}

/* Under queue.lock. */
static void show(struct ctx *cx, const struct room *r, const struct remaining *left, struct status_out *ret)
{
    const struct terms *t = &r->shown_terms;
    const struct figures own = figures_of(r, cx->now);
    *ret = (struct status_out){
        .schedule = r->schedule,
        .title = arena_str(cx->arena, str_c(r->offer.title)),
        .message = arena_str(cx->arena, note_text(&t->message)),
        .message_en = arena_str(cx->arena, note_text(&t->message_en)),
        .mode = t->rules.mode,
        .paused = t->rules.paused,
        .draining = t->rules.draining,
        .sale_starts_at = room_sells_at(r),
        .sale_ends_at = r->sale_ends_at,
        .joined = own.joined,
        .waiting = own.waiting,
        .admitted = own.admitted,
        .active = room_active(r, cx->now),
        .active_limit = t->rules.active_limit,
        .parked = own.parked,
        .absences = own.absences,
        .booked = own.booked,
        .has_absent = own.has_absent,
        .absent = own.absent,
        .has_conversion = own.has_conversion,
        .conversion = own.conversion,
        .total = own,
    };
    ret->has_tail = show_pace(r, left, cx->now, &ret->rate, &ret->tail);
    show_groups(cx, r, left, ret);
    ret->poll_after_ms = ret->total.waiting || ret->active ? COME_AGAIN_MS : REST_MS;
    show_stock(cx, r, left, ret);
}

/* A room that its organizer may see, under queue.lock, which whoever gets it gives back. */
static err room_open(struct ctx *cx, struct queue *q, int64_t schedule, const struct room **ret)
{
    err e = room_await(cx, q, schedule);
    if (e)
        return e;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    e = room_owned(cx, r);
    if (!e && !r->loaded)
        e = fail(cx, ERR_CONFLICT, "not_on_sale", "The sale had ended long before the program was started: its figures are not kept in memory.",
                 "프로그램이 시작되기 오래전에 판매가 끝나, 대기실 현황이 메모리에 없습니다.");
    if (e)
        pthread_rwlock_unlock(&q->lock);
    else
        *ret = r;
    return e;
}

err queue_status(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_in *in = in_;
    const struct room *r;
    struct remaining left;
    booking_remaining(cx->app, in->schedule, &left);
    err e = room_open(cx, q, in->schedule, &r);
    if (e)
        return e;
    show(cx, r, &left, ret_out);
    pthread_rwlock_unlock(&q->lock);
    return OK;
}

/* ---- the last hours ---- */

#define COUNT(name_, what, help_) { .name = name_, .type = F_INT, .at = offsetof(struct minute, tally.n[what]), .help = help_ }

FIELDS(minute_fields, "QueueMinute", struct minute,
    { .name = "at", .type = F_TIME, .at = offsetof(struct minute, at), .help = "its beginning" },
    COUNT("joined", HAPPENED_JOIN, "places given"),
    COUNT("admitted", HAPPENED_ADMISSION, "passes given"),
    COUNT("absent", HAPPENED_ABSENCE, "turns that came while nobody asked"),
    COUNT("returned", HAPPENED_RETURN, "of those admitted: away before, and back"),
    COUNT("booked", HAPPENED_BOOKING, "passes that led to a confirmed booking"));

FIELDS(curve_fields, "QueueCurve", struct curve_out,
    { .name = "minutes", .type = F_LIST, .of = &minute_fields, .at = offsetof(struct curve_out, minutes),
      .help = "of the last four hours, from the first with news on; the last one is under way" });

static err read_curve(struct ctx *cx, struct queue *q, int64_t schedule, struct list *ret)
{
    const struct room *r;
    err e = room_open(cx, q, schedule, &r);
    if (e)
        return e;
    struct minute *minutes = NEW_ARRAY(cx->arena, struct minute, CURVE_MINUTES);
    *ret = (struct list){ minutes, curve_read(r->curve, cx->now, minutes) };
    pthread_rwlock_unlock(&q->lock);
    return OK;
}

err queue_curve(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_in *in = in_;
    struct curve_out *ret = ret_out;
    return read_curve(cx, self, in->schedule, &ret->minutes);
}

static void write_heads(struct buf *out, enum lang lang)
{
    static const char *const heads[][2] = {
        { "minute", "시각" }, { "joined", "대기 시작" }, { "admitted", "입장" }, { "absent", "부재" }, { "returned", "복귀" }, { "booked", "예매" },
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        csv_text(out, str_c(heads[i][lang]));
    csv_row_end(out);
}

err queue_curve_csv(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_in *in = in_;
    struct list list;
    struct buf out;
    err e = read_curve(cx, self, in->schedule, &list);
    if (e)
        return e;
    const struct minute *minutes = list.at;
    buf_init(&out, CSV_MAX);
    csv_begin(&out);
    write_heads(&out, cx->lang);
    for (size_t i = 0; i < list.n; i++) {
        char text[TIME_TEXT_MAX];
        csv_text(&out, time_format(minutes[i].at, text));
        for (int what = 0; what < HAPPENINGS; what++)
            csv_int(&out, minutes[i].tally.n[what]);
        csv_row_end(&out);
    }
    *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&out)) };
    buf_free(&out);
    return OK;
}

#define JOIN_ROW { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct schedule_in, schedule) }
FIELDS(room_fields, "QueueRoomQuery", struct schedule_in, JOIN_ROW);

const struct call queue_status_call = { "queue.status", "A waiting room in figures, as its organizer sees it.", CALL_STORY, &room_fields, &status_fields,
                                        queue_status };
const struct call queue_curve_call = { "queue.curve", "What happened in a waiting room, minute by minute.", CALL_STORY, &room_fields, &curve_fields,
                                       queue_curve };
const struct call queue_curve_csv_call = { "queue.curve_csv", "The same for spreadsheets.", CALL_STORY, &room_fields, NULL, queue_curve_csv };

/* ---- the levers ---- */

err queue_control_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct control_in *in = in_;
    const struct room *r = room_find(q, in->schedule);
    err e = room_owned(cx, r);
    if (e)
        return e;
    struct settings_in all = { .schedule = in->schedule, .rules = r->terms.rules };
    if (in->admit_per_minute)
        all.rules.admit_per_minute = in->admit_per_minute;
    if (in->active_limit)
        all.rules.active_limit = in->active_limit;
    if (in->has_paused)
        all.rules.paused = in->paused;
    if (in->has_draining)
        all.rules.draining = in->draining;
    all.message = in->has_message ? in->message : arena_str(cx->arena, note_text(&r->terms.message));
    all.message_en = in->has_message_en ? in->message_en : arena_str(cx->arena, note_text(&r->terms.message_en));
    return queue_settings_set(cx, self, &all, ret_out);
}

err queue_control(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct control_in *in = in_;
    err e = room_await(cx, self, in->schedule);
    return e ? e : call_run(cx, &queue_control_put_call, in, ret_out);
}
