/* With --print the sample page goes to standard output, for linters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail               /* cmocka's; ours is in ctx.h */

#include "platform/json/openapi.h"
#include "platform/json/sample_test.h"

struct show_in {
    int64_t id, limit, from;
    unsigned days;
    int kind;
    struct str pass;
    struct sample sample;
};

FIELDS(item_in_fields, "SampleQuery", struct show_in,
    { .name = "sample_id", .type = F_ID, .id = ID_HOLD, .from = FROM_PATH, .at = offsetof(struct show_in, id), .help = "of the sample" });

FIELDS(list_in_fields, "SampleListQuery", struct show_in,
       { .name = "limit",
         .type = F_INT,
         .from = FROM_QUERY,
         .at = offsetof(struct show_in, limit),
         .low = 1,
         .high = 100,
         .optional = true,
         .help = "items a page" },
       { .name = "from", .type = F_TIME, .from = FROM_QUERY, .at = offsetof(struct show_in, from), .optional = true },
       { .name = "kind", .type = F_ENUM, .from = FROM_QUERY, .at = offsetof(struct show_in, kind), .words = sample_kinds },
       { .name = "days", .type = F_FLAGS, .from = FROM_QUERY, .at = offsetof(struct show_in, days), .words = sample_days, .optional = true },
       { .name = "Queue-Pass", .type = F_STR, .from = FROM_HEADER, .at = offsetof(struct show_in, pass), .optional = true, .low = 1, .high = 512 });

struct change_in {
    int64_t id;
    struct str name;
};

FIELDS(change_fields, "SampleChange", struct change_in,
    { .name = "sample_id", .type = F_ID, .id = ID_HOLD, .from = FROM_PATH, .at = offsetof(struct change_in, id) },
    { .name = "name", .type = F_STR, .at = offsetof(struct change_in, name), .optional = true, .high = 50, .help = "say \"hi\"" });

struct page {
    struct list items;
    int64_t next;
};

FIELDS(page_fields, "SamplePage", struct page,
    { .name = "items", .type = F_LIST, .of = &sample_fields, .at = offsetof(struct page, items) },
    { .name = "next", .type = F_ID, .id = ID_HOLD, .at = offsetof(struct page, next), .nullable = true });

/* Like SamplePoint, but only answered. */
FIELDS(spot_fields, "Spot", struct sample_point,
    { .name = "x", .type = F_INT, .at = offsetof(struct sample_point, x) },
    { .name = "label", .type = F_STR, .at = offsetof(struct sample_point, label), .nullable = true });

/* The same table once more, as it would stand in another service. */
FIELDS(spot_again_fields, "Spot", struct sample_point,
    { .name = "x", .type = F_INT, .at = offsetof(struct sample_point, x) },
    { .name = "label", .type = F_STR, .at = offsetof(struct sample_point, label), .nullable = true });

FIELDS(spot_other_fields, "Spot", struct sample_point,
    { .name = "x", .type = F_INT, .at = offsetof(struct sample_point, x) });

static const struct call list_call = { .name = "sample.list", .help = "Lists samples.", .in = &list_in_fields, .out = &page_fields };
static const struct call create_call = { .name = "sample.create", .help = "Makes a sample.", .in = &sample_fields, .out = &sample_fields };
static const struct call change_call = { .name = "sample.change", .help = "Changes a sample.", .in = &change_fields, .out = &spot_fields };
static const struct call erase_call = { .name = "sample.erase", .help = "Erases a sample.", .in = &item_in_fields };
static const struct call picture_call = { .name = "sample.picture", .help = "Draws a sample.", .in = &item_in_fields };
static const struct call spots_call = { .name = "other.spots", .help = "A prepared document." };
static const struct call stream_call = { .name = "other.stream", .help = "Tells of changes.", .in = &item_in_fields };
static const struct call hook_call = { .name = "other.hook", .help = "Takes what a provider sends." };
static const struct call noop_call = { .name = "other.noop", .help = "Does nothing." };
static const struct call spot_call = { .name = "other.spot", .help = "One spot.", .out = &spot_again_fields };
static const struct call wrong_call = { .name = "other.wrong", .help = "One spot of another shape.", .out = &spot_other_fields };

