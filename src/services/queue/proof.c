/* The arithmetic of a draw. Every hash is of fields that each have their length before them, so that no two inputs look the same. */
#include "proof.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"

/* ---- packing ---- */

struct packed {
    uint8_t at[512];
    size_t n;
};

static void pack(struct packed *p, const void *bytes, size_t n)
{
    ASSERT(n <= sizeof(p->at) - 4 - p->n);
    for (int shift = 24; shift >= 0; shift -= 8)
        p->at[p->n++] = (uint8_t)(n >> shift);
    if (n)
        memcpy(p->at + p->n, bytes, n);
    p->n += n;
}

static void pack_str(struct packed *p, struct str s)
{
    pack(p, s.p, s.n);
}

static void pack_int(struct packed *p, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)v);
    pack(p, text, (size_t)n);
}

static struct str packed_view(const struct packed *p)
{
    return str_of((const char *)p->at, p->n);
}

static struct hash packed_hash(const struct packed *p)
{
    struct hash h;
    crypto_sha256(packed_view(p), h.at);
    return h;
}

bool hash_same(const struct hash *a, const struct hash *b)
{
    return memcmp(a->at, b->at, sizeof(a->at)) == 0;
}

/* ---- the tree ---- */

struct hash entry_hash(struct str schedule, const struct entry *e)
{
    struct packed p = { .n = 1 };            /* 0: a leaf */
    p.at[0] = 0;
    pack_str(&p, schedule);
    pack(&p, e->entrant, sizeof(e->entrant));
    pack_int(&p, e->number);
    pack_int(&p, e->joined_at);
    return packed_hash(&p);
}

static struct hash node(const struct hash *left, const struct hash *right)
{
    uint8_t both[1 + 2 * sizeof(*left)] = { 1 };
    struct hash h;
    memcpy(both + 1, left->at, sizeof(left->at));
    memcpy(both + 1 + sizeof(left->at), right->at, sizeof(right->at));
    crypto_sha256(str_of((const char *)both, sizeof(both)), h.at);
    return h;
}

/* The level above n hashes, which may take their place: pairs are joined, the one that is left over goes up as it is. That is RFC 6962's tree. */
static size_t level_above(const struct hash *at, size_t n, struct hash *ret)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        ret[i / 2] = node(&at[i], &at[i + 1]);
    if (n % 2)
        ret[n / 2] = at[n - 1];
    return (n + 1) / 2;
}

struct hash tree_root(struct hash *at, size_t n)
{
    struct hash none;
    crypto_sha256((struct str){ 0 }, none.at);
    while (n > 1)
        n = level_above(at, n, at);
    return n ? at[0] : none;
}

size_t tree_path(struct hash *at, size_t n, size_t index, struct hash *ret)
{
    size_t length = 0;
    ASSERT(index < n);
    for (; n > 1; index /= 2) {
        if ((index ^ 1) < n)
            ret[length++] = at[index ^ 1];
        n = level_above(at, n, at);
    }
    return length;
}

bool tree_climb(const struct hash *leaf, size_t index, size_t n, const struct hash *path, size_t length, struct hash *ret_root)
{
    struct hash h = *leaf;
    size_t used = 0;
    if (index >= n)
        return false;
    for (; n > 1; n = (n + 1) / 2, index /= 2) {
        if ((index ^ 1) >= n)
            continue;
        if (used == length)
            return false;
        h = index % 2 ? node(&path[used], &h) : node(&h, &path[used]);
        used++;
    }
    *ret_root = h;
    return used == length;
}

/* ---- chance ---- */

struct hash draw_commitment(struct str schedule, const struct hash *secret)
{
    struct packed p = { .n = 0 };
    pack_str(&p, S("takenseat.commitment.1"));
    pack_str(&p, schedule);
    pack(&p, secret->at, sizeof(secret->at));
    return packed_hash(&p);
}

struct hash draw_seed(const struct hash *root, int64_t count, const struct hash *secret, struct str beacon)
{
    struct packed p = { .n = 0 };
    pack_str(&p, S("takenseat.seed.1"));
    pack(&p, root->at, sizeof(root->at));
    pack_int(&p, count);
    pack(&p, secret->at, sizeof(secret->at));
    pack_str(&p, beacon);
    return packed_hash(&p);
}

#define STREAM_BLOCKS 64

struct stream {               /* of 32-bit numbers, least significant byte first */
    const struct hash *seed;
    uint32_t block;
    size_t used;
    uint8_t at[STREAM_BLOCKS * 64];
};

static uint32_t stream_next(struct stream *s)
{
    if (s->used == sizeof(s->at)) {
        crypto_chacha20(s->seed->at, s->block, s->at, sizeof(s->at));
        s->block += STREAM_BLOCKS;
        s->used = 0;
    }
    const uint8_t *b = s->at + s->used;
    s->used += 4;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Below n, each as likely as the others: numbers of the last, incomplete round of n are passed over. */
static uint32_t stream_below(struct stream *s, uint32_t n)
{
    uint64_t rounds = (UINT64_C(1) << 32) / n * n;
    uint32_t v = stream_next(s);
    while (v >= rounds)
        v = stream_next(s);
    return v % n;
}

void draw_shuffle(const struct hash *seed, uint32_t *out, size_t n)
{
    struct stream s = { .seed = seed, .used = sizeof(s.at) };
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)i + 1;
    for (size_t i = n; i > 1; i--) {
        uint32_t j = stream_below(&s, (uint32_t)i);
        uint32_t last = out[i - 1];
        out[i - 1] = out[j];
        out[j] = last;
    }
}

