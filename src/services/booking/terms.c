/* On what terms a schedule is sold beside its prices: who pays less (person types), when (early prices), and who may come first (presale.c).
 *
 * What is taken off a price is rounded down to whole minor units, seat by seat: 33 % of 10,000.50 takes 3,300.16. An early price counts at the
 * time of the hold; a person type's percent is taken off that price, and its own price never costs more than it.
 *
 * Terms never change once they are made: others may read them while the writer puts new ones in their place. The old ones are kept until nobody can
 * be reading any more. */
#include "platform/crypto/crypto.h"
#include "services/booking/booking_int.h"

#include "services/queue/queue.h"

#define TERMS_TEXT_MAX   (1 << 21)
#define REPLACED_KEPT_MS (10 * 60 * 1000)
#define NEVER            INT64_MAX

const char *const person_words[] = { "adult", "child", "teen", "student", "senior", "disabled", "veteran", "soldier", NULL };

struct person_rule {
    bool offered, proof;
    int64_t percent;
    const int64_t *price;     /* by category, -1: none; NULL: by percent */
};

struct kept_terms {
    struct kept_terms *next;  /* the sale's terms and those that they replaced of late */
    struct arena *arena;
    int64_t replaced_at;      /* NEVER: they are the sale's */
    struct sale_terms said;
    struct person_rule person[PERSON_TYPES];
    struct map codes;         /* name -> struct presale_code */
};

/* ---- prices ---- */

int64_t price_less(int64_t price, int64_t percent)
{
    return price - price * percent / 100;
}

int64_t early_percent(const struct sale_terms *t, int64_t now)
{
    const struct early_price *early = t->early.at;
    for (size_t i = 0; i < t->early.n; i++)
        if (now < early[i].until)
            return early[i].percent;
    return 0;
}

int64_t sale_early_percent(const struct sale *s, int64_t now)
{
    const struct kept_terms *t = atomic_load_explicit(&s->terms, memory_order_acquire);
    return t ? early_percent(&t->said, now) : 0;
}

const struct sale_terms *sale_terms(const struct sale *s)
{
    const struct kept_terms *t = atomic_load_explicit(&s->terms, memory_order_acquire);
    return t ? &t->said : NULL;
}

const struct presale_code *terms_code(const struct sale *s, int64_t name)
{
    const struct kept_terms *t = atomic_load_explicit(&s->terms, memory_order_acquire);
    return t ? map_ptr(&t->codes, (uint64_t)name) : NULL;
}

static const struct person_rule *rule_of(const struct sale *s, int person)
{
    const struct kept_terms *t = atomic_load_explicit(&s->terms, memory_order_acquire);
    return t && t->person[person].offered ? &t->person[person] : NULL;
}

bool person_price(const struct sale *s, uint32_t category, int person, int64_t price, int64_t *ret)
{
    const struct person_rule *rule = rule_of(s, person);
    if (person == PERSON_ADULT) {
        *ret = price;
        return true;
    }
    if (!rule)
        return false;
    *ret = price_less(price, rule->percent);
    if (rule->price && rule->price[category] >= 0 && rule->price[category] < price)
        *ret = rule->price[category];
    return true;
}

bool person_proof(const struct sale *s, int person)
{
    const struct person_rule *rule = person ? rule_of(s, person) : NULL;
    return rule && rule->proof;
}

/* ---- making ---- */

static struct person_rule rule_make(struct arena *arena, const struct plan *plan, const struct person_terms *p)
{
    const struct grade_fare *fare = p->prices.at;
    int64_t *price = p->prices.n ? NEW_ARRAY(arena, int64_t, GRADES_MAX) : NULL;
    for (size_t i = 0; price && i < GRADES_MAX; i++)
        price[i] = -1;
    for (size_t i = 0; i < p->prices.n; i++) {
        int category = plan_category_find(plan, fare[i].grade);
        if (category >= 0)
            price[category] = fare[i].price.amount;
    }
    return (struct person_rule){ true, p->proof, p->percent, price };
}

