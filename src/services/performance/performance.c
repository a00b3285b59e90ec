/* The performance service: its tables and its life. */
#include <stdlib.h>

#include "embed.h"
#include "performance_fields.h"
#include "performance_sql.h"
#include "platform/call/app.h"
#include "platform/call/event.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "picture.h"
#include "poster.h"
#include "purchases.h"

const char *const genre_words[] = { "musical", "concert", "play", "classical", "dance", "other", NULL };
const char *const sale_status_words[] = { "upcoming", "on_sale", "sold_out", "closed", "cancelled", NULL };
static const char *const queue_mode_words[] = { "off", "fifo", "draw", NULL };

SHARED_FIELDS(name_fields, "Name", struct str, { .type = F_STR, .low = 1, .high = 100, .rule = &blank_rule });
FIELDS(text_fields, "Text", struct str, { .type = F_STR, .low = 0, .high = 1000 });

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
    ROW(struct schedule, casting, F_LIST, .of = &casting_fields, .help = "who plays on this date; empty when it is not told"),              \
    ROW(struct schedule, remaining, F_LIST, .of = &grade_fields, .help = "prices without what `terms` take off")

SHARED_FIELDS(schedule_fields, "Schedule", struct schedule, SCHEDULE_ROWS);

SHARED_FIELDS(schedule_detail_fields, "ScheduleDetail", struct schedule, SCHEDULE_ROWS,
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

FIELDS(plan_put_fields, "PlanChange", struct plan_put_in,
    ID_ROW(struct plan_put_in, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH),
    ROW(struct plan_put_in, format, F_ENUM, .words = plan_format_words, .optional = true, .help = "of the plan; pretix unless told"),
    ROW(struct plan_put_in, repair, F_BOOL, .optional = true, .help = "rename repeated seat guids"),
    ROW(struct plan_put_in, plan, F_RAW, .help = "a JSON document of that format; seats are the same by their guid"),
    { .name = "prices", .type = F_MAP, .of = &price_fields, .at = offsetof(struct plan_put_in, prices), .low = 1, .high = PLAN_CATEGORIES_MAX,
      .optional = true, .help = "of the grades that are new" });

FIELDS(schedule_cancel_fields, "ScheduleCancel", struct schedule_cancel_in,
    ID_ROW(struct schedule_cancel_in, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH),
    ROW(struct schedule_cancel_in, reason, F_STR, .low = 1, .high = 500, .rule = &blank_rule, .help = "told to everybody who has booked"));

FIELDS(sales_csv_fields, "SalesQuery", struct sales_csv_in,
    ID_ROW(struct sales_csv_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    ROW(struct sales_csv_in, from, F_TIME, .from = FROM_QUERY, .optional = true, .help = "what was booked or cancelled at this time or later ..."),
    ROW(struct sales_csv_in, to, F_TIME, .from = FROM_QUERY, .optional = true, .help = "... and before this time"));

SHARED_FIELDS(schedule_ref_fields, "ScheduleRef", struct schedule_ref,
    ID_ROW(struct schedule_ref, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH));

/* ---- calls ---- */

static const struct call hall_create_call = { "performance.hall_create", "Reads a plan and makes a hall of it.", CALL_STORY, &hall_create_fields,
                                              &hall_out_fields, hall_create };
static const struct call hall_list_call = { "performance.hall_list", "Halls, searched by name or address.", CALL_READ, &halls_in_fields,
                                            &halls_out_fields, hall_list };
static const struct call hall_get_call = { "performance.hall_get", "A hall with the categories of its plan.", CALL_READ, &hall_ref_fields,
                                           &hall_out_fields, hall_get };
static const struct call hall_map_call = { "performance.hall_map", "The plan of a hall as its seat map is drawn, without prices.", CALL_READ, &hall_ref_fields,
                                           NULL, hall_map_get };
static const struct call hall_change_call = { "performance.hall_change", "Changes what is given of a hall's name, address and region.", CALL_COMMAND,
                                              &hall_change_fields, &hall_fields, hall_change };
static const struct call hall_delete_call = { "performance.hall_delete", "Deletes a hall in which nothing is still to be played.", CALL_COMMAND,
                                              &hall_ref_fields, NULL, hall_delete };
static const struct call schedule_create_call = { "performance.schedule_create", "Makes a schedule of a performance and opens it for booking.",
                                                  CALL_STORY, &schedule_create_fields, &schedule_detail_fields, schedule_create };
static const struct call map_call = { "performance.map", "The seat map with grades and prices; it does not change while a sale runs.", CALL_READ,
                                      &schedule_ref_fields, NULL, seat_map_get };
const struct call schedule_get_call = { "performance.schedule_get", "A schedule with what is left of each grade.", CALL_READ, &schedule_ref_fields,
                                        &schedule_detail_fields, schedule_get };

static const struct call schedule_change_call = { "performance.schedule_change", "Changes what is given of a schedule; nothing that was sold.",
                                                  CALL_STORY, &schedule_change_fields, &schedule_detail_fields, schedule_change };
static const struct call schedule_cancel_call = { "performance.schedule_cancel", "Cancels a schedule: who has booked gets everything back.",
                                                  CALL_STORY, &schedule_cancel_fields, &schedule_detail_fields, schedule_cancel };
static const struct call schedule_plan_call = { "performance.schedule_plan_put", "Moves a schedule to another plan that lacks no seat which is held or sold.",
                                                CALL_STORY, &plan_put_fields, &schedule_detail_fields, schedule_plan_put };
static const struct call sales_csv_call = { "performance.sales_csv", "What was sold and given back by schedule and day, for spreadsheets and KOPIS.",
                                            CALL_READ, &sales_csv_fields, NULL, sales_csv };

/* For other services. */
FIELDS(asked_schedule_fields, "ScheduleFactsRef", struct schedule_ref, ROW(struct schedule_ref, schedule, F_INT));
FIELDS(schedule_facts_fields, "ScheduleFacts", struct schedule_facts,
    ROW(struct schedule_facts, performance, F_INT), ROW(struct schedule_facts, hall, F_INT), ROW(struct schedule_facts, owner, F_INT),
    ROW(struct schedule_facts, starts_at, F_TIME), ROW(struct schedule_facts, ends_at, F_TIME),
    ROW(struct schedule_facts, sale_starts_at, F_TIME), ROW(struct schedule_facts, sale_ends_at, F_TIME),
    ROW(struct schedule_facts, max_per_user, F_INT), ROW(struct schedule_facts, title, F_STR), ROW(struct schedule_facts, hall_name, F_STR),
    ROW(struct schedule_facts, cancelled, F_BOOL));
FIELDS(asked_performance_fields, "PerformanceFactsRef", struct performance_ref, ROW(struct performance_ref, performance, F_INT));
FIELDS(performance_facts_fields, "PerformanceFacts", struct performance_facts,
    ROW(struct performance_facts, owner, F_INT), ROW(struct performance_facts, title, F_STR));
FIELDS(asked_hall_fields, "HallPlanRef", struct hall_ref, ROW(struct hall_ref, hall, F_INT));
FIELDS(stored_plan_fields, "StoredPlan", struct str, { .name = "plan", .type = F_BYTES });

const struct call performance_schedule_facts = { "performance.schedule_facts", "A schedule as it was made.", CALL_READ, &asked_schedule_fields,
                                                 &schedule_facts_fields, schedule_facts };
const struct call performance_facts_call = { "performance.facts", "A performance as it was made.", CALL_READ, &asked_performance_fields,
                                             &performance_facts_fields, show_facts };
const struct call hall_plan_call = { "performance.hall_plan", "A hall's plan as it is stored.", CALL_READ, &asked_hall_fields, &stored_plan_fields,
                                     hall_plan };
static const struct call *const offers[] = { &performance_schedule_facts, &performance_facts_call, &hall_plan_call, NULL };

/* Steps of the stories above; their structs hold bytes that no JSON carries. */
const struct call hall_insert_call = { "performance.hall_insert", "Writes a hall.", CALL_COMMAND, NULL, NULL, hall_insert };
const struct call schedule_basis_call = { "performance.schedule_basis", "What a new schedule is checked against.", CALL_READ, NULL, NULL,
                                          schedule_basis };
const struct call schedule_insert_call = { "performance.schedule_insert", "Writes a schedule if its hall is free.", CALL_COMMAND, NULL, NULL,
                                           schedule_insert };

const struct call schedule_change_put_call = { "performance.schedule_change_put", "The part of schedule_change that decides.", CALL_COMMAND, NULL,
                                               NULL, schedule_change_put };
const struct call schedule_cancel_put_call = { "performance.schedule_cancel_put", "The part of schedule_cancel that decides.", CALL_COMMAND, NULL,
                                               NULL, schedule_cancel_put };

const struct call schedule_plan_basis_call = { "performance.schedule_plan_basis", "What a new plan is checked against.", CALL_READ, NULL, NULL,
                                               schedule_plan_basis };
const struct call schedule_plan_store_call = { "performance.schedule_plan_store", "Writes a plan and moves the schedule to it.", CALL_COMMAND, NULL, NULL,
                                               schedule_plan_store };

static const struct call *const calls[] = {
    &hall_create_call, &hall_list_call, &hall_get_call, &hall_map_call, &hall_change_call, &hall_delete_call, &show_create_call, &show_list_call,
    &show_managed_call, &show_get_call,
    &schedule_create_call, &schedule_get_call, &map_call, &hall_insert_call, &hall_plan_call, &schedule_basis_call, &schedule_insert_call,
    &show_change_call, &show_delete_call, &schedule_cast_call, &ranking_call, &recommended_call, &purchase_confirmed_call, &purchase_cancelled_call,
    &poster_upload_call, &poster_look_call, &poster_put_call, &poster_get_call, &purchases_prune_call,
    &affinity_step_call, &affinity_look_call, &affinity_set_call,
    &performance_schedule_facts, &performance_facts_call, &schedule_change_call, &schedule_change_put_call,
    &schedule_cancel_call, &schedule_cancel_put_call, &sales_csv_call, &schedule_plan_call,
    &schedule_plan_basis_call, &schedule_plan_store_call, &embed_put_call, &embed_get_call, &embed_page_call, NULL,
};

static const struct route routes[] = {
    { .method = "POST", .path = API "/halls", .call = &hall_create_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201, .body_max = 32 << 20 },
    { .method = "GET", .path = API "/halls", .call = &hall_list_call, .status = 200 },
    { .method = "GET", .path = API "/halls/{hall_id}", .call = &hall_get_call, .status = 200 },
    { .method = "GET", .path = API "/halls/{hall_id}/map", .call = &hall_map_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "PATCH", .path = API "/halls/{hall_id}", .call = &hall_change_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "DELETE", .path = API "/halls/{hall_id}", .call = &hall_delete_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 204 },
    { .method = "POST", .path = API "/performances", .call = &show_create_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API "/performances", .call = &show_list_call, .status = 200 },
    { .method = "GET", .path = API "/performances/ranking", .call = &ranking_call, .status = 200 },
    { .method = "GET", .path = API "/performances/recommended", .call = &recommended_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = API "/admin/performances", .call = &show_managed_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = API "/performances/{performance_id}", .call = &show_get_call, .status = 200 },
    { .method = "PATCH", .path = API "/performances/{performance_id}", .call = &show_change_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "DELETE", .path = API "/performances/{performance_id}", .call = &show_delete_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 204 },
    { .method = "PUT", .path = API "/performances/{performance_id}/poster", .call = &poster_upload_call, .flags = NEED_USER | RAW_BODY | BINARY_BODY,
      .roles = ORGANIZERS, .status = 200, .body_max = PICTURE_BYTES_MAX },
    { .method = "GET", .path = "/posters/{file}", .call = &poster_get_call, .status = 200 },
    { .method = "PUT", .path = API "/performances/{performance_id}/embedding", .call = &embed_put_call, .flags = NEED_USER,
      .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = API "/performances/{performance_id}/embedding", .call = &embed_get_call, .flags = NEED_USER,
      .roles = ORGANIZERS, .status = 200 },
    { .method = "GET", .path = "/embed/{performance_id}", .call = &embed_page_call, .status = 200 },
    { .method = "PUT", .path = API "/schedules/{schedule_id}/cast", .call = &schedule_cast_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 200 },
    { .method = "POST", .path = API "/performances/{performance_id}/schedules", .call = &schedule_create_call, .flags = NEED_USER,
      .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API "/performances/{performance_id}/sales.csv", .call = &sales_csv_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200 },
    { .method = "GET", .path = API "/schedules/{schedule_id}", .call = &schedule_get_call, .status = 200 },
    { .method = "PATCH", .path = API "/schedules/{schedule_id}", .call = &schedule_change_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200 },
    { .method = "PUT", .path = API "/schedules/{schedule_id}/plan", .call = &schedule_plan_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200, .body_max = 32 << 20 },
    { .method = "POST", .path = API "/schedules/{schedule_id}/cancel", .call = &schedule_cancel_call, .flags = NEED_USER, .roles = ORGANIZERS,
      .status = 200 },
    { .method = "GET", .path = API "/schedules/{schedule_id}/map", .call = &map_call, .status = 200 },
    { 0 },
};

static const struct raw_answer raw_answers[] = {
    { &sales_csv_call, "text/csv", NULL, 0 },
    { &poster_get_call, "image/jpeg", NULL, 0 },
    { &embed_page_call, "text/html", NULL, 0 },
    { 0 },
};

static const struct config_key config[] = {
    { .name = "performance.map_cache_mib", .type = CONFIG_INT, .def = "64", .low = 0, .high = 65536, .help = "Memory for seat maps ready to send, in MiB." },
    { .name = "performance.purchases_days", .type = CONFIG_INT, .def = "400", .low = 30, .high = 3650,
      .help = "Days a purchase counts for recommendations; then it is forgotten." },
    { 0 },
};

static const struct job jobs[] = {
    { "performance.purchases_prune", &purchases_prune_call, purchases_prune_due },
    { "performance.affinity", &affinity_step_call, affinity_due },
    { 0 },
};

static const struct event_kind says[] = {
    { "performance.schedule_opened", NULL, 1, ID_SCHEDULE, &schedule_opening_fields, "A schedule goes on sale." },
    { "performance.schedule_changed", NULL, 1, ID_SCHEDULE, &schedule_opening_fields, "A schedule on sale is another one now; the newest revision counts." },
    { "performance.schedule_cancelled", NULL, 1, ID_SCHEDULE, &schedule_cancelling_fields, "A schedule will not take place." },
    { 0 },
};

static const struct subscription subscriptions[] = {
    { "booking.confirmed", &purchase_confirmed_call },
    { "booking.cancelled", &purchase_cancelled_call },
    { 0 },
};

/* ---- life ---- */

static err performance_open(struct ctx *cx, void **ret_self)
{
    struct performance *p = calloc(1, sizeof(*p));
    ASSERT(p != NULL);
    p->keys = app_keys(cx->app);
    map_cache_open(&p->maps, (size_t)config_int(app_config(cx->app), "performance.map_cache_mib") << 20);
    pthread_mutex_init(&p->picture_lock, NULL);
    picture_quiet();
    p->catalogue = catalogue_new(cx->app);
    p->purchases_kept_ms = config_int(app_config(cx->app), "performance.purchases_days") * 24 * 60 * 60 * 1000;
    p->prune_at = cx->now + AFFINITY_EVERY_MS;
    p->affinity = (struct affinity_round){ .wanted = true, .next_at = cx->now + AFFINITY_EVERY_MS, .since = cx->now - 2 * AFFINITY_EVERY_MS };
    *ret_self = p;
    err e = store_catalogue_sequences(cx, p);
    return e ? e : catalogue_load(cx, p);
}

static void performance_close(void *self)
{
    struct performance *p = self;
    map_cache_close(&p->maps);
    catalogue_free(p->catalogue);
    pthread_mutex_destroy(&p->picture_lock);
    free(p);
}

static const struct service *const beside[] = { &booking_service, &queue_service, NULL };

const struct service performance_service = {
    .name = "performance",
    .beside = beside,
    .open = performance_open,
    .close = performance_close,
    .calls = calls,
    .offers = offers,
    .routes = routes,
    .scope_read = SCOPE_CATALOGUE_READ,
    .scope_write = SCOPE_CATALOGUE_WRITE,
    .jobs = jobs,
    .says = says,
    .subscriptions = subscriptions,
    .raw_answers = raw_answers,
    .config = config,
    .audits = performance_audits,
    .migrations = performance_migrations,
    .queries = (const struct query *)&performance_sql,
    .query_count = sizeof(performance_sql) / sizeof(struct query),
};
