#include "services/queue/work.h"

#include <stdio.h>

#include "platform/obs/log.h"

#define FIELDS_MAX    256
#define SOLUTION_SIZE (WORK_PARTS * 4)
#define SEED_SIZE     32

static const struct str purpose = { "work", 4 };

/* ---- the fields ---- */

static void put_number(uint8_t out[4], uint32_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (24 - 8 * i));
}

static uint32_t get_number(const uint8_t in[4])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static size_t put_field(uint8_t *out, size_t at, struct str text)
{
    ASSERT(at + 4 + text.n <= FIELDS_MAX);
    put_number(out + at, (uint32_t)text.n);
    memcpy(out + at + 4, text.p, text.n);
    return at + 4 + text.n;
}

static size_t put_int(uint8_t *out, size_t at, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)v);
    return put_field(out, at, str_of(text, (size_t)n));
}

static bool get_field(struct str *rest, struct str *ret)
{
    uint32_t n = rest->n >= 4 ? get_number((const uint8_t *)rest->p) : UINT32_MAX;
    if (n > rest->n || rest->n - n < 4)
        return false;
    *ret = str_of(rest->p + 4, n);
    *rest = str_of(rest->p + 4 + n, rest->n - 4 - n);
    return true;
}

static bool get_int(struct str *rest, int64_t *ret)
{
    struct str text;
    return get_field(rest, &text) && str_to_int(text, ret);
}

/* ---- the challenge ---- */

struct str work_challenge(struct arena *arena, const uint8_t key[32], const struct work *w)
{
    uint8_t fields[FIELDS_MAX];
    size_t n = put_field(fields, 0, w->schedule);
    n = put_field(fields, n, w->account);
    n = put_int(fields, n, w->bits);
    n = put_int(fields, n, w->expires_at);
    return token_seal(arena, key, purpose, str_of((const char *)fields, n));
}

bool work_read(struct arena *arena, const uint8_t key[32], struct str challenge, struct work *ret)
{
    struct str rest;
    return token_open(arena, key, purpose, challenge, &rest) && get_field(&rest, &ret->schedule) && get_field(&rest, &ret->account) &&
           get_int(&rest, &ret->bits) && get_int(&rest, &ret->expires_at) && rest.n == 0;
}

/* ---- the work ---- */

struct part {
    uint8_t bytes[SEED_SIZE + 8];        /* seed, number of the part, counter */
};

static void part_begin(struct part *p, const uint8_t seed[SEED_SIZE], uint32_t number)
{
    memcpy(p->bytes, seed, SEED_SIZE);
    put_number(p->bytes + SEED_SIZE, number);
}

static bool part_holds(struct part *p, uint32_t counter, int64_t bits)
{
    uint8_t hash[32];
    put_number(p->bytes + SEED_SIZE + 4, counter);
    crypto_sha256(str_of((const char *)p->bytes, sizeof(p->bytes)), hash);
    return get_number(hash) >> (32 - bits) == 0;
}

bool work_done(struct str challenge, int64_t bits, struct str solution)
{
    uint8_t seed[SEED_SIZE], counters[SOLUTION_SIZE];
    struct part part;
    size_t n;
    if (bits < 1 || bits > WORK_BITS_MAX || !base64url_decode_to(solution, counters, sizeof(counters), &n) || n != SOLUTION_SIZE)
        return false;
    crypto_sha256(challenge, seed);
    for (uint32_t i = 0; i < WORK_PARTS; i++) {
        part_begin(&part, seed, i);
        if (!part_holds(&part, get_number(counters + (size_t)i * 4), bits))
            return false;
    }
    return true;
}

struct str work_solve(struct arena *arena, struct str challenge, int64_t bits)
{
    uint8_t seed[SEED_SIZE], counters[SOLUTION_SIZE];
    struct part part;
    ASSERT(bits >= 1 && bits <= WORK_BITS_MAX);
    crypto_sha256(challenge, seed);
    for (uint32_t i = 0; i < WORK_PARTS; i++) {
        uint32_t counter = 0;
        part_begin(&part, seed, i);
        while (!part_holds(&part, counter, bits))
            counter++;
        put_number(counters + (size_t)i * 4, counter);
    }
    return base64url(arena, str_of((const char *)counters, sizeof(counters)));
}
