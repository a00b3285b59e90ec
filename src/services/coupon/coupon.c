/* The coupon service: its tables and its life. */
#include "coupon_int.h"

#include <stdlib.h>

#include "coupon_sql.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"

/* ---- field tables ---- */

static const char *const status_words[] = { "usable", "reserved", "used", "expired", NULL };

#define COUPON_FROM_PATH(owner) { .name = "coupon_id", .type = F_ID, .id = ID_COUPON, .from = FROM_PATH, .at = offsetof(owner, coupon) }
#define QUANTITY_MAX 10000000

FIELDS(coupon_fields, "CouponQuery", struct coupon_in, COUPON_FROM_PATH(struct coupon_in));

FIELDS(offer_in_fields, "CouponRequest", struct offer_in,
    { .name = "name", .type = F_STR, .low = 1, .high = 100, .rule = &blank_rule, .at = offsetof(struct offer_in, name) },
    { .name = "code", .type = F_STR, .low = 1, .high = 50, .rule = &blank_rule, .optional = true, .at = offsetof(struct offer_in, code),
      .help = "what many may type to have it; capitals do not matter" },
    { .name = "quantity", .type = F_INT, .low = 1, .high = QUANTITY_MAX, .at = offsetof(struct offer_in, quantity), .help = "pieces, one a customer" },
    { .name = "discount_percent", .type = F_INT, .low = 1, .high = 100, .optional = true, .at = offsetof(struct offer_in, percent),
      .help = "of the total, rounded down to a whole minor unit; this or discount_amount" },
    { .name = "discount_amount", .type = F_MONEY, .low = 1, .high = MONEY_MAX, .optional = true, .at = offsetof(struct offer_in, amount_off) },
    { .name = "max_discount", .type = F_MONEY, .low = 1, .high = MONEY_MAX, .optional = true, .at = offsetof(struct offer_in, max_off),
      .help = "the most that discount_percent takes off" },
    { .name = "min_total", .type = F_MONEY, .low = 0, .high = MONEY_MAX, .optional = true, .at = offsetof(struct offer_in, min_total) },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .optional = true, .at = offsetof(struct offer_in, performance),
      .help = "the only performance it is for" },
    { .name = "starts_at", .type = F_TIME, .optional = true, .at = offsetof(struct offer_in, starts_at), .help = "now, unless told" },
    { .name = "expires_at", .type = F_TIME, .at = offsetof(struct offer_in, expires_at) },
    { .name = "public", .type = F_BOOL, .optional = true, .at = offsetof(struct offer_in, listed), .has_at = offsetof(struct offer_in, has_listed),
      .help = "listed, and claimed without a code; true unless told" });

FIELDS(offer_change_fields, "CouponChange", struct offer_change_in,
    COUPON_FROM_PATH(struct offer_change_in),
    { .name = "name", .type = F_STR, .low = 1, .high = 100, .rule = &blank_rule, .optional = true, .at = offsetof(struct offer_change_in, name) },
    { .name = "quantity", .type = F_INT, .low = 1, .high = QUANTITY_MAX, .optional = true, .at = offsetof(struct offer_change_in, quantity) },
    { .name = "starts_at", .type = F_TIME, .optional = true, .at = offsetof(struct offer_change_in, starts_at) },
    { .name = "expires_at", .type = F_TIME, .optional = true, .at = offsetof(struct offer_change_in, expires_at) },
    { .name = "public", .type = F_BOOL, .optional = true, .at = offsetof(struct offer_change_in, listed),
      .has_at = offsetof(struct offer_change_in, has_listed) });

#define TERMS_ROWS(owner)                                                                                                                            \
    { .name = "name", .type = F_STR, .high = 100, .at = offsetof(owner, name) },                                                                     \
    { .name = "discount_percent", .type = F_INT, .nullable = true, .at = offsetof(owner, percent) },                                                 \
    { .name = "discount_amount", .type = F_MONEY, .nullable = true, .at = offsetof(owner, amount_off) },                                             \
    { .name = "max_discount", .type = F_MONEY, .nullable = true, .at = offsetof(owner, max_off) },                                                   \
    { .name = "min_total", .type = F_MONEY, .nullable = true, .at = offsetof(owner, min_total) },                                                    \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .nullable = true, .at = offsetof(owner, performance), .help = "null: any" },     \
    { .name = "starts_at", .type = F_TIME, .at = offsetof(owner, starts_at) },                                                                       \
    { .name = "expires_at", .type = F_TIME, .at = offsetof(owner, expires_at) }