static void codes_make(struct kept_terms *t, struct list codes, int64_t uses, const struct presale_group *group)
{
    const struct str *sealed = codes.at;
    for (size_t i = 0; i < codes.n; i++) {
        struct presale_code *code = NEW(t->arena, struct presale_code);
        *code = (struct presale_code){ sealed[i], uses, group };
        map_put_ptr(&t->codes, (uint64_t)presale_code_name(sealed[i]), code);
    }
}

/* Those that were replaced by then. */
static void drop(struct kept_terms **list, int64_t by)
{
    for (struct kept_terms *t; (t = *list);)
        if (t->replaced_at <= by) {
            *list = t->next;
            map_free(&t->codes);
            arena_free(t->arena);
        } else {
            list = &t->next;
        }
}

/* Other threads read without a lock; no request takes that long. */
static void drop_old(struct sale *s, int64_t now)
{
    drop(&s->all_terms, now - REPLACED_KEPT_MS);
}

static void terms_show(struct sale *s, struct kept_terms *t, int64_t now)
{
    struct kept_terms *before = atomic_load_explicit(&s->terms, memory_order_relaxed);
    if (before)
        before->replaced_at = now;
    if (t)
        t->replaced_at = NEVER;
    atomic_store_explicit(&s->terms, t, memory_order_release);
}

err terms_read(struct ctx *cx, struct sale *s, struct str text)
{
    struct arena *arena = arena_new(0);
    struct kept_terms *t = NEW(arena, struct kept_terms);
    struct ctx own = *cx;
    t->arena = own.arena = arena;
    if (fields_decode(&own, &sale_terms_fields, &app_keys(cx->app)->ids, arena_str(arena, text), &t->said)) {
        arena_free(arena);
        return fail(cx, ERR_INTERNAL, NULL, "The terms of schedule %lld cannot be read.", "회차 %lld의 판매 조건을 읽을 수 없습니다.", (long long)s->id);
    }
    const struct person_terms *p = t->said.people.at;
    for (size_t i = 0; i < t->said.people.n; i++)
        t->person[p[i].type] = rule_make(arena, s->layout->plan, &p[i]);
    const struct presale_terms *presale = &t->said.presale;
    const struct presale_group *group = presale->groups.at;
    codes_make(t, presale->codes, presale->uses, NULL);
    for (size_t i = 0; i < presale->groups.n; i++)
        codes_make(t, group[i].codes, group[i].uses, &group[i]);
    drop_old(s, cx->now);
    t->next = s->all_terms;
    s->all_terms = t;
    terms_show(s, t, cx->now);
    return OK;
}

void terms_free(struct sale *s)
{
    drop(&s->all_terms, INT64_MAX);
    presale_free(s);
}

/* ---- checking ---- */

static struct str at(struct ctx *cx, const char *list, size_t i, const char *member)
{
    return arena_fmt(cx->arena, "%s[%zu].%s", list, i, member);
}

static err check_fares(struct ctx *cx, const struct terms_basis *basis, const struct person_terms *p, size_t i)
{
    const struct grade_fare *fare = p->prices.at;
    err e = OK;
    for (size_t k = 0; k < p->prices.n; k++) {
        struct str field = arena_fmt(cx->arena, "person_types[%zu].prices.%.*s", i, STR_ARG(fare[k].grade));
        if (plan_category_find(basis->plan, fare[k].grade) < 0)
            e = fail_field(cx, field, "is no category of this hall", "공연장에 없는 등급입니다");
        if (strcmp(fare[k].price.currency, basis->currency) != 0)
            e = fail_field(cx, field, "must be in %s", "%s 통화여야 합니다", basis->currency);
    }
    return e;
}

