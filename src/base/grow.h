/* Arrays from malloc that grow. */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <stddef.h>

/* Room for `need` elements of `size` bytes each in the array `at` (NULL: none yet), whose *cap doubles from 16. The array, perhaps at another place;
 * its owner frees it. Without memory the program ends. */
void *grow(void *at, size_t *cap, size_t need, size_t size);

#endif
