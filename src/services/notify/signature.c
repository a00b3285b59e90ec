#include "signature.h"

#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

void signature_secret(const uint8_t key[32], struct str salt, char out[SECRET_TEXT])
{
    uint8_t mac[32];
    struct arena *arena = arena_new(256);
    crypto_hmac(key, salt, mac);
    struct str text = base64url(arena, str_of((const char *)mac, SECRET_TEXT / 4 * 3));
    ASSERT(text.n == SECRET_TEXT);
    memcpy(out, text.p, SECRET_TEXT);
    arena_free(arena);
}

struct str signature_make(struct arena *arena, const char secret[SECRET_TEXT], int64_t now_ms, struct str body)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t key[32], mac[32];
    char hex[2 * sizeof(mac)];
    long long seconds = (long long)(now_ms / 1000);
    _Static_assert(sizeof(key) == SECRET_TEXT, "the secret as it is shown is the key");
    memcpy(key, secret, sizeof(key));
    crypto_hmac(key, arena_fmt(arena, "%lld.%.*s", seconds, STR_ARG(body)), mac);
    for (size_t i = 0; i < sizeof(mac); i++) {
        hex[2 * i] = digits[mac[i] >> 4];
        hex[2 * i + 1] = digits[mac[i] & 15];
    }
    return arena_fmt(arena, "t=%lld,v1=%.*s", seconds, (int)sizeof(hex), hex);
}
