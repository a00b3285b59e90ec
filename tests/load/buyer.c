/* What a buyer does is the table `rows`: what a step asks, what is made of the answer, and which steps may follow.
 * buyer_move() is the only place that changes the step. */
#include "buyer.h"

#include "account.h"
#include "exchange.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_LEAST_MS = 20, POLL_MOST_MS = 60000, AGAIN_MS = 400, SETTLE_MS = 250, SETTLE_WAITS = 40, TICKET_MS = 100 };

struct row {
    const char *name;
    enum op op;
    const char *method; /* NULL: an end, or nothing to ask */
    bool keyed;         /* sent with an Idempotency-Key */
    void (*ask)(struct buyer *b);
    enum step (*heard)(struct buyer *b, const struct answer *a);
    unsigned next;
};

#define TO(step) (1u << (STEP_##step))

enum {
    TO_SHOP = TO(JOINING) | TO(LOOKING) | TO(HOLDING),
    TO_AGAIN = TO(JOINING) | TO(READING) | TO(SOLD_OUT) | TO(LIMITED) | TO(GAVE_UP) | TO(FAILED),
};

static void ask_queue(struct buyer *b);
static void ask_schedule(struct buyer *b);
static void ask_hold(struct buyer *b);
static void ask_release(struct buyer *b);
static void ask_booking(struct buyer *b);
static void ask_payment(struct buyer *b);
static void ask_confirm(struct buyer *b);
static void ask_of_booking(struct buyer *b);
static enum step heard_place(struct buyer *b, const struct answer *a);
static enum step heard_map(struct buyer *b, const struct answer *a);
static enum step heard_availability(struct buyer *b, const struct answer *a);
static enum step heard_hold(struct buyer *b, const struct answer *a);
static enum step heard_release(struct buyer *b, const struct answer *a);
static enum step heard_booking(struct buyer *b, const struct answer *a);
static enum step heard_payment(struct buyer *b, const struct answer *a);
static enum step heard_confirm(struct buyer *b, const struct answer *a);
static enum step heard_settling(struct buyer *b, const struct answer *a);
static enum step heard_tickets(struct buyer *b, const struct answer *a);

/* clang-format off */
static const struct row rows[STEP_COUNT] = {
    [STEP_ARRIVING] = { .name = "arriving", .next = TO_SHOP },
    [STEP_JOINING] = { "joining", OP_QUEUE_JOIN, "POST", false, ask_queue, heard_place,
                       TO_SHOP | TO(POLLING) | TO_AGAIN },
    [STEP_POLLING] = { "polling", OP_QUEUE_POLL, "GET", false, ask_queue, heard_place,
                       TO_SHOP | TO(POLLING) | TO_AGAIN },
    [STEP_LOOKING] = { "looking", OP_MAP, "GET", false, ask_schedule, heard_map, TO(READING) | TO(FAILED) },
    [STEP_READING] = { "reading", OP_AVAILABILITY, "GET", false, ask_schedule, heard_availability,
                       TO(HOLDING) | TO(READING) | TO(SOLD_OUT) | TO(GAVE_UP) | TO(FAILED) },
    [STEP_HOLDING] = { "holding", OP_HOLD, "POST", true, ask_hold, heard_hold,
                       TO(BOOKING) | TO(RELEASING) | TO(LEFT) | TO_AGAIN },
    [STEP_RELEASING] = { "releasing", OP_RELEASE, "DELETE", false, ask_release, heard_release, TO(LEFT) | TO(FAILED) },
    [STEP_BOOKING] = { "booking", OP_BOOKING, "POST", true, ask_booking, heard_booking,
                       TO(PAYING) | TO(TICKETING) | TO_AGAIN },
    [STEP_PAYING] = { "paying", OP_PAYMENT, "POST", true, ask_payment, heard_payment, TO(CONFIRMING) | TO_AGAIN },
    [STEP_CONFIRMING] = { "confirming", OP_CONFIRM, "POST", true, ask_confirm, heard_confirm,
                          TO(PAYING) | TO(SETTLING) | TO(TICKETING) | TO(REFUNDED) | TO_AGAIN },
    [STEP_SETTLING] = { "settling", OP_BOOKING_READ, "GET", false, ask_of_booking, heard_settling,
                        TO(SETTLING) | TO(TICKETING) | TO(REFUNDED) | TO(GAVE_UP) | TO(FAILED) },
    [STEP_TICKETING] = { "reading tickets", OP_TICKETS, "GET", false, ask_of_booking, heard_tickets,
                         TO(TICKETING) | TO(DONE) | TO(FAILED) },
    [STEP_DONE] = { .name = "done" },
    [STEP_LEFT] = { .name = "walked away" },
    [STEP_SOLD_OUT] = { .name = "found it sold out" },
    [STEP_LIMITED] = { .name = "met the limit" },
    [STEP_GAVE_UP] = { .name = "gave up" },
    [STEP_REFUNDED] = { .name = "refunded" },
    [STEP_FAILED] = { .name = "failed" },
};
/* clang-format on */

