/* A schedule on sale: who may see what, and the states of its seats. The writer changes them; each change leaves a note of how to undo it and
 * is shown to others once the group is durable. */
#include "services/booking/waitlist.h"

#include <stdlib.h>

#include "base/grow.h"

static void *zeroed(size_t n)
{
    void *p = calloc(1, n);
    if (!p)
        abort();
    return p;
}

enum seat_state sale_state(const struct sale *s, uint32_t seat)
{
    return (enum seat_state)(s->state[seat / 4] >> (2 * (seat % 4)) & 3);
}

static void put_state(uint8_t *states, uint32_t seat, enum seat_state state)
{
    unsigned shift = 2 * (seat % 4);
    states[seat / 4] = (uint8_t)((states[seat / 4] & ~(3u << shift)) | (unsigned)state << shift);
}

static void touch(struct sale *s, uint32_t seat)
{
    s->touched = grow(s->touched, &s->touched_cap, s->touched_n + 1, sizeof(*s->touched));
    s->touched[s->touched_n++] = seat;
}

void sale_set_quietly(struct sale *s, uint32_t seat, enum seat_state state)
{
    enum seat_state was = sale_state(s, seat);
    uint32_t grade = s->layout->plan->category[seat];
    uint64_t bit = UINT64_C(1) << (seat % 64);
    s->free[grade] += (uint32_t)(state == SEAT_FREE) - (uint32_t)(was == SEAT_FREE);
    s->total[grade] += (uint32_t)(was == SEAT_BLOCKED) - (uint32_t)(state == SEAT_BLOCKED);
    if (state == SEAT_FREE)
        s->free_bits[seat / 64] |= bit;
    else
        s->free_bits[seat / 64] &= ~bit;
    put_state(s->state, seat, state);
    touch(s, seat);
}

struct seat_undo {
    uint32_t seat;
    enum seat_state was;
};

static void undo_seat(void *sale, const void *arg)
{
    const struct seat_undo *u = arg;
    sale_set_quietly(sale, u->seat, u->was);
}

static void publish_later(struct ctx *cx, struct booking *b, struct sale *s)
{
    if (!s->dirty) {
        s->dirty = true;
        s->next_dirty = b->dirty;
        b->dirty = s;
    }
    tx_after(cx, live_publish, b);
}

void sale_touch(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat)
{
    touch(s, seat);
    publish_later(cx, b, s);
}

void sale_set_directly(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, enum seat_state state)
{
    struct seat_undo u = { seat, sale_state(s, seat) };
    tx_undo(cx, undo_seat, s, &u, sizeof(u));
    sale_set_quietly(s, seat, state);
    publish_later(cx, b, s);
}

void sale_set(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, enum seat_state state)
{
    bool kept = state == SEAT_FREE && waitlist_keeps(cx, b, s, seat);
    sale_set_directly(cx, b, s, seat, kept ? SEAT_HELD : state);
}

struct user_undo {
    int64_t user;
    int32_t seats;
};

static int64_t count_of(const struct map *of_user, int64_t user)
{
    uint64_t n = 0;
    map_get(of_user, (uint64_t)user, &n);
    return (int64_t)n;
}

static void count_add(struct map *of_user, int64_t user, int64_t seats)
{
    int64_t n = count_of(of_user, user) + seats;
    ASSERT(n >= 0);
    if (n)
        map_put(of_user, (uint64_t)user, (uint64_t)n);
    else
        map_remove(of_user, (uint64_t)user);
}

void sale_add_user(struct sale *s, int64_t user, int32_t seats)
{
    count_add(&s->of_user, user, seats);
    if (s->run)
        count_add(&s->run->of_user, user, seats);
}

static void undo_user(void *sale, const void *arg)
{
    const struct user_undo *u = arg;
    sale_add_user(sale, u->user, -u->seats);
}

void sale_count_user(struct ctx *cx, struct sale *s, int64_t user, int32_t seats)
{
    struct user_undo u = { user, seats };
    sale_add_user(s, user, seats);
    tx_undo(cx, undo_user, s, &u, sizeof(u));
}

int64_t sale_of_user(const struct sale *s, int64_t user)
{
    return count_of(&s->of_user, user);
}

int64_t sale_of_user_in_run(const struct sale *s, int64_t user)
{
    return s->run ? count_of(&s->run->of_user, user) : 0;
}

static void join_run(struct sale *s, struct run *run)
{
    size_t at = 0;
    uint64_t user, seats;
    s->run = run;
    while (map_each(&s->of_user, &at, &user, &seats))
        count_add(&run->of_user, (int64_t)user, (int64_t)seats);
}

void sale_count_run(struct booking *b, struct sale *s)
{
    size_t at = 0;
    uint64_t id, other;
    if (s->run)
        return;
    struct run *run = zeroed(sizeof(*run));
    map_put_ptr(&b->runs, (uint64_t)s->performance, run);
    while (map_each(&b->sales, &at, &id, &other))
        if (((struct sale *)(uintptr_t)other)->performance == s->performance)
            join_run((struct sale *)(uintptr_t)other, run);
}

