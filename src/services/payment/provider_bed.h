/* A provider that says what a test wants, in place of all others (it replaces provider.c). What is not scripted, the sandbox answers. */
#ifndef PROVIDER_BED_H
#define PROVIDER_BED_H

#include <pthread.h>

#include "payment_bed.h"

struct script {
    bool on;
    struct verdict says;
    int asked;
    char text[64];
    struct str ref;           /* that it was last asked with, in `text`: of the charge or of the refund */
};

struct fake_provider {
    pthread_mutex_t lock;
    struct script confirm, query, cancel, refund;
    err create;               /* OK: as the sandbox, but with a name of its own */
    int created;
    int over;                 /* so many charges that it is asked for are over */
    bool approves;            /* its webhooks tell that the buyer has approved */
};

extern struct fake_provider fake;
void fake_reset(void);
/* Until it is told something else. */
void fake_says(struct script *s, struct verdict v);

#endif