const char *step_name(enum step step)
{
    return rows[step].name;
}

/* ---- moving ---- */

static void buyer_act(struct alarm *alarm)
{
    struct buyer *b = alarm->owner;
    const struct row *row = &rows[b->step];

    free(b->path);
    free(b->body);
    b->path = b->body = NULL;
    row->ask(b);
    exchange_start(b, row->op, row->method, row->keyed);
}

static void buyer_move(struct buyer *b, enum step to)
{
    assert(rows[b->step].next & 1u << to);
    if (b->step != to)
        b->waits = 0;
    b->step = to;
    if (to >= STEP_FIRST_END) {
        b->r->busy--;
        return;
    }
    alarm_set(&b->r->alarms, &b->alarm, clock_us() + b->pause_us, buyer_act, b);
    b->pause_us = 0;
}

void buyer_heard(struct buyer *b, const struct answer *a)
{
    enum step to = rows[b->step].heard(b, a);

    if (to == STEP_FAILED)
        count_and_tell(&b->r->failed, "buyer %u failed while %s: %d %s", b->number, rows[b->step].name, a->status, a->status ? a->code : "no answer");
    buyer_move(b, to);
}

static void pause_ms(struct buyer *b, int64_t ms)
{
    b->pause_us = ms * US_A_MS;
}

static void think(struct buyer *b)
{
    b->pause_us = (int64_t)(rng_exponential(&b->rng, b->r->options.think_ms) * US_A_MS);
}

static void set_text(char **at, const char *text)
{
    free(*at);
    *at = text ? mem_text(text) : NULL;
}

/* Where a buyer starts to shop who needs no pass, or has one. */
static enum step shop(struct buyer *b)
{
    if (!b->best)
        return STEP_LOOKING;
    b->grade = (uint16_t)rng_below(&b->rng, b->sale->map->grade_count);
    b->asked = b->wanted;
    b->seat_count = 0;
    think(b);
    return STEP_HOLDING;
}

static enum step again(struct buyer *b, enum step to)
{
    if (b->tries == 0)
        return STEP_GAVE_UP;
    b->tries--;
    return to;
}

/* A refusal on the way to a booking: what a person would do about it. */
static enum step refused(struct buyer *b, const struct answer *a)
{
    if (a->status == 403 && !strcmp(a->code, "pass_required")) {
        set_text(&b->pass, NULL);
        return again(b, STEP_JOINING);
    }
    if (!strcmp(a->code, "limit_reached"))
        return STEP_LIMITED;
    if (!strcmp(a->code, "sold_out"))
        return STEP_SOLD_OUT;
    if (!strcmp(a->code, "not_on_sale"))
        pause_ms(b, AGAIN_MS);
    if (a->status == 404 || a->status == 409 || a->status == 410)
        return again(b, STEP_READING);
    return STEP_FAILED;
}

/* ---- waiting room ---- */

static void ask_queue(struct buyer *b)
{
    b->path = b->step == STEP_JOINING ? mem_print("/api/v1/schedules/%s/queue", b->sale->id) : mem_print("/api/v1/queue/%s", b->place);
}

static bool stock_is_empty(const cJSON *stock)
{
    const cJSON *grade;
    double places = 0;

    cJSON_ArrayForEach(grade, stock) places += grade->valuedouble;
    return cJSON_IsObject(stock) && places <= 0;
}

