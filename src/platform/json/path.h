/* The path of a member in a request, as faults name it: "seats[2]", "prices.VIP.amount". */
#ifndef PLATFORM_JSON_PATH_H
#define PLATFORM_JSON_PATH_H

#include "base/str.h"

#define PATH_BYTES 256

struct path {
    char text[PATH_BYTES];
    size_t n;
    bool full;                /* cut, behind a whole character */
};

void path_name(struct path *p, struct str name);
void path_index(struct path *p, size_t index);

#endif