static err check_people(struct ctx *cx, const struct terms_basis *basis, const struct sale_terms *t)
{
    const struct person_terms *p = t->people.at;
    unsigned seen = 1u << PERSON_ADULT;
    err e = OK;
    for (size_t i = 0; i < t->people.n; i++) {
        if (p[i].type == PERSON_ADULT)
            e = fail_field(cx, at(cx, "person_types", i, "name"), "an adult always pays the full price", "성인은 항상 정가입니다");
        else if (seen >> p[i].type & 1)
            e = fail_field(cx, at(cx, "person_types", i, "name"), "is given twice", "두 번 주어졌습니다");
        seen |= 1u << p[i].type;
        if (p[i].has_percent == (p[i].prices.n > 0))
            e = fail_field(cx, at(cx, "person_types", i, "percent"), "give either percent or prices", "percent와 prices 중 하나만 지정해야 합니다");
        if (check_fares(cx, basis, &p[i], i))
            e = ERR_INPUT;
    }
    return e;
}

static err check_early(struct ctx *cx, const struct terms_basis *basis, const struct sale_terms *t)
{
    const struct early_price *early = t->early.at;
    err e = OK;
    for (size_t i = 0; i < t->early.n; i++)
        if ((i && early[i].until <= early[i - 1].until) || early[i].until >= basis->sale_ends_at)
            e = fail_field(cx, at(cx, "early_bird", i, "until"), "must be after the one before, and before the sale ends",
                           "앞 단계보다 늦고 판매 종료보다 빨라야 합니다");
    return e;
}

err booking_terms_check(struct ctx *cx, const struct sale_terms *t, const struct terms_basis *basis)
{
    err people = check_people(cx, basis, t), early = check_early(cx, basis, t), presale = presale_check(cx, t, basis->sale_starts_at);
    return people ? people : early ? early : presale;
}

/* ---- PUT, GET /schedules/{schedule_id}/terms ---- */

struct codes_shown {          /* of a group: codes are counted, never shown */
    struct str group;
    int64_t codes, uses;
};
struct terms_out {
    int64_t schedule;
    struct terms_shown shown;
    int64_t codes, entered;
    int64_t uses;             /* of each code that is of no group; 0: there are none */
    struct list groups;       /* struct codes_shown */
};

static err show(struct ctx *cx, const struct sale *s, struct terms_out *ret)
{
    const struct sale_terms *t = sale_terms(s);
    bool found;
    *ret = (struct terms_out){ .schedule = s->id };
    terms_shown(cx->arena, t, cx->now, &ret->shown);
    if (!ret->shown.has_presale)
        return OK;
    const struct presale_group *group = t->presale.groups.at;
    struct codes_shown *shown = NEW_ARRAY(cx->arena, struct codes_shown, t->presale.groups.n);
    ret->codes = (int64_t)t->presale.codes.n;
    ret->uses = t->presale.codes.n ? t->presale.uses : 0;
    ret->groups = (struct list){ shown, t->presale.groups.n };
    for (size_t i = 0; i < t->presale.groups.n; i++) {
        shown[i] = (struct codes_shown){ group[i].name, (int64_t)group[i].codes.n, group[i].uses };
        ret->codes += shown[i].codes;
    }
    return db_one(cx, &booking_sql.presale_entered, VALS(v_int(s->id)), row_take_int, &ret->entered, &found);
}

struct terms_undo {
    struct kept_terms *was;
    int64_t now;
};

static void undo_terms(void *sale, const void *arg)
{
    const struct terms_undo *u = arg;
    terms_show(sale, u->was, u->now);
}

bool sale_terms_any(const struct sale_terms *t)
{
    return t->people.n || t->early.n || t->has_presale || t->max_of_performance;
}

err sale_terms_put(struct ctx *cx, struct booking *b, struct sale *s, const struct sale_terms *sealed)
{
    struct buf text;
    buf_init(&text, TERMS_TEXT_MAX);
    fields_encode(&text, &sale_terms_fields, &app_keys(cx->app)->ids, sealed);
    ASSERT(!text.full);
    tx_undo(cx, undo_terms, s, &(struct terms_undo){ atomic_load(&s->terms), cx->now }, sizeof(struct terms_undo));
    err e = terms_read(cx, s, buf_view(&text));
    if (!e)
        e = db_run(cx, &booking_sql.schedule_terms, VALS(v_text(buf_view(&text)), v_int(s->id)), NULL);
    buf_free(&text);
    if (sealed->max_of_performance)
        sale_count_run(b, s);
    return e;
}

