/* Signing in with an account elsewhere: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636), for a provider that the operator names.
 *
 * Nothing is kept between the two steps: `state` is sealed by us and holds the nonce and the verifier; the client that began compares it before it
 * brings it back. The ID token comes straight from the provider's token endpoint over TLS, which vouches for it instead of its signature (Core 3.1.3.7, 6);
 * all else that section asks for is checked here. */
#include "oidc.h"

#include <cjson/cJSON.h>

#include "platform/config/config.h"
#include "platform/fetch/fetch.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define STATE_LIFE_MS (10 * 60 * 1000)
#define CLOCK_SKEW_MS (60 * 1000)
#define KEEP_MS       (60 * 60 * 1000)
#define VERIFIER      43          /* characters, like a nonce */
#define ASKING_MAX    4           /* requests that may wait for the provider at once: one that is slow must not hold all who sign in */

static const struct str purpose = { "oidc", 4 };

static err unreachable(struct ctx *cx, const char *why)
{
    LOG(LOG_WARN, "the sign-in provider gives no useful answer", lf_s("why", str_c(why)));
    cx->problem.retry_after_s = 5;
    return fail(cx, ERR_UNAVAILABLE, NULL, "The sign-in provider does not answer.", "로그인 제공자가 응답하지 않습니다.");
}

static err not_believed(struct ctx *cx, const char *why)
{
    LOG(LOG_WARN, "a sign-in by the provider is not believed", lf_s("why", str_c(why)));
    metric_add(&auth_logins_refused, 1);
    return fail(cx, ERR_WHO, "oidc_refused", "The sign-in could not be confirmed: begin again.", "로그인을 확인할 수 없습니다. 처음부터 다시 시도해 주세요.");
}

static err set_up(struct ctx *cx, const struct oidc *o)
{
    return o->issuer.n ? OK : fail(cx, ERR_CONFLICT, "oidc_off", "Sign-in with another account is not set up here.", "다른 계정으로 로그인은 설정되어 있지 않습니다.");
}

static err provider_fetch(struct ctx *cx, struct oidc *o, const struct fetch *f, struct fetched *ret)
{
    const char *why = "too many wait for it";
    bool answered = atomic_fetch_add(&o->asking, 1) < ASKING_MAX && fetch(cx->arena, f, ret, &why);
    atomic_fetch_sub(&o->asking, 1);
    return answered ? OK : unreachable(cx, why);
}

/* ---- what the provider says of itself ---- */

static struct str json_text(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? str_c(item->valuestring) : (struct str){ 0 };
}

static bool keep(struct str text, char out[OIDC_URL])
{
    if (!fetch_url_ok(text) || text.n >= OIDC_URL)
        return false;
    memcpy(out, text.p, text.n);
    out[text.n] = 0;
    return true;
}

/* It must be about the issuer we asked (Discovery 1.0, 4.3), and stay on TLS if the issuer is. */
static bool endpoints_read(const struct oidc *o, struct str body, struct oidc_endpoints *ret)
{
    cJSON *document = cJSON_ParseWithLength(body.p ? body.p : "", body.n);
    bool ok = str_eq(json_text(document, "issuer"), o->issuer) && keep(json_text(document, "authorization_endpoint"), ret->authorize) &&
              keep(json_text(document, "token_endpoint"), ret->token);
    cJSON_Delete(document);
    return ok && (!str_starts(o->issuer, S("https://")) || str_starts(str_c(ret->token), S("https://")));
}

static err endpoints(struct ctx *cx, struct oidc *o, struct oidc_endpoints *ret)
{
    pthread_mutex_lock(&o->lock);
    *ret = o->known;
    pthread_mutex_unlock(&o->lock);
    if (ret->until > cx->now)
        return OK;

    struct str url = arena_fmt(cx->arena, "%.*s/.well-known/openid-configuration", STR_ARG(o->issuer));
    struct fetched answer;
    err e = provider_fetch(cx, o, &(struct fetch){ .url = url }, &answer);
    if (e)
        return e;
    if (answer.status != 200 || !endpoints_read(o, answer.body, ret))
        return unreachable(cx, "its configuration is not one for this issuer");
    ret->until = cx->now + KEEP_MS;
    pthread_mutex_lock(&o->lock);
    o->known = *ret;
    pthread_mutex_unlock(&o->lock);
    return OK;
}