static err stream(struct ctx *cx, void *self, const void *in, struct http_request *r)
{
    (void)cx;
    (void)self;
    (void)in;
    (void)r;
    return ERR_UNAVAILABLE;
}

static const struct route sample_routes[] = {
    { .method = "GET", .path = "/api/v1/samples", .call = &list_call, .flags = MAY_USER, .status = 200 },
    { .method = "PATCH",
      .path = "/api/v1/samples/{sample_id}",
      .call = &change_call,
      .flags = NEED_USER,
      .roles = ROLE_MANAGER | ROLE_ADMIN,
      .status = 200 },
    { .method = "POST", .path = "/api/v1/samples", .call = &create_call, .flags = NEED_USER | IDEMPOTENT, .status = 201 },
    { .method = "DELETE", .path = "/api/v1/samples/{sample_id}", .call = &erase_call, .flags = NEED_USER, .status = 204 },
    { .method = "GET", .path = "/api/v1/samples/{sample_id}/picture.svg", .call = &picture_call, .status = 200 },
    { .method = "GET", .path = "/api/v1/samples/{sample_id}/image.svg", .call = &picture_call, .status = 200 },
    { 0 },
};
static const struct route other_routes[] = {
    { .method = "GET", .path = "/api/v1/spots", .call = &spots_call, .status = 200 },
    { .method = "GET", .path = "/api/v1/spot", .call = &spot_call, .status = 200 },
    { .method = "GET", .path = "/api/v1/samples/{sample_id}/stream", .call = &stream_call, .status = 200, .stream = stream },
    { .method = "POST", .path = "/api/v1/hooks", .call = &hook_call, .flags = RAW_BODY, .status = 200 },
    { .method = "POST", .path = "/api/v1/noop", .call = &noop_call, .flags = BENCH_ONLY, .status = 200 },
    { 0 },
};
static const struct route wrong_routes[] = {
    { .method = "GET", .path = "/api/v1/spot", .call = &spot_call, .status = 200 },
    { .method = "GET", .path = "/api/v1/wrong", .call = &wrong_call, .status = 200 },
    { 0 },
};

static const struct raw_answer raw_answers[] = {
    { &picture_call, "image/svg+xml", NULL, 0 },
    { &spots_call, "application/json", &spot_fields, 0 },
    { 0 },
};
static const struct service sample_service = { .name = "sample", .routes = sample_routes, .raw_answers = raw_answers },
                            other_service = { .name = "other", .routes = other_routes }, quiet_service = { .name = "quiet" },
                            wrong_service = { .name = "wrong", .routes = wrong_routes };
static const struct service *const services[] = { &sample_service, &quiet_service, &other_service, NULL };
static const struct service *const wrong_services[] = { &wrong_service, NULL };

static const struct openapi sample_doc = {
    .title = "Sample",
    .version = "1.2.3",
    .description = "What the tests offer.",
    .services = services,
    .without = BENCH_ONLY | TEST_CLOCK_ONLY,
};

/* ---- the page as its reader sees it ---- */

struct entry {
    struct str name, value;
};

static const struct field entry_rows[] = { { .type = F_RAW, .at = offsetof(struct entry, value) } };
static const struct fields entry_fields = { "Entry", sizeof(struct entry), entry_rows, 1 };

struct any {
    struct list members;
};

/* The member of a JSON object, as text; empty when there is none. */
static struct str get(struct arena *arena, struct str object, const char *name)
{
    static const struct field wrapped_row[] = { { .name = "o", .type = F_MAP, .of = &entry_fields } };
    static const struct fields wrapped = { "Wrapped", sizeof(struct any), wrapped_row, 1 };
    struct ctx cx = { .arena = arena };
    struct any any = { { 0 } };
    struct str body = arena_fmt(arena, "{\"o\":%.*s}", STR_ARG(object));
    assert_int_equal(fields_decode(&cx, &wrapped, &(struct id_key){ { 0 } }, body, &any), OK);
    const struct entry *e = any.members.at;
    for (size_t i = 0; i < any.members.n; i++)
        if (str_eq(e[i].name, str_c(name)))
            return e[i].value;
    return (struct str){ 0 };
}