/* ---- receipts ---- */

#define RECEIPT_WORD "takenseat-receipt-2"
#define NO_PATH      "-"      /* of an entry that was signed alone */

static struct packed receipts_message(struct str schedule, const struct hash *commitment, int64_t count, const struct hash *root)
{
    struct packed p = { .n = 0 };
    pack_str(&p, S("takenseat.receipt.2"));
    pack_str(&p, schedule);
    pack(&p, commitment->at, sizeof(commitment->at));
    pack_int(&p, count);
    pack(&p, root->at, sizeof(root->at));
    return p;
}

void receipts_sign(struct receipts *r, const uint8_t secret_key[64])
{
    ASSERT(r->n >= 1 && r->n <= RECEIPTS_TOGETHER);
    for (size_t i = 0; i < r->n; i++)
        r->tree[i] = entry_hash(r->schedule, &r->entries[i]);
    struct hash *level = r->tree;
    for (size_t n = r->n, above; n > 1; n = above) {
        above = level_above(level, n, level + n);
        level += n;
    }
    struct packed p = receipts_message(r->schedule, &r->commitment, (int64_t)r->n, level);
    sign(secret_key, packed_view(&p), r->signature);
}

static struct str receipt_text(struct arena *arena, const struct receipt *r)
{
    struct str path = r->length ? hex_encode(arena, r->path, r->length * sizeof(*r->path)) : S(NO_PATH);
    return arena_fmt(arena, RECEIPT_WORD " %.*s %lld %lld %.*s %.*s %lld %lld %.*s %.*s", STR_ARG(r->schedule), (long long)r->entry.number,
                     (long long)r->entry.joined_at, (int)sizeof(r->entry.entrant), r->entry.entrant,
                     STR_ARG(hex_encode(arena, r->commitment.at, sizeof(r->commitment.at))), (long long)r->index, (long long)r->count,
                     STR_ARG(path), STR_ARG(hex_encode(arena, r->signature, sizeof(r->signature))));
}

struct str receipts_text(struct arena *arena, const struct receipts *r, size_t index)
{
    struct receipt one = { .schedule = r->schedule, .entry = r->entries[index], .commitment = r->commitment, .index = (int64_t)index, .count = (int64_t)r->n };
    const struct hash *level = r->tree;
    for (size_t n = r->n, i = index; n > 1; level += n, n = (n + 1) / 2, i /= 2)
        if ((i ^ 1) < n)
            one.path[one.length++] = level[i ^ 1];
    memcpy(one.signature, r->signature, sizeof(one.signature));
    return receipt_text(arena, &one);
}

static bool entrant_read(struct str text, struct entry *ret)
{
    if (text.n != sizeof(ret->entrant))
        return false;
    memcpy(ret->entrant, text.p, text.n);
    return true;
}

static bool path_read(struct str text, struct receipt *ret)
{
    if (str_eq(text, S(NO_PATH)))
        return true;
    ret->length = text.n / (2 * sizeof(*ret->path));
    return ret->length && ret->length <= RECEIPT_PATH_MAX && hex_decode(text, ret->path[0].at, ret->length * sizeof(*ret->path));
}

static bool receipt_parse(struct str rest, struct receipt *ret)
{
    if (!str_eq(str_cut(&rest, ' '), S(RECEIPT_WORD)))
        return false;
    ret->schedule = str_cut(&rest, ' ');
    return ret->schedule.n == ID_TEXT && str_to_int(str_cut(&rest, ' '), &ret->entry.number) && str_to_int(str_cut(&rest, ' '), &ret->entry.joined_at) &&
           entrant_read(str_cut(&rest, ' '), &ret->entry) && hex_decode(str_cut(&rest, ' '), ret->commitment.at, sizeof(ret->commitment.at)) &&
           str_to_int(str_cut(&rest, ' '), &ret->index) && str_to_int(str_cut(&rest, ' '), &ret->count) && path_read(str_cut(&rest, ' '), ret) &&
           hex_decode(rest, ret->signature, sizeof(ret->signature));
}

/* What was read must be written the same way: so every byte counts. */
bool receipt_read(struct arena *arena, const uint8_t public_key[32], struct str text, struct receipt *ret)
{
    struct receipt r = { 0 };
    struct hash root;
    if (!receipt_parse(text, &r) || !str_eq(receipt_text(arena, &r), text) || r.index < 0 || r.count < 1 || r.count > RECEIPTS_TOGETHER)
        return false;
    struct hash leaf = entry_hash(r.schedule, &r.entry);
    if (!tree_climb(&leaf, (size_t)r.index, (size_t)r.count, r.path, r.length, &root))
        return false;
    struct packed p = receipts_message(r.schedule, &r.commitment, r.count, &root);
    if (!signature_valid(public_key, packed_view(&p), r.signature))
        return false;
    *ret = r;
    return true;
}
