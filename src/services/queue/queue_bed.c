#include "queue_bed.h"

#include <stdlib.h>

#include "queue_sql.h"
#include "store.h"
#include "base/clock.h"
#include "services/booking/booking.h"
#include "services/payment/payment.h"

/* ---- a service beside it: what booking does in the writer, and commands that fail ---- */

static err knock(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct knock_in *in = in_;
    (void)self;
    (void)out;
    struct taken what = { .schedule = in->schedule };
    return queue_pass_admit(app_self(cx->app, &queue_service), cx, &what, in->pass);
}

static err crowd(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct crowd_in *in = in_;
    struct place_out *place = NEW(cx->arena, struct place_out);      /* its receipt comes with the commit */
    (void)self;
    (void)out;
    for (int64_t i = 0; i < in->count; i++) {
        cx->actor.user = in->first + i;
        err e = queue_join(cx, app_self(cx->app, &queue_service), &(struct join_in){ .schedule = in->schedule ? in->schedule : SCHEDULE }, place);
        if (e)
            return e;
    }
    return OK;
}

struct line_in {
    int64_t id, per_minute;
    struct str group;
};

static err line_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct line_in *in = in_;
    struct queue *q = app_self(cx->app, &queue_service);
    const struct room *general = room_find(q, room_schedule(in->id));
    struct room *r = room_new(q, &(struct room){ .id = in->id, .group = in->group, .owner = general->owner, .loaded = true,
                                                 .sale_starts_at = general->sale_starts_at, .sale_ends_at = general->sale_ends_at });
    (void)self;
    (void)out;
    r->terms = general->terms;
    r->terms.rules.admit_per_minute = in->per_minute;
    r->renewed = true;
    room_touch(cx, r);
    line_pace_reset(&r->line, &r->terms.rules, cx->now);
    store_room_insert(cx, r);
    return OK;
}

struct stand_in {
    int64_t line, user;
};

static err line_stand(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct stand_in *in = in_;
    struct queue *q = app_self(cx->app, &queue_service);
    struct room *r = room_find(q, in->line);
    struct place_ref who = { .room = in->line, .user = in->user };
    (void)self;
    who.number = room_give(cx, r, in->user);
    queue_wake(q, r);
    place_show(cx, q, r, &who, ret_out);
    return OK;
}

static err act(struct ctx *cx, void *queue, int64_t schedule, struct act *a)
{
    struct booking_confirmed bought = { .booking = a->booking, .schedule = schedule, .user = a->user, .seats = a->seats };
    cx->actor = (struct actor){ .user = a->user, .session = a->user, .roles = ROLE_CUSTOMER };
    switch (a->what) {
    case ACT_JOIN: return queue_join(cx, queue, &(struct join_in){ .schedule = schedule }, &a->ret_place);
    case ACT_LEAVE: return queue_leave(cx, queue, &(struct place_in){ a->token }, NULL);
    default: return queue_bought(cx, queue, &bought, NULL);
    }
}

static err group(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct group_in *in = in_;
    (void)self;
    (void)out;
    for (size_t i = 0; i < in->n; i++) {
        in->acts[i].ret = act(cx, app_self(cx->app, &queue_service), in->schedule, &in->acts[i]);
        in->acts[i].ret_code = cx->problem.code;
        fail_clear(cx);
    }
    if (!in->dies)
        return OK;
    fixture_freeze(in->dies);
    return fail(cx, ERR_CONFLICT, "dies", "Nobody is answered.", "아무도 답을 받지 못합니다.");
}

static err spoil(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct spoil_in *in = in_;
    (void)self;
    err e = in->fn(cx, app_self(cx->app, &queue_service), in->in, out);
    if (!e && in->token.n)
        e = queue_poll(cx, app_self(cx->app, &queue_service), &(struct place_in){ in->token }, in->ret_seen);
    return e ? e : fail(cx, ERR_CONFLICT, "spoiled", "Refused on purpose.", "일부러 거절했습니다.");
}

