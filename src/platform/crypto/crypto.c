#include "platform/crypto/crypto.h"

#include <nettle/hmac.h>
#include <sodium.h>

#include "platform/obs/log.h"

_Static_assert(crypto_auth_hmacsha256_BYTES == 32 && crypto_auth_hmacsha256_KEYBYTES == 32, "HMAC-SHA-256");
_Static_assert(crypto_sign_BYTES == 64 && crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32, "Ed25519");

/* libsodium chooses the fastest code for this processor; it wants to be told once, before threads. */
__attribute__((constructor)) static void sodium_start(void)
{
    ASSERT(sodium_init() >= 0);
}

static const unsigned char *bytes(struct str s)
{
    return (const unsigned char *)s.p;
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

void crypto_hmac(const uint8_t key[32], struct str data, uint8_t out[32])
{
    crypto_auth_hmacsha256(out, bytes(data), data.n, key);
}

void crypto_hmac_text(struct str key, struct str data, uint8_t out[32])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.n);
    crypto_auth_hmacsha256_update(&state, bytes(data), data.n);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

void crypto_hmac_sha1(struct str key, struct str data, uint8_t out[20])
{
    struct hmac_sha1_ctx state;
    hmac_sha1_set_key(&state, key.n, bytes(key));
    hmac_sha1_update(&state, data.n, bytes(data));
    hmac_sha1_digest(&state, 20, out);
}

void crypto_sha256(struct str data, uint8_t out[32])
{
    crypto_hash_sha256(out, bytes(data), data.n);
}

void crypto_chacha20(const uint8_t key[32], uint32_t first, void *out, size_t n)
{
    static const unsigned char nonce[crypto_stream_chacha20_ietf_NONCEBYTES] = { 0 };
    memset(out, 0, n);
    crypto_stream_chacha20_ietf_xor_ic(out, out, n, nonce, first, key);
}

void crypto_digest(struct str data, uint8_t *out, size_t out_size)
{
    int failed = crypto_generichash(out, out_size, bytes(data), data.n, NULL, 0);
    ASSERT(!failed);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

/* ---- base64url ---- */

struct str base64url(struct arena *arena, struct str in)
{
    size_t size = sodium_base64_encoded_len(in.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);     /* with the NUL */
    char *out = arena_take(arena, size);
    sodium_bin2base64(out, size, bytes(in), in.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(out, size - 1);
}

/* The six bits of a letter from ' ' to DEL, or -1. libsodium's decoder takes no branch and no index from its input, which is right for keys;
 * what is decoded here came over the wire, and this is several times faster. */
static const int8_t sextets[] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};

static int sextet(char c)
{
    unsigned at = (unsigned)(unsigned char)c - ' ';
    return at < sizeof(sextets) ? sextets[at] : -1;
}

bool base64url_decode_to(struct str text, uint8_t *out, size_t size, size_t *ret_n)
{
    size_t n = 0, i = 0;
    unsigned bits = 0, count = 0;         /* those read but not yet written */
    if (text.n % 4 == 1 || text.n / 4 * 3 + text.n % 4 * 3 / 4 > size)
        return false;
    for (; i + 4 <= text.n; i += 4) {
        int a = sextet(text.p[i]), b = sextet(text.p[i + 1]), c = sextet(text.p[i + 2]), d = sextet(text.p[i + 3]);
        if ((a | b | c | d) < 0)
            return false;
        out[n++] = (uint8_t)(a << 2 | b >> 4);
        out[n++] = (uint8_t)(b << 4 | c >> 2);
        out[n++] = (uint8_t)(c << 6 | d);
    }
    for (; i < text.n; i++) {
        int v = sextet(text.p[i]);
        if (v < 0)
            return false;
        bits = bits << 6 | (unsigned)v;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[n++] = (uint8_t)(bits >> count);
            bits &= (1u << count) - 1;
        }
    }
    if (bits)
        return false;             /* stray ones: another text for the same bytes */
    *ret_n = n;
    return true;
}

bool base64url_decode(struct arena *arena, struct str text, struct str *ret)
{
    size_t n, size = text.n / 4 * 3 + 2;
    uint8_t *out = arena_take(arena, size);
    if (!base64url_decode_to(text, out, size, &n))
        return false;
    *ret = str_of((const char *)out, n);
    return true;
}

/* ---- hexadecimal ---- */

