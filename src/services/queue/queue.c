/* The queue service: its tables and its life. */
#include "device_int.h"
#include "draw_int.h"
#include "groups.h"
#include "settings.h"
#include "store.h"
#include "toll.h"

#include <stdlib.h>

#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "queue_sql.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"
#include "services/queue/limits.h"

/* ---- field tables ---- */

static const char *const device_words[] = { "any", "asked", "this", "other", NULL };
const char *const queue_binding_words[] = { "when_possible", "off", "required", NULL };
const char *const queue_mode_words[] = { "off", "fifo", "draw", NULL };
const char *const eta_reason_words[] = { "rate", "payment", "limit", "paused", "draw", "not_started", "stock", "sold_out", "back", NULL };
const char *const queue_work_words[] = { "off", "light", "strict", NULL };
const char *const queue_state_words[] = { "waiting", "admitted", "expired", "left", NULL };

#define SCHEDULE_ROW(owner)                                                                                                               \
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(owner, schedule) }

FIELDS(settings_in_fields, "QueueSettingsRequest", struct settings_in, SCHEDULE_ROW(struct settings_in), RULES_ROWS(struct settings_in, true));

FIELDS(settings_fields, "QueueSettings", struct settings_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct settings_out, schedule) },
    RULES_ROWS(struct settings_out, false),
    { .name = "own", .type = F_BOOL, .at = offsetof(struct settings_out, own),
      .help = "set up by itself after its performance was: what is put for the performance passes it by" },
    { .name = "joined", .type = F_INT, .at = offsetof(struct settings_out, joined), .help = "places given" },
    { .name = "serving", .type = F_INT, .at = offsetof(struct settings_out, serving), .help = "places that have had their turn" },
    { .name = "waiting", .type = F_INT, .at = offsetof(struct settings_out, waiting) },
    { .name = "active", .type = F_INT, .at = offsetof(struct settings_out, active), .help = "passes that are good now" },
    { .name = "parked", .type = F_INT, .at = offsetof(struct settings_out, parked), .help = "away when their turn came; they may still come back" },
    { .name = "no_show_permille", .type = F_INT, .at = offsetof(struct settings_out, no_show),
      .help = "of a thousand people whose passes ran out in the last ten minutes, so many had never used them; 500 at most" },
    { .name = "commitment", .type = F_STR, .nullable = true, .at = offsetof(struct settings_out, commitment), .help = "of a room that draws: docs/draw.md" },
    { .name = "beacon_round", .type = F_INT, .nullable = true, .at = offsetof(struct settings_out, beacon_round),
      .help = "public round that decides the draw" });

#define CONTROL(member) .at = offsetof(struct control_in, member)

FIELDS(control_fields, "QueueControl", struct control_in, SCHEDULE_ROW(struct control_in),
    RATE_ROW(struct control_in, admit_per_minute, true),
    LIMIT_ROW(struct control_in, active_limit, true),
    { .name = "paused", .type = F_BOOL, .optional = true, .has_at = offsetof(struct control_in, has_paused), CONTROL(paused),
      .help = "people may join, nobody is admitted" },
    { .name = "draining", .type = F_BOOL, .optional = true, .has_at = offsetof(struct control_in, has_draining), CONTROL(draining),
      .help = "nobody may join, people are admitted" },
    { .name = "message", .type = F_TEXT, .optional = true, .high = MESSAGE_MAX, .has_at = offsetof(struct control_in, has_message), CONTROL(message),
      .help = "shown to those who wait" },
    { .name = "message_en", .type = F_TEXT, .optional = true, .high = MESSAGE_MAX, .has_at = offsetof(struct control_in, has_message_en),
      CONTROL(message_en), .help = "the same for those who read English; empty: they see message" });

FIELDS(look_fields, "QueueQuery", struct schedule_in, SCHEDULE_ROW(struct schedule_in));

FIELDS(work_fields, "QueueWork", struct work_in,
    { .name = "challenge", .type = F_STR, .low = 1, .high = 512, .at = offsetof(struct work_in, challenge), .help = "as GET .../queue/challenge gave it" },
    { .name = "solution", .type = F_STR, .low = 1, .high = 100, .at = offsetof(struct work_in, solution) });

