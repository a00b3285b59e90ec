/* What every provider keeps, whatever company is behind it: each case runs against all of them. */
#include "company.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "refund_account.h"

#define AMOUNT INT64_C(30000)

struct subject {
    struct bed *b;
    const struct company *company;
    const struct provider *p;
};

static void assert_kind(const struct subject *s, struct verdict v, enum verdict_kind kind)
{
    if (v.kind != kind)
        FAIL("%s: verdict %d instead of %d", s->company->name, (int)v.kind, (int)kind);
}

static void assert_taken(const struct subject *s, struct verdict v, int64_t amount)
{
    assert_kind(s, v, VERDICT_APPROVED);
    assert_int_equal(v.charged.amount, amount);
    assert_string_equal(v.charged.currency, "KRW");
    assert_true(v.ref.n > 0);
}

static struct created made(const struct subject *s, struct charge *c)
{
    struct created ret = { 0 };
    assert_int_equal(s->p->create(&s->b->cx, c, &ret), OK);
    assert_true(ret.client.n > 0);
    c->ref = ret.ref;
    return ret;
}

/* A charge that the buyer has approved. */
static struct charge approved(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    struct created page = made(s, &c);
    c.payment_key = buyer_approves(s->b, s->company, &page);
    assert_int_equal(s->p->check_key(&s->b->cx, &c, c.payment_key), OK);
    return c;
}

static struct charge paid(const struct subject *s)
{
    struct charge c = approved(s);
    struct verdict v = s->p->confirm(&s->b->cx, &c);
    assert_taken(s, v, AMOUNT);
    c.ref = v.ref;
    return c;
}

static struct give_back back(const struct subject *s, int64_t amount)
{
    static int64_t next = 5000;
    next++;
    return (struct give_back){ .refund = next, .order = payment_public_id(&s->b->cx, ID_REFUND, next), .amount = amount, .reason = S("마음이 바뀜") };
}

/* ---- cases ---- */

static void created_again(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT), first = c;
    struct created one = made(s, &c), again = { 0 };
    assert_int_equal(s->p->create(&s->b->cx, &first, &again), OK);       /* the answer was lost: its ref is not known */
    assert_true(str_eq(one.ref, again.ref) && str_eq(one.client, again.client));
    assert_int_equal(s->p->create(&s->b->cx, &c, &again), OK);
    assert_true(str_eq(one.ref, again.ref) && str_eq(one.client, again.client));
}

static void not_asked(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    assert_kind(s, s->p->query(&s->b->cx, &c), VERDICT_ABSENT);
    made(s, &c);
    assert_kind(s, s->p->query(&s->b->cx, &c), VERDICT_ABSENT);
}

static void taken_once(const struct subject *s)
{
    struct charge c = approved(s);
    assert_kind(s, s->p->query(&s->b->cx, &c), VERDICT_ABSENT);          /* approved, and nothing taken */
    struct verdict v = s->p->confirm(&s->b->cx, &c), again = s->p->confirm(&s->b->cx, &c);
    assert_taken(s, v, AMOUNT);
    assert_taken(s, again, AMOUNT);
    assert_true(str_eq(v.ref, again.ref));
    c.ref = v.ref;
    assert_taken(s, s->p->query(&s->b->cx, &c), AMOUNT);
    c.payment_key = (struct str){ 0 };
    assert_taken(s, s->p->query(&s->b->cx, &c), AMOUNT);
}

/* The buyer has approved and closed the page: a webhook told, no key came. */
static void taken_without_key(const struct subject *s)
{
    struct charge c = approved(s);
    if (!s->company->outside)
        return;
    c.payment_key = (struct str){ 0 };
    assert_taken(s, s->p->confirm(&s->b->cx, &c), AMOUNT);
}

static void declined(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    struct created page = made(s, &c);
    c.payment_key = buyer_refused(s->b, s->company, &page);
    assert_kind(s, s->p->confirm(&s->b->cx, &c), VERDICT_DECLINED);
    enum verdict_kind after = s->p->query(&s->b->cx, &c).kind;
    assert_true(after == VERDICT_DECLINED || after == VERDICT_ABSENT);
}

