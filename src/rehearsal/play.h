/* One rehearsal: people come, wait, choose and pay, on a virtual clock that moves a tenth of a second at a time, against the real services on a copy. */
#ifndef REHEARSAL_PLAY_H
#define REHEARSAL_PLAY_H

#include "crowd.h"
#include "stage.h"

/* Plays until the house is sold out, nobody is left, or `minutes` of the sale are over. *t is filled and is freed with tally_free. False with a
 * sentence when the copy does not open, its rules are refused, it cannot be audited, or a SIGINT or SIGTERM is pending (which the caller blocks). */
bool play_sale(struct arena *arena, const struct config *config, const struct copy *c, int64_t schedule, const struct crowd *crowd,
               const struct setting *set, int64_t minutes, struct tally *t, struct str *ret_why);

#endif