static enum step heard_place(struct buyer *b, const struct answer *a)
{
    const char *place = json_text(a->json, "place_token"), *pass = json_text(a->json, "pass");
    const char *state = json_text(a->json, "state");

    if (a->status == 404 && b->step == STEP_POLLING)
        return again(b, STEP_JOINING);
    if (a->status < 200 || a->status >= 300 || !state)
        return refused(b, a);
    if (b->step == STEP_JOINING) {
        if (!place)
            return STEP_FAILED;
        set_text(&b->place, place);
        ack_write(b->r, "place", place, b, NULL);
    }
    if (pass) {
        set_text(&b->pass, pass);
        return shop(b);
    }
    if (!strcmp(state, "expired") || !strcmp(state, "left"))
        return again(b, STEP_JOINING);
    if (stock_is_empty(cJSON_GetObjectItemCaseSensitive(a->json, "stock")) && ++b->waits > b->r->options.tries)
        return STEP_SOLD_OUT;

    int64_t ms = json_int(a->json, "poll_after_ms", 1000);
    pause_ms(b, ms < POLL_LEAST_MS ? POLL_LEAST_MS : ms > POLL_MOST_MS ? POLL_MOST_MS : ms);
    return STEP_POLLING;
}

/* ---- choosing ---- */

static void ask_schedule(struct buyer *b)
{
    b->path = mem_print("/api/v1/schedules/%s/%s", b->sale->id, b->step == STEP_LOOKING ? "map" : "availability");
}

static enum step heard_map(struct buyer *b, const struct answer *a)
{
    if (a->status != 200 && a->status != 304)
        return STEP_FAILED;
    if (a->status == 200 && *b->sale->etag && a->etag && strcmp(a->etag, b->sale->etag))
        count_and_tell(&b->r->broken.map_changed, "the map of schedule %s changed during the sale", b->sale->id);
    return STEP_READING;
}

static enum step heard_availability(struct buyer *b, const struct answer *a)
{
    struct sale *s = b->sale;
    uint32_t free_places = 0;

    if (a->status != 200 || !sale_availability(s, a->json))
        return STEP_FAILED;
    if (s->totals[SEAT_FREE] == 0) {
        pause_ms(b, AGAIN_MS / 2 + rng_below(&b->rng, AGAIN_MS));
        return s->totals[SEAT_HELD] == 0 ? STEP_SOLD_OUT : again(b, STEP_READING);
    }

    b->asked = b->wanted;
    b->seat_count = b->best ? 0 : seat_map_choose(s->map, s->states, &b->rng, b->wanted, b->seats);
    if (b->seat_count) {
        b->asked = b->seat_count;
    } else {
        b->grade = seat_map_choose_grade(s->map, s->states, &b->rng, b->wanted, &free_places);
        b->asked = free_places < b->wanted ? free_places : b->wanted;
    }
    think(b);
    return STEP_HOLDING;
}

/* ---- holding ---- */

static void ask_hold(struct buyer *b)
{
    cJSON *body = cJSON_CreateObject();

    if (b->seat_count) {
        cJSON *seats = cJSON_AddArrayToObject(body, "seats");
        for (unsigned i = 0; i < b->seat_count; i++)
            cJSON_AddItemToArray(seats, cJSON_CreateString(b->sale->map->seats[b->seats[i]].guid));
    } else {
        cJSON *best = cJSON_AddObjectToObject(body, "best");
        cJSON_AddNumberToObject(best, "count", b->asked);
        cJSON_AddStringToObject(best, "grade", b->sale->map->grades[b->grade]);
    }
    b->body = json_print(body);
    b->path = mem_print("/api/v1/schedules/%s/holds", b->sale->id);
}

static bool has_seat(const struct buyer *b, int64_t seat)
{
    for (unsigned i = 0; i < b->seat_count; i++)
        if (b->seats[i] == seat)
            return true;
    return false;
}

