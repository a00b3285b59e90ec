/* The accounts of the buyers: made by sign-up and login, kept in a CSV file, renewed when a token has run out. */
#ifndef LOAD_ACCOUNT_H
#define LOAD_ACCOUNT_H

#include "call.h"

enum account_step { ACCOUNT_NEW, ACCOUNT_CHECKING, ACCOUNT_REFRESHING, ACCOUNT_LOGGING_IN, ACCOUNT_SIGNING_UP, ACCOUNT_READY, ACCOUNT_FAILED };

struct account {
    char *email, *password, *access, *refresh;
    enum account_step first, step;
    bool signed_up; /* tried in this climb */
    bool preparing; /* before the sale: the next one starts when this one ends */
    char *body;
    struct call call;
};

/* Reads or invents as many accounts as there are buyers and signs them in. Returns how many are ready. */
unsigned accounts_prepare(struct rehearsal *r);

/* Gets a new access token, by refresh, else by login; account_is_busy() until that ended. */
void account_renew(struct account *a);
bool account_is_busy(const struct account *a);

void accounts_save(const struct rehearsal *r);
void accounts_free(struct rehearsal *r);

#endif
