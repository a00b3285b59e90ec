#include "fake_provider.h"

#include <stdlib.h>

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

struct fake_provider fakes[2];

void fakes_reset(void)
{
    for (size_t i = 0; i < 2; i++)
        fakes[i] = (struct fake_provider){ .reads_left = -1 };
}

struct provider_line *fake_charge(struct fake_provider *f, int64_t payment)
{
    for (size_t i = 0; i < f->line_n; i++)
        if (!f->lines[i].refund && f->lines[i].payment == payment)
            return &f->lines[i];
    return NULL;
}

static bool answers(struct fake_provider *f, struct verdict *ret)
{
    f->asked++;
    *ret = (struct verdict){ .kind = VERDICT_UNKNOWN, .throttled = f->throttles };
    return !f->silent && !f->throttles;
}

static void write_line(struct ctx *cx, struct fake_provider *f, struct provider_line line)
{
    static const struct str charges[] = { S("charge"), S("refund") };
    ASSERT(f->line_n < FAKE_LINES);
    line.at = clock_now(app_clock(cx->app));
    line.ref = charges[line.refund];         /* made a name of its own when it is read */
    f->lines[f->line_n++] = line;
}

static err create(struct ctx *cx, struct fake_provider *f, struct created *ret)
{
    struct verdict v;
    *ret = (struct created){ .client = S("{}") };
    return answers(f, &v) ? OK : fail(cx, f->throttles ? ERR_LIMIT : ERR_UNAVAILABLE, NULL, "Away.", "응답이 없습니다.");
}

static struct verdict query(struct fake_provider *f, const struct charge *c)
{
    struct verdict v;
    if (!answers(f, &v))
        return v;
    struct provider_line *l = fake_charge(f, c->payment);
    return l ? (struct verdict){ .kind = VERDICT_APPROVED, .charged = l->amount } : (struct verdict){ .kind = VERDICT_ABSENT };
}

static struct verdict confirm(struct ctx *cx, struct fake_provider *f, const struct charge *c)
{
    struct verdict v;
    if (!answers(f, &v))
        return v;
    if (!fake_charge(f, c->payment))
        write_line(cx, f, (struct provider_line){ .payment = c->payment, .amount = c->amount });
    return (struct verdict){ .kind = VERDICT_APPROVED, .charged = c->amount };
}

static struct verdict refund(struct ctx *cx, struct fake_provider *f, const struct charge *c, const struct give_back *r)
{
    struct verdict v;
    if (!answers(f, &v))
        return v;
    struct provider_line line = { .refund = true, .payment = c->payment, .amount = c->amount };
    line.amount.amount = r->amount;
    write_line(cx, f, line);
    return (struct verdict){ .kind = VERDICT_APPROVED };
}

/* The cursor is the number of the next line. */
static err books(struct ctx *cx, struct fake_provider *f, int64_t from, int64_t to, struct str cursor, struct provider_page *ret)
{
    int64_t at = 0;
    struct verdict v;
    if (!answers(f, &v) || f->reads_left == 0)
        return fail(cx, ERR_UNAVAILABLE, NULL, "Away.", "응답이 없습니다.");
    f->reads_left -= f->reads_left > 0;
    f->reads++;
    ASSERT(!cursor.n || str_to_int(cursor, &at));
    struct provider_line *lines = NEW_ARRAY(cx->arena, struct provider_line, FAKE_LINES);
    size_t n = 0, i = (size_t)at, page = f->page ? f->page : FAKE_LINES;
    for (; i < f->line_n && n < page; i++) {
        if (f->lines[i].at < from || f->lines[i].at >= to)
            continue;
        lines[n] = f->lines[i];
        lines[n].ref = arena_fmt(cx->arena, "%.*s_%zu", STR_ARG(f->lines[i].ref), i);
        n++;
    }
    *ret = (struct provider_page){ { lines, n }, i < f->line_n ? arena_fmt(cx->arena, "%zu", i) : (struct str){ 0 } };
    return OK;
}

static err check_key(struct ctx *cx, const struct charge *c, struct str payment_key)
{
    (void)c;
    return payment_key.n ? OK : fail_field(cx, S("payment_key"), "is missing", "값이 필요합니다");
}

/* provider.h does not say which provider is asked: each has functions of its own. */
#define FAKE(i)                                                                                                                             \
    static err create_##i(struct ctx *cx, const struct charge *c, struct created *ret) { (void)c; return create(cx, &fakes[i], ret); }      \
    static struct verdict confirm_##i(struct ctx *cx, const struct charge *c) { return confirm(cx, &fakes[i], c); }                         \
    static struct verdict query_##i(struct ctx *cx, const struct charge *c) { (void)cx; return query(&fakes[i], c); }                       \
    static struct verdict cancel_##i(struct ctx *cx, const struct charge *c) { (void)cx; (void)c; return (struct verdict){ .kind = VERDICT_APPROVED }; } \
    static struct verdict refund_##i(struct ctx *cx, const struct charge *c, const struct give_back *r) { return refund(cx, &fakes[i], c, r); } \
    static err books_##i(struct ctx *cx, const struct merchant *m, int64_t from, int64_t to, struct str cursor, struct provider_page *ret)  \
    {                                                                                                                                       \
        (void)m;                                                                                                                            \
        return books(cx, &fakes[i], from, to, cursor, ret);                                                                                 \
    }

FAKE(0)
FAKE(1)

#define FUNCTIONS(i)                                                                                                                        \
    .create = create_##i, .check_key = check_key, .confirm = confirm_##i, .query = query_##i, .cancel = cancel_##i, .refund = refund_##i,   \
    .books = books_##i

static const struct provider first = { .name = "toss", .keyless = true, FUNCTIONS(0) }, second = { .name = "stripe", .keyless = true, FUNCTIONS(1) };

const char *const provider_words[] = { "toss", "stripe", NULL };

const struct provider *provider_at(int word)
{
    return word ? &second : &first;
}

const struct provider *provider_named(struct str name)
{
    for (int i = 0; provider_words[i]; i++)
        if (str_eq(name, str_c(provider_words[i])))
            return provider_at(i);
    return NULL;
}
