/* What Stripe's calls share: reading parameters and refusing them, as Stripe words it. */
#include "stripe.h"

void stripe_refuse(struct ask *a, int status, const char *type, const char *code, const char *param, const char *message)
{
    a->status = status;
    buf_clear(a->out);
    buf_char(a->out, '{');
    json_begin(a->out, "error");
    if (code)
        json_text(a->out, "code", code);
    json_text(a->out, "message", message);
    if (param)
        json_text(a->out, "param", param);
    json_text(a->out, "type", type);
    buf_str(a->out, S("}}"));
}

bool stripe_want_text(struct ask *a, const char *name, struct str *ret)
{
    *ret = form_get(&a->form, name);
    if (ret->n)
        return true;
    stripe_refuse(a, 400, STRIPE_INVALID, "parameter_missing", name, arena_fmt(a->arena, "Missing required param: %s.", name).p);
    return false;
}

bool stripe_want_amount(struct ask *a, const char *name, int64_t low, int64_t *ret)
{
    struct str text = form_get(&a->form, name);
    if (str_to_int(text, ret) && *ret >= low && *ret <= 99999999)
        return true;
    stripe_refuse(a, 400, STRIPE_INVALID, text.n ? "parameter_invalid_integer" : "parameter_missing", name,
                  arena_fmt(a->arena, "Invalid positive integer: %s.", name).p);
    return false;
}

bool stripe_want_currency(struct ask *a, const char *name, char ret[4])
{
    struct str text = form_get(&a->form, name);
    bool ok = text.n == 3;
    for (size_t i = 0; ok && i < 3; i++)
        ok = (text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z';
    if (!ok) {
        stripe_refuse(a, 400, STRIPE_INVALID, text.n ? NULL : "parameter_missing", name, "Invalid currency.");
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        ret[i] = (char)(text.p[i] & ~0x20);
    ret[3] = 0;
    return true;
}

struct order *stripe_order_at(struct ask *a, const char *kind, struct str name, const char *what)
{
    struct order *o = order_find(a->psp, a->merchant, kind, name);
    if (!o)
        stripe_refuse(a, 404, STRIPE_INVALID, "resource_missing", "id", arena_fmt(a->arena, "No such %s: '%.*s'", what, STR_ARG(name)).p);
    return o;
}
