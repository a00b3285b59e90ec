/* Coupons: what the house gives away, who has a piece of it, and the one booking each piece is worth something for.
 *
 * A checkout reserves a piece for its booking; what becomes of the booking decides over the piece, by booking's events. */
#ifndef SERVICES_COUPON_COUPON_H
#define SERVICES_COUPON_COUPON_H

#include "platform/call/call.h"

extern const struct service coupon_service;

struct coupon_reserve_in {
    int64_t user_coupon, user, booking, performance;
    int64_t total;            /* of the booking, in minor units of `currency` */
    struct str currency;
};

struct coupon_reserve_out {
    int64_t discount;         /* 0..total */
};

/* in: struct coupon_reserve_in, out: struct coupon_reserve_out. Keeps the user's coupon for a booking. Safe to repeat: the same again gives the same;
 * another coupon or total replaces what the booking had. ERR_MISSING when it is not the user's; ERR_CONFLICT `coupon_used` (also: reserved by another
 * booking), `coupon_expired`, `coupon_not_applicable` (another performance or currency, not valid yet), `coupon_min_total`. CALL_COMMAND. */
extern const struct call coupon_reserve_call;

struct benefit_ref {
    int64_t booking;
};

/* in: struct benefit_ref. What the booking has reserved is free again; nothing happens when it has nothing, or has used it. CALL_COMMAND. */
extern const struct call coupon_release_call;

/* Listens to:
 *   booking.confirmed  what was reserved is used
 *   booking.ended      what was reserved is free again
 *   booking.cancelled  with "coupon_back": what was used comes back, once */

#endif