/* ---- the way there ---- */

struct journey {
    struct str nonce, verifier;
};

static struct str state_make(struct ctx *cx, const struct auth *a, const struct journey *j)
{
    struct str text = arena_fmt(cx->arena, "%.*s%.*s%lld", STR_ARG(j->nonce), STR_ARG(j->verifier), (long long)(cx->now + STATE_LIFE_MS));
    return base64url(cx->arena, secret_seal(cx->arena, a->keys->secrets, purpose, text));
}

static bool state_read(struct ctx *cx, const struct auth *a, struct str state, struct journey *ret)
{
    struct str sealed, text;
    int64_t until;
    if (!base64url_decode(cx->arena, state, &sealed) || !secret_open(cx->arena, a->keys->secrets, purpose, sealed, &text) || text.n <= 2 * VERIFIER)
        return false;
    *ret = (struct journey){ str_of(text.p, VERIFIER), str_of(text.p + VERIFIER, VERIFIER) };
    return str_to_int(str_of(text.p + 2 * VERIFIER, text.n - 2 * VERIFIER), &until) && until > cx->now;
}

err auth_oidc_start(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct auth *a = self;
    struct oidc *o = &a->oidc;
    struct oidc_start_out *ret = ret_out;
    struct oidc_endpoints at;
    uint8_t hash[32];
    (void)in;

    err e = set_up(cx, o);
    if (!e)
        e = endpoints(cx, o, &at);
    if (e)
        return e;
    struct journey j = { token_make(cx->arena), token_make(cx->arena) };
    crypto_sha256(j.verifier, hash);
    ret->state = state_make(cx, a, &j);
    struct str query = form_add(cx->arena, (struct str){ 0 }, "response_type", S("code"));
    query = form_add(cx->arena, query, "client_id", o->client_id);
    query = form_add(cx->arena, query, "redirect_uri", o->redirect);
    query = form_add(cx->arena, query, "scope", S("openid email profile"));
    query = form_add(cx->arena, query, "state", ret->state);
    query = form_add(cx->arena, query, "nonce", j.nonce);
    query = form_add(cx->arena, query, "code_challenge", base64url(cx->arena, str_of((const char *)hash, sizeof(hash))));
    query = form_add(cx->arena, query, "code_challenge_method", S("S256"));
    ret->url = arena_fmt(cx->arena, "%s%c%.*s", at.authorize, strchr(at.authorize, '?') ? '&' : '?', STR_ARG(query));
    return OK;
}

/* ---- the way back ---- */

/* The code becomes an ID token. */
static err redeem(struct ctx *cx, struct oidc *o, const char *endpoint, struct str code, struct str verifier, struct str *ret_token)
{
    struct str form = form_add(cx->arena, (struct str){ 0 }, "grant_type", S("authorization_code"));
    struct fetched answer;
    form = form_add(cx->arena, form, "code", code);
    form = form_add(cx->arena, form, "redirect_uri", o->redirect);
    form = form_add(cx->arena, form, "code_verifier", verifier);
    if (!o->client_secret.n)
        form = form_add(cx->arena, form, "client_id", o->client_id);
    struct fetch f = { .url = str_c(endpoint), .form = form };
    if (o->client_secret.n) {                    /* both as form values (RFC 6749, 2.3.1) */
        f.user = form_value(cx->arena, o->client_id);
        f.password = form_value(cx->arena, o->client_secret);
    }
    err e = provider_fetch(cx, o, &f, &answer);
    if (e)
        return e;
    if (answer.status >= 500)
        return unreachable(cx, "its token endpoint fails");

    cJSON *document = cJSON_ParseWithLength(answer.body.p ? answer.body.p : "", answer.body.n);
    *ret_token = arena_str(cx->arena, json_text(document, "id_token"));
    cJSON_Delete(document);
    return answer.status == 200 && ret_token->n ? OK : not_believed(cx, "the code was refused");
}

