/* The writer writes one form only, so the reader accepts that form only: its header is compared as text, and behind a right signature stands
 * exactly what jwt_write wrote. `alg` and `typ` are thereby pinned; whatever else is allowed in JSON or in a JWT is refused unread. */
#include "platform/crypto/jwt.h"

#include "base/ctx.h"
#include "platform/obs/log.h"

#define HEADER       "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9."     /* {"alg":"HS256","typ":"at+jwt"} */
#define ENROL        "\"scope\":\"enrol\","
#define MAC_BYTES    32
#define MAC_TEXT     43            /* those in base64url */
#define PAYLOAD_MAX  384

static const char *const role_words[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

/* ---- writing ---- */

static struct str roles_text(struct arena *arena, unsigned roles)
{
    struct str s = { 0 };
    for (int i = 0; role_words[i]; i++)
        if (roles & 1u << i)
            s = arena_fmt(arena, "%.*s%s\"%s\"", STR_ARG(s), s.n ? "," : "", role_words[i]);
    return s;
}

static struct str jwt_write(struct arena *arena, const struct keys *keys, const struct jwt_claims *c)
{
    char user[ID_TEXT], session[ID_TEXT];
    uint8_t number[16];
    id_encode(&keys->ids, ID_USER, c->user, user);
    id_encode(&keys->ids, ID_SESSION, c->session, session);
    crypto_random(number, sizeof(number));
    struct str roles = roles_text(arena, c->roles), jti = base64url(arena, str_of((const char *)number, sizeof(number)));
    return arena_fmt(arena, "{\"sub\":\"%.*s\",\"sid\":\"%.*s\",\"roles\":[%.*s],%s\"iat\":%lld.%03lld,\"exp\":%lld.%03lld,"
                            "\"jti\":\"%.*s\",\"aud\":\"takenseat\"}",
                     ID_TEXT, user, ID_TEXT, session, STR_ARG(roles), c->enrol ? ENROL : "", (long long)(c->issued_ms / 1000), (long long)(c->issued_ms % 1000),
                     (long long)(c->expires_ms / 1000), (long long)(c->expires_ms % 1000), STR_ARG(jti));
}

struct str jwt_sign(struct arena *arena, const struct keys *keys, const struct jwt_claims *claims)
{
    uint8_t mac[MAC_BYTES];
    struct str payload = jwt_write(arena, keys, claims), text = base64url(arena, payload);
    ASSERT(payload.n <= PAYLOAD_MAX);
    struct str message = arena_fmt(arena, HEADER "%.*s", STR_ARG(text));
    crypto_hmac(keys->token, message, mac);
    struct str signature = base64url(arena, str_of((const char *)mac, sizeof(mac)));
    return arena_fmt(arena, "%.*s.%.*s", STR_ARG(message), STR_ARG(signature));
}

/* ---- reading: each takes what it names from the front of *s ---- */

static bool take(struct str *s, struct str literal)
{
    if (!str_starts(*s, literal))
        return false;
    *s = str_of(s->p + literal.n, s->n - literal.n);
    return true;
}

static bool take_id(struct str *s, const struct keys *keys, enum id_kind kind, int64_t *ret)
{
    return id_decode(&keys->ids, kind, str_cut(s, '"'), ret);
}

static bool take_roles(struct str *s, unsigned *ret)
{
    unsigned roles = 0;
    for (int i = 0; role_words[i]; i++) {
        struct str rest = *s;
        if ((!roles || take(&rest, S(","))) && take(&rest, S("\"")) && take(&rest, str_c(role_words[i])) && take(&rest, S("\""))) {
            roles |= 1u << i;
            *s = rest;
        }
    }
    *ret = roles;
    return true;
}

static bool take_enrol(struct str *s, bool *ret)
{
    *ret = take(s, S(ENROL));
    return true;
}

/* Seconds with three decimals, up to `end`. */
static bool take_time(struct str *s, char end, int64_t *ret_ms)
{
    struct str text = str_cut(s, end), seconds = str_cut(&text, '.');
    int64_t whole, ms;
    if (!str_to_int(seconds, &whole) || !str_to_int(text, &ms))
        return false;
    *ret_ms = whole * 1000 + ms;
    return true;
}

static bool jwt_read(const struct keys *keys, struct str s, struct jwt_claims *ret)
{
    return take(&s, S("{\"sub\":\"")) && take_id(&s, keys, ID_USER, &ret->user) &&
           take(&s, S(",\"sid\":\"")) && take_id(&s, keys, ID_SESSION, &ret->session) &&
           take(&s, S(",\"roles\":[")) && take_roles(&s, &ret->roles) &&
           take(&s, S("],")) && take_enrol(&s, &ret->enrol) && take(&s, S("\"iat\":")) && take_time(&s, ',', &ret->issued_ms) &&
           take(&s, S("\"exp\":")) && take_time(&s, ',', &ret->expires_ms) &&
           take(&s, S("\"jti\":\"")) && str_cut(&s, '"').n > 0 && str_eq(s, S(",\"aud\":\"takenseat\"}"));
}

bool jwt_verify(const struct keys *keys, struct str token, int64_t now_ms, struct jwt_claims *ret)
{
    struct str header = S(HEADER);
    if (!str_starts(token, header) || token.n < header.n + 1 + MAC_TEXT)
        return false;
    struct str message = str_of(token.p, token.n - MAC_TEXT - 1), payload = str_of(message.p + header.n, message.n - header.n);
    const char *dot = message.p + message.n;
    uint8_t mac[MAC_BYTES], given[MAC_BYTES], text[PAYLOAD_MAX];
    size_t n;

    if (dot[0] != '.' || !base64url_decode_to(str_of(dot + 1, MAC_TEXT), given, sizeof(given), &n))
        return false;
    crypto_hmac(keys->token, message, mac);
    if (!crypto_equal(given, mac, sizeof(mac)) || !base64url_decode_to(payload, text, sizeof(text), &n))
        return false;
    struct jwt_claims claims;
    if (!jwt_read(keys, str_of((const char *)text, n), &claims) || claims.expires_ms <= now_ms)
        return false;
    *ret = claims;
    return true;
}