FIELDS(join_fields, "QueueJoin", struct join_in, SCHEDULE_ROW(struct join_in),
    { .name = "work", .type = F_OBJECT, .of = &work_fields, .optional = true, .nullable = true, .at = offsetof(struct join_in, work),
      .has_at = offsetof(struct join_in, has_work), .help = "where a challenge is given" },
    { .name = "code", .type = F_STR, .optional = true, .low = 1, .high = 64, .secret = true, .at = offsetof(struct join_in, code),
      .help = "of the presale: leads to the line of its group; once is enough" });

static const struct field token_rows[] = {
    { .name = "place_token", .type = F_STR, .from = FROM_PATH, .at = offsetof(struct place_in, token) },
};
const struct fields queue_token_fields = { "PlaceQuery", sizeof(struct place_in), token_rows, 1 };

FIELDS(free_fields, "Free", struct stock, { .type = F_INT, .at = offsetof(struct stock, free) });

static const struct field place_rows[] = {
    { .name = "place_token", .type = F_STR, .nullable = true, .at = offsetof(struct place_out, place_token),
      .help = "names the place in further requests; null when the room is off and nobody waits" },
    { .name = "state", .type = F_ENUM, .words = queue_state_words, .at = offsetof(struct place_out, state),
      .help = "expired: the pass ran out or the sale ended; left: given up, or used to buy" },
    { .name = "position", .type = F_INT, .nullable = true, .has_at = offsetof(struct place_out, has_position), .at = offsetof(struct place_out, position),
      .help = "1: the next one; never grows; 0 once it is over; null before the draw" },
    { .name = "ahead", .type = F_INT, .nullable = true, .has_at = offsetof(struct place_out, has_position), .at = offsetof(struct place_out, ahead),
      .help = "people in front at most" },
    { .name = "eta_seconds", .type = F_INT, .at = offsetof(struct place_out, eta_seconds), .help = "at the pace of the last minute" },
    { .name = "eta_low_seconds", .type = F_INT, .at = offsetof(struct place_out, eta_low_seconds), .help = "at the rate the organizer allows" },
    { .name = "eta_high_seconds", .type = F_INT, .nullable = true, .has_at = offsetof(struct place_out, has_high),
      .at = offsetof(struct place_out, eta_high_seconds), .help = "when people leave only as their passes run out; null: nobody knows" },
    { .name = "eta_reason", .type = F_ENUM, .words = eta_reason_words, .at = offsetof(struct place_out, eta_reason),
      .help = "what the time depends on; payment: the payment providers cannot take more now; back: away when the turn came, in as soon as there is room" },
    { .name = "paused", .type = F_BOOL, .at = offsetof(struct place_out, paused) },
    { .name = "draws_at", .type = F_TIME, .nullable = true, .at = offsetof(struct place_out, draws_at), .help = "when places are drawn" },
    { .name = "back_by", .type = F_TIME, .nullable = true, .at = offsetof(struct place_out, back_by),
      .help = "the turn came while nobody asked: lost unless admitted by then" },
    { .name = "poll_after_ms", .type = F_INT, .at = offsetof(struct place_out, poll_after_ms), .help = "when to ask again" },
    { .name = "stock", .type = F_MAP, .of = &free_fields, .at = offsetof(struct place_out, stock), .help = "free seats by grade" },
    { .name = "title", .type = F_STR, .nullable = true, .at = offsetof(struct place_out, title) },
    { .name = "price_from", .type = F_MONEY, .nullable = true, .at = offsetof(struct place_out, price_from), .help = "of what is left, at the full price" },
    { .name = "price_to", .type = F_MONEY, .nullable = true, .at = offsetof(struct place_out, price_to) },
    { .name = "receipt", .type = F_STR, .nullable = true, .at = offsetof(struct place_out, receipt),
      .help = "of a draw, to who has just joined; later from /proof: docs/draw.md" },
    { .name = "message", .type = F_TEXT, .at = offsetof(struct place_out, message), .help = "from the organizer" },
    { .name = "pass", .type = F_STR, .nullable = true, .at = offsetof(struct place_out, pass),
      .help = "to be sent as Queue-Pass; good for this account only" },
    { .name = "pass_expires_at", .type = F_TIME, .nullable = true, .at = offsetof(struct place_out, pass_expires_at) },
    { .name = "device", .type = F_ENUM, .words = device_words, .at = offsetof(struct place_out, device),
      .help = "whose the place is: any device's; of one that has to prove itself (asked), of the one that asks (this), or of another: then there is no pass" },
    { .name = "revoked_reason", .type = F_STR, .omit_empty = true, .at = offsetof(struct place_out, revoked), .help = "why staff has ended it" },
};
const struct fields queue_place_fields = { "Place", sizeof(struct place_out), place_rows, sizeof(place_rows) / sizeof(place_rows[0]) };

