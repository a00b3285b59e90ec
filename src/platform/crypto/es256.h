/* ECDSA on P-256 with SHA-256, as browsers sign (WebCrypto; "ES256" of RFC 7518, 3.4). Slow, some 60 us: never on the writer's thread. */
#ifndef PLATFORM_CRYPTO_ES256_H
#define PLATFORM_CRYPTO_ES256_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* `key` is x and y of the public point, `signature` r and s: numbers of 32 bytes, most significant first. False also for what is no point. */
bool es256_valid(const uint8_t key[64], struct str message, const uint8_t signature[64]);

/* The SHA-256 of the key as a JSON Web Key: its thumbprint (RFC 7638). */
void es256_thumbprint(struct arena *arena, const uint8_t key[64], uint8_t out[32]);

#endif