static void not_approved(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    if (!s->company->outside)
        return;
    made(s, &c);
    c.payment_key = c.ref;
    assert_kind(s, s->p->confirm(&s->b->cx, &c), VERDICT_DECLINED);
}

static void wrong_keys(const struct subject *s)
{
    static const struct str keys[] = { S("../../refunds"), S("a b"), S("cs_x?expand"), S("\xed\x95\x9c"), S("sandbox"), S("cs_\n") };
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    for (size_t i = 0; i < COUNT(keys); i++) {
        bool word = str_eq(keys[i], S("sandbox")) && strcmp(s->company->name, "toss") == 0;      /* has the form of one */
        assert_int_equal(s->p->check_key(&s->b->cx, &c, keys[i]), word ? OK : ERR_INPUT);
        fail_clear(&s->b->cx);
    }
}

/* One's own payment with the key of another's. */
static void key_of_another(const struct subject *s)
{
    if (!s->company->outside)
        return;
    struct charge theirs = approved(s), mine = charge_new(s->b, s->company, AMOUNT);
    made(s, &mine);
    mine.payment_key = theirs.payment_key;
    enum verdict_kind kind = s->p->confirm(&s->b->cx, &mine).kind;
    assert_true(kind == VERDICT_FOREIGN || kind == VERDICT_DECLINED);
    assert_kind(s, s->p->query(&s->b->cx, &theirs), VERDICT_ABSENT);
    assert_taken(s, s->p->confirm(&s->b->cx, &theirs), AMOUNT);
    assert_true(s->p->query(&s->b->cx, &mine).kind != VERDICT_APPROVED);
}

static void let_go(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_APPROVED);       /* nobody ever heard of it */
    made(s, &c);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_APPROVED);
    c = approved(s);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_APPROVED);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_APPROVED);
    if (s->company->lets_go)
        assert_kind(s, s->p->confirm(&s->b->cx, &c), VERDICT_DECLINED);
    c = paid(s);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_DECLINED);
    assert_taken(s, s->p->query(&s->b->cx, &c), AMOUNT);
}

static void given_back(const struct subject *s)
{
    struct charge c = paid(s);
    struct give_back first = back(s, 10000), second = back(s, 5000), much = back(s, 15001), rest = back(s, 15000), more = back(s, 1);
    struct verdict v = s->p->refund(&s->b->cx, &c, &first);
    assert_kind(s, v, VERDICT_APPROVED);
    assert_true(v.ref.n > 0);
    struct verdict again = s->p->refund(&s->b->cx, &c, &first);
    assert_kind(s, again, VERDICT_APPROVED);
    assert_true(str_eq(v.ref, again.ref));
    assert_kind(s, s->p->refund(&s->b->cx, &c, &second), VERDICT_APPROVED);
    assert_kind(s, s->p->refund(&s->b->cx, &c, &much), VERDICT_DECLINED);
    assert_kind(s, s->p->refund(&s->b->cx, &c, &rest), VERDICT_APPROVED);
    assert_kind(s, s->p->refund(&s->b->cx, &c, &more), VERDICT_DECLINED);
    assert_kind(s, s->p->refund(&s->b->cx, &c, &rest), VERDICT_APPROVED);
    assert_taken(s, s->p->query(&s->b->cx, &c), AMOUNT);                 /* that it was taken stays true */
}

static void never_taken(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    struct give_back r = back(s, 100);
    made(s, &c);
    enum verdict_kind kind = s->p->refund(&s->b->cx, &c, &r).kind;
    assert_true(kind == VERDICT_DECLINED || kind == VERDICT_UNKNOWN);
}

