/* The code of a ticket, signed with Ed25519, so that a gate can check it with the public key alone:
 *
 *   "TS1." base64url(payload) "." base64url(signature of "TS1." base64url(payload))
 *   payload: key id (4 bytes), starts_at in seconds (4, big-endian), issue (2, big-endian), seat (4, big-endian), schedule id (13), ticket id (13)
 *
 * Signing is deterministic: the code is made whenever it is asked for and stored nowhere. */
#include "platform/crypto/crypto.h"
#include "services/booking/door_int.h"

#include <stdlib.h>

#define PREFIX          "TS1."
#define PAYLOAD_BYTES   (4 + 4 + 2 + 4 + 2 * ID_TEXT)
#define SIGNATURE_BYTES 64

static uint8_t *big_endian(uint8_t *at, uint64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, v >>= 8)
        at[i] = (uint8_t)(v & 0xff);
    return at + bytes;
}

static uint64_t from_big_endian(const uint8_t **at, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | *(*at)++;
    return v;
}

static uint64_t key_number(const struct keys *keys)
{
    return strtoul(keys->ticket_kid, NULL, 16);
}

struct str ticket_code_write(struct ctx *cx, const struct ticket_code *code)
{
    const struct keys *keys = app_keys(cx->app);
    uint8_t payload[PAYLOAD_BYTES], *at = payload, signature[SIGNATURE_BYTES];
    at = big_endian(at, key_number(keys), 4);
    at = big_endian(at, (uint64_t)code->starts_at / 1000, 4);
    at = big_endian(at, (uint64_t)code->issue, 2);
    at = big_endian(at, code->seat, 4);
    id_encode(&keys->ids, ID_SCHEDULE, code->schedule, (char *)at);
    id_encode(&keys->ids, ID_TICKET, code->ticket, (char *)at + ID_TEXT);
    struct str text = arena_fmt(cx->arena, PREFIX "%.*s", STR_ARG(base64url(cx->arena, str_of((char *)payload, sizeof(payload)))));
    sign(keys->ticket_secret, text, signature);
    return arena_fmt(cx->arena, "%.*s.%.*s", STR_ARG(text), STR_ARG(base64url(cx->arena, str_of((char *)signature, sizeof(signature)))));
}

bool ticket_code_read(struct ctx *cx, struct str text, struct ticket_code *ret)
{
    const struct keys *keys = app_keys(cx->app);
    uint8_t payload[PAYLOAD_BYTES], signature[SIGNATURE_BYTES];
    size_t payload_n, signature_n;
    if (!str_starts(text, S(PREFIX)))
        return false;
    struct str rest = str_of(text.p + strlen(PREFIX), text.n - strlen(PREFIX)), body = str_cut(&rest, '.');
    if (!base64url_decode_to(body, payload, sizeof(payload), &payload_n) || payload_n != sizeof(payload) ||
        !base64url_decode_to(rest, signature, sizeof(signature), &signature_n) || signature_n != sizeof(signature) ||
        !signature_valid(keys->ticket_public, str_of(text.p, strlen(PREFIX) + body.n), signature))
        return false;

    const uint8_t *at = payload;
    bool ours = from_big_endian(&at, 4) == key_number(keys);
    *ret = (struct ticket_code){ .starts_at = (int64_t)from_big_endian(&at, 4) * 1000 };
    ret->issue = (int64_t)from_big_endian(&at, 2);
    ret->seat = (uint32_t)from_big_endian(&at, 4);
    return id_decode(&keys->ids, ID_SCHEDULE, str_of((const char *)at, ID_TEXT), &ret->schedule) &&
           id_decode(&keys->ids, ID_TICKET, str_of((const char *)at + ID_TEXT, ID_TEXT), &ret->ticket) && ours;
}