/* ---- calls ---- */

const struct call queue_settings_put_call = { "queue.settings_put", "Sets up the waiting room of a schedule.", CALL_STORY, &settings_in_fields,
                                               &settings_fields, queue_settings_put };
const struct call queue_settings_get_call = { "queue.settings_get", "The waiting room of a schedule as its organizer sees it.", CALL_STORY,
                                               &look_fields, &settings_fields, queue_settings_get };
const struct call queue_settings_set_call = { "queue.settings_set", "The part of queue.settings_put that changes the room.", CALL_COMMAND,
                                              &settings_in_fields, &settings_fields, queue_settings_set };
const struct call queue_control_call = { "queue.control", "Changes some of a room's settings in the middle of its sale.", CALL_STORY, &control_fields,
                                         &settings_fields, queue_control };
const struct call queue_control_put_call = { "queue.control_put", "The part of queue.control that changes the room.", CALL_COMMAND, &control_fields,
                                             &settings_fields, queue_control_put };
const struct call queue_opened_call = { "queue.opened", "A schedule was made: it has a room, which is off. Or its sale was moved.", CALL_COMMAND,
                                        &schedule_opening_fields, NULL, queue_opened };
const struct call queue_cancelled_call = { "queue.cancelled", "A schedule was cancelled: its room closes.", CALL_COMMAND, &schedule_cancelling_fields,
                                           NULL, queue_cancelled };
const struct call queue_join_call = { "queue.join", "Takes a place in the waiting room; the same account again: the same place.", CALL_COMMAND,
                                      &join_fields, &queue_place_fields, queue_join };
const struct call queue_poll_call = { "queue.poll", "How far a place has come, and its pass once it is admitted.", CALL_MEMORY, &queue_token_fields,
                                      &queue_place_fields, queue_poll };
const struct call queue_leave_call = { "queue.leave", "Gives a place or a pass up.", CALL_COMMAND, &queue_token_fields, NULL, queue_leave };
const struct call queue_bought_call = { "queue.bought", "A buyer's pass is used.", CALL_COMMAND, &booking_confirmed_fields, NULL, queue_bought };
const struct call queue_admit_call = { "queue.admit", "Lets people in.", CALL_COMMAND, NULL, NULL, queue_admit };

static const struct call *const calls[] = {
    &queue_settings_put_call, &queue_settings_get_call, &queue_settings_set_call, &queue_opened_call, &queue_cancelled_call, &queue_join_call,
    &queue_poll_call, &queue_leave_call, &queue_bought_call, &queue_admit_call, &queue_draw_get_call, &queue_draw_entries_call,
    &queue_device_move_call, &queue_look_up_call, &queue_revoke_call,
    &queue_proof_call, &queue_beacon_ask_call, &queue_beacon_put_call, &queue_challenge_call, &queue_refusals_call, &queue_appeal_call,
    &queue_appeal_mine_call, &queue_appeals_call, &queue_appeal_decide_call, &queue_person_left_call, &queue_group_put_call,
    &queue_group_set_call, &queue_groups_get_call, &queue_wish_put_call, &queue_wish_set_call, &queue_wish_get_call, &queue_wish_read_call,
    &queue_control_call, &queue_control_put_call, &queue_status_call, &queue_curve_call, &queue_curve_csv_call, &queue_plain_call, NULL,
};

#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)
#define ROOM       "/api/v1/schedules/{schedule_id}/queue"
#define SETTINGS   ROOM "/settings"
#define DRAW       ROOM "/draw"
#define PLACE      "/api/v1/queue/{place_token}"
#define GROUPS     ROOM "/groups"
#define APPEALS    ROOM "/appeals"
#define WISH       "/api/v1/performances/{performance_id}/queue/settings"

