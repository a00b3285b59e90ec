/* Payment owns money: who was asked for how much through which provider, what came, what went back, and a double-entry ledger of it all.
 *
 * It asks booking what is due and tells it what was paid; nobody asks payment anything but over its routes. What the provider holds and what
 * booking says may disagree for a moment (a lost answer, a crash, a hold that ended): a payment knows by its state what is left to be done
 * and is taken up again until it is paid, failed or refunded. */
#ifndef SERVICES_PAYMENT_PAYMENT_H
#define SERVICES_PAYMENT_PAYMENT_H

#include "platform/call/call.h"

extern const struct service payment_service;

#endif
