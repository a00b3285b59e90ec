/* The performance service: its tables and its life. */
#include <stdlib.h>

#include "performance_int.h"
#include "performance_sql.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

const char *const genre_words[] = { "musical", "concert", "play", "classical", "dance", "other", NULL };
const char *const sale_status_words[] = { "upcoming", "on_sale", "sold_out", "closed", "cancelled", NULL };
static const char *const queue_mode_words[] = { "off", "fifo", NULL };
static const char *const show_sort_words[] = { "recent", "title", NULL };

#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)

/* ---- checks of texts ---- */

static bool not_blank(struct str text)
{
    return str_trim(text).n > 0;
}

/* Empty, or an address that a page may load a picture from. */
static bool poster_ok(struct str text)
{
    if (text.n == 0)
        return true;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || memchr("\"'<>\\`", text.p[i], 6))
            return false;
    return str_starts(text, S("https://")) && text.n > sizeof("https://") && text.p[8] != '/';
}

static const struct text_rule blank_rule = { not_blank, "must not be blank", "공백일 수 없습니다" };
static const struct text_rule poster_rule = { poster_ok, "must be empty or an https:// address", "비어 있거나 https:// 주소여야 합니다" };

/* ---- field tables: what many have in common ---- */

#define ROW(owner, member_, type_, ...)   { .name = #member_, .type = type_, .at = offsetof(owner, member_), __VA_ARGS__ }
#define ID_ROW(owner, name_, member_, kind, ...) { .name = name_, .type = F_ID, .id = kind, .at = offsetof(owner, member_), __VA_ARGS__ }
#define PAGE_ROWS(owner, kind)                                                                                                             \
    ROW(owner, limit, F_INT, .from = FROM_QUERY, .low = 1, .high = 100, .optional = true, .help = "items a page, 20 unless told"),         \
    ID_ROW(owner, "cursor", cursor, kind, .from = FROM_QUERY, .optional = true, .help = "`next` of the page before")
#define NEXT_ROW(kind) ID_ROW(struct page_out, "next", next, kind, .nullable = true)

FIELDS(text_fields, "Text", struct str, { .type = F_STR, .low = 0, .high = 1000 });
FIELDS(name_fields, "Name", struct str, { .type = F_STR, .low = 1, .high = 100, .rule = &blank_rule });

/* ---- halls ---- */

#define HALL_ROWS(owner, path)                                                                                                             \
    ID_ROW(owner, "id", path id, ID_HALL),                                                                                                  \
    { .name = "name", .type = F_STR, .at = offsetof(owner, path name) },                                                                    \
    { .name = "address", .type = F_STR, .at = offsetof(owner, path address) },                                                              \
    { .name = "region", .type = F_STR, .at = offsetof(owner, path region) },                                                                \
    { .name = "seat_count", .type = F_INT, .at = offsetof(owner, path seat_count) },                                                        \
    { .name = "created_at", .type = F_TIME, .at = offsetof(owner, path created_at) }

FIELDS(hall_create_fields, "HallRequest", struct hall_create_in,
    ROW(struct hall_create_in, name, F_STR, .low = 1, .high = 100, .rule = &blank_rule),
    ROW(struct hall_create_in, address, F_STR, .low = 1, .high = 300, .rule = &blank_rule),
    ROW(struct hall_create_in, region, F_STR, .low = 0, .high = 50, .optional = true, .help = "city or province, to search by"),
    ROW(struct hall_create_in, format, F_ENUM, .words = plan_format_words, .optional = true, .help = "of the plan; pretix unless told"),
    ROW(struct hall_create_in, repair, F_BOOL, .optional = true, .help = "rename repeated seat guids and list them in `warnings`"),
    ROW(struct hall_create_in, plan, F_RAW, .help = "a JSON document of that format"));

FIELDS(category_fields, "Category", struct plan_category,
    ROW(struct plan_category, name, F_STR),
    ROW(struct plan_category, color, F_STR));

