/* Inside booking: who waits for seats of a grade that is sold out. */
#ifndef WAITLIST_H
#define WAITLIST_H

#include "services/booking/booking_int.h"

enum waiting_status { WAITING, WAITING_OFFERED, WAITING_ACCEPTED, WAITING_LAPSED, WAITING_LEFT, WAITING_CLOSED /* never stored: the sale is over */ };

struct waiting {              /* a row of booking_waiting */
    int64_t id, schedule, user, hold, created_at, until, total, ahead;
    uint32_t grade, count;
    int status;               /* enum waiting_status */
    struct list lines;        /* struct seat_line: what is or was offered */
};

struct waitlist_in {
    int64_t schedule, count;
    struct str grade;
};

/* ---- waitlist.c ---- */

extern const struct fields waitlist_offered_fields;          /* the event booking.seat_offered */

/* The seat has been given up: keeps it if others wait for its grade. */
bool waitlist_keeps(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat);
/* Something else than a seat given up has changed what there is: keeps what is free and waited for until the next round. */
void waitlist_ask(struct ctx *cx, struct booking *b, struct sale *s);
/* A hold that is an offer ends without having been accepted. */
err waitlist_offer_ends(struct ctx *cx, struct hold *h);
/* Start: lines and offers from the database; what is free and waited for is kept until the first round of offers. */
err waitlist_load(struct ctx *cx, struct booking *b);

/* Does the schedule's sale run? */
bool waitlist_sells(const struct sale *s, int64_t now);
/* Adds to (or takes from) the entries of a grade that have no offer yet. */
void waitlist_count(struct ctx *cx, struct sale *s, uint32_t grade, int32_t n);

err waitlist_accept_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);
extern const struct call waitlist_join_call, waitlist_mine_call, waitlist_leave_call, waitlist_accept_call, waitlist_serve_call;

/* ---- store_waitlist.c ---- */

err store_waiting(struct ctx *cx, int64_t id, struct waiting *ret, bool *ret_found);
err store_waiting_of_user(struct ctx *cx, int64_t user, int64_t before, size_t max, struct waiting *ret, size_t *ret_n);
err store_waiting_live(struct ctx *cx, const struct waiting *w, bool *ret_found);
/* Who joined next after `after` and is content with `seats`: id, user and count of *ret. */
err store_waiting_next(struct ctx *cx, int64_t schedule, uint32_t grade, int64_t after, uint32_t seats, struct waiting *ret, bool *ret_found);
void store_waiting_put(struct ctx *cx, const struct waiting *w);
err store_waiting_offer(struct ctx *cx, int64_t id, int64_t hold);
err store_waiting_end(struct ctx *cx, int64_t id, enum waiting_status from, enum waiting_status to);
err store_hold_begins(struct ctx *cx, const struct hold *h);

#endif