static err terms_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct terms_in *in = in_;
    struct sale_terms sealed = in->terms;
    struct sale *s = NULL;
    err e = sale_managed(cx, self, in->schedule, &s);
    if (e)
        return e;
    booking_terms_seal(cx, &sealed);
    presale_keep_codes(cx, s, &sealed);
    e = booking_terms_check(cx, &sealed, &(struct terms_basis){ s->layout->plan, s->currency, s->sale_starts_at, s->sale_ends_at });
    if (!e)
        e = sale_terms_put(cx, self, s, &sealed);
    if (e)
        return e;
    queue_sale_moved(cx->app, s->id);
    return show(cx, s, out);
}

static err terms_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct terms_ref *in = in_;
    struct sale *s = NULL;
    err e = sale_managed(cx, self, in->schedule, &s);
    return e ? e : show(cx, s, out);
}

/* ---- what others show ---- */

/* Everybody sees them but the codes; adults come first. */
void terms_shown(struct arena *arena, const struct sale_terms *t, int64_t now, struct terms_shown *ret)
{
    size_t n = t ? t->people.n : 0;
    struct person_terms *people = NEW_ARRAY(arena, struct person_terms, n + 1);
    people[0] = (struct person_terms){ .type = PERSON_ADULT };
    *ret = (struct terms_shown){ .people = { people, n + 1 } };
    if (!t)
        return;
    if (n)
        memcpy(people + 1, t->people.at, n * sizeof(*people));
    ret->early = t->early;
    ret->max_of_performance = t->max_of_performance;
    ret->percent = early_percent(t, now);
    const struct early_price *early = t->early.at;
    for (size_t i = 0; i < t->early.n && !ret->changes_at; i++)
        if (now < early[i].until)
            ret->changes_at = early[i].until;
    ret->has_presale = t->has_presale;
    ret->presale = t->presale;
}

void booking_terms(const struct app *app, int64_t schedule, struct arena *arena, int64_t now, struct terms_shown *ret)
{
    struct booking *b = app_self(app, &booking_service);
    const struct sale *s = b ? sale_find(b, schedule) : NULL;
    terms_shown(arena, s ? sale_terms(s) : NULL, now, ret);
}

int64_t booking_presale_at(const struct app *app, int64_t schedule)
{
    struct booking *b = app_self(app, &booking_service);
    const struct sale *s = b ? sale_find(b, schedule) : NULL;
    const struct sale_terms *t = s ? sale_terms(s) : NULL;
    return t && t->has_presale ? t->presale.starts_at : INT64_MAX;
}

/* ---- tables ---- */

#define AT(type_, member) .at = offsetof(struct type_, member)
#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct field fare_rows[] = { { .type = F_MONEY, AT(grade_fare, price) } };
static const struct fields fare_fields = { "Fare", sizeof(struct grade_fare), fare_rows, 1 };

static const struct field person_rows[] = {
    { .name = "name", .type = F_ENUM, .words = person_words, AT(person_terms, type) },
    { .name = "percent", .type = F_INT, .optional = true, .nullable = true, AT(person_terms, percent), .has_at = offsetof(struct person_terms, has_percent),
      .low = 1, .high = 100, .help = "Taken off the price at the time of the hold, rounded down to whole minor units." },
    { .name = "prices", .type = F_MAP, .of = &fare_fields, .optional = true, .omit_empty = true, AT(person_terms, prices), .low = 1, .high = GRADES_MAX,
      .help = "Instead of percent: a price by grade; a grade that is not named costs the full price." },
    { .name = "proof_at_door", .type = F_BOOL, .optional = true, AT(person_terms, proof), .help = "The ticket says that a proof is asked for at the door." },
};
const struct fields person_terms_fields = { "PersonType", sizeof(struct person_terms), person_rows, COUNT_OF(person_rows) };

