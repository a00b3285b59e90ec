/* Applications and their instances. Every change is noted for deltas (one note an instance, its last) and told to the peers. */
#include <stdlib.h>

#include "platform/obs/log.h"
#include "registry_int.h"

/* ---- finding ---- */

/* The application of this name, or where it would stand. */
static struct application **app_place(struct registry *r, struct str name)
{
    struct application **at = &r->apps;
    while (*at) {
        size_t n = strlen((*at)->name), common = n < name.n ? n : name.n;
        int order = memcmp((*at)->name, name.p, common);
        if (order > 0 || (order == 0 && n >= name.n))
            break;
        at = &(*at)->next;
    }
    return at;
}

static bool is_app(const struct application *a, struct str name)
{
    return a && str_eq_nocase(str_c(a->name), name);
}

struct lease *lease_find(const struct registry *r, struct str app, struct str id)
{
    const struct application *a = r->apps;
    while (a && !is_app(a, app))
        a = a->next;
    struct lease *l = a ? a->first : NULL;
    while (l && !str_eq(l->it.text[TEXT_ID], id))
        l = l->next;
    return l;
}

static err not_known(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "No such instance is registered.", "등록되지 않은 인스턴스입니다.");
}

/* ---- changes ---- */

static void lease_free(struct registry *r, struct lease *l)
{
    r->bytes -= l->bytes;
    arena_free(l->arena);
    free(l);
}

static void change_drop(struct registry *r, struct lease *l)
{
    TAILQ_REMOVE(&r->changes, l, change);
    r->change_count--;
    l->changed = false;
    if (!l->app)
        lease_free(r, l);
}

static void change_note(struct registry *r, struct lease *l, enum action action, int64_t now)
{
    if (l->changed)
        TAILQ_REMOVE(&r->changes, l, change);
    else
        r->change_count++;
    TAILQ_INSERT_TAIL(&r->changes, l, change);
    l->changed = true;
    l->changed_at = l->it.updated_at = now;
    l->it.action = action;
    r->version++;
    while (r->change_count > 2 * r->instances_max)       /* who misses one finds another hash, and reads all */
        change_drop(r, TAILQ_FIRST(&r->changes));
}

/* That it went away is no news once it is back. */
static void change_forget_gone(struct registry *r, const struct instance *in)
{
    struct lease *next;
    for (struct lease *l = TAILQ_FIRST(&r->changes); l; l = next) {
        next = TAILQ_NEXT(l, change);
        if (!l->app && str_eq(l->it.text[TEXT_ID], in->text[TEXT_ID]) && str_eq(l->it.text[TEXT_APP], in->text[TEXT_APP]))
            change_drop(r, l);
    }
}

void changes_prune(struct registry *r, int64_t now)
{
    struct lease *first;
    while ((first = TAILQ_FIRST(&r->changes)) && first->changed_at + r->delta_ms < now) {
        change_drop(r, first);
        r->version++;
    }
}

/* ---- keeping what an instance says ---- */

#define BYTES_MAX ((size_t)16 << 20)

static err full(struct ctx *cx)
{
    return fail(cx, ERR_UNAVAILABLE, "registry_full", "The registry holds as much as it may.", "레지스트리에 더 등록할 수 없습니다.");
}

/* Is there room for `more` bytes in place of those that `l` has, if it is there already? What has gone makes room. */
static bool make_room(struct registry *r, const struct lease *l, size_t more)
{
    struct lease *next;
    size_t limit = BYTES_MAX + (l ? l->bytes : 0);
    for (struct lease *gone = TAILQ_FIRST(&r->changes); gone && r->bytes + more > limit; gone = next) {
        next = TAILQ_NEXT(gone, change);
        if (!gone->app)
            change_drop(r, gone);
    }
    return r->bytes + more <= limit;
}

/* `with` may point into what is replaced. */
static void lease_keep(struct registry *r, struct lease *l, const struct instance *with)
{
    struct arena *before = l->arena;
    r->bytes -= l->bytes;
    l->bytes = instance_bytes(with);
    r->bytes += l->bytes;
    l->arena = instance_keep(with, &l->it);
    arena_free(before);
}

/* ---- coming and going ---- */

static struct application *app_put(struct registry *r, struct str name)
{
    struct application **at = app_place(r, name);
    if (is_app(*at, name))
        return *at;
    struct application *a = calloc(1, sizeof(*a));
    ASSERT(a != NULL);
    memcpy(a->name, name.p, name.n);
    a->next = *at;
    *at = a;
    r->app_count++;
    return a;
}

static void app_unlink(struct registry *r, struct application *a, struct lease *l)
{
    struct lease **at = &a->first;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    l->app = NULL;
    r->count--;
    metric_set(&registry_instances, (int64_t)r->count);
    if (--a->n)
        return;
    struct application **of = app_place(r, str_c(a->name));
    *of = a->next;
    r->app_count--;
    free(a);
}

void lease_remove(struct registry *r, struct lease *l, int64_t now)
{
    app_unlink(r, l->app, l);
    change_note(r, l, ACTION_DELETED, now);
}

/* Which status counts: trouble that the instance itself tells, then what staff has chosen, then what was known, then what it tells. */
static enum instance_status status_of(const struct instance *told, const struct lease *known, bool replicated)
{
    if (told->status == STATUS_DOWN || told->status == STATUS_STARTING)
        return told->status;
    if (told->overridden != STATUS_UNKNOWN)
        return told->overridden;
    if (!replicated && known && (known->it.status == STATUS_UP || known->it.status == STATUS_OUT_OF_SERVICE))
        return known->it.status;
    return told->status;
}

