/* A Feistel network of four rounds (a strong pseudorandom permutation: Luby and Rackoff, 1988) over 64 bits with SipHash-2-4 (Aumasson and
 * Bernstein, 2012) as its round function; the kind of id and the round number are part of the hashed block, so that each kind has a permutation of
 * its own. The short code is the same over 40 bits. */
#include "base/id.h"

#include <sodium.h>

#define ROUNDS 4

static uint64_t round_hash(const struct id_key *key, unsigned kind, unsigned round, unsigned bits, uint64_t half)
{
    uint64_t block[2] = { half, (uint64_t)kind << 32 | (uint64_t)bits << 16 | round }, hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)block, sizeof(block), key->secret);
    return hash;
}

static uint64_t permute(const struct id_key *key, unsigned kind, unsigned bits, uint64_t v, bool forward)
{
    unsigned half = bits / 2;
    uint64_t mask = (UINT64_C(1) << half) - 1, left = v >> half, right = v & mask;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (forward) {
            uint64_t next = left ^ (round_hash(key, kind, i, bits, right) & mask);
            left = right;
            right = next;
        } else {
            uint64_t next = right ^ (round_hash(key, kind, ROUNDS - 1 - i, bits, left) & mask);
            right = left;
            left = next;
        }
    }
    return left << half | right;
}

/* Crockford's base 32: no I, L, O, U. */
static const char letters_small[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char letters_capital[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void base32(uint64_t v, const char *letters, char *out, int count)
{
    for (int i = count - 1; i >= 0; i--, v >>= 5)
        out[i] = letters[v & 31];
}

static bool base32_decode(const char *text, int count, const char *letters, uint64_t *ret)
{
    uint64_t v = 0;
    for (int i = 0; i < count; i++) {
        const char *at = text[i] ? strchr(letters, text[i]) : NULL;
        if (!at || v >> 59)
            return false;
        v = v << 5 | (uint64_t)(at - letters);
    }
    *ret = v;
    return true;
}

void id_encode(const struct id_key *key, enum id_kind kind, int64_t id, char out[ID_TEXT])
{
    base32(permute(key, kind, 64, (uint64_t)id, true), letters_small, out, ID_TEXT);
}

bool id_decode(const struct id_key *key, enum id_kind kind, struct str text, int64_t *ret)
{
    uint64_t v;
    if (text.n != ID_TEXT || !base32_decode(text.p, ID_TEXT, letters_small, &v))
        return false;
    int64_t id = (int64_t)permute(key, kind, 64, v, false);
    if (id <= 0)
        return false;
    *ret = id;
    return true;
}

void id_code(const struct id_key *key, enum id_kind kind, int64_t id, char out[CODE_TEXT])
{
    char eight[8];
    base32(permute(key, kind, 40, (uint64_t)id & ((UINT64_C(1) << 40) - 1), true), letters_capital, eight, 8);
    memcpy(out, eight, 4);
    out[4] = '-';
    memcpy(out + 5, eight + 4, 4);
}

bool id_from_code(const struct id_key *key, enum id_kind kind, struct str text, int64_t *ret)
{
    char eight[8];
    uint64_t v;
    if (text.n != CODE_TEXT || text.p[4] != '-')
        return false;
    memcpy(eight, text.p, 4);
    memcpy(eight + 4, text.p + 5, 4);
    if (!base32_decode(eight, 8, letters_capital, &v))
        return false;
    *ret = (int64_t)permute(key, kind, 40, v, false);
    return *ret > 0;
}

void uuid7(int64_t now_ms, struct rng *rng, char out[UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t high = (uint64_t)now_ms << 16 | 0x7000 | (rng_next(rng) & 0xfff);
    uint64_t low = (rng_next(rng) >> 2) | UINT64_C(0x8000000000000000);
    for (int i = 0, digit = 0; i < UUID_TEXT; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        uint64_t half = digit < 16 ? high : low;
        out[i] = hex[half >> (60 - 4 * (digit % 16)) & 15];
        digit++;
    }
}
