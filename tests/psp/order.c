/* Orders and their refunds, by every name that a merchant may use, and the ledger: what was taken and what went back, in the order of events.
 * Nothing is ever removed. */
#include "psp.h"

#include <stdlib.h>

int64_t psp_now(const struct psp *p)
{
    return hooks_now(p->hooks);
}

struct str psp_word(struct psp *p, const char *prefix, size_t n)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t start = strlen(prefix);
    char *text = arena_take(p->book.arena, start + n + 1);
    memcpy(text, prefix, start);
    for (size_t i = 0; i < n; i++)
        text[start + i] = letters[rng_below(&p->rng, sizeof(letters) - 1)];
    return str_of(text, start + n);
}

struct str psp_keep(struct psp *p, struct str text)
{
    return text.n ? arena_str(p->book.arena, text) : (struct str){ 0 };
}

/* Makes room for one more item of `size` bytes. */
static void *grow(void *items, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return items;
    *room = *room ? *room * 2 : 256;
    items = reallocarray(items, *room, size);
    ASSERT(items != NULL);
    return items;
}

struct order *order_new(struct psp *p, enum vendor vendor, int merchant)
{
    struct book *b = &p->book;
    struct order *o = NEW(b->arena, struct order);
    b->orders = grow(b->orders, b->order_count, &b->order_room, sizeof(struct order *));
    b->orders[b->order_count++] = o;
    *o = (struct order){ .vendor = vendor, .merchant = merchant, .number = (int64_t)b->order_count, .created = psp_now(p), .profile = &profiles[0] };
    if (p->profile->service == SERVICE_FINE && o->number % p->every == 0)
        o->profile = p->profile;
    return o;
}

static uint64_t place(int merchant, const char *kind, struct str name)
{
    return str_hash(name) * 31 + str_hash(str_c(kind)) + (uint64_t)merchant;
}

void order_name(struct psp *p, struct order *o, const char *kind, struct str name)
{
    map_put_ptr(&p->book.by_name, place(o->merchant, kind, name), o);
}

struct order *order_find(struct psp *p, int merchant, const char *kind, struct str name)
{
    return map_ptr(&p->book.by_name, place(merchant, kind, name));
}

static void enter(struct psp *p, const struct order *o, const struct refund *r)
{
    struct book *b = &p->book;
    b->entries = grow(b->entries, b->entry_count, &b->entry_room, sizeof(struct entry));
    b->entries[b->entry_count++] = (struct entry){ o, r };
}

void order_take(struct psp *p, struct order *o, int64_t amount)
{
    o->taken = (struct money){ .amount = amount };
    memcpy(o->taken.currency, o->amount.currency, sizeof(o->taken.currency));
    if (o->profile->take == TAKE_OTHER_AMOUNT)
        o->taken.amount += 1 + (int64_t)rng_below(&p->rng, 1000);
    if (o->profile->take == TAKE_OTHER_CURRENCY)
        memcpy(o->taken.currency, str_eq(str_c(o->amount.currency), S("USD")) ? "KRW" : "USD", sizeof(o->taken.currency));
    p->faults += o->profile->take != TAKE_AS_ASKED;
    o->state = ORDER_TAKEN;
    o->ended = psp_now(p);
    enter(p, o, NULL);
}

struct refund *refund_new(struct psp *p, struct order *o, int64_t amount, struct str ref, struct str reason)
{
    struct refund *r = NEW(p->book.arena, struct refund), **end = &o->refunds;
    ASSERT(amount > 0 && amount <= order_left(o));
    while (*end)
        end = &(*end)->next;
    *end = r;
    o->returned += amount;
    *r = (struct refund){ .order = o, .ref = ref, .reason = psp_keep(p, reason), .state = REFUND_DONE, .amount = amount,
                          .left = order_left(o), .at = psp_now(p), .metadata = S("{}") };
    if (o->profile->refunds_fail && r == o->refunds) {
        r->state = REFUND_PENDING;
        r->ends_at = r->at + 1000;
        p->faults++;
    }
    enter(p, o, r);
    map_put_ptr(&p->book.by_name, place(o->merchant, "refund", ref), r);
    return r;
}

struct refund *refund_find(struct psp *p, int merchant, struct str ref)
{
    return map_ptr(&p->book.by_name, place(merchant, "refund", ref));
}

void refund_end(struct refund *r, enum refund_state state)
{
    ASSERT(r->state == REFUND_PENDING && state != REFUND_PENDING);
    r->state = state;
    if (state == REFUND_FAILED)
        r->order->returned -= r->amount;
}

/* ---- what time does ---- */

static void refunds_age(struct psp *p, struct order *o, int64_t now, bool all)
{
    for (struct refund *r = o->refunds; r; r = r->next) {
        if (r->state != REFUND_PENDING || (!all && r->ends_at > now))
            continue;
        refund_end(r, REFUND_FAILED);
        if (o->vendor == TOSS) {
            toss_tell(p, NULL, o, "CANCEL_STATUS_CHANGED");
        } else {
            stripe_tell(p, NULL, o, "refund.updated", OBJECT_REFUND, r);
            stripe_tell(p, NULL, o, "refund.failed", OBJECT_REFUND, r);
        }
    }
}

void order_age(struct psp *p, struct order *o, bool all)
{
    int64_t now = psp_now(p);
    if (o->profile->refunds_fail)
        refunds_age(p, o, now, all);
    bool open = o->state == ORDER_OPEN || o->state == ORDER_WAITING || (o->vendor == TOSS && o->state == ORDER_APPROVED);
    if (open && o->expires && o->expires <= now)
        o->state = ORDER_EXPIRED;
}

void psp_age(struct psp *p, bool all)
{
    for (size_t i = 0; i < p->book.order_count; i++)
        order_age(p, p->book.orders[i], all);
}