static const struct field early_rows[] = {
    { .name = "until", .type = F_TIME, AT(early_price, until) },
    { .name = "percent", .type = F_INT, AT(early_price, percent), .low = 1, .high = 99, .help = "Taken off the prices of holds made before that time." },
};
const struct fields early_price_fields = { "EarlyPrice", sizeof(struct early_price), early_rows, COUNT_OF(early_rows) };

static const struct field code_rows[] = { { .type = F_STR, .low = 6, .high = 64, .secret = true } };
static const struct fields code_list = { "PresaleCode", sizeof(struct str), code_rows, 1 };

#define PRESALE_ROWS                                                                                                                           \
    { .name = "starts_at", .type = F_TIME, AT(presale_terms, starts_at) }, { .name = "ends_at", .type = F_TIME, AT(presale_terms, ends_at) },          \
    { .name = "max_per_user", .type = F_INT, .optional = true, .nullable = true, AT(presale_terms, max_per_user), .low = 1, .high = 1000000,          \
      .help = "Seats that one may hold or own while the presale lasts." }

#define CODES_ROWS(type_)                                                                                                                      \
    { .name = "codes", .type = F_LIST, .of = &code_list, .optional = true, .omit_empty = true, AT(type_, codes), .low = 1, .high = PRESALE_CODES_MAX, \
      .help = "One for all or one for each; they are kept hashed and never shown again. Capital and small letters are the same." },            \
    { .name = "uses_per_code", .type = F_INT, .optional = true, .omit_empty = true, AT(type_, uses), .low = 1, .high = 1000000,               \
      .help = "How many people may come in with the same code." }

#define GROUP_ROWS                                                                                                                             \
    { .name = "name", .type = F_STR, AT(presale_group, name), .low = 1, .high = 40, .rule = &blank_rule },                                     \
    { .name = "starts_at", .type = F_TIME, AT(presale_group, starts_at), .help = "Nobody of the group buys before." },                         \
    { .name = "ends_at", .type = F_TIME, AT(presale_group, ends_at), .help = "From then on nobody comes in with its codes any more." }

static const struct field group_rows[] = { GROUP_ROWS, CODES_ROWS(presale_group) };
static const struct fields group_fields = { "PresaleGroupRequest", sizeof(struct presale_group), group_rows, COUNT_OF(group_rows) };

static const struct field presale_rows[] = {
    PRESALE_ROWS,
    CODES_ROWS(presale_terms),
    { .name = "groups", .type = F_LIST, .of = &group_fields, .optional = true, .omit_empty = true, AT(presale_terms, groups), .low = 1,
      .high = PRESALE_GROUPS_MAX, .help = "Those who come first, one after the other or side by side; a group without codes keeps those that it has." },
};
const struct fields presale_terms_fields = { "PresaleRequest", sizeof(struct presale_terms), presale_rows, COUNT_OF(presale_rows) };

static const struct field group_shown_rows[] = { GROUP_ROWS };
static const struct fields group_shown = { "PresaleGroup", sizeof(struct presale_group), group_shown_rows, COUNT_OF(group_shown_rows) };

static const struct field presale_shown_rows[] = {
    PRESALE_ROWS,
    { .name = "groups", .type = F_LIST, .of = &group_shown, AT(presale_terms, groups) },
};
static const struct fields presale_shown = { "Presale", sizeof(struct presale_terms), presale_shown_rows, COUNT_OF(presale_shown_rows) };