/* Follows names from the page's root; ends with NULL. */
static const char *at(struct arena *arena, struct str page, ...)
{
    va_list names;
    va_start(names, page);
    for (const char *n = va_arg(names, const char *); n; n = va_arg(names, const char *))
        page = page.n ? get(arena, page, n) : page;
    va_end(names);
    return arena_str(arena, page).p;
}

struct fixture {
    struct arena *arena;
    struct buf out;
    struct str page;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->arena = arena_new(0);
    buf_init(&f->out, 1024 * 1024);
    openapi_write(&f->out, f->arena, &sample_doc);
    assert_false(f->out.full);
    f->page = buf_view(&f->out);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    buf_free(&f->out);
    arena_free(f->arena);
    free(f);
    return 0;
}

static void test_head(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(at(f->arena, f->page, "openapi", NULL), "\"3.1.0\"");
    assert_string_equal(at(f->arena, f->page, "info", "title", NULL), "\"Sample\"");
    assert_string_equal(at(f->arena, f->page, "info", "version", NULL), "\"1.2.3\"");
    assert_string_equal(at(f->arena, f->page, "tags", NULL), "[{\"name\":\"sample\",\"description\":\"What the sample service offers.\"},"
                                                            "{\"name\":\"other\",\"description\":\"What the other service offers.\"}]");
}

static void test_operations(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *path, *method, *member, *want;
    } cases[] = {
        { "/api/v1/samples", "get", "operationId", "\"sample.list\"" },
        { "/api/v1/samples", "get", "security", "[{\"bearer\":[]},{}]" },
        { "/api/v1/samples", "get", "tags", "[\"sample\"]" },
        { "/api/v1/samples", "get", "requestBody", "" },
        { "/api/v1/samples", "get", "description", "\"Public; a signed-in user may be told more.\"" },
        { "/api/v1/samples", "post", "operationId", "\"sample.create\"" },
        { "/api/v1/samples", "post", "security", "[{\"bearer\":[]}]" },
        { "/api/v1/samples", "post", "parameters",
          "[{\"$ref\":\"#/components/parameters/idempotency_key\"},{\"$ref\":\"#/components/parameters/accept_language\"}]" },
        { "/api/v1/samples", "post", "requestBody",
          "{\"required\":true,\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Sample\"}}}}" },
        { "/api/v1/samples/{sample_id}", "patch", "description", "\"Needs a role: MANAGER, ADMIN.\"" },
        { "/api/v1/samples/{sample_id}", "patch", "requestBody",
          "{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/SampleChange\"}}}}" },
        { "/api/v1/samples/{sample_id}", "delete", "security", "[{\"bearer\":[]}]" },
        { "/api/v1/samples/{sample_id}/image.svg", "get", "operationId", "\"sample.picture_2\"" },
        { "/api/v1/samples/{sample_id}/image.svg", "get", "security", "[]" },
        { "/api/v1/hooks", "post", "requestBody", "{\"required\":true,\"content\":{\"application/json\":{\"schema\":{}}}}" },
        { "/api/v1/noop", "post", "operationId", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(at(f->arena, f->page, "paths", cases[i].path, cases[i].method, cases[i].member, NULL), cases[i].want);
}

static void test_parameters(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(
        at(f->arena, f->page, "paths", "/api/v1/samples", "get", "parameters", NULL),
        "[{\"name\":\"limit\",\"in\":\"query\",\"description\":\"items a "
        "page\",\"schema\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1,\"maximum\":100}},"
        "{\"name\":\"from\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"format\":\"date-time\",\"examples\":[\"2026-11-23T11:00:00Z\"]}},"
        "{\"name\":\"kind\",\"in\":\"query\",\"required\":true,\"schema\":{\"type\":\"string\",\"enum\":[\"concert\",\"musical\",\"play\"]}},"
        "{\"name\":\"days\",\"in\":\"query\",\"style\":\"form\",\"explode\":false,\"schema\":{\"type\":\"array\",\"uniqueItems\":true,"
        "\"items\":{\"type\":\"string\",\"enum\":[\"mon\",\"tue\",\"wed\",\"thu\"]}}},"
        "{\"name\":\"Queue-Pass\",\"in\":\"header\",\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":512}},"
        "{\"$ref\":\"#/components/parameters/accept_language\"}]");
    const char *path = at(f->arena, f->page, "paths", "/api/v1/samples/{sample_id}", "delete", "parameters", NULL);
    assert_non_null(
        strstr(path, "{\"name\":\"sample_id\",\"in\":\"path\",\"required\":true,\"description\":\"of the sample\",\"schema\":{\"type\":\"string\","));
}