/* Whatever becomes of an answer: asking again leads to the one charge and the one refund. */
static void answers_lost(const struct subject *s)
{
    static const char *const profiles[] = { "timeout-before-charge", "timeout-after-charge", "error-after-success" };
    if (!s->company->outside)
        return;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        psp_profile(s->b, profiles[i]);
        struct charge c = approved(s);
        struct verdict v = s->p->confirm(&s->b->cx, &c);
        for (int n = 0; n < 10 && v.kind != VERDICT_APPROVED; n++) {
            assert_true(v.kind == VERDICT_UNKNOWN || v.kind == VERDICT_ABSENT);
            v = s->p->query(&s->b->cx, &c);
            if (v.kind == VERDICT_ABSENT)
                v = s->p->confirm(&s->b->cx, &c);
        }
        assert_taken(s, v, AMOUNT);
        c.ref = v.ref;
        struct give_back r = back(s, AMOUNT), more = back(s, 1);
        v = s->p->refund(&s->b->cx, &c, &r);
        for (int n = 0; n < 10 && v.kind == VERDICT_UNKNOWN; n++)
            v = s->p->refund(&s->b->cx, &c, &r);
        assert_kind(s, v, VERDICT_APPROVED);
        assert_kind(s, s->p->refund(&s->b->cx, &c, &more), VERDICT_DECLINED);
    }
    psp_profile(s->b, "none");
}

struct sums {
    int64_t charges, refunds, charged, refunded, pages;
    bool last;                /* this payment's charge is in them */
};

static struct sums books_of(const struct subject *s, const struct merchant *m, int64_t last, int64_t from, int64_t to)
{
    struct sums sums = { 0 };
    struct str cursor = { 0 };
    do {
        struct provider_page page = { 0 };
        assert_int_equal(s->p->books(&s->b->cx, m, from, to, cursor, &page), OK);
        const struct provider_line *at = page.lines.at;
        for (size_t i = 0; i < page.lines.n; i++) {
            assert_true(at[i].ref.n > 0 && at[i].amount.amount > 0 && at[i].at >= from && at[i].at < to);
            sums.last |= at[i].payment == last;
            *(at[i].refund ? &sums.refunds : &sums.charges) += 1;
            *(at[i].refund ? &sums.refunded : &sums.charged) += at[i].amount.amount;
        }
        cursor = page.next;
    } while (++sums.pages < 100 && cursor.n);
    return sums;
}

/* More than fits on a page; what was only begun or approved is not in them. */
static void books(const struct subject *s)
{
    enum { CHARGES = 130 };
    int64_t now = clock_now(app_clock(s->b->fixture.app)), from = now - 60 * MINUTE_MS, to = now + 60 * MINUTE_MS;
    struct charge c = approved(s);
    struct sums before = books_of(s, c.merchant, c.payment, from, to);
    for (int i = 0; i < CHARGES; i++) {
        c = paid(s);
        struct give_back r = back(s, 1000 + i);
        if (i % 10 == 0)
            assert_kind(s, s->p->refund(&s->b->cx, &c, &r), VERDICT_APPROVED);
    }
    struct sums after = books_of(s, c.merchant, c.payment, from, to);
    assert_int_equal(after.charges - before.charges, CHARGES);
    assert_int_equal(after.charged - before.charged, CHARGES * AMOUNT);
    assert_int_equal(after.refunds - before.refunds, 13);
    assert_int_equal(after.refunded - before.refunded, 13 * 1000 + 780);
    assert_true(after.pages > 1 && after.last && !before.last);
    assert_int_equal(books_of(s, c.merchant, c.payment, from - 120 * MINUTE_MS, from).charges, 0);
}

/* Nobody answers, or somebody who does not know us: nothing certain follows. */
static void away(const struct subject *s)
{
    if (!s->company->outside)
        return;
    struct charge c = approved(s), p = paid(s);
    struct give_back r = back(s, 100);
    struct created ret;
    struct provider_page page;
    struct merchant stranger = *c.merchant;
    stranger.secret_key = S("sk_test_of_nobody");
    for (int round = 0; round < 2; round++) {
        if (round == 0)
            psp_profile(s->b, "down");
        struct charge a = c, b = p, n = charge_new(s->b, s->company, AMOUNT);
        a.merchant = b.merchant = n.merchant = round ? &stranger : c.merchant;
        assert_int_equal(s->p->create(&s->b->cx, &n, &ret), ERR_UNAVAILABLE);
        assert_kind(s, s->p->confirm(&s->b->cx, &a), VERDICT_UNKNOWN);
        assert_kind(s, s->p->query(&s->b->cx, &a), VERDICT_UNKNOWN);
        assert_kind(s, s->p->cancel(&s->b->cx, &a), VERDICT_UNKNOWN);
        assert_kind(s, s->p->refund(&s->b->cx, &b, &r), VERDICT_UNKNOWN);
        assert_int_equal(s->p->books(&s->b->cx, a.merchant, 0, 1000, (struct str){ 0 }, &page), ERR_UNAVAILABLE);
        fail_clear(&s->b->cx);
        psp_profile(s->b, "none");
    }
    assert_taken(s, s->p->confirm(&s->b->cx, &c), AMOUNT);
}

