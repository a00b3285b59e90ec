#include "notify_bed.h"

#include "platform/config/config.h"
#include "platform/crypto/crypto.h"

#include <stdlib.h>

static struct bed *bed;       /* what the services of others answer from */

/* ---- services of others ---- */

const char *const auth_mail_words[] = { "verify", "reset", "password_changed", "email_changed", "closed", NULL };

static err contact(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct contact_ref *in = in_;
    (void)self;
    if (in->user == GONE_ID)
        return fail(cx, ERR_MISSING, NULL, "Closed.", "해지되었습니다.");
    *(struct contact *)out = (struct contact){ .email = S("kim@example.com"), .name = S("Kim"), .lang = bed->lang, .verified = true };
    return OK;
}

static err link_make(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)self;
    (void)in;
    *(struct mail_link *)out = bed->link;
    return OK;
}

static err facts(struct ctx *cx, void *self, const void *in_, void *out)
{
    static const struct str seats[] = { { "VIP 1", 5 }, { "VIP 2", 5 } };
    const struct facts_ref *in = in_;
    (void)self;
    if (in->booking != BOOKING_ID)
        return fail(cx, ERR_MISSING, NULL, "No such booking.", "그런 예매가 없습니다.");
    *(struct booking_facts *)out = (struct booking_facts){
        .user = BUYER_ID, .schedule = SCHEDULE_ID, .performance = SHOW_ID, .owner = OWNER_ID, .title = S("An Evening"), .hall_name = S("Small hall"),
        .starts_at = cx->now + DAY_MS, .code = S("7K2M-9QXD"), .seats = { (void *)seats, 2 }, .total = 60000, .due = 50000, .currency = "KRW",
    };
    return OK;
}

static err schedule(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    (void)in;
    *(struct schedule_facts *)out = (struct schedule_facts){
        .performance = SHOW_ID, .owner = OWNER_ID, .starts_at = cx->now + DAY_MS, .title = S("An Evening"), .hall_name = S("Small hall"),
    };
    return OK;
}

struct saying {
    const char *topic;
    struct str body;
};

static err tell(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct saying *in = in_;
    (void)self;
    (void)out;
    outbox_put(cx, in->topic, 1, in->body);
    return OK;
}

static err staff(struct ctx *cx, void *self, const void *in, void *out)
{
    static const int64_t users[] = { OWNER_ID, OWNER_ID + 10 };
    (void)cx;
    (void)self;
    assert_int_equal(((const struct staff_ref *)in)->roles, ROLE_MANAGER | ROLE_ADMIN);
    *(struct list *)out = (struct list){ (void *)users, 2 };
    return OK;
}

const struct call auth_staff_call = { .name = "auth.staff", .kind = CALL_READ, .fn = staff };
const struct call auth_contact_call = { .name = "auth.contact", .kind = CALL_READ, .fn = contact };
const struct call auth_link_make_call = { .name = "auth.link_make", .kind = CALL_COMMAND, .fn = link_make };
const struct call booking_facts_call = { .name = "booking.facts", .kind = CALL_READ, .fn = facts };
const struct call performance_schedule_facts = { .name = "performance.schedule_facts", .kind = CALL_READ, .fn = schedule };
static const struct call tell_call = { .name = "others.tell", .kind = CALL_COMMAND, .fn = tell };

static const struct call *const calls[] = { &auth_contact_call, &auth_staff_call,
                                            &auth_link_make_call, &booking_facts_call, &performance_schedule_facts, &tell_call, NULL };

static err others_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = bed;
    return OK;
}

static void others_close(void *self)
{
    (void)self;
}

static const struct service others = { .name = "others", .open = others_open, .close = others_close, .calls = calls };
static const struct service *const services[] = { &others, &notify_service, NULL };

/* ---- the bed ---- */

int bed_make(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    b->user = BUYER_ID;
    b->roles = ROLE_CUSTOMER;
    bed = b;
    fixture_open(&b->fixture, services);
    *state = b;
    return 0;
}

static void end_last(struct bed *b)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    b->cx.arena = NULL;
}

void restart_with(struct bed *b, const char *key, const char *value)
{
    struct str why;
    end_last(b);
    assert_true(config_set(b->fixture.config, str_c(key), str_c(value), &why));
    fixture_restart(&b->fixture);
}

static void check_audits(struct bed *b)
{
    struct ctx cx;
    app_ctx_begin(b->fixture.app, &cx);
    cx.db = db_read_begin(app_db(b->fixture.app));
    for (const struct audit *a = notify_service.audits; a->name; a++) {
        bool found;
        print_message("audit %s\n", a->name);
        assert_int_equal(db_one(&cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        assert_false(found);
    }
    db_read_end(app_db(b->fixture.app), cx.db);
    app_ctx_end(&cx);
}

int bed_drop(void **state)
{
    struct bed *b = *state;
    check_audits(b);
    end_last(b);
    fixture_close(&b->fixture);
    free(b);
    return 0;
}

struct notify *service(struct bed *b)
{
    return app_self(b->fixture.app, &notify_service);
}

err ask(struct bed *b, const struct call *call, const void *in, void *ret_out)
{
    end_last(b);
    return fixture_call(&b->fixture, b->user, b->roles, call, in, ret_out, &b->cx);
}

const struct call *call_at(const char *method, const char *path)
{
    for (const struct route *r = notify_service.routes; r->path; r++)
        if (strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0)
            return r->call;
    print_error("no route %s %s\n", method, path);
    assert_true(false);
    return NULL;
}

void announce(struct bed *b, const char *topic, const char *body, const struct said_id *ids, size_t n)
{
    struct buf text;
    struct str rest = str_c(body);
    char id[ID_TEXT];
    buf_init(&text, 4096);
    for (size_t i = 0; i < n; i++) {
        buf_str(&text, str_cut(&rest, '@'));
        id_encode(&app_keys(b->fixture.app)->ids, ids[i].kind, ids[i].id, id);
        buf_fmt(&text, "\"%.*s\"", ID_TEXT, id);
    }
    buf_str(&text, rest);
    assert_int_equal(ask(b, &tell_call, &(struct saying){ topic, buf_view(&text) }, NULL), OK);
    buf_free(&text);
    advance(b, 0);
}

void advance(struct bed *b, int64_t ms)
{
    app_clock_advance(b->fixture.app, ms);
}

size_t mails(struct bed *b, struct mail_view *ret)
{
    struct page_out page;
    assert_int_equal(ask(b, call_at("GET", "/api/v1/admin/mails"), &(struct page_in){ .limit = 100 }, &page), OK);
    if (page.items.n)
        memcpy(ret, page.items.at, page.items.n * sizeof(*ret));
    return page.items.n;
}

void newest_mail(struct bed *b, struct message *ret, bool *ret_gone)
{
    struct list due;
    end_last(b);
    app_ctx_begin(b->fixture.app, &b->cx);
    assert_int_equal(call_run(&b->cx, &mail_take_call, NULL, &due), OK);
    assert_true(due.n > 0);
    assert_int_equal(mail_compose(&b->cx, service(b), (const struct mail *)due.at + due.n - 1, ret, ret_gone), OK);
}
