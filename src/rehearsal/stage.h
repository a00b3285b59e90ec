/* The services of a rehearsal, as its clock and its people use them: the program's own queue and booking on a copy, without a network. What people do is
 * handed over in bundles, each thing a command of its own: one commit a bundle, as a busy server does it. */
#ifndef REHEARSAL_STAGE_H
#define REHEARSAL_STAGE_H

#include "copy.h"
#include "tally.h"

struct app;
struct config;

/* What a rehearsal may try in place of the shop's settings; -1: as it is there. */
struct setting {
    int64_t mode, admit_per_minute, active_limit, pass_seconds, hold_seconds;
    int64_t opens_minutes;    /* before the sale */
};
extern const struct setting no_setting;

enum deed_kind { DEED_JOIN, DEED_HOLD, DEED_BOOK, DEED_BEGIN, DEED_PAY, DEED_TELL };

struct deed {
    enum deed_kind kind;
    int64_t person;           /* from 0 */
    int64_t number;           /* HOLD: under which he joined; 0: without a pass */
    int64_t grade, count;     /* HOLD, TELL */
    int64_t id;               /* BOOK: the hold; BEGIN, PAY, TELL: the booking */
    err result;
    const char *code;         /* of a refusal; NULL: the kind's own */
    int64_t ret_id;           /* HOLD, BOOK */
    int64_t ret_amount;       /* BOOK: what is due; PAY: what was paid */
    bool ret_waits;           /* JOIN: in line, under the next number */
    bool ret_confirmed;       /* BOOK, PAY */
};

#define DEEDS_MOST 1024       /* in a bundle */

enum seen_as { SEEN_WAITING, SEEN_ADMITTED, SEEN_OVER };

struct line_now {
    int64_t serving, waiting;
    bool drawn;               /* places are no longer numbers */
};

struct stage;

/* NULL and a sentence when the copy does not open. `config` outlives it. */
struct stage *stage_open(struct arena *arena, const struct config *config, const struct copy *c, int64_t schedule, uint64_t seed, struct str *ret_why);
void stage_close(struct stage *s);
/* The services that a copy is made for. */
extern const struct service *const stage_services[];

/* Sets the rules of the room as its organizer would. False with a sentence when they are refused. */
bool stage_rules(struct stage *s, struct arena *arena, const struct setting *set, struct tally *t, struct str *ret_why);
/* Title, hall, grades, limit a person. */
void stage_venue(struct stage *s, struct tally *t, int64_t *ret_limit);
/* When the room opens, in ms since 1970; 0: at once. */
int64_t stage_opens_at(struct stage *s);

/* Moves the clock; what is due by then has been done when this returns. */
void stage_clock(struct stage *s, int64_t now);
/* Does up to DEEDS_MOST things in their order. */
void stage_do(struct stage *s, struct deed *deeds, size_t n);
/* Could the copy not be written, as on a full disk? Then nothing that was done counts. */
bool stage_broken(const struct stage *s);
/* Somebody asks for his place. *ret_again_ms: when to ask again. */
enum seen_as stage_look(struct stage *s, int64_t person, int64_t number, int64_t *ret_again_ms);
/* Somebody stays: what a million polls would say of him is said once. */
void stage_stays(struct stage *s, int64_t number);
void stage_line(struct stage *s, struct line_now *ret);
/* People with a good pass. */
int64_t stage_inside(struct stage *s);
/* Of a room that has drawn: the numbers of those who have places 1 to *ret_n, at these; to be freed. */
uint32_t *stage_numbers(struct stage *s, int64_t *ret_n);
/* Seats that are free, by grade. */
void stage_free(struct stage *s, int64_t *ret_free, size_t grades);

/* Checks every invariant of the copy, and counts what was sold twice. False when a check cannot be made. */
bool stage_audit(struct stage *s, struct tally *t);
/* The same, of an open copy (services.c). */
bool audit_copy(struct app *app, int64_t schedule, struct tally *t);

#endif
