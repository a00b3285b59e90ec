/* What the files of this folder share.
 *
 * Who changes what: all changes are made by commands, hence by the writer's thread alone, and only commands look at the memory below; everybody else
 * reads the database. */
#ifndef COUPON_INT_H
#define COUPON_INT_H

#include <stdatomic.h>

#include "base/map.h"
#include "coupon.h"
#include "platform/obs/log.h"

/* ---- terms (terms.c) ---- */

struct terms {
    int64_t percent;          /* 1..100; 0: amount_off */
    int64_t amount_off, max_off, min_total;          /* in minor units of `currency`; max_off 0: no limit */
    char currency[4];         /* empty: percent of whatever it is */
    int64_t performance;      /* 0: any */
    int64_t starts_at, expires_at;
};

/* What they take off a total, 0..total. A percentage is rounded down to a whole minor unit, then cut to max_off. */
int64_t terms_discount(const struct terms *t, int64_t total);
/* May a booking use them, and what are they worth to it? Conflicts as coupon_reserve_call. */
err terms_apply(struct ctx *cx, const struct terms *t, const struct coupon_reserve_in *in, int64_t *ret_discount) MUST_USE;

/* ---- coupons in memory (memory.c) ---- */

struct coupon {
    int64_t id, made_by, quantity, issued, open_codes, starts_at, expires_at;
    bool listed, deleted, tidied;
    int64_t tidied_to;        /* the last user whose piece has been marked as over */
    bool loaded;              /* `holders` is complete: from the first claim on */
    struct map holders;       /* users who have a piece */
};

#define ATTEMPTS_MAX     10   /* wrong codes of an account within a window */
#define ATTEMPTS_WINDOW  (10 * 60 * 1000)
#define ATTEMPTS_TRACKED 100000

struct coupons {
    struct map all;           /* id -> struct coupon */
    struct sequence offers, pieces, codes;
    struct map attempts;      /* user -> wrong codes in the window; forgotten at each new window, and when it has grown too large */
    int64_t attempts_window;
    _Atomic int64_t due;      /* when the next coupon ends */
};

err coupon_missing(struct ctx *cx) MUST_USE;
/* May cx->actor see and change all of a coupon? The people in charge, and who made it. */
bool coupon_manages(const struct ctx *cx, int64_t made_by);
/* One that was not deleted, to be changed by who may: ERR_MISSING. */
err coupon_managed(struct ctx *cx, struct coupons *s, int64_t id, struct coupon **ret) MUST_USE;
/* Takes it into memory; undone with the command. */
void coupon_add(struct ctx *cx, struct coupons *s, const struct coupon *made);
/* Notes it as it is, to be so again if the command fails. Before each change. */
void coupon_keep(struct ctx *cx, struct coupons *s, struct coupon *c);
/* When the next one ends may have changed. */
void coupon_due_look(struct coupons *s);
void coupon_forget_holders(struct coupon *c);

static inline int64_t coupon_left(const struct coupon *c)
{
    return c->quantity - c->issued - c->open_codes;
}

/* ---- rows (store.c) ---- */

struct offer {
    int64_t id;
    struct str name, code;
    struct terms terms;
    bool listed;
    int64_t quantity, issued, open_codes, made_by, created_at;
};

enum piece_state { PIECE_USABLE, PIECE_RESERVED, PIECE_USED, PIECE_EXPIRED };

struct piece {
    int64_t id, coupon, user, booking, claimed_at;   /* booking 0: none */
    int state;                /* enum piece_state */
    struct str name;
    struct terms terms;
};

enum use_state { USE_RESERVED, USE_USED, USE_RELEASED, USE_RETURNED };

struct use {
    int64_t booking, piece, total, discount;
    int state;                /* enum use_state */
};

struct batch {
    int64_t first, last, made_at;
};

err store_coupons_load(struct ctx *cx, struct coupons *s) MUST_USE;
err store_holders(struct ctx *cx, struct coupon *c) MUST_USE;

err store_coupon(struct ctx *cx, int64_t id, struct offer *ret, bool *ret_found) MUST_USE;
err store_coupon_by_code(struct ctx *cx, struct str key, int64_t *ret_id, bool *ret_found) MUST_USE;
/* Newest first, before an id; at most `max`: all, or else what is listed and not over, and what cx->actor has made. */
err store_coupons(struct ctx *cx, int64_t before, bool all, size_t max, struct offer *ret, size_t *ret_n) MUST_USE;
void store_coupon_insert(struct ctx *cx, const struct offer *o, struct str key);
err store_coupon_change(struct ctx *cx, const struct offer *o) MUST_USE;
err store_coupon_delete(struct ctx *cx, int64_t id) MUST_USE;
err store_coupon_tidied(struct ctx *cx, int64_t id) MUST_USE;
err store_coupon_issue(struct ctx *cx, int64_t id, int64_t pieces, int64_t codes) MUST_USE;

