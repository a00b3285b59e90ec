/* Ids. Inside they are integers; outside they are opaque words that tell nothing and cannot be guessed: the integer goes through a keyed
 * permutation of 64 bits (a Feistel network over SipHash), a different one for each kind, and is written in 13 letters. So no table keeps a
 * second key, no index is needed to find a row by its public id, and a booking's id used as a hold's leads nowhere. docs/decisions/002. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/str.h"

enum id_kind {
    ID_USER = 1, ID_SESSION, ID_HALL, ID_PERFORMANCE, ID_SCHEDULE, ID_HOLD, ID_BOOKING, ID_TICKET, ID_PAYMENT, ID_REFUND, ID_PLACE,
    ID_COUPON, ID_USER_COUPON, ID_MILEAGE, ID_REVIEW, ID_REPORT, ID_CANCELLATION, ID_NOTE, ID_OFFER, ID_MAIL, ID_WEBHOOK, ID_DELIVERY, ID_API_KEY,
    ID_POSTER, ID_AUDIT, ID_COUPON_CODE, ID_ADMISSION, ID_CASE, ID_RECONCILIATION, ID_DIFFERENCE,
    ID_APPEAL,
};

struct id_key {
    uint8_t secret[16];
};

#define ID_TEXT 13

/* The public form of id; writes exactly ID_TEXT characters, no NUL. */
void id_encode(const struct id_key *key, enum id_kind kind, int64_t id, char out[ID_TEXT]);
/* Back again. False when the text is no id at all; an id of another kind gives a number that no row has. */
bool id_decode(const struct id_key *key, enum id_kind kind, struct str text, int64_t *ret);
/* A short code for people, "7K2M-9QXD": 40 bits of the id, permuted, in Crockford's base 32 (no I, L, O, U). Ids below 2^40. */
#define CODE_TEXT 9
void id_code(const struct id_key *key, enum id_kind kind, int64_t id, char out[CODE_TEXT]);
bool id_from_code(const struct id_key *key, enum id_kind kind, struct str text, int64_t *ret);

/* UUID version 7 (RFC 9562, 5.7) in its text form of 36 characters: for what is named but never looked up (requests, events, tokens). */
#define UUID_TEXT 36
void uuid7(int64_t now_ms, struct rng *rng, char out[UUID_TEXT]);

#endif
