/* The published file of a draw: written, and read back byte for byte. */
#include "proof.h"

#include "platform/obs/log.h"

#define FIRST_LINE "takenseat draw 1"

static void hex_line(struct buf *out, const char *name, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = bytes;
    buf_fmt(out, "%s ", name);
    for (size_t i = 0; i < n; i++) {
        buf_char(out, digits[b[i] >> 4]);
        buf_char(out, digits[b[i] & 15]);
    }
    buf_char(out, '\n');
}

static void beacon_write(struct buf *out, const struct beacon *b)
{
    if (b->kind == BEACON_NONE) {
        buf_fmt(out, "beacon none\n");
        return;
    }
    buf_fmt(out, "beacon %s %lld %.*s\n", b->kind == BEACON_USED ? "used" : "missed", (long long)b->round, STR_ARG(b->url));
    if (b->kind == BEACON_USED) {
        hex_line(out, "randomness", b->randomness.at, sizeof(b->randomness.at));
        buf_fmt(out, "beacon_signature %.*s\n", STR_ARG(b->signature));
    }
}

static void text_write(struct buf *out, const struct draw_head *h)
{
    buf_fmt(out, FIRST_LINE "\nschedule %.*s\nclosed_at %lld\ndrawn_at %lld\ncount %lld\n", STR_ARG(h->schedule), (long long)h->closed_at,
            (long long)h->drawn_at, (long long)h->count);
    hex_line(out, "root", h->root.at, sizeof(h->root.at));
    hex_line(out, "commitment", h->commitment.at, sizeof(h->commitment.at));
    hex_line(out, "secret", h->secret.at, sizeof(h->secret.at));
    beacon_write(out, &h->beacon);
    hex_line(out, "seed", h->seed.at, sizeof(h->seed.at));
    hex_line(out, "public_key", h->public_key, sizeof(h->public_key));
}

void head_write(struct buf *out, const struct draw_head *h, const uint8_t secret_key[64])
{
    uint8_t signature[64];
    size_t before = out->n;
    text_write(out, h);
    sign(secret_key, str_of(out->p + before, out->n - before), signature);
    hex_line(out, "signature", signature, sizeof(signature));
}

/* ---- reading ---- */

static bool line_value(struct str *rest, const char *name, struct str *ret)
{
    struct str line = str_cut(rest, '\n'), word = str_cut(&line, ' ');
    *ret = line;
    return str_eq(word, str_c(name)) && line.n > 0;
}

static bool line_int(struct str *rest, const char *name, int64_t *ret)
{
    struct str value;
    return line_value(rest, name, &value) && str_to_int(value, ret) && *ret >= 0;
}

static bool line_bytes(struct str *rest, const char *name, uint8_t *ret, size_t n)
{
    struct str value;
    return line_value(rest, name, &value) && hex_decode(value, ret, n);
}

static bool beacon_read(struct str *rest, struct beacon *ret)
{
    struct str value;
    if (!line_value(rest, "beacon", &value))
        return false;
    struct str word = str_cut(&value, ' ');
    if (str_eq(word, S("none")))
        return value.n == 0;
    ret->kind = str_eq(word, S("used")) ? BEACON_USED : BEACON_MISSED;
    if (!str_to_int(str_cut(&value, ' '), &ret->round))
        return false;
    ret->url = value;
    return ret->kind == BEACON_MISSED ||
           (line_bytes(rest, "randomness", ret->randomness.at, sizeof(ret->randomness.at)) && line_value(rest, "beacon_signature", &ret->signature));
}

