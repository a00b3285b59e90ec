/* The providers there are. */
#include "provider.h"

#include "sandbox.h"
#include "stripe.h"
#include "toss.h"

static const struct provider *const providers[] = { &sandbox_provider, &toss_provider, &stripe_provider };

const char *const provider_words[] = { "sandbox", "toss", "stripe", NULL };

_Static_assert(sizeof(providers) / sizeof(providers[0]) == PROVIDERS, "all of them");
_Static_assert(sizeof(provider_words) / sizeof(provider_words[0]) == PROVIDERS + 1, "a word for each provider");

const struct provider *provider_at(int word)
{
    return providers[word];
}

const struct provider *provider_named(struct str name)
{
    for (int i = 0; provider_words[i]; i++)
        if (str_eq(name, str_c(provider_words[i])))
            return providers[i];
    return NULL;
}
