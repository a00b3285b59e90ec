/* A waiting room from outside: what people and the organizer were answered, written down as it came, and the invariants W1 to W6 checked on it
 * afterwards. For tests. It knows answers and numbers only: nothing of the service is included here, and nothing here asks it. */
#ifndef QUEUE_RECORD_H
#define QUEUE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each rule with the sentence of the invariant that it checks. "The published order" is that in which joins were acknowledged or, in a room that
 * draws, that of the published file. */
#define RECORD_RULES(X)                                                                                                                      \
    X(W1_ORDER, "admission order: who is before another in the published order is let in no later, unless he was away or is over")          \
    X(W1_REASON, "... and who was passed over had not asked when he was told to, or the sale had ended")                                     \
    X(W1_BACK, "... and once he is back, nobody of the line goes in before him; after a restart: once he has asked")                         \
    X(W2_RATE, "rate: those let in within any time are no more than the rates in force allow, and what may be saved up (docs/waiting-room.md)") \
    X(W2_CAPACITY, "rate: whenever somebody is let in, no more passes are good than twice the limit then in force")                        \
    X(W2_CLOSED, "rate: nobody is let in while the room is paused or off, or outside the sale")                                              \
    X(W3_ONCE, "each place is let in once: it has one pass, with one end")                                                                   \
    X(W3_FORWARD, "each join ends in one of let in, left, expired: no state goes back, and what is over stays over; but for a sale that goes on") \
    X(W3_REASON, "... left is who left or bought, expired is who was let in, or away, or too late; after the sale nobody waits")             \
    X(W3_NOBODY_LOST, "nobody vanishes: what was acknowledged is known for ever, and the organizer counts as many places")                   \
    X(W3_ONE_PLACE, "each account has one place: joining again gives the same one until it is over")                                        \
    X(W4_POSITION, "a shown position never grows, whatever happens in between")                                                              \
    X(W4_EXACT, "... and is the place in the published order less a counter that only moves on")                                             \
    X(W5_PASS, "a hold goes through with a pass that this account was given, until it runs out, or its place was left or used; else not")    \
    X(W6_ORDER, "draw: the places of the entries are 1 to their count, each once")                                                           \
    X(W6_COMMITTED, "draw: every receipt confirms its place in the published file, under the commitment that was published before")

enum record_rule {
#define X(name, sentence) name,
    RECORD_RULES(X)
#undef X
    RECORD_RULE_COUNT
};

struct told {                 /* one answer */
    int64_t at;               /* ms, like all times here */
    int64_t pass_until;       /* 0: without a pass */
    int64_t back_by;          /* 0: the turn was not missed */
    int32_t place;            /* that this is about, from 0, in the order of acknowledgement */
    int32_t position;         /* 0: none told */
    int32_t poll_ms;          /* TOLD_PLACE; TOLD_PASS: the account that showed it */
    uint8_t kind;             /* enum told_kind */
    uint8_t state;            /* enum told_state; of a pass: was it good? */
};

enum told_kind { TOLD_PLACE, TOLD_UNKNOWN, TOLD_LEFT, TOLD_BOUGHT, TOLD_PASS, TOLD_RESTART };
enum told_state { TOLD_WAITING, TOLD_IN, TOLD_EXPIRED, TOLD_GONE };  /* in without a pass: the room was off */

struct told_terms {           /* from then on */
    int64_t from;
    int64_t per_minute, limit, pass_ms;
    int64_t sells_at, ends_at;           /* the sale */
    bool on, paused;
};

struct told_place {
    int64_t token;            /* a hash of it */
    int32_t account, before;  /* before: the account's former place; -1: none */
    int32_t number;           /* of the receipt, or in the order of acknowledgement; from 1 */
    int32_t order;            /* in the published order; from 1 */
    bool confirmed;           /* by the published file */
};

struct record {
    struct told *told;
    struct told_place *places;
    struct told_terms *terms;
    int32_t *newest;          /* by account: its place + 1 */
    size_t told_n, told_cap, places_n, places_cap, terms_n, terms_cap, accounts;
    int64_t counted;          /* by the organizer in the end */
    int64_t entries;          /* of a draw; 0: a room in order of arrival */
    int64_t late_ms;          /* nobody asks exactly when told to: so much later is still when told to */
};

struct finding {
    int64_t count[RECORD_RULE_COUNT];
    struct {
        int64_t at;           /* of the first one */
        int32_t place;
    } first[RECORD_RULE_COUNT];
    int64_t let_in, away, back, lost, left;          /* people */
    int64_t exact;            /* of those let in: the moment is known */
};

extern const char *const record_rules[RECORD_RULE_COUNT];    /* sentences */

/* Accounts are numbers from 1 to `accounts`. */
void record_init(struct record *r, size_t accounts);
void record_free(struct record *r);

/* An account joined and was given this token. Returns its place; *ret_new when it is another than before. `number`: of the receipt; 0: none. */
int32_t record_join(struct record *r, int64_t account, const char *token, size_t length, int32_t number, bool *ret_new);
void record_told(struct record *r, struct told t);
void record_terms(struct record *r, struct told_terms t);

/* All rules at once, over all that was told. */
void record_check(const struct record *r, struct finding *ret);
/* Broken rules, printed with the first case of each. */
int record_print(const struct finding *f);

#endif