static void other_currencies(const struct subject *s)
{
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    struct created ret;
    if (!s->company->outside)
        return;
    memcpy(c.amount.currency, "XTS", 4);
    assert_int_equal(s->p->create(&s->b->cx, &c, &ret), ERR_CONFLICT);
    assert_string_equal(s->b->cx.problem.code, "currency_not_offered");
    fail_clear(&s->b->cx);
}

/* ---- Toss only: money that comes by transfer ---- */

static void transfers(const struct subject *s)
{
    if (!s->p->deposit)
        return;
    struct charge c = charge_new(s->b, s->company, AMOUNT);
    struct deposit to;
    c.method = S("virtual_account");
    assert_int_equal(s->p->deposit(&s->b->cx, &c, &to), ERR_MISSING);
    fail_clear(&s->b->cx);
    struct created page = made(s, &c);
    c.payment_key = buyer_approves(s->b, s->company, &page);
    assert_kind(s, s->p->confirm(&s->b->cx, &c), VERDICT_PENDING);
    assert_kind(s, s->p->query(&s->b->cx, &c), VERDICT_PENDING);
    assert_int_equal(s->p->deposit(&s->b->cx, &c, &to), OK);
    assert_true(to.bank.n && to.account.n && to.until > s->b->cx.now);

    psp_deposit(s->b, c.order);
    assert_taken(s, s->p->query(&s->b->cx, &c), AMOUNT);
    struct give_back r = back(s, 4000);
    assert_kind(s, s->p->refund(&s->b->cx, &c, &r), VERDICT_PENDING);    /* nobody has said where to */
    struct refund_account_in in = { c.payment, { S("88"), S("11012345678"), S("홍길동") } };
    assert_int_equal(call_run(&s->b->cx, &refund_account_put_call, &in, NULL), OK);
    struct verdict v = s->p->refund(&s->b->cx, &c, &r), again = s->p->refund(&s->b->cx, &c, &r);
    assert_kind(s, v, VERDICT_APPROVED);
    assert_true(str_eq(v.ref, again.ref));

    c = charge_new(s->b, s->company, AMOUNT);                            /* nobody wants it while it waits */
    c.method = S("virtual_account");
    page = made(s, &c);
    c.payment_key = buyer_approves(s->b, s->company, &page);
    assert_kind(s, s->p->confirm(&s->b->cx, &c), VERDICT_PENDING);
    assert_kind(s, s->p->cancel(&s->b->cx, &c), VERDICT_APPROVED);
    assert_kind(s, s->p->query(&s->b->cx, &c), VERDICT_DECLINED);
}

/* ---- running them ---- */

static void on_all(void **state, void (*run)(const struct subject *s))
{
    for (size_t i = 0; i < COUNT(companies); i++)
        run(&(struct subject){ *state, &companies[i], provider_named(str_c(companies[i].name)) });
}

#define CASES(X)                                                                                                                            \
    X(created_again) X(not_asked) X(taken_once) X(taken_without_key) X(declined) X(not_approved) X(wrong_keys) X(key_of_another) X(let_go)  \
    X(given_back) X(never_taken) X(answers_lost) X(books) X(away) X(other_currencies) X(transfers)

#define ON_ALL(name) static void all_##name(void **state) { on_all(state, name); }
CASES(ON_ALL)

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(all_##name, company_bed, company_drop),
    const struct CMUnitTest tests[] = { CASES(ROW) };
    return cmocka_run_group_tests(tests, psp_start, psp_stop);
}