/* Takes over the seats of a hold; they have to be those that were asked for, or as many as were asked for. */
static bool hold_seats_read(struct buyer *b, const cJSON *seats)
{
    bool chosen = b->seat_count > 0;
    unsigned n = 0;
    const cJSON *seat;

    if (cJSON_GetArraySize(seats) != (int)b->asked)
        return false;
    cJSON_ArrayForEach(seat, seats)
    {
        const char *guid = json_text(seat, "guid");
        int64_t number = guid ? seat_map_find(b->sale->map, guid) : -1;
        if (number < 0 || (chosen && !has_seat(b, number)))
            return false;
        if (!chosen)
            b->seats[n] = (uint32_t)number;
        n++;
    }
    b->seat_count = n;
    return true;
}

static enum step heard_hold(struct buyer *b, const struct answer *a)
{
    const char *id = json_text(a->json, "id");

    if (a->status != 201)
        return refused(b, a);
    if (!id)
        return STEP_FAILED;
    if (!hold_seats_read(b, cJSON_GetObjectItemCaseSensitive(a->json, "seats"))) {
        count_and_tell(&b->r->broken.wrong_seats, "hold %s has other seats than were asked for", id);
        return STEP_FAILED;
    }
    set_text(&b->hold, id);
    ack_write(b->r, "hold", id, b, NULL);
    think(b);
    if (!b->leaves)
        return STEP_BOOKING;
    return b->releases ? STEP_RELEASING : STEP_LEFT;
}

static void ask_release(struct buyer *b)
{
    b->path = mem_print("/api/v1/holds/%s", b->hold);
}

static enum step heard_release(struct buyer *b, const struct answer *a)
{
    if (a->status != 204)
        return STEP_FAILED;
    ack_write(b->r, "release", b->hold, b, NULL);
    return STEP_LEFT;
}

/* ---- booking and paying ---- */

static void ask_booking(struct buyer *b)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "hold_id", b->hold);
    b->body = json_print(body);
    b->path = mem_text("/api/v1/bookings");
}

static enum step paid(struct buyer *b)
{
    if (b->payment)
        ack_write(b->r, "payment", b->payment, b, "paid");
    sale_sold(b->r, b->sale, b->seats, b->seat_count, b->booking);
    return STEP_TICKETING;
}

static enum step heard_booking(struct buyer *b, const struct answer *a)
{
    const char *id = json_text(a->json, "id"), *status = json_text(a->json, "status");

    if (a->status != 201)
        return refused(b, a);
    if (!id || !status)
        return STEP_FAILED;
    set_text(&b->booking, id);
    set_text(&b->payment, NULL);
    ack_write(b->r, "booking", id, b, status);
    if (!strcmp(status, "confirmed"))
        return paid(b);
    think(b);
    return STEP_PAYING;
}

static void ask_payment(struct buyer *b)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "booking_id", b->booking);
    cJSON_AddStringToObject(body, "provider", "sandbox");
    b->body = json_print(body);
    b->path = mem_text("/api/v1/payments");
}

static enum step heard_payment(struct buyer *b, const struct answer *a)
{
    const char *id = json_text(a->json, "id");

    if (a->status != 201)
        return refused(b, a);
    b->due = json_amount(a->json, "amount");
    if (!id || b->due < 0)
        return STEP_FAILED;
    set_text(&b->payment, id);
    return STEP_CONFIRMING;
}

static void ask_confirm(struct buyer *b)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "payment_key", b->payment_key);
    cJSON_AddNumberToObject(body, "amount", (double)b->due);
    b->body = json_print(body);
    b->path = mem_print("/api/v1/payments/%s/confirm", b->payment);
}

/* After a refusal of the provider people take another card. */
static enum step declined(struct buyer *b)
{
    b->payment_key = "sandbox-ok";
    think(b);
    return again(b, STEP_PAYING);
}

static enum step heard_confirm(struct buyer *b, const struct answer *a)
{
    const char *status = json_text(a->json, "status");

    if (a->status >= 500 || a->status == 0)
        return STEP_SETTLING; /* charged or not: the booking knows */
    if (!strcmp(a->code, "payment_declined"))
        return declined(b);
    if (!strcmp(a->code, "amount_mismatch"))
        return STEP_GAVE_UP;
    if (a->status != 200 || !status)
        return refused(b, a);
    if (!strcmp(status, "paid"))
        return paid(b);
    if (!strcmp(status, "refunded"))
        return STEP_REFUNDED;
    return !strcmp(status, "failed") ? declined(b) : STEP_SETTLING;
}

