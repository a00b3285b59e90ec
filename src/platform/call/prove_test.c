/* Proofs of a device's key: what they are of, when they are good, and that nothing else is one. PROOF_MUTATIONS=10000000 for the long run. */
#include "platform/call/prove.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "platform/crypto/crypto.h"
#include "platform/crypto/es256.h"
#include "test.h"

#define NOW INT64_C(1700000000000)

struct device {
    EVP_PKEY *secret;
    uint8_t key[64];
};

struct bench {
    struct arena *arena;
    struct ctx cx;
    struct proofs *proofs;
    struct device phone, laptop;
    uint64_t nonces;
};

static const struct prove_what holding = { { "POST", 4 }, { "/api/v1/schedules/sch_1/holds", 29 }, { "a.pass", 6 } };

/* ---- the device's side ---- */

static struct device device_new(void)
{
    struct device d = { .secret = EVP_EC_gen("P-256") };
    uint8_t point[65];
    size_t n;
    assert_non_null(d.secret);
    assert_int_equal(EVP_PKEY_get_octet_string_param(d.secret, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &n), 1);
    assert_int_equal(n, sizeof(point));
    memcpy(d.key, point + 1, sizeof(d.key));
    return d;
}

static void device_sign(const struct device *d, struct str message, uint8_t out[64])
{
    uint8_t der[80];
    const uint8_t *at = der;
    size_t n = sizeof(der);
    EVP_MD_CTX *cx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit_ex(cx, NULL, "SHA256", NULL, NULL, d->secret, NULL), 1);
    assert_int_equal(EVP_DigestSign(cx, der, &n, (const uint8_t *)message.p, message.n), 1);
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)n);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32), 32);
    ECDSA_SIG_free(signature);
    EVP_MD_CTX_free(cx);
}

static struct str text_of(struct bench *b, const void *bytes, size_t n)
{
    return base64url(b->arena, str_of(bytes, n));
}

static struct str proof_of(struct bench *b, const struct device *d, const struct prove_what *what, int64_t time)
{
    uint8_t nonce[16] = { 0 }, signature[64];
    b->nonces++;
    memcpy(nonce, &b->nonces, sizeof(b->nonces));
    struct str name = text_of(b, nonce, sizeof(nonce)), when = arena_fmt(b->arena, "%lld", (long long)time);
    device_sign(d, prove_statement(b->arena, what, when, name), signature);
    struct str key = text_of(b, d->key, sizeof(d->key)), seal = text_of(b, signature, sizeof(signature));
    return arena_fmt(b->arena, "%.*s.%.*s.%.*s.%.*s", STR_ARG(key), STR_ARG(when), STR_ARG(name), STR_ARG(seal));
}

/* ---- the bench ---- */

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    b->arena = arena_new(0);
    b->cx = (struct ctx){ .arena = b->arena, .now = NOW };
    b->proofs = proofs_open(NOW - 3600000, PROOFS_MAX);
    b->phone = device_new();
    b->laptop = device_new();
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    proofs_close(b->proofs);
    EVP_PKEY_free(b->phone.secret);
    EVP_PKEY_free(b->laptop.secret);
    arena_free(b->arena);
    free(b);
    return 0;
}

static err show(struct bench *b, const struct prove_what *what, struct str proof)
{
    fail_clear(&b->cx);
    b->cx.actor = (struct actor){ 0 };
    return prove(&b->cx, b->proofs, what, proof, false);
}

static void refused(struct bench *b, const struct prove_what *what, struct str proof, const char *code)
{
    assert_int_equal(show(b, what, proof), ERR_DENIED);
    assert_string_equal(b->cx.problem.code, code);
    assert_false(actor_has_device(&b->cx));
}

/* ---- known answers ---- */

static void decode(struct bench *b, const char *text, uint8_t *out, size_t size)
{
    size_t n;
    (void)b;
    assert_true(base64url_decode_to(str_c(text), out, size, &n));
    assert_int_equal(n, size);
}

