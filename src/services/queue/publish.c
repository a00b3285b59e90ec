/* What everybody may see of a draw: its figures, the file with a line an entry, in parts, and to whoever has a place the way from his entry to
 * the root. Nothing of it names an account. */
#include "draw_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"
#include "publish.h"

#define PART 50000            /* entries in one answer */

static const char *const state_words[] = { "open", "closed", "drawn", NULL };
static const char *const beacon_words[] = { "none", "missed", "used", NULL };

#define AT(member) .at = offsetof(struct draw_out, member)

FIELDS(draw_fields, "Draw", struct draw_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "state", .type = F_ENUM, .words = state_words, AT(state),
      .help = "open: people join; closed: count and root are fixed; drawn: so are all places" },
    { .name = "algorithm", .type = F_STR, AT(algorithm), .help = "docs/draw.md says what it means" },
    { .name = "draws_at", .type = F_TIME, AT(draws_at), .help = "entries close then" },
    { .name = "commitment", .type = F_STR, AT(commitment), .help = "SHA-256 that binds to the secret since the room opened" },
    { .name = "public_key", .type = F_STR, AT(public_key), .help = "Ed25519: signs receipts and the file" },
    { .name = "beacon_round", .type = F_INT, .nullable = true, AT(beacon_round), .help = "of a public beacon, named beforehand" },
    { .name = "beacon_url", .type = F_STR, .nullable = true, AT(beacon_url) },
    { .name = "closed_at", .type = F_TIME, .nullable = true, AT(closed_at) },
    { .name = "count", .type = F_INT, .nullable = true, .has_at = offsetof(struct draw_out, is_closed), AT(count) },
    { .name = "root", .type = F_STR, .nullable = true, AT(root), .help = "of the tree of all entries (RFC 6962)" },
    { .name = "drawn_at", .type = F_TIME, .nullable = true, AT(drawn_at) },
    { .name = "beacon", .type = F_ENUM, .words = beacon_words, .nullable = true, .has_at = offsetof(struct draw_out, is_drawn), AT(beacon),
      .help = "missed: the round named was not to be had in time, and the draw went without" },
    { .name = "randomness", .type = F_STR, .nullable = true, AT(randomness), .help = "of the round" },
    { .name = "beacon_signature", .type = F_STR, .nullable = true, AT(beacon_signature) },
    { .name = "secret", .type = F_STR, .nullable = true, AT(secret), .help = "revealed once the entries are closed" },
    { .name = "seed", .type = F_STR, .nullable = true, AT(seed) },
    { .name = "entries_url", .type = F_STR, .nullable = true, AT(entries_url), .help = "of the file; with ?part=0 and so on" },
    { .name = "parts", .type = F_INT, AT(parts), .help = "of the file, to be put together in their order" });

FIELDS(draw_ref_fields, "DrawQuery", struct part_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct part_in, schedule) });

FIELDS(part_fields, "DrawPart", struct part_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct part_in, schedule) },
    { .name = "part", .type = F_INT, .from = FROM_QUERY, .low = 0, .high = PLACE_MAX / PART, .optional = true, .at = offsetof(struct part_in, part) });

/* ---- figures ---- */

struct seen_draw {            /* copied under the lock */
    struct draw draw;
    struct line line;
    int64_t draws_at;
};

static err no_draw(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, "no_draw", "Places of this schedule are not drawn.", "이 회차는 순번을 추첨하지 않습니다.");
}

static err not_drawn(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, "not_drawn", "The draw has not taken place yet.", "아직 추첨이 이루어지지 않았습니다.");
}

static err look_at_draw(struct ctx *cx, struct queue *q, int64_t schedule, struct seen_draw *ret)
{
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    bool draws = r && r->shown_terms.draws;
    if (draws)
        *ret = (struct seen_draw){ r->draw, r->shown_line, room_sells_at(r) };
    pthread_rwlock_unlock(&q->lock);
    return draws ? OK : no_draw(cx);
}

static struct str hash_text(struct ctx *cx, const struct hash *h)
{
    return hex_encode(cx->arena, h->at, sizeof(h->at));
}

static void answer_closed(struct ctx *cx, const struct seen_draw *d, struct draw_out *ret)
{
    ret->is_closed = true;
    ret->state = DRAW_CLOSED;
    ret->closed_at = d->line.closed_at;
    ret->count = d->line.entries;
    ret->root = hash_text(cx, &d->draw.root);
    ret->beacon_round = d->draw.round;
    ret->beacon_url = arena_str(cx->arena, str_c(d->draw.url));
}

