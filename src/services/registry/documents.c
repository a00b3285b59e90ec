/* The answers that many ask for: all instances, and what has changed. Each is made once for all who ask until something changes. */
#include <stdatomic.h>
#include <stdlib.h>

#include "platform/obs/log.h"
#include "registry_int.h"

#define TEXT_MAX_BYTES ((size_t)256 << 20)
#define KEPT_MS        30000  /* the times of heartbeats in it are no older */

struct str apps_hashcode(struct arena *arena, const struct registry *r)
{
    static const enum instance_status by_name[] = { STATUS_DOWN, STATUS_OUT_OF_SERVICE, STATUS_STARTING, STATUS_UNKNOWN, STATUS_UP };
    size_t count[STATUS_COUNT] = { 0 };
    struct str code = { 0 };
    for (const struct application *a = r->apps; a; a = a->next)
        for (const struct lease *l = a->first; l; l = l->next)
            count[l->it.status]++;
    for (size_t i = 0; i < STATUS_COUNT; i++)
        if (count[by_name[i]])
            code = arena_fmt(arena, "%.*s%s_%zu_", STR_ARG(code), status_words[by_name[i]], count[by_name[i]]);
    return code;
}

/* ---- writing ---- */

static void application_begin(struct pen *p, const char *name)
{
    pen_text(p, "name", str_c(name));
    pen_list(p, "instance");
}

static void write_instance(struct pen *p, const struct lease *l)
{
    pen_item(p, "instance");
    instance_write(p, &l->it);
    pen_end(p, "instance");
}

static void application_end(struct pen *p)
{
    pen_list_end(p);
    pen_end(p, "application");
}

void application_write(struct pen *p, const struct application *a)
{
    pen_begin(p, "application");
    application_begin(p, a->name);
    for (const struct lease *l = a->first; l; l = l->next)
        write_instance(p, l);
    application_end(p);
}

static void applications_begin(struct pen *p, struct arena *arena, const struct registry *r)
{
    pen_begin(p, "applications");
    pen_text(p, "versions__delta", arena_fmt(arena, "%llu", (unsigned long long)r->version));
    pen_text(p, "apps__hashcode", apps_hashcode(arena, r));
    pen_list(p, "application");
}

static void applications_end(struct pen *p)
{
    pen_list_end(p);
    pen_end(p, "applications");
}

size_t applications_write(struct pen *p, struct arena *arena, const struct registry *r, bool (*match)(const struct lease *l, const void *of), const void *of)
{
    size_t n = 0;
    applications_begin(p, arena, r);
    for (const struct application *a = r->apps; a; a = a->next) {
        bool open = false;
        for (const struct lease *l = a->first; l; l = l->next) {
            if (match && !match(l, of))
                continue;
            if (!open) {
                pen_item(p, "application");
                application_begin(p, a->name);
            }
            open = true;
            write_instance(p, l);
            n++;
        }
        if (open)
            application_end(p);
    }
    applications_end(p);
    return n;
}

/* Each change in an application of its own, in their order: clients join them by name. */
static void delta_write(struct pen *p, struct arena *arena, const struct registry *r)
{
    const struct lease *l;
    applications_begin(p, arena, r);
    TAILQ_FOREACH(l, &r->changes, change) {
        pen_item(p, "application");
        application_begin(p, l->it.text[TEXT_APP].p);
        write_instance(p, l);
        application_end(p);
    }
    applications_end(p);
}

/* ---- keeping ---- */

void document_give(void *held)
{
    struct document *d = held;
    if (d && atomic_fetch_sub(&d->users, 1) == 1)
        arena_free(d->arena);
}

static struct document *document_make(struct registry *r, enum document_kind kind, enum format format, int64_t now)
{
    struct arena *arena = arena_new(0);
    struct document *d = NEW(arena, struct document);
    struct buf text;
    struct pen pen = { &text, format };
    buf_init(&text, TEXT_MAX_BYTES);
    pen_document(&pen);
    if (kind == DOCUMENT_ALL)
        (void)applications_write(&pen, arena, r, NULL, NULL);
    else
        delta_write(&pen, arena, r);
    pen_document_end(&pen);
    ASSERT(!text.full);       /* what is kept is bounded, and escapes make it six times as long at most */
    *d = (struct document){ .text = arena_str(arena, buf_view(&text)), .arena = arena, .of_version = r->version, .made_at = now };
    atomic_init(&d->users, 1);
    buf_free(&text);
    return d;
}

struct document *document_take(struct ctx *cx, struct registry *r, enum document_kind kind, enum format format)
{
    struct document **kept = &r->documents[kind][format];
    changes_prune(r, cx->now);
    if (!*kept || (*kept)->of_version != r->version || cx->now - (*kept)->made_at >= KEPT_MS) {
        document_give(*kept);
        *kept = document_make(r, kind, format, cx->now);
    }
    atomic_fetch_add(&(*kept)->users, 1);
    return *kept;
}
