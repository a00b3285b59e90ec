/* takenseat events: what the program says to others, and what nobody wanted to hear. */
#ifndef EVENTS_H
#define EVENTS_H

#include "base/arena.h"

struct app;
struct config;

/* Prints every event and its body, as docs/events.md shows them. Exit status 0. */
int events_list(void);
/* Prints what is parked, also beside a running server. Exit status: 0, 2 when it cannot be read. */
int events_parked(struct arena *arena, const struct config *config, const char *dir);
/* Tells every parked event again to the one who refused it; of a program that does not serve. Exit status: 0, 1 when something stays parked. */
int events_replay(struct app *app);

#endif
