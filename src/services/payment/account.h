/* Keys of organizers at providers: each row sealed, closed when others take its place, never deleted. */
#ifndef PAYMENT_ACCOUNT_H
#define PAYMENT_ACCOUNT_H

#include "payment_int.h"

struct account {              /* a row of payment_account */
    int64_t id, owner;
    const struct provider *provider;
    struct str sealed;        /* the secrets of `keys` (payment_account_seal) */
    struct merchant keys;     /* payment_account_open; .name is not secret */
    bool closed;
    int64_t created_at, updated_at;
};

/* Between `keys` and `sealed`, bound to the row. */
void payment_account_seal(struct ctx *cx, struct account *a);
err payment_account_open(struct ctx *cx, struct account *a) MUST_USE;

/* in: int64_t id, out: struct account, opened. */
extern const struct call payment_account_load_call;
call_fn payment_account_load;

/* ---- routes ---- */

struct account_in {
    int provider;             /* index into account_provider_words */
    int64_t organizer;        /* 0: who asks */
    struct str secret_key, webhook_secret, webhook_secret_old, merchant;
    bool same_merchant;
};
struct account_view {
    int provider;
    int64_t organizer;
    struct str merchant, secret_key, webhook_secret, webhook_secret_old;         /* the secrets: their last characters */
    struct str webhook_url;
    int64_t created_at, updated_at;
};
extern const char *const account_provider_words[];

call_fn payment_account_put, payment_account_show, payment_account_close;

/* ---- SQL (store_payment_account.c) ---- */

/* ERR_MISSING when there is none. */
err store_payment_account(struct ctx *cx, int64_t id, struct account *ret) MUST_USE;
/* The one in use. */
err store_payment_account_used(struct ctx *cx, int64_t owner, const struct provider *provider, struct account *ret, bool *ret_found) MUST_USE;
void store_payment_account_insert(struct ctx *cx, const struct account *a);
err store_payment_account_update(struct ctx *cx, const struct account *a) MUST_USE;

#endif