/* What a lease has of its own stays; what the instance says is replaced. */
static void lease_fill(struct ctx *cx, struct registry *r, struct lease *l, const struct instance *in, bool replicated)
{
    struct instance fresh = *in;
    bool known = l->arena != NULL;
    if (known && l->it.overridden != STATUS_UNKNOWN)
        fresh.overridden = l->it.overridden;
    fresh.status = status_of(&fresh, known ? l : NULL, replicated);
    fresh.registered_at = cx->now;
    fresh.renewed_at = cx->now;
    fresh.evicted_at = 0;
    fresh.up_at = known && l->it.up_at ? l->it.up_at : in->up_at;
    if (fresh.status == STATUS_UP && !fresh.up_at)
        fresh.up_at = cx->now;
    lease_keep(r, l, &fresh);
    change_note(r, l, ACTION_ADDED, cx->now);
}

static struct lease *lease_new(struct registry *r, const struct instance *in)
{
    struct application *a = app_put(r, in->text[TEXT_APP]);
    struct lease *l = calloc(1, sizeof(*l));
    ASSERT(l != NULL);
    change_forget_gone(r, in);
    l->app = a;
    l->next = a->first;
    a->first = l;
    a->n++;
    r->count++;
    metric_set(&registry_instances, (int64_t)r->count);
    return l;
}

/* For one more instance. */
static bool place_left(struct registry *r, const struct instance *in)
{
    struct str app = in->text[TEXT_APP];
    return r->count < r->instances_max && (r->app_count < r->apps_max || is_app(*app_place(r, app), app));
}

err lease_register(struct ctx *cx, struct registry *r, const struct instance *in, bool replicated)
{
    struct lease *l = lease_find(r, in->text[TEXT_APP], in->text[TEXT_ID]);
    metric_add(&registry_registered, 1);
    if (l && l->it.dirty_at > in->dirty_at) {
        l->it.renewed_at = cx->now;
    } else {
        if (!make_room(r, l, instance_bytes(in)) || (!l && !place_left(r, in)))
            return full(cx);
        if (!l)
            l = lease_new(r, in);
        lease_fill(cx, r, l, in, replicated);
    }
    if (!replicated)
        peers_tell(r, PEER_REGISTER, l);
    return OK;
}

err lease_renew(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t, struct lease **ret_newer)
{
    struct lease *l = lease_find(r, app, id);
    *ret_newer = NULL;
    if (!l || (t->has_dirty && t->dirty_at > l->it.dirty_at))
        return not_known(cx);
    if (t->has_dirty && t->dirty_at < l->it.dirty_at && t->replicated) {
        *ret_newer = l;
        return OK;
    }
    l->it.renewed_at = cx->now;
    meter_add(&r->renewals, cx->now);
    metric_add(&registry_renewed, 1);
    if (!t->replicated)
        peers_tell(r, PEER_HEARTBEAT, l);
    return OK;
}

err lease_cancel(struct ctx *cx, struct registry *r, struct str app, struct str id, bool replicated)
{
    struct lease *l = lease_find(r, app, id);
    if (!l)
        return not_known(cx);
    if (!replicated)
        peers_tell(r, PEER_CANCEL, l);
    lease_remove(r, l, cx->now);
    metric_add(&registry_cancelled, 1);
    return OK;
}

/* ---- what staff decides ---- */

static void status_put(struct ctx *cx, struct registry *r, struct lease *l, enum instance_status overridden, const struct told *t)
{
    l->it.overridden = overridden;
    l->it.status = t->status;
    l->it.renewed_at = cx->now;
    if (t->has_dirty && t->dirty_at > l->it.dirty_at)
        l->it.dirty_at = t->dirty_at;
    if (t->status == STATUS_UP && !l->it.up_at)
        l->it.up_at = cx->now;
    change_note(r, l, ACTION_MODIFIED, cx->now);
}

err lease_override(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t)
{
    struct lease *l = lease_find(r, app, id);
    if (!l)
        return not_known(cx);
    status_put(cx, r, l, t->status, t);
    if (!t->replicated)
        peers_tell(r, PEER_STATUS, l);
    return OK;
}

err lease_override_end(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t)
{
    struct lease *l = lease_find(r, app, id);
    if (!l)
        return not_known(cx);
    if (l->it.overridden != STATUS_UNKNOWN)
        status_put(cx, r, l, STATUS_UNKNOWN, t);
    if (!t->replicated)
        peers_tell(r, PEER_STATUS_END, l);
    return OK;
}

err lease_metadata(struct ctx *cx, struct registry *r, struct str app, struct str id, struct str query, bool replicated)
{
    struct lease *l = lease_find(r, app, id);
    if (!l)
        return not_known(cx);
    struct instance merged = l->it;
    err e = metadata_merge(cx, &l->it.metadata, query, &merged.metadata);
    if (e)
        return e;
    if (!make_room(r, l, instance_bytes(&merged)))
        return full(cx);
    lease_keep(r, l, &merged);
    change_note(r, l, ACTION_MODIFIED, cx->now);
    if (!replicated)
        peers_tell(r, PEER_REGISTER, l);
    return OK;
}

void leases_free(struct registry *r)
{
    while (r->apps)
        lease_remove(r, r->apps->first, 0);
    while (!TAILQ_EMPTY(&r->changes))
        change_drop(r, TAILQ_FIRST(&r->changes));
}