static const struct route routes[] = {
    { .method = "PUT", .path = SETTINGS, .call = &queue_settings_put_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = SETTINGS, .call = &queue_settings_get_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "PATCH", .path = SETTINGS, .call = &queue_control_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "PUT", .path = WISH, .call = &queue_wish_put_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = WISH, .call = &queue_wish_get_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = ROOM "/status", .call = &queue_status_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = ROOM "/curve", .call = &queue_curve_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = ROOM "/curve.csv", .call = &queue_curve_csv_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "POST", .path = ROOM, .call = &queue_join_call, .flags = NEED_USER | PROVES | PROVES_AGAIN, .status = 201 },
    { .method = "POST", .path = ROOM "/device", .call = &queue_device_move_call, .flags = NEED_USER | PROVES | AUDITED, .status = 200 },
    { .method = "POST", .path = ROOM "/lookups", .call = &queue_look_up_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "POST", .path = ROOM "/revocations", .call = &queue_revoke_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201 },
    { .method = "PUT", .path = GROUPS "/{group}", .call = &queue_group_put_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = GROUPS, .call = &queue_groups_get_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = ROOM "/challenge", .call = &queue_challenge_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = APPEALS, .call = &queue_appeal_call, .flags = NEED_USER | AUDITED, .status = 201 },
    { .method = "GET", .path = APPEALS "/mine", .call = &queue_appeal_mine_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = APPEALS, .call = &queue_appeals_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "POST", .path = APPEALS "/{appeal_id}", .call = &queue_appeal_decide_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = PLACE, .call = &queue_poll_call, .flags = PROVES | PROVES_AGAIN, .status = 200 },
    { .method = "GET", .path = "/wait/{place_token}", .call = &queue_plain_call, .status = 200 },
    { .method = "GET", .path = PLACE "/proof", .call = &queue_proof_call, .status = 200 },
    { .method = "GET", .path = DRAW, .call = &queue_draw_get_call, .status = 200 },
    { .method = "GET", .path = DRAW "/entries", .call = &queue_draw_entries_call, .status = 200 },
    { .method = "DELETE", .path = PLACE, .call = &queue_leave_call, .flags = MAY_USER, .status = 204 },
    { 0 },
};

static const struct job jobs[] = {
    { "queue.admit", &queue_admit_call, queue_due },
    { "queue.refusals", &queue_refusals_call, refusals_due },
    { 0 },
};

static const struct job waiting_jobs[] = {
    { "queue.beacon_ask", &queue_beacon_ask_call, beacon_due },
    { 0 },
};

static const struct raw_answer raw_answers[] = {
    { &queue_draw_entries_call, "text/plain", NULL, 0 },
    { &queue_curve_csv_call, "text/csv", NULL, 0 },
    { &queue_plain_call, "text/html", NULL, 0 },
    { 0 },
};

static const struct config_key config[] = {
    { .name = "queue.beacon_url", .type = CONFIG_STR, .def = "",
      .help = "Public beacon whose round decides draws, with {round} for its number, such as https://api.drand.sh/CHAIN/public/{round}. Empty: none." },
    { .name = "queue.beacon_genesis", .type = CONFIG_INT, .def = "1595431050", .low = 0, .high = INT64_C(100000000000),
      .help = "When its first round was, in seconds since 1970." },
    { .name = "queue.beacon_period", .type = CONFIG_INT, .def = "30", .low = 1, .high = 3600, .help = "Seconds from one of its rounds to the next." },
    { .name = "queue.account_joins", .type = CONFIG_INT, .def = "20", .low = 1, .high = 1000000,
      .help = "Places that one account may take in one waiting room within ten minutes." },
    { .name = "queue.address_joins", .type = CONFIG_INT, .def = "200", .low = 1, .high = INT64_C(1000000000),
      .help = "Places taken from one network address within ten minutes, over all rooms: from then on joining costs more work, but nobody is refused." },
    { .name = "queue.address_joins_max", .type = CONFIG_INT, .def = "20000", .low = 1, .high = INT64_C(1000000000),
      .help = "The same: from then on it is refused until some have grown old. Behind one address may be a telephone company." },
    { .name = "queue.orders_per_pass_permille", .type = CONFIG_INT, .def = "600", .low = 1, .high = 1000,
      .help = "Of a thousand people let in, so many are expected to pay: how many come in for what the payment providers can take." },
    { 0 },
};

static const struct subscription subscriptions[] = {
    { "performance.schedule_opened", &queue_opened_call },
    { "performance.schedule_changed", &queue_opened_call },
    { "performance.schedule_cancelled", &queue_cancelled_call },
    { "booking.confirmed", &queue_bought_call },
    { "auth.user_left", &queue_person_left_call },
    { 0 },
};

/* ---- metrics ---- */