static void test_answers(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *path, *method, *status, *want;
    } cases[] = {
        { "/api/v1/samples", "get", "200",
          "{\"description\":\"OK\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/SamplePage\"}}}}" },
        { "/api/v1/samples", "get", "400", "{\"$ref\":\"#/components/responses/invalid\"}" },
        { "/api/v1/samples", "get", "401", "" },
        { "/api/v1/samples", "get", "404", "" },
        { "/api/v1/samples", "get", "409", "" },
        { "/api/v1/samples", "get", "429", "{\"$ref\":\"#/components/responses/too_many\"}" },
        { "/api/v1/samples", "get", "503", "{\"$ref\":\"#/components/responses/unavailable\"}" },
        { "/api/v1/samples", "get", "500", "" },
        { "/api/v1/samples", "post", "200", "" },
        { "/api/v1/samples", "post", "201",
          "{\"description\":\"OK\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Sample\"}}}}" },
        { "/api/v1/samples", "post", "401", "{\"$ref\":\"#/components/responses/unauthenticated\"}" },
        { "/api/v1/samples", "post", "403", "{\"$ref\":\"#/components/responses/forbidden\"}" },
        { "/api/v1/samples", "post", "409", "{\"$ref\":\"#/components/responses/conflict\"}" },
        { "/api/v1/samples", "post", "413", "{\"$ref\":\"#/components/responses/too_large\"}" },
        { "/api/v1/samples", "post", "422", "{\"$ref\":\"#/components/responses/idempotency_mismatch\"}" },
        { "/api/v1/samples/{sample_id}", "patch", "404", "{\"$ref\":\"#/components/responses/not_found\"}" },
        { "/api/v1/samples/{sample_id}", "patch", "422", "" },
        { "/api/v1/samples/{sample_id}", "delete", "204", "{\"description\":\"OK\"}" },
        { "/api/v1/samples/{sample_id}/picture.svg", "get", "200",
          "{\"description\":\"OK\",\"content\":{\"image/svg+xml\":{\"schema\":{\"type\":\"string\"}}}}" },
        { "/api/v1/spots", "get", "200",
          "{\"description\":\"OK\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Spot\"}}}}" },
        { "/api/v1/samples/{sample_id}/stream", "get", "200",
          "{\"description\":\"OK\",\"content\":{\"text/event-stream\":{\"schema\":{\"type\":\"string\"}}}}" },
        { "/api/v1/hooks", "post", "200", "{\"description\":\"OK\",\"content\":{\"application/json\":{\"schema\":{}}}}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(at(f->arena, f->page, "paths", cases[i].path, cases[i].method, "responses", cases[i].status, NULL), cases[i].want);
    assert_string_equal(at(f->arena, f->page, "components", "responses", "too_many", NULL),
                        "{\"description\":\"Too many requests\",\"headers\":{\"Retry-After\":{\"description\":\"Seconds to wait before the next "
                        "try.\",\"schema\":{\"type\":\"integer\"}}},"
                        "\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}");
}

static void test_schemas(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *member, *want;
    } cases[] = {
        { "n", "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":0,\"maximum\":1000,\"description\":\"The only one that must be there.\"}" },
        { "big", "{\"type\":\"integer\",\"format\":\"int64\"}" },
        { "flag", "{\"type\":\"boolean\"}" },
        { "count", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\",\"minimum\":-5,\"maximum\":5}" },
        { "kind", "{\"type\":\"string\",\"enum\":[\"concert\",\"musical\",\"play\"]}" },
        { "word", "{\"type\":[\"string\",\"null\"],\"minLength\":1,\"maxLength\":8}" },
        { "note", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":10000}" },
        { "raw", "{}" },
        { "currency", "{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\",\"examples\":[\"KRW\"]}" },
        { "price", "{\"anyOf\":[{\"$ref\":\"#/components/schemas/Money\"},{\"type\":\"null\"}]}" },
        { "origin", "{\"anyOf\":[{\"$ref\":\"#/components/schemas/SamplePoint\"},{\"type\":\"null\"}]}" },
        { "seats", "{\"type\":\"array\",\"minItems\":1,\"maxItems\":6,\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":8}}" },
        { "points", "{\"type\":\"array\",\"minItems\":0,\"maxItems\":5,\"items\":{\"$ref\":\"#/components/schemas/SamplePoint\"}}" },
        { "grid", "{\"type\":\"array\",\"minItems\":0,\"maxItems\":10000,\"items\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,"
                  "\"items\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":-9,\"maximum\":9}}}" },
        { "prices", "{\"type\":\"object\",\"minProperties\":0,\"maxProperties\":4,\"additionalProperties\":{\"$ref\":\"#/components/schemas/Money\","
                    "\"properties\":{\"amount\":{\"minimum\":0,\"maximum\":1000000}}}}" },
        { "places", "{\"type\":\"object\",\"minProperties\":0,\"maxProperties\":10000,\"additionalProperties\":{\"$ref\":\"#/components/schemas/"
                    "SamplePlace\"}}" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(at(f->arena, f->page, "components", "schemas", "Sample", "properties", cases[i].member, NULL), cases[i].want);
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "Sample", "required", NULL), "[\"n\"]");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "Sample", "additionalProperties", NULL), "false");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "SamplePoint", "additionalProperties", NULL), "false");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "SamplePage", "additionalProperties", NULL), "");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "SampleChange", NULL),
                        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":0,\"maxLength\":50,\"description\":\"say "
                        "\\\"hi\\\"\"}},\"additionalProperties\":false}");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "Spot", NULL),
                        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\",\"format\":\"int64\"},\"label\":{\"type\":[\"string\","
                        "\"null\"]}},\"required\":[\"x\",\"label\"]}");
    assert_string_equal(at(f->arena, f->page, "components", "schemas", "SampleQuery", NULL), "");
    assert_string_not_equal(at(f->arena, f->page, "components", "schemas", "Problem", NULL), "");
}