static const struct query *audit_named(const char *name)
{
    for (const struct audit *a = queue_audits; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a->query;
    return NULL;
}

static err damage(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct damage_in *in = in_;
    const struct query *query = audit_named(in->audit);
    struct rows rows;
    (void)self;
    (void)out;
    err e = query ? db_run(cx, &in->sql, NO_VALS, NULL) : ERR_MISSING;
    if (!e)
        e = db_rows(cx, query, NO_VALS, &rows);
    if (e)
        return e;
    bool noticed = rows_next(&rows);
    e = rows_end(cx, &rows);
    return noticed ? fail(cx, ERR_CONFLICT, "noticed", "The audit has noticed.", "감사에서 발견되었습니다.") : e;
}

const struct call knock_call = { .name = "door.knock", .kind = CALL_COMMAND, .fn = knock };
const struct call crowd_call = { .name = "door.crowd", .kind = CALL_COMMAND, .fn = crowd };
const struct call group_call = { .name = "door.group", .kind = CALL_COMMAND, .fn = group };
const struct call spoil_call = { .name = "door.spoil", .kind = CALL_COMMAND, .fn = spoil };
const struct call damage_call = { .name = "door.damage", .kind = CALL_COMMAND, .fn = damage };
static const struct call line_call = { .name = "door.line", .kind = CALL_COMMAND, .fn = line_put };
static const struct call stand_call = { .name = "door.stand", .kind = CALL_COMMAND, .fn = line_stand };
static const struct call *const door_calls[] = { &knock_call, &crowd_call, &group_call, &spoil_call, &damage_call, &line_call, &stand_call, NULL };

/* ---- payment, as far as the waiting room asks it ---- */

_Atomic int64_t orders_per_minute = INT64_MAX;

static err headroom(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)self;
    (void)in;
    ((struct payment_headroom *)out)->orders_per_minute = orders_per_minute;
    return OK;
}

const struct call payment_headroom_call = { .name = "payment.headroom", .kind = CALL_MEMORY, .fn = headroom };
static const struct call *const payment_calls[] = { &payment_headroom_call, NULL };

static err door_open(struct ctx *cx, void **ret_self)
{
    *ret_self = cx->app;
    return OK;
}

static void door_close(void *self)
{
    (void)self;
}

static const struct service door_service = { .name = "door", .open = door_open, .close = door_close, .calls = door_calls };
const struct service payment_service = { .name = "payment", .open = door_open, .close = door_close, .calls = payment_calls };
static const struct service *const services[] = { &queue_service, &door_service, &payment_service, NULL };

/* ---- the organizer and those who come ---- */

struct rules rules_of(int64_t per_minute, int64_t limit, int64_t pass_seconds)
{
    return (struct rules){ .mode = QUEUE_FIFO, .admit_per_minute = per_minute, .active_limit = limit, .pass_seconds = pass_seconds };
}

int64_t now(struct here *h)
{
    return clock_now(app_clock(h->f.app));
}

err open_schedule(struct here *h, int64_t schedule, int64_t starts_in, int64_t ends_in)
{
    struct grade_price grades[] = { { S("VIP"), 100 }, { S("R"), 50 } };
    struct schedule_opening opening = { .schedule = schedule, .owner = OWNER, .sale_starts_at = now(h) + starts_in, .sale_ends_at = now(h) + ends_in,
                                        .prices = { grades, 2 }, .currency = S("KRW") };
    return fixture_call(&h->f, 0, 0, &queue_opened_call, &opening, NULL, NULL);
}

err set_rules(struct here *h, int64_t user, unsigned roles, struct rules rules, struct str message)
{
    struct settings_out out;
    struct settings_in in = { .schedule = SCHEDULE, .rules = rules, .message = message };
    return fixture_call(&h->f, user, roles, &queue_settings_set_call, &in, &out, NULL);
}

void set(struct here *h, struct rules rules)
{
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, (struct str){ 0 }), OK);
}

void set_paused(struct here *h, struct rules rules)
{
    rules.paused = true;
    set(h, rules);
}

void keep(struct here *h, struct place_out *p)
{
    p->place_token = arena_str(h->arena, p->place_token);
    p->pass = arena_str(h->arena, p->pass);
    p->message = arena_str(h->arena, p->message);
    p->receipt = arena_str(h->arena, p->receipt);
    p->revoked = arena_str(h->arena, p->revoked);
}

err join_code(struct here *h, int64_t user, struct place_out *ret, const char **ret_code)
{
    struct ctx cx;
    *ret = (struct place_out){ 0 };
    err e = fixture_call(&h->f, user, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = SCHEDULE }, ret, &cx);
    keep(h, ret);
    *ret_code = cx.problem.code;
    app_ctx_end(&cx);
    return e;
}

