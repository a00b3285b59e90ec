/* Work that may be asked of those who join: hashing that costs a computer a second or so, and somebody with ten thousand accounts hours. What is to
 * be done is said in a challenge that the server signs and forgets. It is bound to one schedule and one account and can be fetched and done
 * before the room opens; how fast somebody does it changes nothing.
 *
 * challenge  token (crypto.h) over the fields below, each with its length before it
 * seed       SHA-256 of the challenge's text
 * solution   for each part i of WORK_PARTS a number c, such that SHA-256(seed, i, c) begins with `bits` zero bits; i and c in four bytes each,
 *            the highest first. Written as the numbers, one after the other, in base64url.
 *
 * Many small parts in place of one large take everybody nearly the same time: the spread of one would be as large as its mean. */
#ifndef QUEUE_WORK_H
#define QUEUE_WORK_H

#include "platform/crypto/crypto.h"

#define WORK_PARTS    16
#define WORK_BITS_MAX 24

struct work {
    struct str schedule, account;        /* public ids */
    int64_t bits, expires_at;
};

struct str work_challenge(struct arena *arena, const uint8_t key[32], const struct work *w);
/* False unless it was made with this key. */
bool work_read(struct arena *arena, const uint8_t key[32], struct str challenge, struct work *ret);
/* Two microseconds. */
bool work_done(struct str challenge, int64_t bits, struct str solution);
/* Does the work: about WORK_PARTS * 2^bits hashes. For tests and for programs that play a crowd. */
struct str work_solve(struct arena *arena, struct str challenge, int64_t bits);

#endif
