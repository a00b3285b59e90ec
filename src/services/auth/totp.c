/* One-time codes by the clock (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, 30 seconds, which is what every authenticator app knows. */
#include "auth_int.h"

#include <stdio.h>

#include "platform/obs/log.h"

#define STEP_MS 30000
#define DIGITS  6

int totp_code(const uint8_t secret[TOTP_SECRET], int64_t step)
{
    uint8_t counter[8], mac[20];
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    crypto_hmac_sha1(str_of((const char *)secret, TOTP_SECRET), str_of((const char *)counter, sizeof(counter)), mac);
    const uint8_t *at = mac + (mac[19] & 15);
    uint32_t bits = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return (int)(bits % 1000000);
}

/* All steps are compared, whichever fits. */
int64_t totp_step(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now, int64_t last_step)
{
    int64_t found = 0;
    if (code.n != DIGITS)
        return 0;
    for (int64_t step = now / STEP_MS - 1; step <= now / STEP_MS + 1; step++) {
        char text[DIGITS + 1];
        snprintf(text, sizeof(text), "%06d", totp_code(secret, step));
        if (crypto_equal(text, code.p, DIGITS) && step > last_step)
            found = step;
    }
    return found;
}

struct str base32(struct arena *arena, const uint8_t *p, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    ASSERT(n % 5 == 0);
    char *out = arena_take(arena, n / 5 * 8);
    for (size_t i = 0; i < n; i += 5) {
        uint64_t bits = 0;
        for (size_t k = 0; k < 5; k++)
            bits = bits << 8 | p[i + k];
        for (size_t k = 0; k < 8; k++)
            out[i / 5 * 8 + k] = letters[bits >> (35 - 5 * k) & 31];
    }
    return str_of(out, n / 5 * 8);
}

/* The label may hold only what needs no escape in a URI; an e-mail address is ASCII. */
struct str totp_uri(struct arena *arena, struct str email, struct str secret)
{
    char *label = arena_take(arena, email.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < email.n; i++) {
        char c = email.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
        if (plain)
            label[n++] = c;
        else
            n += (size_t)snprintf(label + n, 4, "%%%02X", (unsigned char)c);
    }
    return arena_fmt(arena, "otpauth://totp/TakenSeat:%.*s?secret=%.*s&issuer=TakenSeat&algorithm=SHA1&digits=6&period=30", (int)n, label, STR_ARG(secret));
}
