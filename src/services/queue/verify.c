/* The check of a published draw, from its file alone. It stops at the first thing that is wrong. */
#include "proof.h"

#include <stdlib.h>

#include "platform/obs/log.h"

static int64_t lines_before(struct str file, const char *at)
{
    int64_t n = 1;
    for (const char *p = file.p; p < at; p++)
        n += *p == '\n';
    return n;
}

/* The leaves of all entries; NULL and the fault when one is not as it must be. Entries are numbered without a gap. */
static struct hash *read_entries(struct str file, struct str rest, struct verdict *v)
{
    size_t n = (size_t)v->head.count, i = 0;
    const char *at = rest.p;
    if (n > rest.n) {                        /* a line has more than one byte */
        v->fault = "entries are missing";
        return NULL;
    }
    struct hash *leaves = malloc(n * sizeof(*leaves) + 1);
    ASSERT(leaves != NULL);
    for (struct entry e; i < n; i++) {
        at = rest.p;
        if (!entry_read(&rest, &e) || e.number != (int64_t)i + 1)
            break;
        leaves[i] = entry_hash(v->head.schedule, &e);
    }
    if (i == n && !rest.n)
        return leaves;
    v->fault = i == n ? "something follows the last entry" : rest.n ? "this line is not the next entry" : "entries are missing";
    v->line = i == n || rest.n ? lines_before(file, i == n ? rest.p : at) : 0;
    free(leaves);
    return NULL;
}

static void check_receipt(struct arena *arena, struct str text, const struct hash *leaves, struct verdict *v)
{
    struct receipt r;
    const struct draw_head *h = &v->head;
    if (!receipt_read(arena, h->public_key, text, &r))
        v->fault = "the receipt is damaged, or was signed by somebody else";
    else if (!str_eq(r.schedule, h->schedule))
        v->fault = "the receipt is of another schedule";
    else if (!hash_same(&r.commitment, &h->commitment))
        v->fault = "the receipt names another commitment than the file";
    else if (r.entry.number > h->count || r.entry.number < 1)
        v->fault = r.entry.joined_at >= h->closed_at ? "the receipt is of somebody who came after the draw: his place is his number"
                                                     : "the receipt's entry is missing in the file";
    if (v->fault)
        return;
    struct hash leaf = entry_hash(h->schedule, &r.entry);
    if (!hash_same(&leaf, &leaves[r.entry.number - 1]))
        v->fault = "the file has another entry under the receipt's number";
    else
        v->number = r.entry.number;
}

static int64_t place_of(const struct draw_head *h, int64_t number)
{
    size_t n = (size_t)h->count;
    uint32_t *row = malloc(n * sizeof(*row) + 1);
    ASSERT(row != NULL);
    draw_shuffle(&h->seed, row, n);
    int64_t place = row[number - 1];
    free(row);
    return place;
}

void draw_verify(struct arena *arena, struct str file, struct str receipt, struct verdict *ret)
{
    struct str rest = file;
    *ret = (struct verdict){ 0 };
    ret->fault = head_read(arena, &rest, &ret->head);
    struct hash *leaves = ret->fault ? NULL : read_entries(file, rest, ret);
    if (!leaves)
        return;
    if (receipt.n)
        check_receipt(arena, receipt, leaves, ret);
    struct hash root = tree_root(leaves, (size_t)ret->head.count);
    free(leaves);
    if (!hash_same(&root, &ret->head.root))
        ret->fault = "the entries are not those of the root";
    else if (!ret->fault && ret->number)
        ret->place = place_of(&ret->head, ret->number);
}
