/* Mileage: what customers earn with what they pay, and pay with later. One unit is worth one minor unit of the currency it is earned in
 * (mileage.currency).
 *
 * A checkout reserves mileage for its booking; what becomes of the booking decides over it, by booking's events. A balance is never below zero. */
#ifndef SERVICES_MILEAGE_MILEAGE_H
#define SERVICES_MILEAGE_MILEAGE_H

#include "platform/call/call.h"

extern const struct service mileage_service;

struct mileage_reserve_in {
    int64_t user, booking, amount;       /* amount: 1..MONEY_MAX */
};

/* in: struct mileage_reserve_in. Takes mileage from the balance for a booking, that which expires first. Safe to repeat: the same amount again changes
 * nothing, another one replaces what the booking had. ERR_CONFLICT `mileage_short` when the balance is less. CALL_COMMAND. */
extern const struct call mileage_reserve_call;

struct mileage_release_in {
    int64_t booking;
};

/* in: struct mileage_release_in. What the booking has reserved is back in the balance; nothing happens when it has nothing, or has spent it.
 * CALL_COMMAND. */
extern const struct call mileage_release_call;

/* Listens to:
 *   booking.confirmed  what was reserved is spent; mileage is earned on what was paid in money
 *   booking.ended      what was reserved is back in the balance
 *   booking.cancelled  "mileage_back" of what was spent comes back; what was earned is taken back */

#endif
