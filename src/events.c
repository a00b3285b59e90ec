#include "events.h"

#include <stdio.h>

#include "commands.h"
#include "platform/bus/bus.h"
#include "platform/call/app.h"
#include "platform/call/event.h"
#include "platform/db/engine.h"
#include "services.h"

#define PAGE 64               /* of bus_parked */

/* ---- what there is ---- */

/* The member by whose value events are kept in order. */
static const char *key_member(const struct event_kind *k)
{
    for (size_t i = 0; i < k->body->n; i++)
        if (k->body->at[i].type == F_ID && k->body->at[i].id == k->key)
            return k->body->at[i].name;
    return "subject";         /* of the envelope */
}

static void print_listeners(const char *topic)
{
    const char *before = "";
    for (const struct service *const *s = all_services; *s; s++)
        for (const struct subscription *row = (*s)->subscriptions; row && row->topic; row++)
            if (strcmp(row->topic, topic) == 0) {
                printf("%s%s", before, (*s)->name);
                before = ", ";
            }
}

static void print_type(const struct field *row)
{
    static const char *const types[] = {
        [F_BOOL] = "true or false", [F_INT] = "whole number", [F_STR] = "text", [F_TEXT] = "text", [F_BYTES] = "bytes (base64url)",
        [F_TIME] = "time (RFC 3339)", [F_ID] = "id",
        [F_ENUM] = "one of", [F_FLAGS] = "list of", [F_MONEY] = "amount and currency", [F_CURRENCY] = "currency (ISO 4217)", [F_OBJECT] = "object",
        [F_LIST] = "list", [F_MAP] = "object with free keys", [F_RAW] = "any JSON",
    };
    fputs(types[row->type], stdout);
    for (const char *const *word = row->words; word && *word; word++)
        printf("%s `%s`", word == row->words ? "" : ",", *word);
    if (row->type == F_LIST && !row->of->at[0].name) {
        fputs(" of ", stdout);
        print_type(&row->of->at[0]);
    }
    if (row->nullable)
        fputs(", or null", stdout);
    else if (row->optional || row->omit_empty)
        fputs(", may be missing", stdout);
}

static void print_members(const struct fields *body, const char *above)
{
    char name[160];
    for (const struct field *row = body->at; row < body->at + body->n; row++) {
        snprintf(name, sizeof(name), "%s%s", above, row->name);
        printf("| `%s` | ", name);
        print_type(row);
        printf(" | %s |\n", row->help ? row->help : "");
        if (!row->of || !row->of->at[0].name)
            continue;
        snprintf(name, sizeof(name), "%s%s%s.", above, row->name, row->type == F_LIST ? "[]" : "");
        print_members(row->of, name);
    }
}

int events_list(void)
{
    puts("| event | topic on Kafka | in order for each | heard by | what has happened |\n|---|---|---|---|---|");
    for (const struct service *const *s = all_services; *s; s++)
        for (const struct event_kind *k = (*s)->says; k && k->topic; k++) {
            printf("| `%s` | `%s` | `%s` | ", k->topic, k->kafka ? k->kafka : k->topic, key_member(k));
            print_listeners(k->topic);
            printf(" | %s |\n", k->help);
        }
    for (const struct service *const *s = all_services; *s; s++)
        for (const struct event_kind *k = (*s)->says; k && k->topic; k++) {
            printf("\n### %s, version %d\n\n| member of `data` | is | |\n|---|---|---|\n", k->topic, k->version);
            print_members(k->body, "");
        }
    return 0;
}

/* ---- what is parked ---- */

static void print_parked(const struct parked *p)
{
    struct str text = p->event ? p->body : p->message;
    printf("%lld %.*s %.*s: %.*s\n", (long long)p->id, STR_ARG(p->subscription), STR_ARG(p->code), STR_ARG(p->detail));
    if (p->event)
        printf("     event %lld\n", (long long)p->event);
    if (p->origin.n)
        printf("     at %.*s\n", STR_ARG(p->origin));
    printf("     %.*s%s\n", (int)(text.n < 1000 ? text.n : 1000), text.p, text.n > 1000 ? "..." : "");
}

/* Calls `each` for all that is parked; how many of them it was false for, or -1. */
static int each_parked(struct ctx *cx, struct db *db, bool (*each)(struct ctx *cx, const struct parked *p))
{
    struct parked at[PAGE];
    size_t n = PAGE;
    int64_t after = 0;
    int bad = 0;
    while (n == PAGE) {
        cx->db = db_read_begin(db);
        err e = bus_parked(cx, after, at, &n);
        db_read_end(db, cx->db);
        cx->db = NULL;
        if (e)
            return -1;
        for (size_t i = 0; i < n; i++)
            bad += !each(cx, &at[i]);
        after = n ? at[n - 1].id : after;
    }
    return bad;
}

static bool show(struct ctx *cx, const struct parked *p)
{
    (void)cx;
    print_parked(p);
    return true;
}

int events_parked(struct arena *arena, const struct config *config, const char *dir)
{
    struct str why = { 0 };
    struct db *db = db_open(arena, &(struct db_options){ .dir = dir, .server = app_db_server(config), .only_read = true, .readers = 1 }, &why);
    if (!db) {
        fprintf(stderr, "takenseat: %.*s\n", STR_ARG(why));
        return 2;
    }
    struct ctx cx = { .arena = arena };
    int bad = each_parked(&cx, db, show);
    command_report(&cx, bad ? ERR_UNAVAILABLE : OK, "what is parked cannot be read");
    db_close(db);
    return bad ? 2 : 0;
}

static bool tell_again(struct ctx *cx, const struct parked *p)
{
    fail_clear(cx);
    err e = bus_replay(cx, app_bus(cx->app), p);
    if (!e)
        printf("%lld %.*s: heard\n", (long long)p->id, STR_ARG(p->subscription));
    else
        printf("%lld %.*s: stays parked: %.*s\n", (long long)p->id, STR_ARG(p->subscription), STR_ARG(cx->problem.detail));
    return e == OK;
}

int events_replay(struct app *app)
{
    struct ctx cx;
    app_ctx_begin(app, &cx);
    int bad = each_parked(&cx, app_db(app), tell_again);
    command_report(&cx, bad < 0 ? ERR_UNAVAILABLE : OK, "what is parked cannot be read");
    app_ctx_end(&cx);
    return bad ? 1 : 0;
}