static bool audience_is(const cJSON *claims, struct str client_id)
{
    const cJSON *aud = cJSON_GetObjectItemCaseSensitive(claims, "aud"), *one;
    struct str azp = json_text(claims, "azp");
    if (cJSON_IsString(aud))
        return str_eq(str_c(aud->valuestring), client_id) && (!azp.n || str_eq(azp, client_id));
    bool found = false;
    cJSON_ArrayForEach(one, aud)
        found = found || (cJSON_IsString(one) && str_eq(str_c(one->valuestring), client_id));
    return found && (cJSON_GetArraySize(aud) == 1 || str_eq(azp, client_id));
}

static int64_t json_time(const cJSON *claims, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(claims, name);
    return cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble < 1e11 ? (int64_t)item->valuedouble * 1000 : 0;
}

/* Core 3.1.3.7. NULL: believed; else why not. */
const char *oidc_claims(struct ctx *cx, const struct oidc *o, struct str nonce, struct str payload, struct oidc_person *ret)
{
    cJSON *claims = cJSON_ParseWithLength(payload.p ? payload.p : "", payload.n);
    const char *why = NULL;
    struct str subject = json_text(claims, "sub"), given = json_text(claims, "nonce");
    if (!str_eq(json_text(claims, "iss"), o->issuer))
        why = "another issuer";
    else if (!audience_is(claims, o->client_id))
        why = "another audience";
    else if (json_time(claims, "exp") + CLOCK_SKEW_MS <= cx->now)
        why = "it has expired";
    else if (!json_time(claims, "iat") || json_time(claims, "iat") > cx->now + CLOCK_SKEW_MS)
        why = "it is from the future";
    else if (given.n != nonce.n || !crypto_equal(given.p, nonce.p, nonce.n))
        why = "another nonce";
    else if (!subject.n || subject.n > 255)
        why = "no subject";
    *ret = (struct oidc_person){
        .subject = arena_str(cx->arena, subject),
        .email = arena_str(cx->arena, json_text(claims, "email")),
        .name = arena_str(cx->arena, json_text(claims, "name")),
        .verified = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(claims, "email_verified")),
    };
    cJSON_Delete(claims);
    return why;
}

static err person_of(struct ctx *cx, const struct oidc *o, struct str nonce, struct str token, struct oidc_person *ret)
{
    struct str rest = token, payload;
    str_cut(&rest, '.');
    struct str middle = str_cut(&rest, '.');
    if (!rest.p || !base64url_decode(cx->arena, middle, &payload))
        return not_believed(cx, "its token is none");
    const char *why = oidc_claims(cx, o, nonce, payload, ret);
    return why ? not_believed(cx, why) : OK;
}

err auth_oidc_finish(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct oidc_finish_in *in = in_;
    struct oidc_endpoints at;
    struct oidc_person who;
    struct journey j;
    struct session session;
    struct str token;

    err e = set_up(cx, &a->oidc);
    if (e)
        return e;
    if (!state_read(cx, a, in->state, &j))
        return not_believed(cx, "its state is not ours, or too old");
    e = endpoints(cx, &a->oidc, &at);
    if (e)
        return e;
    e = redeem(cx, &a->oidc, at.token, in->code, j.verifier, &token);
    if (e)
        return e;
    e = person_of(cx, &a->oidc, j.nonce, token, &who);
    if (e)
        return e;

    struct oidc_open_in open = { who.subject, email_normal(cx->arena, who.email), str_trim(who.name), who.verified, token_make(cx->arena),
                                 device_name(cx->arena, in->user_agent), in->totp, in->recovery_code };
    e = call_run(cx, &auth_oidc_open_call, &open, &session);
    return e ? e : sign_in_answer(cx, a, &session, open.refresh_token, ret_out);
}

