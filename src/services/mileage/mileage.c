/* The mileage service: its tables and its life. */
#include "mileage_int.h"

#include <stdlib.h>

#include "mileage_sql.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"

/* ---- field tables ---- */

FIELDS(balance_fields, "Mileage", struct balance_out,
    { .name = "balance", .type = F_INT, .at = offsetof(struct balance_out, balance), .help = "what can be spent" },
    { .name = "owed", .type = F_INT, .at = offsetof(struct balance_out, owed),
      .help = "taken back after it was spent; paid by the next that comes in" },
    { .name = "next_expiry_amount", .type = F_INT, .nullable = true, .at = offsetof(struct balance_out, next_expiry_amount) },
    { .name = "next_expiry_at", .type = F_TIME, .nullable = true, .at = offsetof(struct balance_out, next_expiry_at) });

FIELDS(history_in_fields, "MileageHistoryQuery", struct history_in,
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .low = 1, .high = 100, .optional = true, .at = offsetof(struct history_in, limit) },
    { .name = "cursor", .type = F_ID, .id = ID_MILEAGE, .from = FROM_QUERY, .optional = true, .at = offsetof(struct history_in, cursor),
      .help = "`next` of the page before" });

FIELDS(entry_fields, "MileageEntry", struct entry_view,
    { .name = "id", .type = F_ID, .id = ID_MILEAGE, .at = offsetof(struct entry_view, id) },
    { .name = "delta", .type = F_INT, .at = offsetof(struct entry_view, delta) },
    { .name = "reason", .type = F_STR, .high = 200, .at = offsetof(struct entry_view, reason),
      .help = "earned, reserved, released, returned, taken_back, expired, adjusted; of staff: what they said" },
    { .name = "source", .type = F_ENUM, .words = mileage_source_words, .at = offsetof(struct entry_view, source) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .nullable = true, .at = offsetof(struct entry_view, booking) },
    { .name = "balance_after", .type = F_INT, .at = offsetof(struct entry_view, balance_after) },
    { .name = "at", .type = F_TIME, .at = offsetof(struct entry_view, at) });

FIELDS(history_fields, "MileageHistory", struct history_out,
    { .name = "items", .type = F_LIST, .of = &entry_fields, .at = offsetof(struct history_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_MILEAGE, .nullable = true, .at = offsetof(struct history_out, next) });

#define ADJUST_MAX 1000000000

FIELDS(adjust_fields, "MileageAdjustment", struct adjust_in,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .from = FROM_PATH, .at = offsetof(struct adjust_in, user) },
    { .name = "delta", .type = F_INT, .low = -ADJUST_MAX, .high = ADJUST_MAX, .at = offsetof(struct adjust_in, delta),
      .help = "what is given; negative: taken, never more than there is" },
    { .name = "reason", .type = F_STR, .low = 1, .high = 200, .rule = &blank_rule, .at = offsetof(struct adjust_in, reason), .help = "shown to the customer" });

/* ---- what booking asks ---- */

FIELDS(reserve_fields, "MileageReserve", struct mileage_reserve_in,
    { .name = "user", .type = F_INT, .at = offsetof(struct mileage_reserve_in, user) },
    { .name = "booking", .type = F_INT, .at = offsetof(struct mileage_reserve_in, booking) },
    { .name = "amount", .type = F_INT, .low = 1, .high = MONEY_MAX, .at = offsetof(struct mileage_reserve_in, amount) });

FIELDS(release_fields, "MileageRelease", struct mileage_release_in,
    { .name = "booking", .type = F_INT, .at = offsetof(struct mileage_release_in, booking) });

/* ---- calls ---- */

const struct call mileage_balance_call = { "mileage.balance", "What one can spend.", CALL_READ, NULL, &balance_fields, mileage_balance };
const struct call mileage_history_call = { "mileage.history", "What changed it.", CALL_READ, &history_in_fields, &history_fields, mileage_history };
const struct call mileage_adjust_call = { "mileage.adjust", "Gives or takes mileage, for a reason.", CALL_STORY, &adjust_fields, &entry_fields,
                                          mileage_adjust };
const struct call mileage_adjust_put_call = { "mileage.adjust_put", "The part of mileage.adjust that changes something.", CALL_COMMAND,
                                              &adjust_fields, &entry_fields, mileage_adjust_put };
const struct call mileage_reserve_call = { "mileage.reserve", "Takes mileage for a booking.", CALL_COMMAND, &reserve_fields, NULL, mileage_reserve };
const struct call mileage_release_call = { "mileage.release", "What a booking has reserved is back.", CALL_COMMAND, &release_fields, NULL,
                                           mileage_release };
const struct call mileage_confirmed_call = { "mileage.confirmed", "What was reserved is spent; mileage is earned.", CALL_COMMAND,
                                             &booking_confirmed_fields, NULL, mileage_confirmed };
const struct call mileage_ended_call = { "mileage.ended", "What was reserved is back.", CALL_COMMAND, &booking_ended_fields, NULL,
                                         mileage_ended };