#define MANAGED .omit_empty = true, .has_at = offsetof(struct offer_view, managed), .help = "only told to who manages it"

FIELDS(offer_fields, "Coupon", struct offer_view,
    { .name = "id", .type = F_ID, .id = ID_COUPON, .at = offsetof(struct offer_view, id) },
    TERMS_ROWS(struct offer_view),
    { .name = "quantity", .type = F_INT, .at = offsetof(struct offer_view, quantity) },
    { .name = "left", .type = F_INT, .at = offsetof(struct offer_view, left), .help = "pieces neither given out nor kept for single-use codes" },
    { .name = "code", .type = F_STR, .high = 50, .at = offsetof(struct offer_view, code), MANAGED },
    { .name = "public", .type = F_BOOL, .at = offsetof(struct offer_view, listed), MANAGED },
    { .name = "issued", .type = F_INT, .at = offsetof(struct offer_view, issued), MANAGED },
    { .name = "open_codes", .type = F_INT, .at = offsetof(struct offer_view, open_codes), MANAGED },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct offer_view, created_at) });

#define PAGE_ROWS(kind)                                                                                                                              \
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .low = 1, .high = 100, .optional = true, .at = offsetof(struct page_in, limit) },          \
    { .name = "cursor", .type = F_ID, .id = kind, .from = FROM_QUERY, .optional = true, .at = offsetof(struct page_in, cursor),                      \
      .help = "`next` of the page before" }

FIELDS(offers_in_fields, "CouponsQuery", struct page_in, PAGE_ROWS(ID_COUPON));
FIELDS(offers_fields, "Coupons", struct page_out,
    { .name = "items", .type = F_LIST, .of = &offer_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_COUPON, .nullable = true, .at = offsetof(struct page_out, next) });

FIELDS(claim_fields, "CouponClaim", struct claim_out,
    { .name = "id", .type = F_ID, .id = ID_USER_COUPON, .at = offsetof(struct claim_out, id), .help = "what POST /bookings takes as coupon_id" },
    { .name = "coupon_id", .type = F_ID, .id = ID_COUPON, .at = offsetof(struct claim_out, coupon) },
    { .name = "status", .type = F_ENUM, .words = status_words, .at = offsetof(struct claim_out, status) },
    { .name = "starts_at", .type = F_TIME, .at = offsetof(struct claim_out, starts_at) },
    { .name = "expires_at", .type = F_TIME, .at = offsetof(struct claim_out, expires_at) });

FIELDS(redeem_fields, "CouponRedeem", struct redeem_in,
    { .name = "code", .type = F_STR, .low = 1, .high = 50, .at = offsetof(struct redeem_in, code) });

FIELDS(codes_in_fields, "CouponCodesRequest", struct codes_in,
    COUPON_FROM_PATH(struct codes_in),
    { .name = "count", .type = F_INT, .low = 1, .high = CODES_MAX, .at = offsetof(struct codes_in, count) });

FIELDS(codes_fields, "CouponCodes", struct codes_out,
    { .name = "coupon_id", .type = F_ID, .id = ID_COUPON, .at = offsetof(struct codes_out, coupon) },
    { .name = "made", .type = F_INT, .at = offsetof(struct codes_out, made) },
    { .name = "open_codes", .type = F_INT, .at = offsetof(struct codes_out, open_codes), .help = "single-use codes that nobody has redeemed" },
    { .name = "left", .type = F_INT, .at = offsetof(struct codes_out, left), .help = "pieces that may still be claimed or promised" });

FIELDS(piece_fields, "CustomerCoupon", struct piece_view,
    { .name = "id", .type = F_ID, .id = ID_USER_COUPON, .at = offsetof(struct piece_view, id), .help = "what POST /bookings takes as coupon_id" },
    { .name = "coupon_id", .type = F_ID, .id = ID_COUPON, .at = offsetof(struct piece_view, coupon) },
    { .name = "status", .type = F_ENUM, .words = status_words, .at = offsetof(struct piece_view, status) },
    TERMS_ROWS(struct piece_view),
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .nullable = true, .at = offsetof(struct piece_view, booking),
      .help = "the booking that has reserved or used it" },
    { .name = "claimed_at", .type = F_TIME, .at = offsetof(struct piece_view, claimed_at) });

