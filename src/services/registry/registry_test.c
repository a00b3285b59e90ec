/* The registry's rules: whose word counts, who is given up and when, what has changed, and what strangers may send. */
#include "fixture.h"
#include "registry_int.h"
#include "test.h"

#include <stdio.h>

#define T0 INT64_C(1800000000000)

struct here {
    struct fixture f;
    struct registry *r;
    struct ctx cx;
};

static int setup(void **state)
{
    static const struct service *const services[] = { &registry_service, &registry_member_service, NULL };
    static struct here h;
    h = (struct here){ .r = NULL };
    fixture_open(&h.f, services);
    h.r = app_self(h.f.app, &registry_service);
    app_ctx_begin(h.f.app, &h.cx);
    h.cx.now = T0;
    *state = &h;
    return 0;
}

static int teardown(void **state)
{
    struct here *h = *state;
    app_ctx_end(&h->cx);
    fixture_close(&h->f);
    return 0;
}

static struct instance an_instance(const char *app, const char *id)
{
    return (struct instance){
        .text = { [TEXT_ID] = str_c(id), [TEXT_HOST] = S("host"), [TEXT_APP] = str_c(app), [TEXT_IP] = S("10.0.0.9") }, .center = S("MyOwn"),
        .status = STATUS_UP, .overridden = STATUS_UNKNOWN, .renewal_s = 30, .lease_s = 90, .dirty_at = 1000,
    };
}

static struct lease *enter(struct here *h, const char *app, const char *id)
{
    struct instance one = an_instance(app, id);
    assert_int_equal(lease_register(&h->cx, h->r, &one, false), OK);
    return lease_find(h->r, str_c(app), str_c(id));
}

static void enter_many(struct here *h, int n)
{
    char id[16];
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof(id), "i%d", i);
        enter(h, i % 2 ? "ODD" : "EVEN", id);
    }
}

static err beat(struct here *h, const char *app, const char *id)
{
    struct lease *newer;
    return lease_renew(&h->cx, h->r, str_c(app), str_c(id), &(struct told){ .status = STATUS_UNKNOWN }, &newer);
}

static void beats(struct here *h, int times)
{
    for (int i = 0; i < times; i++)
        assert_int_equal(beat(h, "EVEN", "i0"), OK);
}

/* ---- heartbeats and leases ---- */

static void test_meter(void **state)
{
    struct meter m = { .second = { 0 } };
    (void)state;
    for (int64_t s = 0; s < 100; s++)
        meter_add(&m, T0 + s * 1000);
    assert_int_equal(meter_sum(&m, T0 + 99 * 1000), 60);
    assert_int_equal(meter_sum(&m, T0 + 100 * 1000), 59);
    assert_int_equal(meter_sum(&m, T0 + 158 * 1000), 1);
    assert_int_equal(meter_sum(&m, T0 + 159 * 1000), 0);
    meter_add(&m, T0 + 300 * 1000);
    assert_int_equal(meter_sum(&m, T0 + 300 * 1000 + 999), 1);
}

static void test_threshold(void **state)
{
    struct here *h = *state;
    static const struct { int instances; int64_t threshold; } rows[] = { { 1, 1 }, { 6, 10 }, { 7, 11 }, { 10, 17 }, { 100, 170 } };
    int n = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char id[16];
        for (; n < rows[i].instances; n++) {
            snprintf(id, sizeof(id), "i%d", n);
            enter(h, "APP", id);
        }
        assert_int_equal(renewals_threshold(h->r), rows[i].threshold);
    }
    lease_find(h->r, S("APP"), S("i0"))->it.renewal_s = 1;       /* each at the pace it has promised */
    assert_int_equal(renewals_threshold(h->r), (99 * 2 + 60) * 85 / 100);
}

static void test_self_preservation(void **state)
{
    struct here *h = *state;
    enter_many(h, 10);
    h->cx.now += 91000;
    beats(h, 17);
    assert_true(registry_preserving(h->r, h->cx.now));
    assert_int_equal(registry_evict(&h->cx, h->r), 0);
    beats(h, 1);
    assert_false(registry_preserving(h->r, h->cx.now));
    h->r->evicted_last = 0;
    assert_int_equal(registry_evict(&h->cx, h->r), 2);           /* 10 - floor(8.5) */
    assert_int_equal(h->r->count, 8);
    assert_non_null(lease_find(h->r, S("EVEN"), S("i0")));
    h->r->preserve_from = 9;
    h->cx.now += 60001;
    assert_false(registry_preserving(h->r, h->cx.now));          /* too few to tell the network from a process */
}

