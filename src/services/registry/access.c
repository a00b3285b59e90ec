/* Who may ask the registry. That of the replaced system answered everybody. */
#include "platform/crypto/crypto.h"
#include "platform/http/http.h"
#include "registry_int.h"

static bool same_text(struct str a, struct str b)
{
    uint8_t hash_a[32], hash_b[32];
    crypto_sha256(a, hash_a);
    crypto_sha256(b, hash_b);
    return crypto_equal(hash_a, hash_b, sizeof(hash_a));
}

err registry_admit(struct ctx *cx, const struct registry *r, const struct asking *in)
{
    if (r->credentials.n && in->authorization.n > 6 && str_eq_nocase(str_of(in->authorization.p, 6), S("basic ")) &&
        same_text(str_of(in->authorization.p + 6, in->authorization.n - 6), r->credentials))
        return OK;
    if (r->credentials.n)
        return fail(cx, ERR_WHO, NULL, "The registry wants its name and password.", "레지스트리의 이름과 비밀번호가 필요합니다.");
    if (!in->forwarded.n && !in->forwarded_for.n && !in->origin.n && http_peer_private(cx->peer))
        return OK;
    return fail(cx, ERR_DENIED, NULL, "Without a password the registry answers private networks only, not through a proxy, and no page of another site.",
                "비밀번호가 없으면 레지스트리는 사설망에만, 프록시를 거치지 않고 응답하며, 다른 사이트의 페이지에는 응답하지 않습니다.");
}

/* RFC 4648, 4: what HTTP Basic has (RFC 7617). */
struct str registry_credentials(struct arena *arena, struct str user, struct str password)
{
    struct str pair = arena_fmt(arena, "%.*s:%.*s", STR_ARG(user), STR_ARG(password));
    struct str url = base64url(arena, pair);
    char *text = arena_take(arena, url.n + 4);
    for (size_t i = 0; i < url.n; i++)
        text[i] = (char)(url.p[i] == '-' ? '+' : url.p[i] == '_' ? '/' : url.p[i]);
    size_t n = url.n;
    while (n % 4)
        text[n++] = '=';
    return str_of(text, n);
}

static const struct field guest_rows[] = { WHO };
const struct fields registry_guest_fields = { "RegistryGuest", sizeof(struct asking), guest_rows, sizeof(guest_rows) / sizeof(guest_rows[0]) };