/* ---- whose account is it? ---- */

/* What they are called there, if it could be called so here; else what stands before the '@'. */
static struct str name_from(const struct oidc_open_in *in)
{
    bool fits = in->name.n && str_utf8(in->name) && str_utf8_length(in->name) <= 50;
    for (size_t i = 0; i < in->name.n; i++)
        fits = fits && (unsigned char)in->name.p[i] >= ' ' && in->name.p[i] != 0x7f;
    struct str rest = in->email, local = str_cut(&rest, '@');
    return fits ? in->name : str_of(local.p, local.n < 50 ? local.n : 50);
}

/* A new one, or the one with the same address; that must be shown to be theirs on both sides, or somebody could wait for them with an account made
 * in their name. */
static err account_for(struct ctx *cx, struct auth *a, const struct oidc_open_in *in, int64_t *ret_user)
{
    struct credentials other;
    struct user user;
    if (!in->verified || !email_ok(in->email))
        return fail(cx, ERR_CONFLICT, "oidc_no_email", "The provider does not vouch for an e-mail address of yours.", "로그인 제공자가 확인된 이메일 주소를 알려주지 않았습니다.");
    err e = store_credentials_by_email(cx, in->email, &other);
    if (e)
        return e;
    if (other.user) {
        e = store_user(cx, other.user, &user);
        if (e)
            return e;
        *ret_user = user.id;
        return user.verified ? OK : fail(cx, ERR_CONFLICT, "email_taken", "There is an account with this address: sign in there and verify the address first.",
                                         "이 주소의 계정이 있습니다. 먼저 그 계정으로 로그인하여 이메일을 확인해 주세요.");
    }
    user = (struct user){ .email = in->email, .name = name_from(in), .lang = (int)cx->lang, .roles = ROLE_CUSTOMER };
    account_put(cx, a, &user, str_c(a->hasher.dummy));           /* a password that nobody has, until one is set by a mail */
    metric_add(&auth_signups, 1);
    *ret_user = user.id;
    return store_user_verified(cx, user.id);
}

err auth_oidc_open(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct oidc_open_in *in = in_;
    struct credentials now;
    int64_t user;

    err e = store_identity(cx, a->oidc.issuer, in->subject, &user);
    if (e)
        return e;
    if (!user) {
        e = account_for(cx, a, in, &user);
        if (e)
            return e;
        store_identity_insert(cx, a->oidc.issuer, in->subject, user);
    }
    e = store_credentials_by_id(cx, user, &now);
    if (e)
        return e;
    if (now.suspended)
        return account_suspended(cx);
    e = attempts_count(cx, now.email);           /* the code may be guessed here too; session_open takes it back when there is no wrong one */
    if (e)
        return e;
    return session_open(cx, a, &now, &(struct session_open_in){ .refresh_token = in->refresh_token, .device = in->device, .totp = in->totp,
                                                                 .recovery_code = in->recovery_code }, ret_out);
}

/* ---- life ---- */

bool oidc_open(struct ctx *cx, struct oidc *o, const struct config *c)
{
    pthread_mutex_init(&o->lock, NULL);
    o->issuer = config_str(c, "auth.oidc_issuer");
    o->client_id = config_str(c, "auth.oidc_client_id");
    o->client_secret = config_str(c, "auth.oidc_client_secret");
    o->redirect = config_str(c, "auth.oidc_redirect");
    if (!o->issuer.n || (fetch_url_ok(o->issuer) && o->issuer.n <= 255 && o->client_id.n && o->redirect.n))
        return true;
    fail(cx, ERR_INPUT, NULL, "auth.oidc_issuer must be an https address, and auth.oidc_client_id and auth.oidc_redirect be set with it.",
         "auth.oidc_issuer는 https 주소여야 하며 auth.oidc_client_id와 auth.oidc_redirect도 설정해야 합니다.");
    return false;
}

void oidc_close(struct oidc *o)
{
    pthread_mutex_destroy(&o->lock);
}
