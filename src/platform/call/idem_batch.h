/* The answers to the idempotency keys of one group of commands, as one row: keys and answers apart, the answers compressed together, because
 * those of a rush are nearly the same text. */
#ifndef PLATFORM_CALL_IDEM_BATCH_H
#define PLATFORM_CALL_IDEM_BATCH_H

#include "base/buf.h"

struct batch_key {
    uint8_t hash[16];         /* of user, route and key */
    int64_t body_hash;        /* of path and body */
};

struct batch {
    struct buf keys;          /* struct batch_key each */
    struct buf answers;       /* status, length, bytes each */
    struct buf packed;
    uint32_t n;
};

struct batch_answer {
    struct batch_key key;
    int status;
    struct str body;
};

void batch_init(struct batch *b, size_t answers_max);
void batch_free(struct batch *b);
void batch_clear(struct batch *b);
void batch_add(struct batch *b, const struct batch_key *key, int status, struct str body);
/* The answers compressed; valid until the next call on b. */
struct str batch_pack(struct batch *b);
size_t batch_keys(struct str keys);
struct batch_key batch_key_at(struct str keys, size_t at);
/* Number `at` of these keys and answers; its body points into `answers`. False when they hold no such thing. */
bool batch_find(struct str keys, struct str answers, size_t at, struct batch_answer *ret);
/* Fills `into` (of the size the answers had); false when `packed` is not what batch_pack made of them. */
bool batch_unpack(struct str packed, char *into, size_t size);

#endif