FIELDS(mine_in_fields, "CustomerCouponsQuery", struct page_in, PAGE_ROWS(ID_USER_COUPON));
FIELDS(mine_fields, "CustomerCoupons", struct page_out,
    { .name = "items", .type = F_LIST, .of = &piece_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_USER_COUPON, .nullable = true, .at = offsetof(struct page_out, next) });

/* ---- what booking asks ---- */

FIELDS(reserve_in_fields, "CouponReserve", struct coupon_reserve_in,
    { .name = "user_coupon", .type = F_INT, .at = offsetof(struct coupon_reserve_in, user_coupon) },
    { .name = "user", .type = F_INT, .at = offsetof(struct coupon_reserve_in, user) },
    { .name = "booking", .type = F_INT, .at = offsetof(struct coupon_reserve_in, booking) },
    { .name = "performance", .type = F_INT, .at = offsetof(struct coupon_reserve_in, performance) },
    { .name = "total", .type = F_INT, .low = 0, .high = MONEY_MAX, .at = offsetof(struct coupon_reserve_in, total) },
    { .name = "currency", .type = F_STR, .low = 3, .high = 3, .at = offsetof(struct coupon_reserve_in, currency) });

FIELDS(reserve_fields, "CouponReserved", struct coupon_reserve_out,
    { .name = "discount", .type = F_INT, .at = offsetof(struct coupon_reserve_out, discount) });

FIELDS(benefit_ref_fields, "BenefitRef", struct benefit_ref,
    { .name = "booking", .type = F_INT, .at = offsetof(struct benefit_ref, booking) });

/* ---- calls ---- */

static const struct call create_call = { "coupon.create", "Makes a coupon; producers for their own performances.", CALL_STORY, &offer_in_fields,
                                         &offer_fields, coupon_create };
const struct call coupon_put_call = { "coupon.put", "The part of coupon.create that changes something.", CALL_COMMAND, &offer_in_fields,
                                      &offer_fields, coupon_put };
static const struct call change_call = { "coupon.change", "Changes what is given of a coupon; never what it is worth.", CALL_COMMAND,
                                         &offer_change_fields, &offer_fields, coupon_change };
static const struct call delete_call = { "coupon.delete", "Nobody gets it any more; what customers have of it stays theirs.", CALL_COMMAND,
                                         &coupon_fields, NULL, coupon_delete };
static const struct call show_call = { "coupon.show", "A coupon.", CALL_READ, &coupon_fields, &offer_fields, coupon_show };
static const struct call list_call = { "coupon.list", "Coupons that may be claimed now or soon, and those one has made; all of them for the people in charge.",
                                       CALL_READ, &offers_in_fields, &offers_fields, coupon_list };
static const struct call claim_call = { "coupon.claim", "Takes a piece while there is one; one a customer for ever.", CALL_COMMAND, &coupon_fields,
                                        &claim_fields, coupon_claim };
static const struct call redeem_call = { "coupon.redeem_code", "Takes the piece that a code stands for.", CALL_COMMAND, &redeem_fields, &claim_fields,
                                         code_redeem };
static const struct call mine_call = { "coupon.mine", "One's own coupons.", CALL_READ, &mine_in_fields, &mine_fields, piece_mine };
static const struct call codes_call = { "coupon.codes_make", "Makes single-use codes; each keeps a piece until it is redeemed.", CALL_COMMAND,
                                        &codes_in_fields, &codes_fields, codes_make };
static const struct call export_call = { "coupon.codes_export", "All single-use codes of a coupon, and when they were redeemed.", CALL_READ,
                                         &coupon_fields, NULL, codes_export };
static const struct call tidy_call = { "coupon.tidy", "Marks what is left of a coupon that has ended.", CALL_COMMAND, NULL, NULL, coupon_tidy };

const struct call coupon_reserve_call = { "coupon.reserve", "Keeps a customer's coupon for a booking.", CALL_COMMAND, &reserve_in_fields,
                                          &reserve_fields, piece_reserve };
const struct call coupon_release_call = { "coupon.release", "What a booking has reserved is free again.", CALL_COMMAND, &benefit_ref_fields, NULL,
                                          piece_release };
const struct call coupon_confirmed_call = { "coupon.confirmed", "What a booking has reserved is used.", CALL_COMMAND, &booking_confirmed_fields,
                                            NULL, piece_confirmed };
const struct call coupon_ended_call = { "coupon.ended", "What a booking has reserved is free again.", CALL_COMMAND, &booking_ended_fields, NULL,
                                        piece_ended };