/* RFC 7515, A.3; RFC 9449, 4.1 and 6.1. */
static void test_known(void **state)
{
    struct bench *b = *state;
    uint8_t key[64], signature[64], thumbprint[32];
    struct str message = S("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
    decode(b, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", key, 32);
    decode(b, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", key + 32, 32);
    decode(b, "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q", signature, 64);
    assert_true(es256_valid(key, message, signature));
    assert_false(es256_valid(key, str_of(message.p, message.n - 1), signature));
    signature[63] ^= 1;
    assert_false(es256_valid(key, message, signature));
    memset(signature, 0, sizeof(signature));
    assert_false(es256_valid(key, message, signature));
    key[63] ^= 1;                            /* no point any more */
    assert_false(es256_valid(key, message, signature));

    decode(b, "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", key, 32);
    decode(b, "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA", key + 32, 32);
    es256_thumbprint(b->arena, key, thumbprint);
    assert_true(str_eq(text_of(b, thumbprint, sizeof(thumbprint)), S("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")));
}

/* ---- proofs ---- */

static void test_good(void **state)
{
    struct bench *b = *state;
    uint8_t thumbprint[32];
    assert_int_equal(show(b, &holding, proof_of(b, &b->phone, &holding, NOW)), OK);
    es256_thumbprint(b->arena, b->phone.key, thumbprint);
    assert_memory_equal(b->cx.actor.device, thumbprint, sizeof(thumbprint));
    assert_int_equal(show(b, &holding, proof_of(b, &b->phone, &holding, NOW - PROVE_SKEW_MS)), OK);
    assert_int_equal(show(b, &holding, proof_of(b, &b->phone, &holding, NOW + PROVE_SKEW_MS)), OK);
    refused(b, &holding, proof_of(b, &b->phone, &holding, NOW - PROVE_SKEW_MS - 1), "proof_stale");
    refused(b, &holding, proof_of(b, &b->phone, &holding, NOW + PROVE_SKEW_MS + 1), "proof_stale");
}

static void test_of_something_else(void **state)
{
    struct bench *b = *state;
    const struct prove_what others[] = {
        { S("PUT"), holding.path, holding.pass },
        { holding.method, S("/api/v1/bookings"), holding.pass },
        { holding.method, holding.path, S("another.pass") },
        { holding.method, holding.path, { 0 } },
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        refused(b, &holding, proof_of(b, &b->phone, &others[i], NOW), "proof_invalid");
        refused(b, &others[i], proof_of(b, &b->phone, &holding, NOW), "proof_invalid");
    }
    struct device mixed = { .secret = b->phone.secret };
    memcpy(mixed.key, b->laptop.key, sizeof(mixed.key));
    refused(b, &holding, proof_of(b, &mixed, &holding, NOW), "proof_invalid");
}

static void test_once(void **state)
{
    struct bench *b = *state;
    struct str early = proof_of(b, &b->phone, &holding, NOW + PROVE_SKEW_MS), now = proof_of(b, &b->phone, &holding, NOW);
    assert_int_equal(show(b, &holding, early), OK);
    assert_int_equal(show(b, &holding, now), OK);
    assert_int_equal(prove(&b->cx, b->proofs, &holding, now, true), OK);
    for (int64_t after = 0; after <= 2 * PROVE_SKEW_MS; after += 5000) {      /* until the last moment in which it is not stale */
        b->cx.now = NOW + after;
        assert_int_equal(show(b, &holding, proof_of(b, &b->phone, &holding, b->cx.now)), OK);
        refused(b, &holding, early, "proof_replayed");
    }
    b->cx.now = NOW + 2 * PROVE_SKEW_MS + 1;
    refused(b, &holding, early, "proof_stale");
    b->cx.now = NOW + 60 * 60 * 1000;
    refused(b, &holding, early, "proof_stale");
}

/* What was seen before a start is forgotten: so nothing from before it is taken. */
static void test_restart(void **state)
{
    struct bench *b = *state;
    struct str before = proof_of(b, &b->phone, &holding, NOW - 1);
    assert_int_equal(show(b, &holding, before), OK);
    proofs_close(b->proofs);
    b->proofs = proofs_open(NOW, PROOFS_MAX);
    refused(b, &holding, before, "proof_stale");
    assert_int_equal(show(b, &holding, proof_of(b, &b->phone, &holding, NOW)), OK);
}

/* Whoever floods the table costs others a second proof, not their turn; and still nothing is good twice. */
static void test_flood(void **state)
{
    struct bench *b = *state;
    proofs_close(b->proofs);
    b->proofs = proofs_open(NOW - 3600000, 4);
    struct str early = proof_of(b, &b->phone, &holding, NOW), late = proof_of(b, &b->phone, &holding, NOW + 10);
    assert_int_equal(show(b, &holding, early), OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(show(b, &holding, proof_of(b, &b->laptop, &holding, NOW)), OK);
    b->cx.now = NOW + 5;
    refused(b, &holding, early, "proof_stale");
    refused(b, &holding, proof_of(b, &b->phone, &holding, NOW + 4), "proof_stale");
    assert_int_equal(show(b, &holding, late), OK);
    refused(b, &holding, late, "proof_replayed");
}

static void test_malformed(void **state)
{
    struct bench *b = *state;
    struct str good = proof_of(b, &b->phone, &holding, NOW);
    const struct str bad[] = {
        S(""), S("."), S("..."), S("a.b.c.d"), str_of(good.p, good.n - 1), str_of(good.p + 1, good.n - 1), arena_fmt(b->arena, "%.*sA", STR_ARG(good)),
        arena_fmt(b->arena, "%.*s=", STR_ARG(good)), arena_fmt(b->arena, "%.*s.", STR_ARG(good)), arena_fmt(b->arena, " %.*s", STR_ARG(good)),
        arena_fmt(b->arena, "%.*s.99999999999999999999.%s", 86, good.p, good.p + 101),
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(show(b, &holding, bad[i]), ERR_INPUT);
    for (size_t n = 0; n < good.n; n++)
        assert_int_not_equal(show(b, &holding, str_of(good.p, n)), OK);
}

/* ---- mutations ---- */

static struct str mutate(struct rng *rng, struct str from, struct str other, char *copy)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    size_t n = from.n;
    memcpy(copy, from.p, n);
    switch (rng_below(rng, 4)) {
    case 0: n = rng_below(rng, n); break;                              /* cut */
    case 1: copy[n++] = letters[rng_below(rng, sizeof(letters) - 1)]; break;
    case 2:                                                            /* spliced */
        for (size_t at = rng_below(rng, n); at < n && at < other.n; at++)
            copy[at] = other.p[at];
        break;
    default:
        for (uint64_t k = 1 + rng_below(rng, 3); k; k--)
            copy[rng_below(rng, n)] = letters[rng_below(rng, sizeof(letters) - 1)];
    }
    return str_of(copy, n);
}

static void test_mutations(void **state)
{
    struct bench *b = *state;
    const char *given = getenv("PROOF_MUTATIONS");
    int64_t times = given ? atoll(given) : 100000, accepted = 0;
    const struct str words[] = { proof_of(b, &b->phone, &holding, NOW), proof_of(b, &b->phone, &holding, NOW + 1), proof_of(b, &b->laptop, &holding, NOW) };
    struct arena *kept = b->arena;
    struct rng rng;
    char copy[512];
    rng_seed(&rng, 5);
    b->cx.arena = arena_new(0);
    for (int64_t i = 0; i < times; i++) {
        struct str from = words[rng_below(&rng, 3)], forged = mutate(&rng, from, words[rng_below(&rng, 3)], copy);
        bool original = str_eq(forged, words[0]) || str_eq(forged, words[1]) || str_eq(forged, words[2]);
        accepted += !original && prove(&b->cx, b->proofs, &holding, forged, true) == OK;
        fail_clear(&b->cx);
        arena_reset(b->cx.arena);
    }
    arena_free(b->cx.arena);
    b->cx.arena = kept;
    assert_int_equal(accepted, 0);
}

#define BENCH_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(test_known), BENCH_TEST(test_good), BENCH_TEST(test_of_something_else), BENCH_TEST(test_once), BENCH_TEST(test_restart),
        BENCH_TEST(test_flood), BENCH_TEST(test_malformed), BENCH_TEST(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