struct str hex_encode(struct arena *arena, const void *in, size_t n)
{
    char *out = arena_take(arena, 2 * n + 1);
    sodium_bin2hex(out, 2 * n + 1, in, n);
    return str_of(out, 2 * n);
}

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct str text, uint8_t *out, size_t n)
{
    if (text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = nibble(text.p[2 * i]), low = nibble(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* ---- passwords ---- */

struct str password_hash(struct arena *arena, struct str password, struct password_cost cost)
{
    char *out = arena_take(arena, crypto_pwhash_STRBYTES);
    int failed = crypto_pwhash_str_alg(out, password.p, password.n, cost.ops, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
    ASSERT(!failed);              /* no memory, or a cost outside of what Argon2 knows */
    return str_c(out);
}

bool password_matches(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = { 0 };
    if (hash.n == 0 || hash.n >= sizeof(text))
        return false;
    memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(text, password.p, password.n) == 0;
}

/* ---- signatures ---- */

void sign(const uint8_t secret[64], struct str message, uint8_t out[64])
{
    crypto_sign_detached(out, NULL, bytes(message), message.n, secret);
}

bool signature_valid(const uint8_t public_key[32], struct str message, const uint8_t signature[64])
{
    return crypto_sign_verify_detached(signature, bytes(message), message.n, public_key) == 0;
}

/* ---- sealed tokens ---- */

/* Keyed BLAKE2b: a third of HMAC-SHA-256's time, which is the largest part of a look at a place. The purpose is its personalization. */
static void token_mac(const uint8_t key[32], struct str purpose, struct str payload, uint8_t out[32])
{
    uint8_t person[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
    ASSERT(purpose.n <= sizeof(person));
    memcpy(person, purpose.p, purpose.n);
    ASSERT(crypto_generichash_blake2b_salt_personal(out, 32, bytes(payload), payload.n, key, 32, NULL, person) == 0);
}

struct str token_seal(struct arena *arena, const uint8_t key[32], struct str purpose, struct str payload)
{
    uint8_t mac[32];
    token_mac(key, purpose, payload, mac);
    struct str text = base64url(arena, payload), signature = base64url(arena, str_of((const char *)mac, sizeof(mac)));
    return arena_fmt(arena, "%.*s.%.*s", STR_ARG(text), STR_ARG(signature));
}

bool token_open(struct arena *arena, const uint8_t key[32], struct str purpose, struct str token, struct str *ret_payload)
{
    struct str rest = token, payload, text = str_cut(&rest, '.');
    uint8_t mac[32], given[32];
    size_t n;
    if (!base64url_decode_to(rest, given, sizeof(given), &n) || n != sizeof(given) || !base64url_decode(arena, text, &payload))
        return false;
    token_mac(key, purpose, payload, mac);
    if (!crypto_equal(given, mac, sizeof(mac)))
        return false;
    *ret_payload = payload;
    return true;
}

/* ---- sealed secrets ---- */

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG   crypto_aead_xchacha20poly1305_ietf_ABYTES

struct str secret_seal(struct arena *arena, const uint8_t key[32], struct str purpose, struct str plain)
{
    uint8_t *out = arena_take(arena, NONCE + plain.n + TAG);
    crypto_random(out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, bytes(plain), plain.n, bytes(purpose), purpose.n, NULL, out, key);
    return str_of((const char *)out, NONCE + plain.n + TAG);
}

bool secret_open(struct arena *arena, const uint8_t key[32], struct str purpose, struct str sealed, struct str *ret_plain)
{
    if (sealed.n < NONCE + TAG)
        return false;
    size_t n = sealed.n - NONCE - TAG;
    uint8_t *out = arena_take(arena, n + 1);
    const unsigned char *in = bytes(sealed);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + NONCE, sealed.n - NONCE, bytes(purpose), purpose.n, in, key))
        return false;
    *ret_plain = str_of((const char *)out, n);
    return true;
}

/* ---- messages in order ---- */

static void message_nonce(uint64_t number, uint8_t out[crypto_aead_chacha20poly1305_IETF_NPUBBYTES])
{
    memset(out, 0, crypto_aead_chacha20poly1305_IETF_NPUBBYTES);
    for (int i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(number >> 8 * i);
}

void message_seal(const uint8_t key[32], uint64_t number, struct str plain, uint8_t *out)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
    message_nonce(number, nonce);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, bytes(plain), plain.n, NULL, 0, NULL, nonce, key);
}

bool message_open(const uint8_t key[32], uint64_t number, struct str sealed, uint8_t *out)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
    message_nonce(number, nonce);
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, bytes(sealed), sealed.n, NULL, 0, nonce, key) == 0;
}
