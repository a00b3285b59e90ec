#ifndef SERVICES_H
#define SERVICES_H

#include "platform/call/call.h"

struct config;

extern const struct service *const all_services[];

struct services_chosen {
    const struct service *const *here;   /* in the order of opening */
    const struct service *const *away;   /* the rest of the installation */
};

/* Those that the settings want, by what --run says: "all", or names separated by commas; in the arena. False and a sentence when it names none of ours, or
 * tears apart what has to be together. */
bool services_choose(struct arena *arena, const struct config *c, struct str run, struct services_chosen *ret, struct str *ret_why);

#endif
