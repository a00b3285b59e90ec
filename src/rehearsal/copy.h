/* The copy that a rehearsal plays with: one schedule out of a shop's data, in a temporary folder. The shop's file is opened for reading only and its
 * folder is not written to, whether a server runs on it or not. */
#ifndef REHEARSAL_COPY_H
#define REHEARSAL_COPY_H

#include "platform/call/app.h"

struct copy {
    char dir[256];            /* of the copy; empty: there is none */
    int64_t sale_starts_at, sale_ends_at;
};

/* Reads a public id with the shop's own key. False with a sentence when this is not a shop's folder or no such id. */
bool copy_schedule_id(struct arena *arena, const char *shop, struct str word, int64_t *ret_schedule, struct str *ret_why);
/* Makes the folder with a database of these services and takes the schedule over. `seed` gives the copy's keys. On failure false, a sentence, and
 * no folder. */
bool copy_make(struct arena *arena, const char *shop, int64_t schedule, const struct app_options *o, uint64_t seed, struct copy *ret, struct str *ret_why);
void copy_remove(struct copy *c);

#endif