const struct call mileage_cancelled_call = { "mileage.cancelled", "What was spent is back, what was earned is taken back.", CALL_COMMAND,
                                             &booking_cancelled_fields, NULL, mileage_cancelled };
static const struct call expire_call = { "mileage.expire", "Takes what is over out of balances.", CALL_COMMAND, NULL, NULL, mileage_expire };

static const struct call *const offers[] = { &mileage_reserve_call, &mileage_release_call, NULL };

static const struct call *const calls[] = {
    &mileage_balance_call, &mileage_history_call, &mileage_adjust_call, &mileage_adjust_put_call,
    &mileage_reserve_call, &mileage_release_call, &mileage_confirmed_call,
    &mileage_ended_call, &mileage_cancelled_call, &expire_call, NULL,
};

static const struct route routes[] = {
    { .method = "GET", .path = "/api/v1/mileage", .call = &mileage_balance_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = "/api/v1/mileage/history", .call = &mileage_history_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = "/api/v1/users/{user_id}/mileage", .call = &mileage_adjust_call, .flags = NEED_USER | IDEMPOTENT,
      .roles = ROLE_MANAGER | ROLE_ADMIN, .status = 201 },
    { 0 },
};

static int64_t expire_due(void *self)
{
    struct mileage *m = self;
    return atomic_load(&m->due);
}

static const struct job jobs[] = { { "mileage.expire", &expire_call, expire_due }, { 0 } };

static const struct subscription subscriptions[] = {
    { "booking.confirmed", &mileage_confirmed_call },
    { "booking.ended", &mileage_ended_call },
    { "booking.cancelled", &mileage_cancelled_call },
    { 0 },
};

/* ---- configuration and metrics ---- */

static const struct config_key config[] = {
    { .name = "mileage.earn_rate", .type = CONFIG_INT, .def = "100", .low = 0, .high = 10000,
      .help = "Hundredths of a percent of what is paid in money that a confirmed booking earns as mileage." },
    { .name = "mileage.keep_days", .type = CONFIG_INT, .def = "1825", .low = 1, .high = 36500, .help = "Days until mileage expires." },
    { .name = "mileage.currency", .type = CONFIG_STR, .def = "KRW", .help = "Currency in which mileage is earned; one unit is one minor unit of it." },
    { 0 },
};

#define MOVED(word)                                                                                                                                 \
    { .name = "takenseat_mileage_entries_total", .kind = METRIC_COUNTER, .help = "Entries of the mileage ledger", .labels = "kind=\"" word "\"" }

struct metric mileage_moved[] = {
    [ENTRY_EARNED] = MOVED("earned"), [ENTRY_RESERVED] = MOVED("reserved"), [ENTRY_RELEASED] = MOVED("released"), [ENTRY_SPENT] = MOVED("spent"),
    [ENTRY_RETURNED] = MOVED("returned"), [ENTRY_TAKEN_BACK] = MOVED("taken_back"), [ENTRY_EXPIRED] = MOVED("expired"),
    [ENTRY_ADJUSTED] = MOVED("adjusted"),
};

static struct metric *const metrics[] = {
    &mileage_moved[ENTRY_EARNED], &mileage_moved[ENTRY_RESERVED], &mileage_moved[ENTRY_RELEASED], &mileage_moved[ENTRY_SPENT],
    &mileage_moved[ENTRY_RETURNED], &mileage_moved[ENTRY_TAKEN_BACK], &mileage_moved[ENTRY_EXPIRED], &mileage_moved[ENTRY_ADJUSTED], NULL,
};

/* ---- life ---- */

static err mileage_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct str currency = config_str(c, "mileage.currency");
    struct mileage *m = calloc(1, sizeof(*m));
    ASSERT(m != NULL);
    m->earn_rate = config_int(c, "mileage.earn_rate");
    m->keep_ms = config_int(c, "mileage.keep_days") * 24 * 60 * 60 * 1000;
    memcpy(m->currency, currency.p, currency.n < 3 ? currency.n : 3);
    atomic_init(&m->due, INT64_MAX);
    *ret_self = m;
    return store_mileage_load(cx, m);
}

static void mileage_close(void *self)
{
    struct mileage *m = self;
    uint64_t user, bits;
    for (size_t at = 0; map_each(&m->accounts, &at, &user, &bits);)
        free((struct account *)(uintptr_t)bits);
    map_free(&m->accounts);
    free(m);
}

const struct service mileage_service = {
    .name = "mileage",
    .open = mileage_open,
    .close = mileage_close,
    .calls = calls,
    .offers = offers,
    .routes = routes,
    .jobs = jobs,
    .subscriptions = subscriptions,
    .config = config,
    .audits = mileage_audits,
    .migrations = mileage_migrations,
    .queries = (const struct query *)&mileage_sql,
    .query_count = sizeof(mileage_sql) / sizeof(struct query),
    .metrics = metrics,
};
