#include "base/err.h"

static const struct err_kind kinds[ERR_COUNT] = {
#define X(name, status, again, word, en, ko) [name] = { status, again, word, { en, ko } },
    ERR_KINDS(X)
#undef X
};

const struct err_kind *err_kind(err e)
{
    return (unsigned)e < ERR_COUNT ? &kinds[e] : &kinds[ERR_INTERNAL];
}
