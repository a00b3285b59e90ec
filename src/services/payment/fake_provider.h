/* Two providers that do what a test wants, in place of the real ones: "toss" and "stripe". */
#ifndef PAYMENT_FAKE_PROVIDER_H
#define PAYMENT_FAKE_PROVIDER_H

#include "provider.h"

#define FAKE_LINES 2048

struct fake_provider {
    bool silent;              /* no answer */
    bool throttles;           /* no answer but that it is too much */
    int64_t asked;            /* questions that reached it */
    struct provider_line lines[FAKE_LINES];          /* its books, in order of time; a test may spoil them */
    size_t line_n, page;      /* page: lines at once, 0: all */
    int64_t reads;            /* pages of its books that were read */
    int64_t reads_left;       /* then no more; below 0: as many as wanted */
};

/* In the order of provider_words. */
extern struct fake_provider fakes[2];
void fakes_reset(void);
/* The line of a payment's charge. */
struct provider_line *fake_charge(struct fake_provider *f, int64_t payment);

#endif