void store_piece_insert(struct ctx *cx, const struct piece *p, int64_t code);
err store_piece_state(struct ctx *cx, int64_t id, enum piece_state state, int64_t booking) MUST_USE;
err store_piece_terms(struct ctx *cx, int64_t id, struct piece *ret, bool *ret_found) MUST_USE;
err store_pieces(struct ctx *cx, int64_t user, int64_t before, size_t max, struct piece *ret, size_t *ret_n) MUST_USE;
/* Marks pieces that nobody has used as over, in the order of users behind *after, which moves on; at most `max`, and says how many. */
err store_left_over(struct ctx *cx, int64_t coupon, size_t max, int64_t *after, size_t *ret_n) MUST_USE;

err store_use(struct ctx *cx, int64_t booking, struct use *ret, bool *ret_found) MUST_USE;
err store_use_put(struct ctx *cx, const struct use *u, bool again) MUST_USE;
err store_use_state(struct ctx *cx, int64_t booking, enum use_state state) MUST_USE;

void store_batch_insert(struct ctx *cx, int64_t coupon, const struct batch *b);
err store_batches(struct ctx *cx, int64_t coupon, struct list *ret) MUST_USE;
err store_code_coupon(struct ctx *cx, int64_t code, int64_t *ret_coupon, bool *ret_found) MUST_USE;
err store_code_used(struct ctx *cx, int64_t code, bool *ret) MUST_USE;
/* Calls `each` for every redeemed code of a batch in their order. */
err store_codes_redeemed(struct ctx *cx, const struct batch *b, void (*each)(void *to, int64_t code, int64_t at), void *to) MUST_USE;

/* ---- calls ---- */

struct coupon_in {
    int64_t coupon;
};

struct offer_in {
    struct str name, code;
    int64_t quantity, percent, performance, starts_at, expires_at;
    struct money amount_off, max_off, min_total;
    bool listed, has_listed;
};

struct offer_change_in {
    int64_t coupon, quantity, starts_at, expires_at;
    struct str name;
    bool listed, has_listed;
};

struct offer_view {
    int64_t id, percent, performance, quantity, left, issued, open_codes, starts_at, expires_at, created_at;
    struct str name, code;
    struct money amount_off, max_off, min_total;
    bool managed;             /* is shown what only those may see who manage it */
    bool listed;
};

struct page_in {
    int64_t limit, cursor;
};

struct page_out {
    struct list items;
    int64_t next;
};

struct claim_out {
    int64_t id, coupon, starts_at, expires_at;
    int status;               /* enum piece_state */
};

struct redeem_in {
    struct str code;
};

struct codes_in {
    int64_t coupon, count;
};

struct codes_out {
    int64_t coupon, made, open_codes, left;
};

struct piece_view {
    int64_t id, coupon, percent, performance, booking, starts_at, expires_at, claimed_at;
    int status;
    struct str name;
    struct money amount_off, max_off, min_total;
};

typedef err coupon_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

coupon_fn coupon_create, coupon_put, coupon_change, coupon_delete, coupon_show, coupon_list;          /* offer.c */
coupon_fn coupon_claim, coupon_tidy;                                                 /* claim.c */
coupon_fn codes_make, codes_export, code_redeem;                                     /* codes.c */
coupon_fn piece_mine, piece_reserve, piece_release, piece_ended, piece_confirmed, piece_cancelled;     /* piece.c */

/* A piece for cx->actor; `code`: the single-use code it is for, 0: none. */
err coupon_issue(struct ctx *cx, struct coupons *s, struct coupon *c, int64_t code, struct claim_out *ret) MUST_USE;
struct money terms_money(const struct terms *t, int64_t amount);

#define CODES_MAX  100000     /* single-use codes of one coupon */
#define CODE_TYPED (ID_TEXT + 2)         /* a single-use code, "AB12-CD34-EF567" */
/* A code as it is compared. */
struct str coupon_code_key(struct ctx *cx, struct str code);

/* coupon.c */
extern const struct call coupon_put_call;
extern const struct call coupon_confirmed_call, coupon_ended_call, coupon_cancelled_call;

extern struct metric coupon_claims_issued, coupon_claims_refused, coupon_codes_refused;

#endif