static void answer_drawn(struct ctx *cx, const struct seen_draw *d, const struct hash *secret, struct draw_out *ret)
{
    ret->is_drawn = true;
    ret->state = DRAW_DRAWN;
    ret->drawn_at = d->line.drawn_at;
    ret->beacon = d->draw.beacon;
    ret->secret = hash_text(cx, secret);
    ret->seed = hash_text(cx, &d->draw.seed);
    if (d->draw.beacon == BEACON_USED) {
        ret->randomness = hash_text(cx, &d->draw.randomness);
        ret->beacon_signature = arena_str(cx->arena, str_c(d->draw.signature));
    }
    ret->parts = max(1, (d->line.entries + PART - 1) / PART);
}

err queue_draw_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct part_in *in = in_;
    struct seen_draw d;
    err e = look_at_draw(cx, q, in->schedule, &d);
    if (e)
        return e;
    struct namer names = namer_of(q, in->schedule);
    struct hash secret = draw_secret(q, &names), commitment = draw_commitment(namer_schedule(&names), &secret);
    struct draw_out *ret = ret_out;
    *ret = (struct draw_out){
        .schedule = in->schedule,
        .algorithm = S("takenseat-draw-1"),
        .draws_at = d.draws_at,
        .commitment = hash_text(cx, &commitment),
        .public_key = hex_encode(cx->arena, q->keys->receipt_public, sizeof(q->keys->receipt_public)),
        .beacon_round = beacon_round(q, d.draws_at),
    };
    if (ret->beacon_round)
        ret->beacon_url = beacon_url(cx, q, ret->beacon_round);
    if (d.line.closed_at)
        answer_closed(cx, &d, ret);
    if (d.line.drawn_at) {
        answer_drawn(cx, &d, &secret, ret);
        ret->entries_url = arena_fmt(cx->arena, "/api/v1/schedules/%.*s/queue/draw/entries", ID_TEXT, names.schedule);
    }
    return OK;
}

/* ---- the file ---- */

static void head_put(struct ctx *cx, const struct queue *q, const struct namer *names, const struct seen_draw *d, struct buf *out)
{
    struct hash secret = draw_secret(q, names);
    struct draw_head head = {
        .schedule = namer_schedule(names),
        .closed_at = d->line.closed_at,
        .drawn_at = d->line.drawn_at,
        .count = d->line.entries,
        .root = d->draw.root,
        .commitment = draw_commitment(namer_schedule(names), &secret),
        .secret = secret,
        .seed = d->draw.seed,
        .beacon = { d->draw.beacon, d->draw.round, arena_str(cx->arena, str_c(d->draw.url)), d->draw.randomness,
                    arena_str(cx->arena, str_c(d->draw.signature)) },
    };
    memcpy(head.public_key, q->keys->receipt_public, sizeof(head.public_key));
    head_write(out, &head, q->keys->receipt_secret);
}

static void put_entry(void *self, const struct entry *e)
{
    entry_write(self, e);
}

static void let_go(void *held)
{
    struct buf *b = held;
    buf_free(b);
    free(b);
}

err queue_draw_entries(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct part_in *in = in_;
    struct seen_draw d;
    err e = look_at_draw(cx, q, in->schedule, &d);
    if (!e && !d.line.drawn_at)
        e = not_drawn(cx);
    if (e)
        return e;
    int64_t first = in->part * PART + 1, last = min(d.line.entries, first + PART - 1);
    if (in->part && first > d.line.entries)
        return fail(cx, ERR_MISSING, NULL, "The file has fewer parts.", "파일에 그런 부분이 없습니다.");

    struct namer names = namer_of(q, in->schedule);
    struct buf *b = malloc(sizeof(*b));
    ASSERT(b != NULL);
    buf_init(b, 4 << 20);
    if (!in->part)
        head_put(cx, q, &names, &d, b);
    e = store_draw_entries(cx, &names, in->schedule, first, last, put_entry, b);
    if (e) {
        let_go(b);
        return e;
    }
    *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/plain; charset=utf-8"), .body = buf_view(b),
                                                   .cache_control = S("public, max-age=31536000, immutable"), .release = let_go, .held = b };
    return OK;
}

/* ---- proof ---- */

#undef AT
#define AT(member) .at = offsetof(struct proof_out, member)

FIELDS(hash_fields, "Hash", struct str, { .type = F_STR, .at = 0 });