static void test_eviction(void **state)
{
    struct here *h = *state;
    static const size_t left[] = { 17, 14, 11, 9, 7, 5, 4, 3, 2, 1, 0, 0 };
    h->r->preserve = false;
    enter_many(h, 20);
    h->cx.now = T0 + 90000;
    assert_int_equal(registry_evict(&h->cx, h->r), 0);           /* to the millisecond */
    h->cx.now += 1;
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        registry_evict(&h->cx, h->r);
        assert_int_equal(h->r->count, left[i]);
    }
    assert_null(h->r->apps);
    assert_int_equal(h->r->app_count, 0);
}

/* Whoever was not there to hear anybody waits as much longer. */
static void test_late_evictor(void **state)
{
    struct here *h = *state;
    h->r->preserve = false;
    enter(h, "APP", "a");
    assert_int_equal(registry_evict(&h->cx, h->r), 0);
    h->cx.now += 100000;                     /* 40 s later than it should have been */
    assert_int_equal(registry_evict(&h->cx, h->r), 0);
    h->cx.now += 29000;
    assert_int_equal(registry_evict(&h->cx, h->r), 1);
}

static void test_evictions_by_the_clock(void **state)
{
    struct here *h = *state;
    h->cx.now = app_clock_advance(h->f.app, 0);
    enter(h, "APP", "a");
    app_clock_advance(h->f.app, 80000);
    assert_int_equal(h->r->count, 1);
    app_clock_advance(h->f.app, 60000);
    assert_int_equal(h->r->count, 0);
}

/* ---- whose word counts ---- */

static void test_heartbeats(void **state)
{
    struct here *h = *state;
    struct lease *newer, *l = enter(h, "APP", "a");
    h->cx.now += 500;
    assert_int_equal(beat(h, "app", "a"), OK);           /* applications in any case */
    assert_int_equal(l->it.renewed_at, T0 + 500);
    assert_int_equal(beat(h, "APP", "A"), ERR_MISSING);
    assert_int_equal(beat(h, "OTHER", "a"), ERR_MISSING);
    struct told t = { .has_dirty = true, .dirty_at = 1001 };
    assert_int_equal(lease_renew(&h->cx, h->r, S("APP"), S("a"), &t, &newer), ERR_MISSING);      /* it has more to say */
    t.dirty_at = 999;
    assert_int_equal(lease_renew(&h->cx, h->r, S("APP"), S("a"), &t, &newer), OK);
    assert_null(newer);
    t.replicated = REPLICATED;
    assert_int_equal(lease_renew(&h->cx, h->r, S("APP"), S("a"), &t, &newer), OK);
    assert_ptr_equal(newer, l);
}

static void test_registering_again(void **state)
{
    struct here *h = *state;
    struct lease *l = enter(h, "APP", "a");
    struct instance older = an_instance("APP", "a"), newer = older;
    older.dirty_at = 999;
    older.text[TEXT_HOST] = S("older");
    h->cx.now += 1000;
    assert_int_equal(lease_register(&h->cx, h->r, &older, false), OK);
    assert_true(str_eq(l->it.text[TEXT_HOST], S("host")));
    assert_int_equal(l->it.renewed_at, T0 + 1000);
    newer.dirty_at = 1001;
    newer.text[TEXT_HOST] = S("newer");
    assert_int_equal(lease_register(&h->cx, h->r, &newer, false), OK);
    assert_true(str_eq(l->it.text[TEXT_HOST], S("newer")));
    assert_int_equal(l->it.up_at, T0);       /* since when it serves stays */
    assert_int_equal(h->r->count, 1);
}

static void test_status(void **state)
{
    struct here *h = *state;
    struct lease *l = enter(h, "APP", "a");
    struct instance again = an_instance("APP", "a");
    assert_int_equal(lease_override(&h->cx, h->r, S("APP"), S("a"), &(struct told){ .status = STATUS_OUT_OF_SERVICE }), OK);
    assert_int_equal(l->it.status, STATUS_OUT_OF_SERVICE);
    assert_int_equal(lease_register(&h->cx, h->r, &again, false), OK);
    assert_int_equal(l->it.status, STATUS_OUT_OF_SERVICE);       /* what staff chose outlives a registration ... */
    again.status = STATUS_DOWN;
    assert_int_equal(lease_register(&h->cx, h->r, &again, false), OK);
    assert_int_equal(l->it.status, STATUS_DOWN);                 /* ... but trouble is believed */
    assert_int_equal(lease_override_end(&h->cx, h->r, S("APP"), S("a"), &(struct told){ .status = STATUS_UP }), OK);
    assert_int_equal(l->it.status, STATUS_UP);
    assert_int_equal(l->it.overridden, STATUS_UNKNOWN);
    assert_int_equal(lease_override(&h->cx, h->r, S("APP"), S("b"), &(struct told){ .status = STATUS_UP }), ERR_MISSING);
    assert_int_equal(lease_override_end(&h->cx, h->r, S("APP"), S("b"), &(struct told){ .status = STATUS_UP }), ERR_MISSING);
}