FIELDS(hall_out_fields, "Hall", struct hall_out,
    HALL_ROWS(struct hall_out, hall.),
    ROW(struct hall_out, categories, F_LIST, .of = &category_fields),
    ROW(struct hall_out, warnings, F_LIST, .of = &text_fields, .help = "what the import changed or left out"));

FIELDS(hall_fields, "HallSummary", struct hall, HALL_ROWS(struct hall, ));

FIELDS(hall_ref_fields, "HallRef", struct hall_ref, ID_ROW(struct hall_ref, "hall_id", hall, ID_HALL, .from = FROM_PATH));

FIELDS(hall_change_fields, "HallChange", struct hall_change_in,
    ID_ROW(struct hall_change_in, "hall_id", hall, ID_HALL, .from = FROM_PATH),
    ROW(struct hall_change_in, name, F_STR, .has_at = offsetof(struct hall_change_in, has_name), .low = 1, .high = 100, .rule = &blank_rule,
        .optional = true),
    ROW(struct hall_change_in, address, F_STR, .has_at = offsetof(struct hall_change_in, has_address), .low = 1, .high = 300, .rule = &blank_rule,
        .optional = true),
    ROW(struct hall_change_in, region, F_STR, .has_at = offsetof(struct hall_change_in, has_region), .low = 0, .high = 50, .optional = true));

FIELDS(halls_in_fields, "HallsQuery", struct halls_in,
    ROW(struct halls_in, q, F_STR, .from = FROM_QUERY, .low = 0, .high = 100, .optional = true, .help = "part of a name or an address"),
    PAGE_ROWS(struct halls_in, ID_HALL));

FIELDS(halls_out_fields, "Halls", struct page_out,
    ROW(struct page_out, items, F_LIST, .of = &hall_fields, .help = "newest first"),
    NEXT_ROW(ID_HALL));

/* ---- schedules ---- */

FIELDS(grade_fields, "Grade", struct grade,
    ROW(struct grade, grade, F_STR),
    ROW(struct grade, price, F_MONEY),
    ROW(struct grade, color, F_STR),
    ROW(struct grade, free, F_INT),
    ROW(struct grade, total, F_INT));

#define SCHEDULE_ROWS                                                                                                                      \
    ID_ROW(struct schedule, "id", id, ID_SCHEDULE),                                                                                         \
    ID_ROW(struct schedule, "performance_id", performance, ID_PERFORMANCE),                                                                 \
    ID_ROW(struct schedule, "hall_id", hall, ID_HALL),                                                                                      \
    ROW(struct schedule, hall_name, F_STR),                                                                                                 \
    ROW(struct schedule, starts_at, F_TIME),                                                                                                \
    ROW(struct schedule, ends_at, F_TIME),                                                                                                  \
    ROW(struct schedule, sale_starts_at, F_TIME),                                                                                           \
    ROW(struct schedule, sale_ends_at, F_TIME),                                                                                             \
    ROW(struct schedule, status, F_ENUM, .words = sale_status_words, .help = "by the clock and by what is left"),                           \
    ROW(struct schedule, queue_mode, F_ENUM, .words = queue_mode_words),                                                                    \
    ROW(struct schedule, remaining, F_LIST, .of = &grade_fields, .help = "prices without what `terms` take off")

FIELDS(schedule_fields, "Schedule", struct schedule, SCHEDULE_ROWS);

FIELDS(schedule_detail_fields, "ScheduleDetail", struct schedule, SCHEDULE_ROWS,
    ROW(struct schedule, title, F_STR),
    ROW(struct schedule, terms, F_OBJECT, .of = &terms_shown_fields, .help = "who pays less, when, and who may buy first"),
    ROW(struct schedule, max_tickets_per_user, F_INT),
    ROW(struct schedule, server_time, F_TIME));

FIELDS(price_fields, "Price", struct price_item, { .type = F_MONEY, .at = offsetof(struct price_item, price) });

