/* Commands of the command line that are more than a few lines. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "base/ctx.h"

struct config;
struct service;

/* Checks every invariant of these services' data in `dir`, also beside a running server; a line each, and the offending rows. Exit status: 0, 1, 2. */
int audit(struct arena *arena, const struct config *config, const struct service *const *services, const char *dir);
/* Moves the data of a stopped shop: `from` is "sqlite:DIR", `to` the address of a new database on a server. Exit status: 0, 1, 2. */
int move(struct arena *arena, const struct config *config, const char *from, const char *to);
/* Recomputes a published draw from its file, and the place of a receipt (NULL: none); both are names of files. Exit status: 0 it is sound, 1 the
 * first thing that is wrong has been named, 2 a file cannot be read. */
int verify_draw(struct arena *arena, const char *file, const char *receipt);
/* Tells a person on standard error why a call failed; nothing when it did not. */
void command_report(const struct ctx *cx, err e, const char *what);

#endif