/* ---- what has changed ---- */

static void says(struct here *h, enum document_kind kind, enum format format, const char *what, bool expected)
{
    struct document *d = document_take(&h->cx, h->r, kind, format);
    bool found = memmem(d->text.p, d->text.n, what, strlen(what)) != NULL;
    if (found != expected)
        print_error("%.*s\n", STR_ARG(d->text));
    document_give(d);
    assert_int_equal(found, expected);
}

static void test_hashcode(void **state)
{
    struct here *h = *state;
    assert_true(str_eq(apps_hashcode(h->cx.arena, h->r), S("")));
    enter_many(h, 5);
    assert_true(str_eq(apps_hashcode(h->cx.arena, h->r), S("UP_5_")));
    lease_find(h->r, S("ODD"), S("i1"))->it.status = STATUS_DOWN;
    lease_find(h->r, S("ODD"), S("i3"))->it.status = STATUS_OUT_OF_SERVICE;
    lease_find(h->r, S("EVEN"), S("i0"))->it.status = STATUS_STARTING;
    assert_true(str_eq(apps_hashcode(h->cx.arena, h->r), S("DOWN_1_OUT_OF_SERVICE_1_STARTING_1_UP_2_")));
}

static void test_delta(void **state)
{
    struct here *h = *state;
    enter(h, "APP", "a");
    enter(h, "APP", "b");
    says(h, DOCUMENT_DELTA, FORMAT_JSON, "\"instanceId\":\"a\"", true);
    says(h, DOCUMENT_DELTA, FORMAT_JSON, "\"actionType\":\"ADDED\"", true);
    h->cx.now += h->r->delta_ms + 1;
    says(h, DOCUMENT_DELTA, FORMAT_JSON, "\"application\":[]", true);            /* told long enough */
    says(h, DOCUMENT_ALL, FORMAT_JSON, "\"instanceId\":\"a\"", true);
    assert_int_equal(lease_override(&h->cx, h->r, S("APP"), S("a"), &(struct told){ .status = STATUS_DOWN }), OK);
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<actionType>MODIFIED</actionType>", true);
    assert_int_equal(lease_cancel(&h->cx, h->r, S("APP"), S("a"), false), OK);
    assert_int_equal(h->r->change_count, 1);
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<actionType>DELETED</actionType>", true);
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<actionType>MODIFIED</actionType>", false);
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<apps__hashcode>UP_1_</apps__hashcode>", true);
    says(h, DOCUMENT_ALL, FORMAT_XML, "<instanceId>a</instanceId>", false);
    enter(h, "APP", "a");
    assert_int_equal(h->r->change_count, 1);
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<actionType>DELETED</actionType>", false);      /* it is back: nobody may remove it afterwards */
    says(h, DOCUMENT_DELTA, FORMAT_XML, "<actionType>ADDED</actionType>", true);
}

static void test_documents_are_shared(void **state)
{
    struct here *h = *state;
    enter(h, "APP", "a");
    struct document *one = document_take(&h->cx, h->r, DOCUMENT_ALL, FORMAT_XML), *same = document_take(&h->cx, h->r, DOCUMENT_ALL, FORMAT_XML);
    assert_ptr_equal(one, same);
    document_give(same);
    enter(h, "APP", "b");
    struct document *other = document_take(&h->cx, h->r, DOCUMENT_ALL, FORMAT_XML);
    assert_ptr_not_equal(one, other);
    assert_non_null(memmem(one->text.p, one->text.n, ">a<", 3));         /* whoever is still being answered keeps its own */
    document_give(one);
    document_give(other);
}

/* ---- bounds ---- */

