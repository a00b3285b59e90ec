/* Payment owns money: who was asked for how much through which provider, what came, what went back, and a double-entry ledger of it all.
 *
 * It asks booking what is due and tells it what was paid; nobody asks payment anything but over its routes. What the provider holds and what
 * booking says may disagree for a moment (a lost answer, a crash, a hold that ended): a payment knows by its state what is left to be done
 * and is taken up again until it is paid, failed or refunded, and so is each of its refunds. */
#ifndef SERVICES_PAYMENT_PAYMENT_H
#define SERVICES_PAYMENT_PAYMENT_H

#include "platform/call/call.h"

extern const struct service payment_service;

/* ---- what others may ask ---- */

struct payment_headroom {
    int64_t orders_per_minute;           /* that the providers buyers use can take now; INT64_MAX: nothing is known to limit them */
};
/* From memory, in any thread and from commands. out: struct payment_headroom. */
extern const struct call payment_headroom_call;

/* ---- what payment tells others (events) ---- */

/* payment.refunded: money has gone back to the buyer. */
struct payment_refunded {
    int64_t refund;           /* 0: there was nothing left to give back for this cancellation */
    int64_t payment, booking;
    int64_t cancellation;     /* of the booking, that it was for; 0: none */
    int64_t amount;           /* minor units of the currency */
    struct str currency;
};
extern const struct fields payment_refunded_fields;

/* payment.case_opened: the people in charge have something to look at. */
struct payment_case_opened {
    int64_t id, payment;      /* payment 0: none of ours */
    struct str kind;          /* webhook_mismatch, foreign_charge, refund_failed, unclear_too_long, charge_unknown, books_differ */
};
extern const struct fields payment_case_opened_fields;

#endif
