/* Fault profiles: what can go wrong between a merchant and a payment company, a row each. */
#ifndef PSP_FAULT_H
#define PSP_FAULT_H

#include "base/str.h"

/* Calls that move money; a fault strikes each kind once an order. */
enum call_kind { CALL_CHARGE = 1, CALL_REFUND = 2 };

struct profile {
    const char *name;
    enum { STRIKE_NOT, STRIKE_BEFORE, STRIKE_AFTER, STRIKE_ERROR, STRIKE_WEBHOOK_FIRST } strike;
    enum { HOOKS_ONCE, HOOKS_REPEATED, HOOKS_LATE, HOOKS_REORDERED, HOOKS_FORGED, HOOKS_REPLAYED } hooks;
    enum { TAKE_AS_ASKED, TAKE_OTHER_AMOUNT, TAKE_OTHER_CURRENCY } take;
    bool refunds_fail;        /* the first one of an order: pending, then failed */
    enum { SERVICE_FINE, SERVICE_THROTTLED, SERVICE_SLOW, SERVICE_DOWN } service;
    const char *what;
};

extern const struct profile profiles[];
extern const size_t profile_count;
/* NULL when there is none of this name. */
const struct profile *profile_named(struct str name);

#endif
