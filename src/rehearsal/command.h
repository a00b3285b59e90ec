/* takenseat rehearse: options, the runs, the reports. */
#ifndef REHEARSAL_COMMAND_H
#define REHEARSAL_COMMAND_H

#include "base/arena.h"
#include "crowd.h"
#include "stage.h"

#define SETTINGS_MOST 8

struct rehearsal {
    const char *schedule, *json, *html;
    int64_t korean, minutes, seed;
    struct crowd crowd;
    const char *set[SETTINGS_MOST], *compare[SETTINGS_MOST];         /* "admit_per_minute=900" */
    int set_n, compare_n;
};

/* Takes its own options out of the command line and returns how many words are left. Ends the program with a sentence when one is wrong. */
int rehearsal_options(struct rehearsal *r, int argc, char **argv);
extern const char rehearsal_usage[];
/* Exit status: 0; 1 when the rehearsal shows what must never be; 2 when it could not be made. */
int rehearse(struct arena *arena, const struct config *config, const char *data, const struct rehearsal *r);

#endif