FIELDS(proof_fields, "DrawProof", struct proof_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "number", .type = F_INT, AT(number), .help = "counts those who joined, from 1" },
    { .name = "joined_at", .type = F_TIME, AT(joined_at) },
    { .name = "entrant", .type = F_STR, AT(entrant), .help = "stands for the account in this draw only" },
    { .name = "receipt", .type = F_STR, AT(receipt), .help = "signed; keep it" },
    { .name = "index", .type = F_INT, .nullable = true, .has_at = offsetof(struct proof_out, in_tree), AT(index), .help = "of the leaf, from 0" },
    { .name = "count", .type = F_INT, .nullable = true, .has_at = offsetof(struct proof_out, in_tree), AT(count) },
    { .name = "path", .type = F_LIST, .of = &hash_fields, .high = TREE_PATH_MAX, AT(path), .help = "hashes from the leaf up to the root (RFC 9162, 2.1.3)" },
    { .name = "root", .type = F_STR, .nullable = true, AT(root) },
    { .name = "place", .type = F_INT, .nullable = true, AT(place), .help = "once it is drawn; who came after the draw has his number" });

static void take_entry(void *self, const struct entry *e)
{
    *(struct entry *)self = *e;
}

struct block_leaves {
    struct str schedule;
    struct hash at[BLOCK];
    size_t n;
};

static void take_block_leaf(void *self, const struct entry *e)
{
    struct block_leaves *l = self;
    ASSERT(l->n < BLOCK);
    l->at[l->n++] = entry_hash(l->schedule, e);
}

/* From the leaf to the root of its block, then from there to the root of all: blocks are subtrees of the tree. */
static err find_path(struct ctx *cx, const struct namer *names, int64_t schedule, int64_t index, int64_t entries, struct list *ret)
{
    int64_t block = index / BLOCK, first = block * BLOCK + 1;
    struct block_leaves *leaves = NEW(cx->arena, struct block_leaves);
    struct hash *tops = NEW_ARRAY(cx->arena, struct hash, (size_t)(entries / BLOCK) + 1), path[TREE_PATH_MAX];
    size_t n;
    leaves->schedule = namer_schedule(names);
    err e = store_draw_entries(cx, names, schedule, first, min(entries, first + BLOCK - 1), take_block_leaf, leaves);
    if (!e)
        e = draw_tops(cx, names, schedule, entries, tops, &n);
    if (e)
        return e;
    size_t length = tree_path(leaves->at, leaves->n, (size_t)(index % BLOCK), path);
    length += tree_path(tops, n, (size_t)block, path + length);
    struct str *texts = NEW_ARRAY(cx->arena, struct str, length);
    for (size_t i = 0; i < length; i++)
        texts[i] = hash_text(cx, &path[i]);
    *ret = (struct list){ texts, length };
    return OK;
}

/* Only the room has the order in memory, and only while it is needed. */
static int64_t place_drawn(struct queue *q, const struct seen_draw *d, const struct place_ref *who)
{
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, who->room);
    int64_t place = r && (r->order || who->number > d->line.entries) ? room_place(r, who->number) : 0;
    pthread_rwlock_unlock(&q->lock);
    if (place)
        return place;
    uint32_t *order = draw_order(&d->draw.seed, d->line.entries);
    place = order[who->number - 1];
    free(order);
    return place;
}

err queue_proof(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct place_in *in = in_;
    struct place_ref who;
    struct seen_draw d;
    struct entry entry = { 0 };
    if (!place_open(cx, q, in->token, &who))
        return no_such_place(cx);
    struct namer names = namer_of(q, who.room);
    err e = look_at_draw(cx, q, who.room, &d);
    if (!e)
        e = store_draw_entries(cx, &names, who.room, who.number, who.number, take_entry, &entry);
    if (!e && !entry.number)
        e = no_such_place(cx);
    if (e)
        return e;

    struct proof_out *ret = ret_out;
    *ret = (struct proof_out){ .schedule = who.room, .number = entry.number, .joined_at = entry.joined_at, .receipt = draw_receipt(cx, q, &names, &entry),
                               .entrant = arena_str(cx->arena, str_of(entry.entrant, sizeof(entry.entrant))) };
    if (d.line.drawn_at)
        ret->place = place_drawn(q, &d, &who);
    if (!d.line.closed_at || entry.number > d.line.entries)
        return OK;
    ret->in_tree = true;
    ret->index = entry.number - 1;
    ret->count = d.line.entries;
    ret->root = hash_text(cx, &d.draw.root);
    return find_path(cx, &names, who.room, ret->index, ret->count, &ret->path);
}

const struct call queue_draw_get_call = { "queue.draw", "The draw of a schedule's places: what everybody needs to check it.", CALL_MEMORY,
                                          &draw_ref_fields, &draw_fields, queue_draw_get };
const struct call queue_draw_entries_call = { "queue.draw_entries", "The published file: a head, then a line an entry; in parts.", CALL_READ,
                                              &part_fields, NULL, queue_draw_entries };
const struct call queue_proof_call = { "queue.proof", "The receipt of a place in a draw, the way from it to the root, and the place drawn.", CALL_READ,
                                       &queue_token_fields, &proof_fields, queue_proof };