static void ask_of_booking(struct buyer *b)
{
    b->path = mem_print("/api/v1/bookings/%s%s", b->booking, b->step == STEP_TICKETING ? "/tickets" : "");
}

static enum step heard_settling(struct buyer *b, const struct answer *a)
{
    const char *status = json_text(a->json, "status");

    if (a->status != 200 || !status)
        return STEP_FAILED;
    if (!strcmp(status, "confirmed"))
        return paid(b);
    if (!strcmp(status, "refunded") || !strcmp(status, "refund_due"))
        return STEP_REFUNDED;
    if (strcmp(status, "pending") || ++b->waits > SETTLE_WAITS)
        return STEP_GAVE_UP;
    pause_ms(b, SETTLE_MS);
    return STEP_SETTLING;
}

static bool tickets_fit(const struct buyer *b, const cJSON *items)
{
    const cJSON *ticket;

    cJSON_ArrayForEach(ticket, items)
    {
        const char *guid = json_text(cJSON_GetObjectItemCaseSensitive(ticket, "seat"), "guid");
        if (!guid || !has_seat(b, seat_map_find(b->sale->map, guid)))
            return false;
    }
    return cJSON_GetArraySize(items) == (int)b->seat_count;
}

static enum step heard_tickets(struct buyer *b, const struct answer *a)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(a->json, "items");

    if (a->status != 200)
        return STEP_FAILED;
    if (tickets_fit(b, items))
        return STEP_DONE;
    if (++b->waits <= b->r->options.tries) {
        pause_ms(b, TICKET_MS); /* they may follow the payment by a moment */
        return STEP_TICKETING;
    }
    count_and_tell(&b->r->broken.wrong_seats, "the tickets of booking %s are not its seats", b->booking);
    return STEP_DONE;
}

/* ---- the crowd ---- */

static void buyer_begin(struct alarm *alarm)
{
    struct buyer *b = alarm->owner;

    buyer_move(b, b->sale->queued ? STEP_JOINING : shop(b));
}

/* Seconds after the start. The burst halves about every seventh of the time: two thirds come in the first fifth. */
static double arrival(const struct options *o, double u)
{
    static const double steepness = 5.0;

    if (o->arrive_uniform)
        return u * o->arrive_seconds;
    return -log(1.0 - u * (1.0 - exp(-steepness))) / steepness * o->arrive_seconds;
}

static void buyer_init(struct buyer *b, struct rehearsal *r, unsigned number)
{
    const struct options *o = &r->options;
    struct rng rng = rng_seeded(o->seed, number);

    *b = (struct buyer){ .r = r, .number = number, .account = &r->accounts[number] };
    b->sale = &r->sales[rng_below(&rng, o->schedule_count)];
    b->wanted = (unsigned)strtoul(mix_pick(&o->order_mix, &rng), NULL, 10);
    b->payment_key = mix_pick(&o->payment_mix, &rng);
    b->best = rng_chance(&rng, o->best_share);
    b->leaves = rng_chance(&rng, o->leave_share);
    b->releases = rng_chance(&rng, 0.5);
    b->tries = o->tries;
    double after = arrival(o, rng_unit(&rng));
    b->rng = rng;
    alarm_set(&r->alarms, &b->alarm, r->began_us + (int64_t)(after * US_A_SECOND), buyer_begin, b);
}

void buyers_run(struct rehearsal *r)
{
    r->buyers = mem_take(r->options.buyers, sizeof *r->buyers);
    r->began_us = clock_us();
    for (unsigned i = 0; i < r->options.buyers; i++) {
        if (r->accounts[i].step != ACCOUNT_READY)
            continue;
        buyer_init(&r->buyers[i], r, i);
        r->busy++;
    }
    rehearsal_run(r, r->began_us + (int64_t)r->options.max_seconds * US_A_SECOND);
}

void buyers_free(struct rehearsal *r)
{
    for (unsigned i = 0; r->buyers && i < r->options.buyers; i++) {
        struct buyer *b = &r->buyers[i];
        char *const texts[] = { b->path, b->body, b->first, b->place, b->pass, b->hold, b->booking, b->payment };
        for (size_t t = 0; t < COUNT(texts); t++)
            free(texts[t]);
    }
    free(r->buyers);
}
