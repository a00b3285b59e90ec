/* Presale: before the sale begins, whoever has a code may buy. A code admits so many people; who has come in once needs no second use, and giving
 * seats back does not cost one. Codes are kept as keyed hashes. Those of a group count at the group's time; in a waiting room they lead to its line. */
#include "base/clock.h"
#include "platform/crypto/crypto.h"
#include "services/booking/booking_int.h"

#include <stdlib.h>

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

struct list presale_seal(struct ctx *cx, struct list codes)
{
    const struct str *code = codes.at;
    struct str *sealed = NEW_ARRAY(cx->arena, struct str, codes.n);
    for (size_t i = 0; i < codes.n; i++) {
        uint8_t bytes[SEAL_BYTES];
        seal(cx, code[i], bytes);
        sealed[i] = base64url(cx->arena, str_of((const char *)bytes, sizeof(bytes)));
    }
    return (struct list){ sealed, codes.n };
}

/* Groups that can be changed without changing those of `t`. */
static struct presale_group *groups_copy(struct ctx *cx, struct presale_terms *t)
{
    struct presale_group *mine = NEW_ARRAY(cx->arena, struct presale_group, t->groups.n);
    if (t->groups.n)
        memcpy(mine, t->groups.at, t->groups.n * sizeof(*mine));
    t->groups.at = mine;
    return mine;
}

void booking_terms_seal(struct ctx *cx, struct sale_terms *t)
{
    struct presale_group *group = groups_copy(cx, &t->presale);
    t->presale.codes = presale_seal(cx, t->presale.codes);
    for (size_t i = 0; i < t->presale.groups.n; i++)
        group[i].codes = presale_seal(cx, group[i].codes);
}

const struct presale_group *presale_group_find(const struct sale_terms *t, struct str name)
{
    const struct presale_group *group = t ? t->presale.groups.at : NULL;
    for (size_t i = 0; t && i < t->presale.groups.n; i++)
        if (str_eq(group[i].name, name))
            return &group[i];
    return NULL;
}

void presale_keep_codes(struct ctx *cx, const struct sale *s, struct sale_terms *sealed)
{
    const struct sale_terms *now = sale_terms(s);
    struct presale_group *group = groups_copy(cx, &sealed->presale);
    if (now && sealed->presale.uses && !sealed->presale.codes.n)
        sealed->presale.codes = now->presale.codes;
    for (size_t i = 0; i < sealed->presale.groups.n; i++) {
        const struct presale_group *before = presale_group_find(now, group[i].name);
        if (!group[i].codes.n && before)
            group[i].codes = before->codes;
    }
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
    const struct presale_code *kept = terms_code(s, *ret_name);
    return kept && base64url_decode_to(kept->sealed, theirs, sizeof(theirs), &n) && n == SEAL_BYTES && crypto_equal(mine, theirs, SEAL_BYTES);
}

/* ---- who is in ---- */

/* Names of groups, of which there are few; they stay when the organizer takes a group away. */
struct presale_name {
    struct presale_name *next;
    struct str text;
};

static const struct presale_name *name_kept(struct sale *s, struct str text)
{
    struct presale_name *name = s->presale_names;
    while (name && !str_eq(name->text, text))
        name = name->next;
    if (name)
        return name;
    name = malloc(sizeof(*name) + text.n);
    ASSERT(name != NULL);
    *name = (struct presale_name){ s->presale_names, str_of((char *)(name + 1), text.n) };
    memcpy(name + 1, text.p, text.n);
    s->presale_names = name;
    return name;
}

