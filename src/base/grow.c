#include "base/grow.h"

#include <stdlib.h>

void *grow(void *at, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return at;
    while (*cap < need)
        *cap = *cap ? *cap * 2 : 16;
    at = realloc(at, *cap * size);
    if (!at)
        abort();
    return at;
}
