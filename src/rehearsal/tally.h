/* What a rehearsal has counted: what became of everyone, how long they waited, how the sale went. Plain figures, made by play.c, read by the reports. */
#ifndef REHEARSAL_TALLY_H
#define REHEARSAL_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everybody ends in exactly one of these. */
enum outcome {
    OUT_BOUGHT, OUT_AWAY, OUT_STILL_WAITING, OUT_CAME_LATE, OUT_TURNED_AWAY, OUT_LEFT_INSIDE, OUT_PASS_RAN_OUT, OUT_NOTHING_FITTED, OUT_HOLD_RAN_OUT,
    OUT_PAYMENT_REFUSED, OUT_STILL_INSIDE, OUTCOMES
};

/* By when they came, counted from the beginning of the sale. */
enum group { GROUP_BEFORE, GROUP_MINUTE, GROUP_FIVE, GROUP_FIFTEEN, GROUP_HOUR, GROUP_LATER, GROUPS };
enum group group_of(int64_t arrived_ms);

struct waits {                /* of those who were let in, in ms */
    uint32_t *at;
    size_t n, cap;
};

void waits_add(struct waits *w, int64_t ms);
void waits_free(struct waits *w);
/* Sorts them, after which quantile may be asked. */
void waits_sort(struct waits *w);
/* The least wait that `percent` of all do not exceed (nearest rank); 0 when there is none. */
int64_t quantile(const struct waits *w, int percent);

struct sample {               /* the sale at one time */
    int64_t at_ms;            /* since its beginning */
    int64_t joined, waiting, inside, held, sold;
};

struct grade {
    char *name;
    int64_t price, seats, sold;
    int64_t full_at_ms;       /* since the beginning; -1: never */
};

struct tally {
    char *title, *hall, currency[4];
    int64_t people, bots, seats;
    int64_t mode, admit_per_minute, active_limit, pass_seconds, hold_seconds, opens_ms;      /* in force; opens_ms since the beginning */
    int64_t of[OUTCOMES];
    int64_t came[GROUPS], let_in[GROUPS], bought[GROUPS];
    struct waits waits[GROUPS];
    struct waits all;
    int64_t no_shows;         /* people whose turn came without them; some of them came back */
    int64_t holds, holds_refused, orders, payments, refused, late_refunds, bot_seats;
    int64_t sold, revenue;    /* minor units */
    bool sold_out;
    int64_t half_ms, most_ms, last_ms;   /* half, 99 of a hundred, and the last of the seats that were sold; -1: never */
    int64_t ended_ms;         /* of the rehearsal */
    int64_t peak_waiting, peak_inside;
    struct grade *grades;
    size_t grade_n;
    struct sample *samples;
    size_t sample_n, sample_cap;
    int64_t invariants, broken;          /* of the audit of its own copy */
    int64_t oversold;         /* seats that two bookings have */
};

void sample_add(struct tally *t, const struct sample *s);
/* Seats that two have, to the audit or by count, and everybody accounted for? */
bool tally_sound(const struct tally *t);
void tally_free(struct tally *t);

#endif
