/* Presale: before the sale begins, whoever has a code may buy. A code admits so many people; who has come in once needs no second use, and giving
 * seats back does not cost one. Codes are kept as keyed hashes. */
#include "platform/crypto/crypto.h"
#include "services/booking/booking_int.h"

#define SEAL_BYTES 16

/* ---- codes ---- */

/* Capital and small letters are the same. */
static void seal(struct ctx *cx, struct str code, uint8_t out[SEAL_BYTES])
{
    uint8_t mac[32];
    struct str text = arena_str(cx->arena, str_trim(code));
    char *p = (char *)(uintptr_t)text.p;
    for (size_t i = 0; i < text.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 'a' + 'A');
    crypto_hmac(app_keys(cx->app)->presale, text, mac);
    memcpy(out, mac, SEAL_BYTES);
}

void booking_terms_seal(struct ctx *cx, struct sale_terms *t)
{
    const struct str *code = t->presale.codes.at;
    struct str *sealed = NEW_ARRAY(cx->arena, struct str, t->presale.codes.n);
    for (size_t i = 0; i < t->presale.codes.n; i++) {
        uint8_t bytes[SEAL_BYTES];
        seal(cx, code[i], bytes);
        sealed[i] = base64url(cx->arena, str_of((const char *)bytes, sizeof(bytes)));
    }
    t->presale.codes.at = sealed;
}

static int64_t name_of(const uint8_t sealed[SEAL_BYTES])
{
    uint64_t name;
    memcpy(&name, sealed, sizeof(name));
    return (int64_t)(name >> 1);
}

int64_t presale_code_name(struct str sealed)
{
    uint8_t bytes[SEAL_BYTES] = { 0 };
    size_t n;
    (void)!base64url_decode_to(sealed, bytes, sizeof(bytes), &n);
    return name_of(bytes);
}

static bool code_find(struct ctx *cx, const struct sale *s, struct str code, int64_t *ret_name)
{
    uint8_t mine[SEAL_BYTES], theirs[SEAL_BYTES];
    size_t n;
    seal(cx, code, mine);
    *ret_name = name_of(mine);
    const struct str *sealed = terms_code(s, *ret_name);
    return sealed && base64url_decode_to(*sealed, theirs, sizeof(theirs), &n) && n == SEAL_BYTES && crypto_equal(mine, theirs, SEAL_BYTES);
}

/* ---- who is in ---- */

void presale_count(struct sale *s, int64_t user, int64_t code)
{
    uint64_t uses = 0;
    map_get(&s->presale_uses, (uint64_t)code, &uses);
    map_put(&s->presale_uses, (uint64_t)code, uses + 1);
    map_put(&s->presale_of_user, (uint64_t)user, (uint64_t)code);
}

struct entry_undo {
    int64_t user, code;
};

static void undo_entry(void *sale, const void *arg)
{
    struct sale *s = sale;
    const struct entry_undo *u = arg;
    uint64_t uses = 0;
    map_get(&s->presale_uses, (uint64_t)u->code, &uses);
    map_put(&s->presale_uses, (uint64_t)u->code, uses - 1);
    map_remove(&s->presale_of_user, (uint64_t)u->user);
}

static err come_in(struct ctx *cx, struct sale *s, const struct presale_terms *p, struct str code)
{
    uint64_t uses = 0;
    int64_t name;
    if (!code.n)
        return fail(cx, ERR_DENIED, "presale_code_required", "Until the sale begins, a presale code is needed to buy.", "일반 판매 전에는 선예매 코드가 필요합니다.");
    if (!code_find(cx, s, code, &name))
        return fail(cx, ERR_DENIED, "presale_code_wrong", "This is no presale code of this schedule.", "이 회차의 선예매 코드가 아닙니다.");
    map_get(&s->presale_uses, (uint64_t)name, &uses);
    if ((int64_t)uses >= p->uses)
        return fail(cx, ERR_CONFLICT, "presale_code_spent", "This presale code has been used up.", "사용 횟수가 모두 소진된 선예매 코드입니다.");
    struct entry_undo u = { cx->actor.user, name };
    db_put(cx, &booking_sql.presale_use_insert, VALS(v_int(s->id), v_int(u.user), v_int(u.code)));
    presale_count(s, u.user, u.code);
    tx_undo(cx, undo_entry, s, &u, sizeof(u));
    return OK;
}

bool presale_on(const struct sale *s, int64_t now)
{
    const struct sale_terms *t = sale_terms(s);
    return t && t->has_presale && now >= t->presale.starts_at && now < t->presale.ends_at;
}

err presale_enter(struct ctx *cx, struct sale *s, struct str code, uint32_t seats)
{
    const struct sale_terms *t = sale_terms(s);
    uint64_t with;
    if (!map_get(&s->presale_of_user, (uint64_t)cx->actor.user, &with)) {
        err e = come_in(cx, s, &t->presale, code);
        if (e)
            return e;
    }
    int64_t has = sale_of_user(s, cx->actor.user), most = t->presale.max_per_user;
    if (most && has + seats > most)
        return fail(cx, ERR_CONFLICT, "limit_reached", "At most %lld seats a person in the presale; you have %lld.",
                    "선예매는 1인당 최대 %lld석까지 가능합니다. 현재 %lld석을 보유하고 있습니다.", (long long)most, (long long)has);
    return OK;
}

/* ---- what an organizer may say ---- */

err presale_check(struct ctx *cx, const struct sale_terms *t, int64_t sale_starts_at)
{
    const struct presale_terms *p = &t->presale;
    const struct str *code = p->codes.at;
    err e = OK;
    if (!t->has_presale)
        return OK;
    if (p->ends_at <= p->starts_at || p->ends_at > sale_starts_at)
        e = fail_field(cx, S("presale.ends_at"), "must be after starts_at, and not after the sale begins", "starts_at 이후이고 판매 시작 이전이어야 합니다");
    struct map seen = { 0 };
    for (size_t i = 0; i < p->codes.n; i++) {
        uint8_t sealed[SEAL_BYTES];
        uint64_t first;
        seal(cx, code[i], sealed);
        if (map_get(&seen, (uint64_t)name_of(sealed), &first))
            e = fail_field(cx, arena_fmt(cx->arena, "presale.codes[%zu]", i), "is given twice", "두 번 주어졌습니다");
        map_put(&seen, (uint64_t)name_of(sealed), i);
    }
    map_free(&seen);
    return e;
}

/* At start. */
err presale_load(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.presale_uses, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 0));
        if (s)
            presale_count(s, row_int(&r, 1), row_int(&r, 2));
    }
    return rows_end(cx, &r);
}