struct metric queue_joins = { .name = "takenseat_queue_joins_total", .kind = METRIC_COUNTER, .help = "Places given in waiting rooms" };
struct metric queue_polls = { .name = "takenseat_queue_polls_total", .kind = METRIC_COUNTER, .help = "Questions how far a place has come" };
struct metric queue_admitted = { .name = "takenseat_queue_admitted_total", .kind = METRIC_COUNTER, .help = "People let in from waiting rooms" };
struct metric queue_parked = { .name = "takenseat_queue_parked_total", .kind = METRIC_COUNTER, .help = "Places passed over since nobody asked for them" };
struct metric queue_refused = { .name = "takenseat_queue_refused_total", .kind = METRIC_COUNTER, .help = "Places refused: limits, codes, work" };
struct metric queue_left = { .name = "takenseat_queue_left_total", .kind = METRIC_COUNTER, .help = "Places and passes given up, or revoked" };
struct metric queue_waiting = { .name = "takenseat_queue_waiting", .kind = METRIC_GAUGE, .help = "People in line in all waiting rooms" };

static struct metric *const metrics[] = { &queue_joins, &queue_polls, &queue_admitted, &queue_left, &queue_waiting, &queue_parked, &queue_refused, NULL };

/* ---- life ---- */

#define PASS_MS_MAX (60 * 60 * 1000)
#define HELD_MS_MAX (24 * 60 * 60 * 1000)

static void lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attr;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);      /* a crowd that polls must not starve the writer */
    pthread_rwlock_init(lock, &attr);
    pthread_rwlockattr_destroy(&attr);
}

/* Of a sale that is over places are asked for until the last pass has run out, and passes until what was held at its end is paid. */
static err load_room(struct ctx *cx, struct room *r)
{
    if (cx->now < r->sale_ends_at + PASS_MS_MAX)
        return room_load(cx, r);
    return cx->now < r->sale_ends_at + HELD_MS_MAX ? passes_load(cx, r) : OK;
}

static err load_rooms(struct ctx *cx, struct queue *q)
{
    uint64_t schedule, bits;
    err e = store_rooms(cx, q);
    if (!e)
        e = store_draws(cx, q);
    for (size_t at = 0; !e && map_each(&q->rooms, &at, &schedule, &bits);) {
        struct room *r = (struct room *)(uintptr_t)bits;
        e = load_room(cx, r);
        line_pace_reset(&r->line, &r->terms.rules, cx->now);
        room_publish(r);
        queue_wake(q, r);
        if (r->line.closed_at && !r->line.drawn_at)
            atomic_store(&q->beacon.due, 0);
    }
    return e;
}

static err queue_open(struct ctx *cx, void **ret_self)
{
    struct queue *q = calloc(1, sizeof(*q));
    ASSERT(q != NULL);
    q->app = cx->app;
    q->keys = app_keys(cx->app);
    lock_init(&q->lock);
    atomic_init(&q->due, INT64_MAX);
    atomic_init(&q->bound, INT64_MAX);
    atomic_init(&q->refusals.due, INT64_MAX);
    toll_configure(q, app_config(cx->app));
    q->orders_permille = config_int(app_config(cx->app), "queue.orders_per_pass_permille");
    *ret_self = q;
    if (!beacon_configure(q, app_config(cx->app)))
        return fail(cx, ERR_INPUT, NULL, "queue.beacon_url must be a short https address with {round} in it.",
                    "queue.beacon_url은 {round}가 들어 있는 짧은 https 주소여야 합니다.");
    err e = load_rooms(cx, q);
    return e ? e : appeals_load(cx, q);
}

static void queue_close(void *self)
{
    struct queue *q = self;
    uint64_t schedule, bits;
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);)
        room_free((struct room *)(uintptr_t)bits);
    map_free(&q->rooms);
    map_free(&q->moved);
    limits_close(q->limits);
    pthread_rwlock_destroy(&q->lock);
    metric_set(&queue_waiting, 0);
    free(q);
}

static const struct service *const beside[] = { &booking_service, NULL };

const struct service queue_service = {
    .name = "queue",
    .beside = beside,
    .open = queue_open,
    .close = queue_close,
    .calls = calls,
    .routes = routes,
    .scope_read = SCOPE_CATALOGUE_READ,
    .scope_write = SCOPE_CATALOGUE_WRITE,
    .jobs = jobs,
    .waiting_jobs = waiting_jobs,
    .raw_answers = raw_answers,
    .config = config,
    .subscriptions = subscriptions,
    .audits = queue_audits,
    .migrations = queue_migrations,
    .queries = (const struct query *)&queue_sql,
    .query_count = sizeof(queue_sql) / sizeof(struct query),
    .metrics = metrics,
};
