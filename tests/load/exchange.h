/* One step of a buyer on the wire: a request, and for POSTs with a key now and then the same request again, to see that the
 * key makes that safe. */
#ifndef LOAD_EXCHANGE_H
#define LOAD_EXCHANGE_H

#include "buyer.h"

struct answer {
    int status;        /* 0: none came */
    const char *code;  /* of a problem document, else "" */
    const cJSON *json; /* NULL: no JSON */
    const char *etag;  /* may be NULL */
};

/* Sends b->path and b->body; `heard` gets the one answer that counts. */
void exchange_start(struct buyer *b, enum op op, const char *method, bool keyed);

/* The other end, in buyer.c. */
void buyer_heard(struct buyer *b, const struct answer *a);

#endif