static void test_full(void **state)
{
    struct here *h = *state;
    struct instance one = an_instance("THIRD", "c");
    h->r->instances_max = 3;
    h->r->apps_max = 2;
    enter(h, "FIRST", "a");
    enter(h, "SECOND", "a");
    assert_int_equal(lease_register(&h->cx, h->r, &one, false), ERR_UNAVAILABLE);
    assert_string_equal(h->cx.problem.code, "registry_full");
    one.text[TEXT_APP] = S("FIRST");
    assert_int_equal(lease_register(&h->cx, h->r, &one, false), OK);
    one.text[TEXT_ID] = S("d");
    assert_int_equal(lease_register(&h->cx, h->r, &one, false), ERR_UNAVAILABLE);
    enter(h, "FIRST", "a");                  /* who is known may always speak */
    for (int i = 0; i < 20; i++) {           /* who comes and goes does not pile up */
        assert_int_equal(lease_cancel(&h->cx, h->r, S("FIRST"), S("c"), false), OK);
        enter(h, "FIRST", "c");
    }
    assert_true(h->r->change_count <= 6);
}

static void test_bytes(void **state)
{
    struct here *h = *state;
    char *big = arena_take(h->cx.arena, PAIRS_BYTES_MAX);
    struct pair pair = { S("k"), str_of(memset(big, 'x', PAIRS_BYTES_MAX - 1), PAIRS_BYTES_MAX - 1) };
    struct instance one = an_instance("APP", "a");
    size_t n = 0;
    one.metadata = (struct pairs){ &pair, 1 };
    h->r->instances_max = 5000;
    for (err e = OK; !e; n++) {
        one.text[TEXT_ID] = arena_fmt(h->cx.arena, "i%zu", n);
        e = lease_register(&h->cx, h->r, &one, false);
    }
    assert_true(n > 1500 && n < 2100);       /* 16 MiB of 8 KiB each */
    assert_int_equal(lease_cancel(&h->cx, h->r, S("APP"), S("i0"), false), OK);
    assert_int_equal(lease_register(&h->cx, h->r, &one, false), OK);     /* what has gone makes room */
}

static void test_metadata(void **state)
{
    struct here *h = *state;
    struct lease *l = enter(h, "APP", "a");
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("zone=a%20b&empty="), false), OK);
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("zone=c"), false), OK);
    assert_int_equal(l->it.metadata.n, 2);
    assert_true(str_eq(l->it.metadata.at[0].value, S("c")));
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("x=%00"), false), ERR_INPUT);
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("x=%EF%BF%BF"), false), ERR_INPUT);
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("=x"), false), ERR_INPUT);
    struct str many = S("k=v");
    for (int i = 0; i < PAIRS_MAX; i++)
        many = arena_fmt(h->cx.arena, "%.*s&k%d=v", STR_ARG(many), i);
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), many, false), ERR_INPUT);
    assert_int_equal(l->it.metadata.n, 2);
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("b"), S("x=y"), false), ERR_MISSING);
}

/* ---- documents of strangers ---- */

static const char json_one[] =
    "{\"instance\":{\"hostName\":\"h\",\"app\":\"shop\",\"ipAddr\":\"10.0.0.1\",\"status\":\"UP\",\"port\":{\"$\":8080,\"@enabled\":\"true\"},"
    "\"dataCenterInfo\":{\"@class\":\"x\",\"name\":\"MyOwn\"},\"metadata\":{\"zone\":\"a & b\"},\"unknown\":[1,{\"deep\":[null,true]}],"
    "\"leaseInfo\":{\"renewalIntervalInSecs\":5,\"durationInSecs\":15}}}";
static const char xml_one[] =
    "<?xml version=\"1.0\"?><instance><hostName>h</hostName><app> shop\n</app><ipAddr>10.0.0.1</ipAddr><status>UP</status><port enabled=\"true\">8080</port>"
    "<dataCenterInfo class=\"x\"><name>MyOwn</name></dataCenterInfo><metadata><zone>a &amp; b</zone></metadata><unknown><deep/></unknown>"
    "<leaseInfo><renewalIntervalInSecs>5</renewalIntervalInSecs><durationInSecs>15</durationInSecs></leaseInfo></instance>";