#define TERMS_ROWS(type_, path)                                                                                                                \
    { .name = "person_types", .type = F_LIST, .optional = true, .of = &person_terms_fields, AT(type_, path people), .low = 0, .high = PERSON_TYPES },       \
    { .name = "early_bird", .type = F_LIST, .optional = true, .of = &early_price_fields, AT(type_, path early), .low = 0, .high = EARLY_PRICES_MAX,         \
      .help = "The first whose time has not come counts." },                                                                                   \
    { .name = "max_per_user_of_performance", .type = F_INT, .optional = true, .nullable = true, AT(type_, path max_of_performance), .low = 1,         \
      .high = 1000000, .help = "Seats that one may hold or own here, counted over all schedules of the performance." },                        \
    { .name = "presale", .type = F_OBJECT, .optional = true, .nullable = true, .of = &presale_terms_fields, AT(type_, path presale),                        \
      .has_at = offsetof(struct type_, path has_presale) }

static const struct field terms_rows[] = { TERMS_ROWS(sale_terms, ) };
const struct fields sale_terms_fields = { "SaleTerms", sizeof(struct sale_terms), terms_rows, COUNT_OF(terms_rows) };

static const struct field in_rows[] = {
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, AT(terms_in, schedule) },
    TERMS_ROWS(terms_in, terms.),
};
static const struct fields in_fields = { "ScheduleTermsRequest", sizeof(struct terms_in), in_rows, COUNT_OF(in_rows) };

static const struct field ref_rows[] = { { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, AT(terms_ref, schedule) } };
static const struct fields ref_fields = { "TermsRef", sizeof(struct terms_ref), ref_rows, 1 };

#define SHOWN_ROWS(type_, path)                                                                                                                \
    { .name = "person_types", .type = F_LIST, .of = &person_terms_fields, AT(type_, path people), .help = "Who pays what; adults pay the full price." },    \
    { .name = "early_bird", .type = F_LIST, .of = &early_price_fields, AT(type_, path early) },                                                             \
    { .name = "percent_off", .type = F_INT, AT(type_, path percent), .help = "What a hold made now takes off the prices." },                          \
    { .name = "price_changes_at", .type = F_TIME, .nullable = true, AT(type_, path changes_at) },                                                     \
    { .name = "max_per_user_of_performance", .type = F_INT, .nullable = true, AT(type_, path max_of_performance) },                                   \
    { .name = "presale", .type = F_OBJECT, .nullable = true, .of = &presale_shown, AT(type_, path presale),                                           \
      .has_at = offsetof(struct type_, path has_presale) }

static const struct field shown_rows[] = { SHOWN_ROWS(terms_shown, ) };
const struct fields terms_shown_fields = { "Terms", sizeof(struct terms_shown), shown_rows, COUNT_OF(shown_rows) };

static const struct field codes_rows[] = {
    { .name = "name", .type = F_STR, AT(codes_shown, group) },
    { .name = "codes", .type = F_INT, AT(codes_shown, codes), .help = "How many it has." },
    { .name = "uses_per_code", .type = F_INT, AT(codes_shown, uses) },
};
static const struct fields codes_fields = { "PresaleGroupCodes", sizeof(struct codes_shown), codes_rows, COUNT_OF(codes_rows) };

static const struct field out_rows[] = {
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(terms_out, schedule) },
    SHOWN_ROWS(terms_out, shown.),
    { .name = "presale_codes", .type = F_INT, AT(terms_out, codes) },
    { .name = "presale_entered", .type = F_INT, AT(terms_out, entered), .help = "How many people have come in with a code." },
    { .name = "presale_uses_per_code", .type = F_INT, .omit_empty = true, AT(terms_out, uses), .help = "Of the codes that are of no group, if there are any." },
    { .name = "presale_groups", .type = F_LIST, .of = &codes_fields, AT(terms_out, groups) },
};
static const struct fields out_fields = { "ScheduleTerms", sizeof(struct terms_out), out_rows, COUNT_OF(out_rows) };

const struct call terms_put_call = {
    "booking.terms_put", "Says who pays less, when, and who may buy first; replaces what was said before.", CALL_COMMAND, &in_fields, &out_fields, terms_put,
};
const struct call terms_get_call = { "booking.terms_get", "On what terms a schedule is sold.", CALL_READ, &ref_fields, &out_fields, terms_get };
