/* What a draw is made of, as docs/draw.md tells strangers: the hashes of entries, their tree, the seed, the shuffle, receipts, and the published
 * file. Memory only, and nothing here knows a room: the service publishes with it, `takenseat verify-draw` checks with it. */
#ifndef QUEUE_PROOF_H
#define QUEUE_PROOF_H

#include "base/buf.h"
#include "base/id.h"
#include "platform/crypto/crypto.h"

struct hash {
    uint8_t at[32];
};

bool hash_same(const struct hash *a, const struct hash *b);

/* ---- entries, and their tree (RFC 6962, 2.1) ---- */

struct entry {
    int64_t number;           /* the first one to join is 1 */
    int64_t joined_at;        /* ms */
    char entrant[ID_TEXT];    /* the account's name in this draw; tells nothing about it */
};

struct hash entry_hash(struct str schedule, const struct entry *e);

/* The root over n subtrees of one size, of which the last may be smaller; works in `at`. Of none: the hash of nothing. */
struct hash tree_root(struct hash *at, size_t n);
/* The hashes beside the way from subtree `index` up to the root, written to `ret`; their number. Works in `at`. */
size_t tree_path(struct hash *at, size_t n, size_t index, struct hash *ret);
/* Climbs from the leaf at `index` of n. False when the path has not the length that it must have. */
bool tree_climb(const struct hash *leaf, size_t index, size_t n, const struct hash *path, size_t length, struct hash *ret_root);

#define TREE_PATH_MAX 24

/* ---- chance ---- */

/* What is published when the room opens, and binds to the secret. */
struct hash draw_commitment(struct str schedule, const struct hash *secret);
/* `beacon` is the randomness of the public round, or empty. */
struct hash draw_seed(const struct hash *root, int64_t count, const struct hash *secret, struct str beacon);
/* Shuffles the row 1, 2, ..., n; the place of entry i is out[i - 1]. */
void draw_shuffle(const struct hash *seed, uint32_t *out, size_t n);

/* ---- receipts: entries that are acknowledged together are signed together, once, over the root of their tree ---- */

#define RECEIPTS_TOGETHER 256
#define RECEIPT_PATH_MAX  8

struct receipts {
    struct str schedule;
    struct hash commitment;
    size_t n;                 /* 1 to RECEIPTS_TOGETHER */
    struct entry entries[RECEIPTS_TOGETHER];
    struct hash tree[2 * RECEIPTS_TOGETHER + RECEIPT_PATH_MAX];      /* the leaves, then each level above them */
    uint8_t signature[64];
};

/* Makes tree and signature of what else is there. */
void receipts_sign(struct receipts *r, const uint8_t secret_key[64]);
/* The receipt of entry `index`, as it is given out:
 * "takenseat-receipt-2 SCHEDULE NUMBER JOINED_AT ENTRANT COMMITMENT INDEX COUNT PATH SIGNATURE" */
struct str receipts_text(struct arena *arena, const struct receipts *r, size_t index);

struct receipt {
    struct str schedule;
    struct entry entry;
    struct hash commitment;
    int64_t index, count;     /* of its leaf, among those that were signed together */
    struct hash path[RECEIPT_PATH_MAX];
    size_t length;
    uint8_t signature[64];
};

/* False when it has another form, or was not signed with that key. *ret views `text`. */
bool receipt_read(struct arena *arena, const uint8_t public_key[32], struct str text, struct receipt *ret);

/* ---- the published file: a head, then a line an entry ---- */

enum beacon_kind { BEACON_NONE, BEACON_MISSED, BEACON_USED };

struct beacon {
    int kind;                 /* enum beacon_kind */
    int64_t round;            /* of those below, 0 unless one was named */
    struct str url;           /* where that round is found */
    struct hash randomness;   /* BEACON_USED: its SHA-256 is of `signature` */
    struct str signature;     /* hexadecimal */
};

struct draw_head {
    struct str schedule;
    int64_t closed_at, drawn_at;         /* ms */
    int64_t count;
    struct hash root, commitment, secret, seed;
    struct beacon beacon;
    uint8_t public_key[32], signature[64];
};

/* With a signature by the key. */
void head_write(struct buf *out, const struct draw_head *h, const uint8_t secret_key[64]);
/* Takes a head from *rest, which then begins with the entries. NULL when it is sound in itself, else what is wrong with it. */
const char *head_read(struct arena *arena, struct str *rest, struct draw_head *ret);
void entry_write(struct buf *out, const struct entry *e);
/* Takes a line from *rest. False when it is none that entry_write writes. */
bool entry_read(struct str *rest, struct entry *ret);

/* ---- the check (verify.c) ---- */

struct verdict {
    const char *fault;        /* the first thing that is wrong; NULL: nothing */
    int64_t line;             /* where in the file; 0: not in one line */
    struct draw_head head;
    int64_t number, place;    /* of the receipt, if one was given */
};

/* Recomputes a draw from the published file alone. `receipt` may be empty. */
void draw_verify(struct arena *arena, struct str file, struct str receipt, struct verdict *ret);

#endif