static void test_both_formats(void **state)
{
    struct here *h = *state;
    for (int format = FORMAT_XML; format <= FORMAT_JSON; format++) {
        struct node *root;
        struct instance i = { .port = { .enabled = false } };
        assert_int_equal(tree_read(&h->cx, (enum format)format, str_c(format == FORMAT_JSON ? json_one : xml_one), 100, &root), OK);
        assert_int_equal(instance_read(&h->cx, node_child(root, "instance"), &i), OK);
        assert_true(str_eq(i.text[TEXT_APP], S("SHOP")) && str_eq(i.text[TEXT_ID], S("h")));     /* without an id: the name of the machine */
        assert_true(i.port.enabled && i.port.number == 8080);
        assert_int_equal(i.metadata.n, 1);
        assert_true(str_eq(i.metadata.at[0].value, S("a & b")));
        assert_true(str_eq(i.center_class, S("x")));
        assert_int_equal(i.lease_s, 15);
        assert_int_equal(i.renewal_s, 5);
    }
}

/* A lone object, a list of one, a list of two: the same to whoever reads. */
static void test_lists(void **state)
{
    struct here *h = *state;
    static const struct { const char *text; int n; } rows[] = {
        { "{\"a\":{\"b\":1}}", 1 }, { "{\"a\":[{\"b\":1}]}", 1 }, { "{\"a\":[{\"b\":1},{\"b\":2}]}", 2 }, { "{\"a\":[]}", 0 }, { "{\"a\":null}", 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct node *root;
        int n = 0;
        assert_int_equal(tree_read(&h->cx, FORMAT_JSON, str_c(rows[i].text), 10, &root), OK);
        for (const struct node *a = root->first; a; a = a->next, n++)
            assert_true(str_eq(a->name, S("a")) && node_text(a, "b").n == 1);
        assert_int_equal(n, rows[i].n);
    }
}

static void test_bad_documents(void **state)
{
    struct here *h = *state;
    static const struct { enum format format; const char *text; err result; } rows[] = {
        { FORMAT_JSON, "", ERR_INPUT }, { FORMAT_JSON, "{", ERR_INPUT }, { FORMAT_JSON, "{} {}", ERR_INPUT }, { FORMAT_JSON, "{\"a\":\"\\u0000\"}", ERR_INPUT },
        { FORMAT_JSON, "{\"a\":\"\xff\"}", ERR_INPUT }, { FORMAT_JSON, "{\"a\":\"\xef\xbf\xbf\"}", ERR_INPUT }, { FORMAT_JSON, "{\"\\u0001\":1}", ERR_INPUT },
        { FORMAT_JSON, "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", ERR_TOO_LARGE }, { FORMAT_JSON, "{\"a\":[1,2,3,4,5,6,7,8,9,10,11]}", ERR_TOO_LARGE },
        { FORMAT_XML, "", ERR_INPUT }, { FORMAT_XML, "<a>", ERR_INPUT }, { FORMAT_XML, "<a/><b/>", ERR_INPUT }, { FORMAT_XML, "<a>&none;</a>", ERR_INPUT },
        { FORMAT_XML, "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", ERR_INPUT }, { FORMAT_XML, "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", ERR_INPUT },
        { FORMAT_XML, "<a>\xff</a>", ERR_INPUT }, { FORMAT_XML, "<a b=\"1\" c=\"2\" d=\"3\"><e/><e/><e/><e/><e/><e/><e/></a>", ERR_TOO_LARGE },
        { FORMAT_XML, "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>", ERR_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct node *root;
        err e = tree_read(&h->cx, rows[i].format, str_c(rows[i].text), strlen(rows[i].text) > 90 ? 100 : 10, &root);
        if (e != rows[i].result)
            print_error("row %zu: %s\n", i, rows[i].text);
        assert_int_equal(e, rows[i].result);
        fail_clear(&h->cx);
    }
}

static void test_bad_instances(void **state)
{
    struct here *h = *state;
    static const struct { const char *from, *to, *field; } rows[] = {
        { "\"hostName\":\"h\"", "\"hostName\":\"\"", "hostName" }, { "\"app\"", "\"apq\"", "app" }, { "\"ipAddr\"", "\"ip\"", "ipAddr" },
        { "\"shop\"", "\"a/b\"", "app" }, { "\"h\"", "\"a b\"", "instanceId" }, { "dataCenterInfo", "dataCenter", "dataCenterInfo" },
        { "\"name\"", "\"nam\"", "dataCenterInfo.name" }, { "8080", "80800", "port" }, { ":15", ":0", "leaseInfo" }, { ":5,", ":90000,", "leaseInfo" },
        { "{\"zone\"", "{\"\"", "metadata" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *at = strstr(json_one, rows[i].from);
        struct str text = arena_fmt(h->cx.arena, "%.*s%s%s", (int)(at - json_one), json_one, rows[i].to, at + strlen(rows[i].from));
        struct node *root;
        struct instance one = { .port = { .enabled = false } };
        assert_int_equal(tree_read(&h->cx, FORMAT_JSON, text, 100, &root), OK);
        assert_int_equal(instance_read(&h->cx, node_child(root, "instance"), &one), ERR_INPUT);
        assert_string_equal(arena_str(h->cx.arena, h->cx.problem.fields->field).p, rows[i].field);
        fail_clear(&h->cx);
    }
}

/* What XML cannot say as a name is told in JSON only; text is escaped in both. */
static void test_escapes(void **state)
{
    struct here *h = *state;
    struct lease *l = enter(h, "APP", "a");
    assert_int_equal(lease_metadata(&h->cx, h->r, S("APP"), S("a"), S("1st=x&%3Cb%3E=y&ok=%3C%26%22%3E%0A"), false), OK);
    assert_int_equal(l->it.metadata.n, 3);
    says(h, DOCUMENT_ALL, FORMAT_XML, "<metadata><ok>&lt;&amp;&quot;&gt;&#10;</ok></metadata>", true);
    says(h, DOCUMENT_ALL, FORMAT_JSON, "\"1st\":\"x\",\"<b>\":\"y\",\"ok\":\"<&\\\">\\n\"", true);
    struct document *d = document_take(&h->cx, h->r, DOCUMENT_ALL, FORMAT_XML);
    struct node *root;
    assert_int_equal(tree_read(&h->cx, FORMAT_XML, d->text, 100, &root), OK);
    const struct node *one = node_child(node_child(node_child(root, "applications"), "application"), "instance");
    assert_true(str_eq(node_text(node_child(one, "metadata"), "ok"), S("<&\">")));
    document_give(d);
}

/* ---- who may ask ---- */

static void test_access(void **state)
{
    struct here *h = *state;
    static const struct { const char *peer, *forwarded; err result; } rows[] = {
        { "127.0.0.1", "", OK }, { "::1", "", OK }, { "10.1.2.3", "", OK }, { "172.16.0.1", "", OK }, { "172.31.255.1", "", OK }, { "192.168.7.7", "", OK },
        { "169.254.1.1", "", OK }, { "fd00::1", "", OK }, { "fe80::1", "", OK }, { "172.32.0.1", "", ERR_DENIED }, { "8.8.8.8", "", ERR_DENIED },
        { "2001:db8::1", "", ERR_DENIED }, { "11.0.0.1", "", ERR_DENIED }, { "", "", ERR_DENIED }, { "127.0.0.1", "10.0.0.1", ERR_DENIED },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        h->cx.peer = str_c(rows[i].peer);
        assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .forwarded_for = str_c(rows[i].forwarded) }), rows[i].result);
        assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .forwarded = str_c(rows[i].forwarded) }), rows[i].result);
        assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .origin = S("http://shop.example") }), ERR_DENIED);
    }
    h->r->credentials = registry_credentials(h->cx.arena, S("eureka"), S("p~~?>ss"));
    assert_true(str_eq(h->r->credentials, S("ZXVyZWthOnB+fj8+c3M=")));
    h->cx.peer = S("8.8.8.8");
    const struct asking knows_it = { .authorization = S("basic ZXVyZWthOnB+fj8+c3M="), .forwarded = S("x"), .origin = S("null") };
    assert_int_equal(registry_admit(&h->cx, h->r, &knows_it), OK);
    h->cx.peer = S("127.0.0.1");
    assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .authorization = S("Basic ZXVyZWthOnB+fj8+c3N=") }), ERR_WHO);
    assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .authorization = S("Bearer ZXVyZWthOnB+fj8+c3M=") }), ERR_WHO);
    assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .authorization = S("Basic ") }), ERR_WHO);
    assert_int_equal(registry_admit(&h->cx, h->r, &(struct asking){ .vip = S("x") }), ERR_WHO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meter), TEST(test_threshold), TEST(test_self_preservation), TEST(test_eviction), TEST(test_late_evictor),
        TEST(test_evictions_by_the_clock), TEST(test_heartbeats), TEST(test_registering_again), TEST(test_status), TEST(test_hashcode), TEST(test_delta),
        TEST(test_documents_are_shared), TEST(test_full), TEST(test_bytes), TEST(test_metadata), TEST(test_both_formats), TEST(test_lists),
        TEST(test_bad_documents), TEST(test_bad_instances), TEST(test_escapes), TEST(test_access),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
