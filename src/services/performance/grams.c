/* The lists of pairs. A list names each entry once, since an entry is added as a whole. */
#include "grams.h"

#include <stdlib.h>

/* The next code point of well-formed UTF-8. */
static uint32_t next_point(struct str text, size_t *at)
{
    unsigned char first = (unsigned char)text.p[(*at)++];
    int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t point = more == 0 ? first : first & (0x3fu >> more);
    while (more-- > 0)
        point = point << 6 | ((unsigned char)text.p[(*at)++] & 0x3f);
    return point;
}

/* Walks the pairs of a text: *at and *left begin with 0. */
static bool next_pair(struct str text, size_t *at, uint32_t *left, uint64_t *ret)
{
    while (*at < text.n) {
        uint32_t before = *left, point = next_point(text, at);
        *left = point > ' ' ? point : 0;
        *ret = (uint64_t)before << 32 | point;
        if (before && *left)
            return true;
    }
    return false;
}

void grams_free(struct grams *g)
{
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&g->lists, &at, &key, &value)) {
        struct gram_list *list = (struct gram_list *)(uintptr_t)value;
        free(list->at);
        free(list);
    }
    map_free(&g->lists);
}

static struct gram_list *list_for(struct grams *g, uint64_t pair)
{
    struct gram_list *list = map_ptr(&g->lists, pair);
    if (list)
        return list;
    list = calloc(1, sizeof(*list));
    if (!list)
        abort();
    map_put_ptr(&g->lists, pair, list);
    return list;
}

void grams_add(struct grams *g, struct str text, uint32_t entry)
{
    size_t at = 0;
    uint32_t left = 0;
    uint64_t pair;
    while (next_pair(text, &at, &left, &pair)) {
        struct gram_list *list = list_for(g, pair);
        if (list->n && list->at[list->n - 1] == entry)
            continue;
        if (list->n == list->cap) {
            list->cap = list->cap ? list->cap * 2 : 2;
            list->at = realloc(list->at, list->cap * sizeof(*list->at));
            if (!list->at)
                abort();
        }
        list->at[list->n++] = entry;
    }
}

bool grams_rarest(const struct grams *g, struct str words, struct gram_list *ret)
{
    size_t at = 0;
    uint32_t left = 0;
    uint64_t pair;
    bool any = false;
    while (next_pair(words, &at, &left, &pair)) {
        const struct gram_list *list = map_ptr(&g->lists, pair);
        if (!list) {
            *ret = (struct gram_list){ 0 };
            return true;
        }
        if (!any || list->n < ret->n)
            *ret = *list;
        any = true;
    }
    return any;
}