/* Booking keeps them, and lets them be changed later (PUT /schedules/{schedule_id}/terms). */
#define TERMS_ROWS(owner, path)                                                                                                            \
    { .name = "person_types", .type = F_LIST, .optional = true, .of = &person_terms_fields, .at = offsetof(owner, path people), .low = 0,      \
      .high = PERSON_TYPES, .help = "who pays less" },                                                                                      \
    { .name = "early_bird", .type = F_LIST, .optional = true, .of = &early_price_fields, .at = offsetof(owner, path early), .low = 0,          \
      .high = EARLY_PRICES_MAX, .help = "the first whose time has not come counts" },                                                       \
    { .name = "max_per_user_of_performance", .type = F_INT, .optional = true, .nullable = true, .at = offsetof(owner, path max_of_performance), \
      .low = 1, .high = 1000000, .help = "seats one may hold or own, counted over all schedules of the performance" },                       \
    { .name = "presale", .type = F_OBJECT, .optional = true, .nullable = true, .of = &presale_terms_fields, .at = offsetof(owner, path presale), \
      .has_at = offsetof(owner, path has_presale) }

FIELDS(schedule_create_fields, "ScheduleRequest", struct schedule_create_in,
    ID_ROW(struct schedule_create_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    ID_ROW(struct schedule_create_in, "hall_id", hall, ID_HALL),
    ROW(struct schedule_create_in, starts_at, F_TIME),
    ROW(struct schedule_create_in, ends_at, F_TIME),
    ROW(struct schedule_create_in, sale_starts_at, F_TIME),
    ROW(struct schedule_create_in, sale_ends_at, F_TIME),
    { .name = "prices", .type = F_MAP, .of = &price_fields, .at = offsetof(struct schedule_create_in, prices), .low = 1, .high = PLAN_CATEGORIES_MAX,
      .help = "a price for each category of the hall that has seats, all in one currency" },
    ROW(struct schedule_create_in, blocked_seats, F_LIST, .of = &name_fields, .optional = true, .help = "guids of seats that are not for sale"),
    TERMS_ROWS(struct schedule_create_in, terms.));

FIELDS(schedule_change_fields, "ScheduleChange", struct schedule_change_in,
    ID_ROW(struct schedule_change_in, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH),
    ROW(struct schedule_change_in, starts_at, F_TIME, .has_at = offsetof(struct schedule_change_in, has_starts_at), .optional = true,
        .help = "until the performance has begun"),
    ROW(struct schedule_change_in, ends_at, F_TIME, .has_at = offsetof(struct schedule_change_in, has_ends_at), .optional = true),
    ROW(struct schedule_change_in, sale_starts_at, F_TIME, .has_at = offsetof(struct schedule_change_in, has_sale_starts_at), .optional = true,
        .help = "until the sale has begun"),
    ROW(struct schedule_change_in, sale_ends_at, F_TIME, .has_at = offsetof(struct schedule_change_in, has_sale_ends_at), .optional = true),
    ROW(struct schedule_change_in, max_tickets_per_user, F_INT, .has_at = offsetof(struct schedule_change_in, has_limit), .low = 1, .high = 1000000,
        .optional = true, .help = "whoever has more already keeps them"),
    { .name = "prices", .type = F_MAP, .of = &price_fields, .at = offsetof(struct schedule_change_in, prices), .low = 1, .high = PLAN_CATEGORIES_MAX,
      .optional = true, .help = "of the grades that change; what is held or booked keeps its price" });

FIELDS(schedule_cancel_fields, "ScheduleCancel", struct schedule_cancel_in,
    ID_ROW(struct schedule_cancel_in, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH),
    ROW(struct schedule_cancel_in, reason, F_STR, .low = 1, .high = 500, .rule = &blank_rule, .help = "told to everybody who has booked"));

FIELDS(sales_csv_fields, "SalesQuery", struct sales_csv_in,
    ID_ROW(struct sales_csv_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    ROW(struct sales_csv_in, from, F_TIME, .from = FROM_QUERY, .optional = true, .help = "what was booked or cancelled at this time or later ..."),
    ROW(struct sales_csv_in, to, F_TIME, .from = FROM_QUERY, .optional = true, .help = "... and before this time"));

FIELDS(schedule_ref_fields, "ScheduleRef", struct schedule_ref,
    ID_ROW(struct schedule_ref, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH));

/* ---- performances ---- */

FIELDS(show_create_fields, "PerformanceRequest", struct show_create_in,
    ROW(struct show_create_in, title, F_STR, .low = 1, .high = 200, .rule = &blank_rule),
    ROW(struct show_create_in, genre, F_ENUM, .words = genre_words),
    ROW(struct show_create_in, description, F_TEXT, .low = 0, .high = 10000, .optional = true),
    ROW(struct show_create_in, age_rating, F_INT, .low = 0, .high = 19, .optional = true, .help = "0, 7, 12, 15 or 19"),
    ROW(struct show_create_in, runtime_minutes, F_INT, .low = 0, .high = 1440, .optional = true),
    ROW(struct show_create_in, poster_url, F_STR, .low = 0, .high = 1000, .rule = &poster_rule,
        .optional = true),
    ROW(struct show_create_in, cast, F_LIST, .of = &name_fields, .low = 0, .high = 50, .optional = true),
    ROW(struct show_create_in, max_tickets_per_user, F_INT, .low = 1, .high = 1000000));

#define SHOW_ROWS                                                                                                                          \
    ID_ROW(struct show_out, "id", show.id, ID_PERFORMANCE),                                                                                 \
    { .name = "title", .type = F_STR, .at = offsetof(struct show_out, show.title) },                                                        \
    { .name = "genre", .type = F_ENUM, .words = genre_words, .at = offsetof(struct show_out, show.genre) },                                 \
    { .name = "age_rating", .type = F_INT, .at = offsetof(struct show_out, show.age_rating) },                                              \
    { .name = "runtime_minutes", .type = F_INT, .at = offsetof(struct show_out, show.runtime_minutes) },                                    \
    { .name = "poster_url", .type = F_STR, .at = offsetof(struct show_out, show.poster_url) },                                              \
    { .name = "max_tickets_per_user", .type = F_INT, .at = offsetof(struct show_out, show.max_tickets_per_user) },                          \
    ROW(struct show_out, venue, F_STR),                                                                                                     \
    ROW(struct show_out, from, F_TIME, .nullable = true),                                                                                   \
    ROW(struct show_out, to, F_TIME, .nullable = true),                                                                                     \
    ROW(struct show_out, sale_starts_at, F_TIME, .nullable = true, .help = "when the next sale begins"),                                    \
    ROW(struct show_out, price_from, F_MONEY, .nullable = true),                                                                            \
    ROW(struct show_out, status, F_ENUM, .words = sale_status_words)

FIELDS(show_fields, "PerformanceSummary", struct show_out, SHOW_ROWS);

FIELDS(show_detail_fields, "Performance", struct show_out, SHOW_ROWS,
    { .name = "description", .type = F_TEXT, .at = offsetof(struct show_out, show.description) },
    ROW(struct show_out, cast, F_LIST, .of = &name_fields),
    ROW(struct show_out, schedules, F_LIST, .of = &schedule_fields, .help = "in the order of their beginning"));

FIELDS(show_ref_fields, "PerformanceRef", struct show_ref,
    ID_ROW(struct show_ref, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH));

FIELDS(shows_in_fields, "PerformancesQuery", struct shows_in,
    ROW(struct shows_in, q, F_STR, .from = FROM_QUERY, .low = 0, .high = 100, .optional = true, .help = "part of a title or of the cast"),
    ROW(struct shows_in, genre, F_ENUM, .words = genre_words, .from = FROM_QUERY, .has_at = offsetof(struct shows_in, has_genre), .optional = true),
    ROW(struct shows_in, status, F_ENUM, .words = sale_status_words, .from = FROM_QUERY, .has_at = offsetof(struct shows_in, has_status),
        .optional = true),
    ROW(struct shows_in, region, F_STR, .from = FROM_QUERY, .low = 0, .high = 50, .optional = true, .help = "of the hall"),
    ROW(struct shows_in, from, F_TIME, .from = FROM_QUERY, .optional = true, .help = "something begins at this time or later ..."),
    ROW(struct shows_in, to, F_TIME, .from = FROM_QUERY, .optional = true, .help = "... and before this time"),
    ROW(struct shows_in, sort, F_ENUM, .words = show_sort_words, .from = FROM_QUERY, .optional = true, .help = "recent unless told"),
    PAGE_ROWS(struct shows_in, ID_PERFORMANCE));

FIELDS(shows_out_fields, "Performances", struct page_out,
    ROW(struct page_out, items, F_LIST, .of = &show_fields),
    NEXT_ROW(ID_PERFORMANCE));

/* ---- calls ---- */

static const struct call hall_create_call = { "performance.hall_create", "Reads a plan and makes a hall of it.", CALL_STORY, &hall_create_fields,
                                              &hall_out_fields, hall_create };
static const struct call hall_list_call = { "performance.hall_list", "Halls, searched by name or address.", CALL_READ, &halls_in_fields,
                                            &halls_out_fields, hall_list };
static const struct call hall_get_call = { "performance.hall_get", "A hall with the categories of its plan.", CALL_READ, &hall_ref_fields,
                                           &hall_out_fields, hall_get };
static const struct call hall_change_call = { "performance.hall_change", "Changes what is given of a hall's name, address and region.", CALL_COMMAND,
                                              &hall_change_fields, &hall_fields, hall_change };
static const struct call hall_delete_call = { "performance.hall_delete", "Deletes a hall in which nothing is still to be played.", CALL_COMMAND,
                                              &hall_ref_fields, NULL, hall_delete };
static const struct call show_create_call = { "performance.create", "Makes a performance, still without schedules.", CALL_COMMAND,
                                              &show_create_fields, &show_detail_fields, show_create };
static const struct call show_list_call = { "performance.list", "Performances, searched by what the query names.", CALL_READ, &shows_in_fields,
                                            &shows_out_fields, show_list };
static const struct call show_get_call = { "performance.get", "A performance with its schedules.", CALL_READ, &show_ref_fields, &show_detail_fields,
                                           show_get };
static const struct call schedule_create_call = { "performance.schedule_create", "Makes a schedule of a performance and opens it for booking.",
                                                  CALL_STORY, &schedule_create_fields, &schedule_detail_fields, schedule_create };
static const struct call map_call = { "performance.map", "The seat map with grades and prices; it does not change while a sale runs.", CALL_READ,
                                      &schedule_ref_fields, NULL, seat_map_get };
const struct call schedule_get_call = { "performance.schedule_get", "A schedule with what is left of each grade.", CALL_READ, &schedule_ref_fields,
                                        &schedule_detail_fields, schedule_get };

static const struct call schedule_change_call = { "performance.schedule_change", "Changes what is given of a schedule; nothing that was sold.",
                                                  CALL_STORY, &schedule_change_fields, &schedule_detail_fields, schedule_change };
static const struct call schedule_cancel_call = { "performance.schedule_cancel", "Cancels a schedule: who has booked gets everything back.", CALL_STORY,
                                                  &schedule_cancel_fields, &schedule_detail_fields, schedule_cancel };

static const struct call sales_csv_call = { "performance.sales_csv", "What was sold and given back by schedule and day, as a table for spreadsheets and for KOPIS.",
                                            CALL_READ, &sales_csv_fields, NULL, sales_csv };

/* For other services. */
const struct call performance_schedule_facts = { "performance.schedule_facts", "A schedule as it was made.", CALL_READ, NULL, NULL, schedule_facts };
const struct call performance_facts_call = { "performance.facts", "A performance as it was made.", CALL_READ, NULL, NULL, show_facts };
const struct call performance_seat_plan = { "performance.seat_plan", "The seats of a schedule.", CALL_READ, NULL, NULL, seat_plan };

/* Steps of the stories above; their structs hold bytes that no JSON carries. */
const struct call hall_insert_call = { "performance.hall_insert", "Writes a hall.", CALL_COMMAND, NULL, NULL, hall_insert };
const struct call hall_plan_call = { "performance.hall_plan", "A hall's plan as it is stored.", CALL_READ, NULL, NULL, hall_plan };
const struct call schedule_basis_call = { "performance.schedule_basis", "What a new schedule is checked against.", CALL_READ, NULL, NULL,
                                          schedule_basis };
const struct call schedule_insert_call = { "performance.schedule_insert", "Writes a schedule if its hall is free.", CALL_COMMAND, NULL, NULL,
                                           schedule_insert };

const struct call schedule_change_put_call = { "performance.schedule_change_put", "The part of schedule_change that decides.", CALL_COMMAND, NULL, NULL,
                                               schedule_change_put };
const struct call schedule_cancel_put_call = { "performance.schedule_cancel_put", "The part of schedule_cancel that decides.", CALL_COMMAND, NULL, NULL,
                                               schedule_cancel_put };

static const struct call *const calls[] = {
    &hall_create_call, &hall_list_call,       &hall_get_call,  &hall_change_call, &hall_delete_call,    &show_create_call,     &show_list_call, &show_get_call,
    &schedule_create_call, &schedule_get_call, &map_call, &hall_insert_call, &hall_plan_call, &schedule_basis_call, &schedule_insert_call,
    &performance_schedule_facts, &performance_facts_call, &performance_seat_plan, &schedule_change_call, &schedule_change_put_call,
    &schedule_cancel_call, &schedule_cancel_put_call, &sales_csv_call, NULL,
};

#define API "/api/v1"

static const struct route routes[] = {
    { .method = "POST", .path = API "/halls", .call = &hall_create_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201, .body_max = 32 << 20 },
    { .method = "GET", .path = API "/halls", .call = &hall_list_call, .status = 200 },
    { .method = "GET", .path = API "/halls/{hall_id}", .call = &hall_get_call, .status = 200 },
    { .method = "PATCH", .path = API "/halls/{hall_id}", .call = &hall_change_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "DELETE", .path = API "/halls/{hall_id}", .call = &hall_delete_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 204 },
    { .method = "POST", .path = API "/performances", .call = &show_create_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API "/performances", .call = &show_list_call, .status = 200 },
    { .method = "GET", .path = API "/performances/{performance_id}", .call = &show_get_call, .status = 200 },
    { .method = "POST", .path = API "/performances/{performance_id}/schedules", .call = &schedule_create_call, .flags = NEED_USER,
      .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API "/performances/{performance_id}/sales.csv", .call = &sales_csv_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200 },
    { .method = "GET", .path = API "/schedules/{schedule_id}", .call = &schedule_get_call, .status = 200 },
    { .method = "PATCH", .path = API "/schedules/{schedule_id}", .call = &schedule_change_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "POST", .path = API "/schedules/{schedule_id}/cancel", .call = &schedule_cancel_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200 },
    { .method = "GET", .path = API "/schedules/{schedule_id}/map", .call = &map_call, .status = 200 },
    { 0 },
};

static const struct raw_answer raw_answers[] = {
    { &sales_csv_call, "text/csv", NULL, 0 },
    { 0 },
};

static const struct config_key config[] = {
    { .name = "performance.map_cache_mib", .type = CONFIG_INT, .def = "64", .low = 0, .high = 65536, .help = "Memory for seat maps ready to send, in MiB." },
    { 0 },
};

/* ---- life ---- */

static err performance_open(struct ctx *cx, void **ret_self)
{
    struct performance *p = calloc(1, sizeof(*p));
    ASSERT(p != NULL);
    p->keys = app_keys(cx->app);
    map_cache_open(&p->maps, (size_t)config_int(app_config(cx->app), "performance.map_cache_mib") << 20);
    *ret_self = p;
    return store_catalogue_sequences(cx, p);
}

static void performance_close(void *self)
{
    struct performance *p = self;
    map_cache_close(&p->maps);
    free(p);
}

const struct service performance_service = {
    .name = "performance",
    .open = performance_open,
    .close = performance_close,
    .calls = calls,
    .routes = routes,
    .raw_answers = raw_answers,
    .config = config,
    .audits = performance_audits,
    .migrations = performance_migrations,
    .queries = (const struct query *)&performance_sql,
    .query_count = sizeof(performance_sql) / sizeof(struct query),
};
