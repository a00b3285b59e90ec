/* Lists of payment intents and refunds, newest first, page by page. */
#include "stripe.h"

struct page {
    int64_t limit, from, to;
    struct str after;
    bool begun, more;
};

static bool page_read(struct ask *a, struct page *ret)
{
    static const struct { const char *name; bool upper; int64_t off; } bounds[] = {
        { "created[gte]", false, 0 }, { "created[gt]", false, 1 }, { "created[lte]", true, 0 }, { "created[lt]", true, -1 },
    };
    *ret = (struct page){ .limit = 10, .to = INT64_MAX, .after = form_get(&a->form, "starting_after") };
    ret->begun = !ret->after.n;
    if (form_get(&a->form, "limit").p && !stripe_want_amount(a, "limit", 1, &ret->limit))
        return false;
    if (ret->limit > 100) {
        stripe_refuse(a, 400, STRIPE_INVALID, NULL, "limit", "This value must be less than or equal to 100.");
        return false;
    }
    for (size_t i = 0; i < COUNT(bounds); i++) {
        int64_t at;
        if (str_to_int(form_get(&a->form, bounds[i].name), &at))
            *(bounds[i].upper ? &ret->to : &ret->from) = at + bounds[i].off;
    }
    return true;
}

/* Is the next item of the list on this page? */
static bool page_takes(struct page *g, struct str ref, int64_t at_ms)
{
    int64_t at = at_ms / 1000;
    bool was = g->begun;
    g->begun |= str_eq(ref, g->after);
    if (!was || at < g->from || at > g->to)
        return false;
    g->more |= !g->limit;
    return g->limit && g->limit--;
}

static void list_begin(struct ask *a, const char *url)
{
    buf_char(a->out, '{');
    json_text(a->out, "object", "list");
    json_text(a->out, "url", url);
    json_begin_list(a->out, "data");
}

static void list_end(struct ask *a, const struct page *g)
{
    buf_char(a->out, ']');
    put_raw(a->out, "has_more", g->more ? "true" : "false");
    buf_char(a->out, '}');
}

void stripe_intents(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct page g;
    if (!page_read(a, &g))
        return;
    list_begin(a, "/v1/payment_intents");
    for (size_t i = b->order_count; i-- > 0 && !g.more;) {
        const struct order *o = b->orders[i];
        bool there = o->vendor == STRIPE && o->merchant == a->merchant && order_find(a->psp, o->merchant, "stripe", o->ref);
        if (!there || !page_takes(&g, o->ref, o->created))
            continue;
        json_comma(a->out);
        stripe_intent_write(a->psp, a->out, o, form_has(&a->form, "expand", S("data.latest_charge")));
    }
    list_end(a, &g);
}

void stripe_refunds(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct str intent = form_get(&a->form, "payment_intent"), charge = form_get(&a->form, "charge");
    struct page g;
    if (!page_read(a, &g))
        return;
    list_begin(a, "/v1/refunds");
    for (size_t i = b->entry_count; i-- > 0 && !g.more;) {
        const struct refund *r = b->entries[i].refund;
        const struct order *o = b->entries[i].order;
        if (!r || o->vendor != STRIPE || o->merchant != a->merchant || (intent.n && !str_eq(intent, o->ref)) || (charge.n && !str_eq(charge, o->charge)))
            continue;
        if (!page_takes(&g, r->ref, r->at))
            continue;
        json_comma(a->out);
        stripe_refund_write(a->out, r);
    }
    list_end(a, &g);
}
