/* Which entries hold a pair of letters: an index that finds parts of words in any script. Two letters, since that is a whole Korean word as often
 * as not; an index of three would not find it. */
#ifndef PERFORMANCE_GRAMS_H
#define PERFORMANCE_GRAMS_H

#include "base/map.h"
#include "base/str.h"

struct grams {
    struct map lists;         /* pair of code points -> struct gram_list */
};

struct gram_list {
    uint32_t *at;             /* entries, ascending */
    size_t n, cap;
};

void grams_free(struct grams *g);
/* Entries come in ascending order. `text` is well-formed UTF-8; pairs do not reach across spaces and line ends. */
void grams_add(struct grams *g, struct str text, uint32_t entry);
/* The shortest list that all entries with these words are on; false when the words have no pair of letters to look for, so that any entry may. */
bool grams_rarest(const struct grams *g, struct str words, struct gram_list *ret);

#endif
