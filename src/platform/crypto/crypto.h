/* Cryptography: thin, typed doors to libsodium. No algorithm of our own. */
#ifndef PLATFORM_CRYPTO_CRYPTO_H
#define PLATFORM_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"

/* Secrets of an installation, made at first start and kept in the data folder (mode 0600): one random seed from which each key is derived
 * by name (crypto_kdf), so that no key is used twice. */
struct keys {
    uint8_t token[32];        /* HMAC of access tokens */
    uint8_t place[32];        /* keyed hash of place tokens and passes */
    uint8_t presale[32];      /* HMAC of presale codes */
    uint8_t draw[32];         /* HMAC that makes the secrets of draws, and the names that entrants have in them */
    uint8_t webhook[32];      /* HMAC of the sandbox provider's webhooks */
    uint8_t secrets[32];      /* seals the secrets of others that have to be read again */
    uint8_t hooks[32];        /* secrets of the webhooks that we call are made with it */
    uint8_t link[32];         /* shows to each other the processes of an installation (platform/link) */
    struct id_key ids;
    uint8_t ticket_public[32], ticket_secret[64];   /* Ed25519, like the next */
    uint8_t receipt_public[32], receipt_secret[64]; /* receipts of a draw's entrants, and its publication */
    char ticket_kid[9];       /* names the ticket key: first 8 hex digits of its hash */
};

/* Reads or makes DIR/secret. False and a sentence when it cannot be read, has a wrong size, or others may read it. */
bool keys_load(struct arena *arena, const char *dir, struct keys *ret, struct str *ret_why);

void crypto_random(void *out, size_t n);
/* HMAC-SHA-256 (RFC 2104), 32 bytes. */
void crypto_hmac(const uint8_t key[32], struct str data, uint8_t out[32]);
/* The same under a key of any length, as others choose theirs. */
void crypto_hmac_text(struct str key, struct str data, uint8_t out[32]);
/* HMAC-SHA-1 (RFC 2104), 20 bytes: for one-time codes only, whose apps know nothing else. */
void crypto_hmac_sha1(struct str key, struct str data, uint8_t out[20]);
void crypto_sha256(struct str data, uint8_t out[32]);
/* n bytes of the ChaCha20 stream (RFC 8439: nonce of zeros) from block `first` of 64 bytes on: chance that anyone with the key can repeat. */
void crypto_chacha20(const uint8_t key[32], uint32_t first, void *out, size_t n);
/* BLAKE2b of any length up to 64. */
void crypto_digest(struct str data, uint8_t *out, size_t out_size);
/* In constant time. */
bool crypto_equal(const void *a, const void *b, size_t n);

/* Unpadded base64url (RFC 4648, 5). Decoding is strict: no padding, no white space, no stray bits. */
struct str base64url(struct arena *arena, struct str bytes);
bool base64url_decode(struct arena *arena, struct str text, struct str *ret);
/* The same into memory of the caller; false also when `size` is too small. */
bool base64url_decode_to(struct str text, uint8_t *out, size_t size, size_t *ret_n);

/* Hexadecimal in lower case. Decoding takes exactly 2 * n digits, again in lower case only. */
struct str hex_encode(struct arena *arena, const void *bytes, size_t n);
bool hex_decode(struct str text, uint8_t *out, size_t n);

/* Argon2id (RFC 9106) as a PHC string; slow on purpose: only on workers. */
struct password_cost {
    uint64_t ops;             /* 2 */
    size_t memory_bytes;      /* 19 MiB */
};
struct str password_hash(struct arena *arena, struct str password, struct password_cost cost);
bool password_matches(struct str hash, struct str password);

/* Ed25519 (RFC 8032). */
void sign(const uint8_t secret[64], struct str message, uint8_t out[64]);
bool signature_valid(const uint8_t public_key[32], struct str message, const uint8_t signature[64]);

/* A small signed token of our own: base64url(payload) "." base64url(keyed BLAKE2b, RFC 7693, of the payload, personalized by the purpose: 16 bytes at
 * most, without a NUL). */
struct str token_seal(struct arena *arena, const uint8_t key[32], struct str purpose, struct str payload);
bool token_open(struct arena *arena, const uint8_t key[32], struct str purpose, struct str token, struct str *ret_payload);

/* A secret that has to be read again, as it may stand in a table: XChaCha20-Poly1305 under a random nonce, bound to its purpose; 40 bytes longer.
 * False when it was not sealed with this key for this purpose. */
struct str secret_seal(struct arena *arena, const uint8_t key[32], struct str purpose, struct str plain);
bool secret_open(struct arena *arena, const uint8_t key[32], struct str purpose, struct str sealed, struct str *ret_plain);

/* Message `number` of those that go one way over one connection, whose key is used for nothing else: ChaCha20-Poly1305 (RFC 8439), 16 bytes longer. It may
 * be opened where it stands; false when it is not this one. */
void message_seal(const uint8_t key[32], uint64_t number, struct str plain, uint8_t *out);
bool message_open(const uint8_t key[32], uint64_t number, struct str sealed, uint8_t *out) __attribute__((warn_unused_result));

#endif