/* Every reference leads somewhere, and nothing stands there that is not referred to. */
static void test_references(void **state)
{
    struct fixture *f = *state;
    static const char prefix[] = "\"$ref\":\"#/components/";
    const char *page = arena_str(f->arena, f->page).p;
    int count = 0;
    for (const char *p = strstr(page, prefix); p; p = strstr(p + 1, prefix), count++) {
        struct str rest = str_c(p + strlen(prefix)), target = str_cut(&rest, '"');
        struct str section = str_cut(&target, '/');
        assert_string_not_equal(at(f->arena, f->page, "components", arena_str(f->arena, section).p, arena_str(f->arena, target).p, NULL), "");
    }
    assert_in_range(count, 80, 1000);
}

static void test_different_tables(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct buf out;
        signal(SIGABRT, SIG_DFL);
        assert_non_null(freopen("/dev/null", "w", stderr));
        buf_init(&out, 1024 * 1024);
        openapi_write(&out, arena_new(0), &(struct openapi){ .title = "t", .version = "1", .description = "d", .services = wrong_services });
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static int print_sample(void)
{
    struct arena *arena = arena_new(0);
    struct buf out;
    buf_init(&out, 1024 * 1024);
    openapi_write(&out, arena, &sample_doc);
    size_t written = fwrite(out.p, 1, out.n, stdout);
    bool ok = written == out.n && !out.full;
    buf_free(&out);
    arena_free(arena);
    return ok ? 0 : 1;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        return print_sample();
    const struct CMUnitTest tests[] = {
        CASE(test_head), CASE(test_operations), CASE(test_parameters), CASE(test_answers), CASE(test_schemas), CASE(test_references),
        cmocka_unit_test(test_different_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