err sale_limits(struct ctx *cx, const struct sale *s, int64_t user, int64_t more)
{
    int64_t most = s->max_per_user, has = sale_of_user(s, user);
    if (has + more > most)
        return fail(cx, ERR_CONFLICT, "limit_reached", "At most %lld seats a person; you have %lld.",
                    "1인당 최대 %lld석까지 가능합니다. 현재 %lld석을 보유하고 있습니다.", (long long)most, (long long)has);
    const struct sale_terms *t = s->run ? sale_terms(s) : NULL;
    has = t ? sale_of_user_in_run(s, user) : 0;
    if (t && t->max_of_performance && has + more > t->max_of_performance)
        return fail(cx, ERR_CONFLICT, "limit_reached", "At most %lld seats a person over all dates of this performance; you have %lld.",
                    "이 공연은 모든 회차를 합해 1인당 최대 %lld석까지 가능합니다. 현재 %lld석을 보유하고 있습니다.", (long long)t->max_of_performance, (long long)has);
    return OK;
}

/* ---- finding ---- */

struct sale *sale_find(struct booking *b, int64_t schedule)
{
    pthread_rwlock_rdlock(&b->sales_lock);
    struct sale *s = map_ptr(&b->sales, (uint64_t)schedule);
    pthread_rwlock_unlock(&b->sales_lock);
    return s;
}

err sale_missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such schedule.", "해당 회차를 찾을 수 없습니다.");
}

struct money sale_money(const struct sale *s, int64_t amount)
{
    struct money m = { .amount = amount };
    memcpy(m.currency, s->currency, sizeof(m.currency));
    return m;
}

bool booking_may_manage(const struct ctx *cx, int64_t owner)
{
    return actor_has(cx, ROLE_MANAGER | ROLE_ADMIN) || (owner != 0 && owner == cx->actor.user);
}

err sale_managed(struct ctx *cx, struct booking *b, int64_t schedule, struct sale **ret)
{
    struct sale *s = sale_find(b, schedule);
    if (!s || !booking_may_manage(cx, s->owner))
        return sale_missing(cx);
    *ret = s;
    return OK;
}

void booking_remaining(const struct app *app, int64_t schedule, struct remaining *ret)
{
    struct booking *b = app_self(app, &booking_service);
    struct sale *s = b ? sale_find(b, schedule) : NULL;
    *ret = (struct remaining){ .known = s != NULL };
    if (!s)
        return;
    ret->cancelled = s->cancelled;
    pthread_mutex_lock(&s->lock);
    ret->grades = s->grades;
    memcpy(ret->free, s->shown_free, sizeof(ret->free));
    memcpy(ret->total, s->shown_total, sizeof(ret->total));
    pthread_mutex_unlock(&s->lock);
}

int64_t booking_performance(const struct app *app, int64_t schedule)
{
    struct booking *b = app_self(app, &booking_service);
    const struct sale *s = b ? sale_find(b, schedule) : NULL;
    return s ? s->performance : 0;
}

/* ---- making ---- */

static struct str keep(struct str s)
{
    char *p = zeroed(s.n + 1);
    memcpy(p, s.p, s.n);
    return str_of(p, s.n);
}

struct sale *sale_new(const struct sale *from, const struct layout *layout, int64_t now)
{
    struct sale *s = zeroed(sizeof(*s));
    *s = *from;
    s->layout = layout;
    s->seats = layout->plan->seat_count;
    s->grades = layout->plan->category_count;
    s->title = keep(from->title);
    s->hall_name = keep(from->hall_name);
    s->state = zeroed((s->seats + 3) / 4);
    s->shown = zeroed((s->seats + 3) / 4);
    s->free_bits = zeroed(((size_t)s->seats / 64 + 3) * sizeof(uint64_t));
    pthread_mutex_init(&s->lock, NULL);
    for (uint32_t seat = 0; seat < s->seats; seat++) {
        s->free_bits[seat / 64] |= UINT64_C(1) << (seat % 64);
        s->free[layout->plan->category[seat]]++;
    }
    memcpy(s->total, s->free, sizeof(s->free));
    s->version = (uint64_t)now * 1000;
    sale_show_all(s);
    return s;
}

void sale_show_all(struct sale *s)
{
    memcpy(s->shown_total, s->total, sizeof(s->total));
    memcpy(s->shown_free, s->free, sizeof(s->free));
    memcpy(s->shown, s->state, (s->seats + 3) / 4);
    s->touched_n = 0;
}

void sale_free(struct sale *s)
{
    pthread_mutex_destroy(&s->lock);
    map_free(&s->of_user);
    terms_free(s);
    free((void *)(uintptr_t)s->title.p);
    free((void *)(uintptr_t)s->hall_name.p);
    free(s->state);
    free(s->shown);
    free(s->free_bits);
    free(s->kept);
    free(s->touched);
    free(s->changes);
    free(s);
}

void sales_free(struct booking *b)
{
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&b->sales, &at, &key, &value))
        sale_free((struct sale *)(uintptr_t)value);
    for (struct sale *s = b->withdrawn, *next; s; s = next) {
        next = s->next_withdrawn;
        sale_free(s);
    }
    at = 0;
    while (map_each(&b->layouts, &at, &key, &value))
        layout_free((struct layout *)(uintptr_t)value);
    at = 0;
    while (map_each(&b->runs, &at, &key, &value)) {
        map_free(&((struct run *)(uintptr_t)value)->of_user);
        free((struct run *)(uintptr_t)value);
    }
    map_free(&b->runs);
    map_free(&b->sales);
    map_free(&b->layouts);
}