/* Somebody has come in with a code of that name, of that group; empty: of none. */
static void presale_count(struct sale *s, int64_t user, int64_t code, struct str group)
{
    uint64_t uses = 0;
    map_get(&s->presale_uses, (uint64_t)code, &uses);
    map_put(&s->presale_uses, (uint64_t)code, uses + 1);
    map_put(&s->presale_of_user, (uint64_t)user, (uint64_t)(uintptr_t)(group.n ? name_kept(s, group) : NULL));
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

void presale_free(struct sale *s)
{
    for (struct presale_name *name = s->presale_names, *next; name; name = next) {
        next = name->next;
        free(name);
    }
    map_free(&s->presale_of_user);
    map_free(&s->presale_uses);
}

static enum presale_answer come_in(struct ctx *cx, struct sale *s, struct str code, const struct presale_group **ret)
{
    uint64_t uses = 0;
    int64_t name;
    if (!code_find(cx, s, code, &name))
        return PRESALE_UNKNOWN;
    const struct presale_code *with = terms_code(s, name);
    struct str group = with->group ? with->group->name : S("");
    *ret = with->group;
    if (with->group && cx->now >= with->group->ends_at)
        return PRESALE_CLOSED;
    map_get(&s->presale_uses, (uint64_t)name, &uses);
    if ((int64_t)uses >= with->uses)
        return PRESALE_USED;
    struct entry_undo u = { cx->actor.user, name };
    db_put(cx, &booking_sql.presale_use_insert, VALS(v_int(s->id), v_int(u.user), v_int(u.code), v_text(group)));
    presale_count(s, u.user, u.code, group);
    tx_undo(cx, undo_entry, s, &u, sizeof(u));
    return PRESALE_IN;
}

static err refuse(struct ctx *cx, enum presale_answer answer, bool given)
{
    if (!given)
        return fail(cx, ERR_DENIED, "presale_code_required", "Until the sale begins, a presale code is needed to buy.", "일반 판매 전에는 선예매 코드가 필요합니다.");
    if (answer == PRESALE_UNKNOWN)
        return fail(cx, ERR_DENIED, "presale_code_wrong", "This is no presale code of this schedule.", "이 회차의 선예매 코드가 아닙니다.");
    if (answer == PRESALE_CLOSED)
        return fail(cx, ERR_CONFLICT, "group_not_open", "The presale of this group has ended.", "이 그룹의 선예매가 종료되었습니다.");
    return fail(cx, ERR_CONFLICT, "presale_code_spent", "This presale code has been used up.", "사용 횟수가 모두 소진된 선예매 코드입니다.");
}

/* Who has come in stays in, in the group of then, also when the organizer has given it other codes since. *ret: NULL when it is of none, or gone. */
static enum presale_answer enter(struct ctx *cx, struct sale *s, struct str code, const struct presale_group **ret)
{
    uint64_t kept;
    *ret = NULL;
    if (!map_get(&s->presale_of_user, (uint64_t)cx->actor.user, &kept))
        return code.n ? come_in(cx, s, code, ret) : PRESALE_UNKNOWN;
    const struct presale_name *group = (const struct presale_name *)(uintptr_t)kept;
    if (group)
        *ret = presale_group_find(sale_terms(s), group->text);
    return PRESALE_IN;
}

bool presale_on(const struct sale *s, int64_t now)
{
    const struct sale_terms *t = sale_terms(s);
    return t && t->has_presale && now >= t->presale.starts_at && now < t->presale.ends_at;
}

err presale_may_hold(struct ctx *cx, struct sale *s, struct str code, uint32_t seats)
{
    const struct sale_terms *t = sale_terms(s);
    const struct presale_group *group;
    enum presale_answer answer = enter(cx, s, code, &group);
    if (answer != PRESALE_IN)
        return refuse(cx, answer, code.n > 0);
    if (group && cx->now < group->starts_at) {
        char text[TIME_TEXT_MAX];
        struct str starts = time_format(group->starts_at, text);
        return fail(cx, ERR_CONFLICT, "group_not_open", "The presale of this group begins at %.*s.", "이 그룹의 선예매는 %.*s에 시작됩니다.", STR_ARG(starts));
    }
    int64_t has = sale_of_user(s, cx->actor.user), most = t->presale.max_per_user;
    if (most && has + seats > most)
        return fail(cx, ERR_CONFLICT, "limit_reached", "At most %lld seats a person in the presale; you have %lld.",
                    "선예매는 1인당 최대 %lld석까지 가능합니다. 현재 %lld석을 보유하고 있습니다.", (long long)most, (long long)has);
    return OK;
}

/* ---- for the waiting room ---- */

enum presale_answer booking_presale_enter(struct ctx *cx, int64_t schedule, struct str code, struct str *ret_group)
{
    struct booking *b = app_self(cx->app, &booking_service);
    struct sale *s = b ? sale_find(b, schedule) : NULL;
    const struct sale_terms *t = s ? sale_terms(s) : NULL;
    const struct presale_group *group;
    if (!t || !t->has_presale)
        return PRESALE_UNKNOWN;
    if (cx->now >= t->presale.ends_at)
        return PRESALE_CLOSED;
    enum presale_answer answer = enter(cx, s, code, &group);
    if (answer == PRESALE_IN)
        *ret_group = group ? group->name : (struct str){ 0 };
    return answer;
}

int64_t booking_presale_group_at(const struct app *app, int64_t schedule, struct str group)
{
    struct booking *b = app_self(app, &booking_service);
    const struct sale *s = b ? sale_find(b, schedule) : NULL;
    const struct presale_group *g = s ? presale_group_find(sale_terms(s), group) : NULL;
    return g ? g->starts_at : INT64_MAX;
}

/* ---- what an organizer may say ---- */

/* Of all codes of a presale, in all its groups. */
struct seen {
    struct map names;
    size_t n;
};

static err check_codes(struct ctx *cx, struct seen *seen, struct str field, struct list codes, int64_t uses)
{
    const struct str *code = codes.at;
    err e = OK;
    for (size_t i = 0; i < codes.n; i++) {
        uint64_t first, name = (uint64_t)presale_code_name(code[i]);
        if (map_get(&seen->names, name, &first))
            e = fail_field(cx, arena_fmt(cx->arena, "%.*scodes[%zu]", STR_ARG(field), i), "is given twice", "두 번 주어졌습니다");
        map_put(&seen->names, name, i);
    }
    seen->n += codes.n;
    if (seen->n > PRESALE_CODES_MAX)
        e = fail_field(cx, arena_fmt(cx->arena, "%.*scodes", STR_ARG(field)), "are too many: a presale has at most %d codes",
                       "너무 많습니다. 선예매 코드는 최대 %d개입니다", PRESALE_CODES_MAX);
    if (codes.n && !uses)
        e = fail_field(cx, arena_fmt(cx->arena, "%.*suses_per_code", STR_ARG(field)), "is needed with codes", "codes와 함께 지정해야 합니다");
    return e;
}

static err check_group(struct ctx *cx, const struct sale_terms *t, size_t i, struct seen *seen)
{
    const struct presale_terms *p = &t->presale;
    const struct presale_group *g = (const struct presale_group *)p->groups.at + i;
    struct str field = arena_fmt(cx->arena, "presale.groups[%zu].", i);
    err e = check_codes(cx, seen, field, g->codes, g->uses);
    if (presale_group_find(t, g->name) != g)
        e = fail_field(cx, arena_fmt(cx->arena, "%.*sname", STR_ARG(field)), "is given twice", "두 번 주어졌습니다");
    if (memchr(g->name.p, '/', g->name.n))
        e = fail_field(cx, arena_fmt(cx->arena, "%.*sname", STR_ARG(field)), "must be without a slash, since it stands in addresses", "주소에 쓰이므로 /를 넣을 수 없습니다");
    if (g->starts_at < p->starts_at || g->ends_at <= g->starts_at || g->ends_at > p->ends_at)
        e = fail_field(cx, arena_fmt(cx->arena, "%.*sends_at", STR_ARG(field)), "must be after starts_at, and both within the presale",
                       "starts_at 이후여야 하며, 둘 다 선예매 기간 안이어야 합니다");
    if (!g->uses)
        e = fail_field(cx, arena_fmt(cx->arena, "%.*suses_per_code", STR_ARG(field)), "is required", "필수 항목입니다");
    return e;
}

err presale_check(struct ctx *cx, const struct sale_terms *t, int64_t sale_starts_at)
{
    const struct presale_terms *p = &t->presale;
    struct seen seen = { 0 };
    if (!t->has_presale)
        return OK;
    err e = check_codes(cx, &seen, S("presale."), p->codes, p->uses);
    for (size_t i = 0; i < p->groups.n; i++)
        if (check_group(cx, t, i, &seen))
            e = ERR_INPUT;
    map_free(&seen.names);
    if (p->ends_at <= p->starts_at || p->ends_at > sale_starts_at)
        e = fail_field(cx, S("presale.ends_at"), "must be after starts_at, and not after the sale begins", "starts_at 이후이고 판매 시작 이전이어야 합니다");
    if (!p->codes.n && !p->groups.n)
        e = fail_field(cx, S("presale.codes"), "are needed, here or by group", "코드를 여기 또는 그룹별로 지정해야 합니다");
    return e;
}

err presale_codes_check(struct ctx *cx, const struct sale *s, const struct presale_group *group, struct list sealed)
{
    const struct str *code = sealed.at;
    const struct presale_terms *p = &sale_terms(s)->presale;
    const struct presale_group *each = p->groups.at;
    struct seen seen = { .n = p->codes.n };
    for (size_t i = 0; i < p->groups.n; i++)
        seen.n += &each[i] == group ? 0 : each[i].codes.n;
    err e = check_codes(cx, &seen, (struct str){ 0 }, sealed, group->uses);
    for (size_t i = 0; i < sealed.n; i++) {
        const struct presale_code *kept = terms_code(s, presale_code_name(code[i]));
        if (kept && kept->group != group)
            e = fail_field(cx, arena_fmt(cx->arena, "codes[%zu]", i), "is a code of others already", "이미 다른 곳의 코드입니다");
    }
    map_free(&seen.names);
    return e;
}

void presale_codes_put(struct ctx *cx, struct sale_terms *t, struct str group, struct list sealed)
{
    struct presale_group *mine = groups_copy(cx, &t->presale);
    for (size_t i = 0; i < t->presale.groups.n; i++)
        if (str_eq(mine[i].name, group))
            mine[i].codes = sealed;
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
            presale_count(s, row_int(&r, 1), row_int(&r, 2), row_text_view(&r, 3));
    }
    return rows_end(cx, &r);
}