struct place_out join(struct here *h, int64_t user)
{
    struct place_out place;
    const char *code;
    assert_int_equal(join_code(h, user, &place, &code), OK);
    return place;
}

int64_t open_line(struct here *h, struct str group, int64_t per_minute)
{
    const struct room *general = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    struct line_in in = { SCHEDULE | (int64_t)(general->group_count + 1) << GROUP_SHIFT, per_minute, group };
    assert_int_equal(fixture_call(&h->f, 0, 0, &line_call, &in, NULL, NULL), OK);
    return in.id;
}

struct place_out stand(struct here *h, int64_t line, int64_t user)
{
    struct place_out place = { 0 };
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, 0, 0, &stand_call, &(struct stand_in){ line, user }, &place, &cx), OK);
    keep(h, &place);
    app_ctx_end(&cx);
    return place;
}

err poll_code(struct here *h, struct str token, struct place_out *ret)
{
    struct ctx cx;
    *ret = (struct place_out){ 0 };
    err e = fixture_call(&h->f, 0, 0, &queue_poll_call, &(struct place_in){ token }, ret, &cx);
    keep(h, ret);
    app_ctx_end(&cx);
    return e;
}

struct place_out look(struct here *h, struct str token)
{
    struct place_out place;
    assert_int_equal(poll_code(h, token, &place), OK);
    return place;
}

err leave(struct here *h, int64_t user, struct str token)
{
    return fixture_call(&h->f, user, 0, &queue_leave_call, &(struct place_in){ token }, NULL, NULL);
}

void buy(struct here *h, int64_t user, int64_t booking)
{
    struct booking_confirmed event = { .booking = booking, .schedule = SCHEDULE, .user = user };
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_bought_call, &event, NULL, NULL), OK);
}

err pass_check(struct here *h, int64_t user, int64_t schedule, struct str pass)
{
    return fixture_call(&h->f, user, ROLE_CUSTOMER, &knock_call, &(struct knock_in){ schedule, pass }, NULL, NULL);
}

struct settings_out numbers(struct here *h)
{
    struct settings_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_get_call, &(struct schedule_in){ SCHEDULE }, &out, &cx), OK);
    out.message = arena_str(h->arena, out.message);
    out.message_en = arena_str(h->arena, out.message_en);
    app_ctx_end(&cx);
    return out;
}

void advance_alone(struct here *h, int64_t ms)
{
    app_clock_advance(h->f.app, ms);
}

/* Without a poll each: the clock stands still, and no other thread looks at this. */
void advance(struct here *h, int64_t ms)
{
    struct queue *q = app_self(h->f.app, &queue_service);
    uint64_t schedule, bits;
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);) {
        const struct room *r = (const struct room *)(uintptr_t)bits;
        for (int64_t place = 1; place <= r->line.last; place++)
            seen_until(&r->seen, place, now(h) + ms + DAY_MS);
    }
    advance_alone(h, ms);
}

struct place_out *line_up(struct here *h, struct rules rules, int64_t n)
{
    struct place_out *places = NEW_ARRAY(h->arena, struct place_out, (size_t)n);
    set_paused(h, rules);
    for (int64_t i = 0; i < n; i++)
        places[i] = join(h, i + 1);
    return places;
}

static void audit(struct here *h)
{
    struct ctx cx;
    app_ctx_begin(h->f.app, &cx);
    cx.db = db_read_begin(app_db(h->f.app));
    for (const struct audit *a = queue_audits; a->name; a++) {
        struct rows rows;
        assert_int_equal(db_rows(&cx, a->query, NO_VALS, &rows), OK);
        bool broken = rows_next(&rows);
        if (broken)
            print_error("%s: %s: row %lld\n", a->name, a->help, (long long)row_int(&rows, 0));
        assert_false(broken);
        assert_int_equal(rows_end(&cx, &rows), OK);
    }
    db_read_end(app_db(h->f.app), cx.db);
    app_ctx_end(&cx);
}

int setup(void **state)
{
    struct here *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    h->arena = arena_new(0);
    orders_per_minute = INT64_MAX;
    fixture_open(&h->f, services);
    assert_int_equal(open_schedule(h, SCHEDULE, -1000, DAY_MS), OK);
    *state = h;
    return 0;
}

int teardown(void **state)
{
    struct here *h = *state;
    audit(h);
    fixture_close(&h->f);
    arena_free(h->arena);
    free(h);
    return 0;
}