const struct call coupon_cancelled_call = { "coupon.cancelled", "What a booking has used comes back.", CALL_COMMAND, &booking_cancelled_fields, NULL,
                                            piece_cancelled };

static const struct call *const offers[] = { &coupon_reserve_call, &coupon_release_call, NULL };

static const struct call *const calls[] = {
    &create_call, &coupon_put_call, &change_call, &delete_call, &show_call, &list_call, &claim_call, &redeem_call, &mine_call, &codes_call,
    &export_call, &tidy_call, &coupon_reserve_call, &coupon_release_call, &coupon_confirmed_call, &coupon_ended_call, &coupon_cancelled_call, NULL,
};

#define API        "/api/v1/coupons"
#define ONE        API "/{coupon_id}"
#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)

static const struct route routes[] = {
    { .method = "POST", .path = API, .call = &create_call, .flags = NEED_USER | IDEMPOTENT, .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API, .call = &list_call, .flags = MAY_USER, .status = 200 },
    { .method = "GET", .path = API "/mine", .call = &mine_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = API "/redeem_code", .call = &redeem_call, .flags = NEED_USER | IDEMPOTENT, .status = 201, .body_max = 4096 },
    { .method = "GET", .path = ONE, .call = &show_call, .flags = MAY_USER, .status = 200 },
    { .method = "PATCH", .path = ONE, .call = &change_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "DELETE", .path = ONE, .call = &delete_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 204 },
    { .method = "POST", .path = ONE "/claim", .call = &claim_call, .flags = NEED_USER | IDEMPOTENT, .status = 201 },
    { .method = "POST", .path = ONE "/codes", .call = &codes_call, .flags = NEED_USER | IDEMPOTENT, .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = ONE "/codes.csv", .call = &export_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { 0 },
};

static const struct raw_answer raw_answers[] = { { &export_call, "text/csv", NULL, 0 }, { 0 } };

static int64_t tidy_due(void *self)
{
    struct coupons *s = self;
    return atomic_load(&s->due);
}

static const struct job jobs[] = { { "coupon.tidy", &tidy_call, tidy_due }, { 0 } };

static const struct subscription subscriptions[] = {
    { "booking.confirmed", &coupon_confirmed_call },
    { "booking.ended", &coupon_ended_call },
    { "booking.cancelled", &coupon_cancelled_call },
    { 0 },
};

/* ---- metrics ---- */

struct metric coupon_claims_issued = { .name = "takenseat_coupon_claims_total", .kind = METRIC_COUNTER, .help = "Claims of coupons",
                                       .labels = "result=\"issued\"" };
struct metric coupon_claims_refused = { .name = "takenseat_coupon_claims_total", .kind = METRIC_COUNTER, .help = "Claims of coupons",
                                        .labels = "result=\"refused\"" };
struct metric coupon_codes_refused = { .name = "takenseat_coupon_unknown_codes_total", .kind = METRIC_COUNTER,
                                       .help = "Codes typed that there are not" };

static struct metric *const metrics[] = { &coupon_claims_issued, &coupon_claims_refused, &coupon_codes_refused, NULL };

/* ---- life ---- */

static err coupon_open(struct ctx *cx, void **ret_self)
{
    struct coupons *s = calloc(1, sizeof(*s));
    ASSERT(s != NULL);
    *ret_self = s;
    err e = store_coupons_load(cx, s);
    coupon_due_look(s);
    return e;
}

static void coupon_close(void *self)
{
    struct coupons *s = self;
    uint64_t id, bits;
    for (size_t at = 0; map_each(&s->all, &at, &id, &bits);) {
        struct coupon *c = (struct coupon *)(uintptr_t)bits;
        coupon_forget_holders(c);
        free(c);
    }
    map_free(&s->all);
    map_free(&s->attempts);
    free(s);
}

const struct service coupon_service = {
    .name = "coupon",
    .open = coupon_open,
    .close = coupon_close,
    .calls = calls,
    .offers = offers,
    .routes = routes,
    .scope_read = SCOPE_COUPONS_READ,
    .scope_write = SCOPE_COUPONS_WRITE,
    .raw_answers = raw_answers,
    .jobs = jobs,
    .subscriptions = subscriptions,
    .audits = coupon_audits,
    .migrations = coupon_migrations,
    .queries = (const struct query *)&coupon_sql,
    .query_count = sizeof(coupon_sql) / sizeof(struct query),
    .metrics = metrics,
};