static const char *head_parse(struct str *rest, struct draw_head *h)
{
    if (!str_eq(str_cut(rest, '\n'), S(FIRST_LINE)))
        return "this is no file of a draw: the first line must be \"" FIRST_LINE "\"";
    if (!line_value(rest, "schedule", &h->schedule) || h->schedule.n != ID_TEXT)
        return "the line \"schedule\" is missing or damaged";
    if (!line_int(rest, "closed_at", &h->closed_at) || !line_int(rest, "drawn_at", &h->drawn_at))
        return "the lines \"closed_at\" and \"drawn_at\" are missing or damaged";
    if (!line_int(rest, "count", &h->count) || h->count >= UINT32_MAX)
        return "the line \"count\" is missing or damaged";
    if (!line_bytes(rest, "root", h->root.at, sizeof(h->root.at)))
        return "the line \"root\" is missing or damaged";
    if (!line_bytes(rest, "commitment", h->commitment.at, sizeof(h->commitment.at)))
        return "the line \"commitment\" is missing or damaged";
    if (!line_bytes(rest, "secret", h->secret.at, sizeof(h->secret.at)))
        return "the line \"secret\" is missing or damaged";
    if (!beacon_read(rest, &h->beacon))
        return "the lines of the beacon are missing or damaged";
    if (!line_bytes(rest, "seed", h->seed.at, sizeof(h->seed.at)))
        return "the line \"seed\" is missing or damaged";
    if (!line_bytes(rest, "public_key", h->public_key, sizeof(h->public_key)))
        return "the line \"public_key\" is missing or damaged";
    return NULL;
}

/* A public round's randomness is the hash of its signature. The signature itself needs the beacon's own software (docs/draw.md). */
static bool beacon_sound(struct arena *arena, const struct beacon *b)
{
    struct hash h;
    if (b->kind != BEACON_USED)
        return true;
    size_t n = b->signature.n / 2;
    uint8_t *bytes = arena_take(arena, n + 1);
    if (!hex_decode(b->signature, bytes, n))
        return false;
    crypto_sha256(str_of((const char *)bytes, n), h.at);
    return hash_same(&h, &b->randomness);
}

static const char *head_check(struct arena *arena, const struct draw_head *h)
{
    struct hash commitment = draw_commitment(h->schedule, &h->secret);
    if (!hash_same(&commitment, &h->commitment))
        return "the secret is not the one that was committed to";
    if (!beacon_sound(arena, &h->beacon))
        return "the beacon's randomness is not the hash of its signature";
    struct str beacon = str_of((const char *)h->beacon.randomness.at, h->beacon.kind == BEACON_USED ? sizeof(h->beacon.randomness.at) : 0);
    struct hash seed = draw_seed(&h->root, h->count, &h->secret, beacon);
    if (!hash_same(&seed, &h->seed))
        return "the seed does not follow from root, count, secret and beacon";
    return NULL;
}

const char *head_read(struct arena *arena, struct str *rest, struct draw_head *ret)
{
    struct draw_head h = { 0 };
    const char *begin = rest->p;
    const char *fault = head_parse(rest, &h);
    if (fault)
        return fault;
    struct str text = str_of(begin, rest->p ? (size_t)(rest->p - begin) : 0);
    struct buf again;
    buf_init(&again, 1 << 16);
    text_write(&again, &h);
    bool same = str_eq(buf_view(&again), text);
    buf_free(&again);
    if (!same)
        return "the head is not written as it must be";
    if (!line_bytes(rest, "signature", h.signature, sizeof(h.signature)))
        return "the line \"signature\" is missing or damaged";
    if (!signature_valid(h.public_key, text, h.signature))
        return "the signature of the head is wrong";
    fault = head_check(arena, &h);
    if (!fault)
        *ret = h;
    return fault;
}

/* ---- entries ---- */

void entry_write(struct buf *out, const struct entry *e)
{
    buf_int(out, e->number);
    buf_char(out, ' ');
    buf_int(out, e->joined_at);
    buf_char(out, ' ');
    buf_add(out, e->entrant, sizeof(e->entrant));
    buf_char(out, '\n');
}

/* Digits as entry_write writes them: no sign, no zero in front. */
static bool number_read(struct str text, int64_t *ret)
{
    return text.n > 0 && text.p[0] >= '1' && text.p[0] <= '9' && str_to_int(text, ret);
}

bool entry_read(struct str *rest, struct entry *ret)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    struct str line = str_of(rest->p, (size_t)(end - rest->p));
    *rest = str_of(end + 1, rest->n - line.n - 1);
    if (!number_read(str_cut(&line, ' '), &ret->number) || !number_read(str_cut(&line, ' '), &ret->joined_at) || line.n != sizeof(ret->entrant))
        return false;
    memcpy(ret->entrant, line.p, sizeof(ret->entrant));
    return true;
}
