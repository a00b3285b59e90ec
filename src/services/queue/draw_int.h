/* The draw of a room, for the files of this folder. */
#ifndef QUEUE_DRAW_INT_H
#define QUEUE_DRAW_INT_H

#include "proof.h"
#include "queue_int.h"

/* Entries are hashed in blocks of this many as they come, so that nothing is left to be hashed when the draw is due. */
#define BLOCK 1024

/* A schedule's draw has names of its own for its entrants, and a secret: both follow from the installation's key, so neither can be chosen. */
struct namer {
    char schedule[ID_TEXT];
    struct id_key key;
};

struct namer namer_of(const struct queue *q, int64_t schedule);
struct str namer_schedule(const struct namer *n);
struct entry namer_entry(const struct namer *n, int64_t number, int64_t joined_at, int64_t user);
struct hash draw_secret(const struct queue *q, const struct namer *n);

/* A receipt, signed by itself. */
struct str draw_receipt(struct ctx *cx, const struct queue *q, const struct namer *n, const struct entry *e);
/* In a command: *ret is the receipt of the one who joins now, once that is on disk; it has to live until then. */
void draw_receipt_later(struct ctx *cx, struct room *r, const struct place_ref *who, struct str *ret);

/* Of a closed room; with the public round or, NULL, without. */
err draw_now(struct ctx *cx, struct room *r, const struct beacon *heard) MUST_USE;
/* The places by number, to be freed by the caller. */
uint32_t *draw_order(const struct hash *seed, int64_t entries);

/* The public round that decides a draw at `sells_at`: the first one after it. 0: the operator has named no beacon. */
int64_t beacon_round(const struct queue *q, int64_t sells_at);
/* Reads the configuration; false when the URL is none that can be asked, or has no {round}. */
bool beacon_configure(struct queue *q, const struct config *c);
int64_t beacon_due(void *queue);
struct str beacon_url(struct ctx *cx, const struct queue *q, int64_t round);

/* Roots of the blocks of a closed draw, in order; room for `entries / BLOCK + 1`. From any call that reads. */
err draw_tops(struct ctx *cx, const struct namer *n, int64_t schedule, int64_t entries, struct hash *ret, size_t *ret_n) MUST_USE;

/* ---- SQL (store_draw.c) ---- */

err store_draws(struct ctx *cx, struct queue *q) MUST_USE;
void store_draw_insert(struct ctx *cx, const struct room *r);
err store_draw_update(struct ctx *cx, const struct room *r) MUST_USE;
void store_block_insert(struct ctx *cx, const struct room *r, int64_t block, const struct hash *hash);
err store_block_count(struct ctx *cx, struct room *r) MUST_USE;
err store_blocks(struct ctx *cx, int64_t schedule, int64_t count, struct hash *ret) MUST_USE;
/* Calls `take` for entries `first` to `last`, in order. */
err store_draw_entries(struct ctx *cx, const struct namer *n, int64_t schedule, int64_t first, int64_t last,
                  void (*take)(void *self, const struct entry *e), void *self) MUST_USE;
void store_withdrawn_insert(struct ctx *cx, const struct room *r, int64_t number);
err store_withdrawn(struct ctx *cx, struct room *r) MUST_USE;

#endif
