#include "provider_bed.h"

struct fake_provider fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

void fake_reset(void)
{
    fake = (struct fake_provider){ .lock = PTHREAD_MUTEX_INITIALIZER };
}

void fake_says(struct script *s, struct verdict v)
{
    pthread_mutex_lock(&fake.lock);
    s->on = true;
    s->says = v;
    pthread_mutex_unlock(&fake.lock);
}

static bool scripted(struct script *s, struct str ref, struct verdict *ret)
{
    pthread_mutex_lock(&fake.lock);
    bool on = s->on;
    s->asked++;
    assert_true(ref.n <= sizeof(s->text));
    if (ref.n)
        memcpy(s->text, ref.p, ref.n);
    s->ref = str_of(s->text, ref.n);
    *ret = s->says;
    pthread_mutex_unlock(&fake.lock);
    return on;
}

static err fake_create(struct ctx *cx, const struct charge *c, struct created *ret)
{
    fake.created++;
    if (fake.create)
        return fail(cx, fake.create, NULL, "Away.", "응답이 없습니다.");
    err e = sandbox_provider.create(cx, c, ret);
    ret->ref = S("charge_1");
    ret->over = fake.over > 0;
    fake.over -= ret->over;
    return e;
}

static err fake_check_key(struct ctx *cx, const struct charge *c, struct str payment_key)
{
    return sandbox_provider.check_key(cx, c, payment_key);
}

static struct verdict fake_confirm(struct ctx *cx, const struct charge *c)
{
    struct verdict v;
    return scripted(&fake.confirm, c->ref, &v) ? v : sandbox_provider.confirm(cx, c);
}

static struct verdict fake_query(struct ctx *cx, const struct charge *c)
{
    struct verdict v;
    return scripted(&fake.query, c->ref, &v) ? v : sandbox_provider.query(cx, c);
}

static struct verdict fake_cancel(struct ctx *cx, const struct charge *c)
{
    struct verdict v;
    return scripted(&fake.cancel, c->ref, &v) ? v : sandbox_provider.cancel(cx, c);
}

static struct verdict fake_refund(struct ctx *cx, const struct charge *c, const struct give_back *r)
{
    struct verdict v;
    return scripted(&fake.refund, r->ref, &v) ? v : sandbox_provider.refund(cx, c, r);
}

static int64_t fake_claims(struct ctx *cx, struct str body)
{
    return sandbox_provider.webhook_claims(cx, body);
}

static err fake_verify(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret)
{
    err e = sandbox_provider.verify_webhook(cx, m, w, ret);
    if (!e)
        ret->approved = fake.approves;
    return e;
}

static const struct provider provider = {
    .name = "sandbox", .keyless = true, .signature_header = "Sandbox-Signature", .create = fake_create, .check_key = fake_check_key,
    .confirm = fake_confirm, .query = fake_query, .cancel = fake_cancel, .refund = fake_refund, .webhook_claims = fake_claims,
    .verify_webhook = fake_verify,
};

const char *const provider_words[] = { "sandbox", NULL };

const struct provider *provider_at(int word)
{
    (void)word;
    return &provider;
}

const struct provider *provider_named(struct str name)
{
    return str_eq(name, S("sandbox")) ? &provider : NULL;
}
