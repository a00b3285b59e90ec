#include "services/payment/fees.h"

#include "base/money.h"
#include "platform/obs/log.h"

#define WHOLE_BP       10000
#define WHOLE_PERMILLE 1000

static int64_t at_most(int64_t a, int64_t limit)
{
    return a < limit ? a : limit;
}

struct fees fees_of(int64_t amount, const struct fee_rates *r)
{
    struct fees ret;
    ret.provider = at_most(money_share(amount, r->provider_bp, WHOLE_BP) + r->provider_fixed, amount);
    int64_t most = money_share(amount - ret.provider, WHOLE_PERMILLE, WHOLE_PERMILLE + r->vat_permille);
    ret.platform = at_most(money_share(amount, r->platform_bp, WHOLE_BP) + r->platform_fixed, most);
    ret.tax = money_share(ret.platform, r->vat_permille, WHOLE_PERMILLE);
    return ret;
}

int64_t vat_contained(int64_t price, int64_t vat_permille)
{
    return money_share(price, vat_permille, WHOLE_PERMILLE + vat_permille);
}

static bool is_currency(struct str word)
{
    bool capitals = word.n == 3;
    for (size_t i = 0; capitals && i < word.n; i++)
        capitals = word.p[i] >= 'A' && word.p[i] <= 'Z';
    return capitals;
}

bool fee_fixed_of(struct str text, struct str currency, int64_t *ret)
{
    int64_t found = 0;
    while (text.n) {
        struct str amount = str_trim(str_cut(&text, ',')), of = str_cut(&amount, ' ');
        int64_t n;
        if (!is_currency(of) || !str_to_int(str_trim(amount), &n) || n < 0 || n > MONEY_MAX)
            return false;
        if (str_eq(of, currency))
            found = n;
    }
    *ret = found;
    return true;
}

void ledger_balances(const struct holding *h, int64_t ret[LEDGER_ACCOUNTS])
{
    ASSERT(0 <= h->refunded && h->refunded <= h->promised && h->promised <= h->captured);
    int64_t left = h->captured - h->promised;
    int64_t sold = h->sold ? left : 0, retained = at_most(h->retained, sold), kept = sold - retained;
    struct fees fees = { money_share(h->fees.platform, kept, h->captured), money_share(h->fees.tax, kept, h->captured),
                         money_share(h->fees.provider, kept, h->captured) };

    ret[ACCOUNT_PROVIDER] = h->captured - h->refunded;
    ret[ACCOUNT_BUYER] = sold - left;
    ret[ACCOUNT_REFUND_DUE] = h->refunded - h->promised;
    ret[ACCOUNT_ORGANIZER] = fees.platform + fees.tax + fees.provider - kept;
    ret[ACCOUNT_PLATFORM_FEE] = -fees.platform;
    ret[ACCOUNT_TAX] = -fees.tax;
    ret[ACCOUNT_PROVIDER_FEE] = -fees.provider;
    ret[ACCOUNT_RETAINED_FEE] = -retained;
}
