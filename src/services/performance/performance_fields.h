/* What the field tables of this folder have in common. */
#ifndef PERFORMANCE_FIELDS_H
#define PERFORMANCE_FIELDS_H

#include "performance_int.h"

#define API "/api/v1"
#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)


#define ROW(owner, member_, type_, ...)   { .name = #member_, .type = type_, .at = offsetof(owner, member_), __VA_ARGS__ }
/* One that may be left out, which member has_... tells. */
#define MAY_ROW(owner, member_, type_, ...)                                                                                                \
    ROW(owner, member_, type_, .has_at = offsetof(owner, has_##member_), .optional = true, __VA_ARGS__)
#define ID_ROW(owner, name_, member_, kind, ...) { .name = name_, .type = F_ID, .id = kind, .at = offsetof(owner, member_), __VA_ARGS__ }
#define LIMIT_ROW(owner)                                                                                                                   \
    ROW(owner, limit, F_INT, .from = FROM_QUERY, .low = 1, .high = 100, .optional = true, .help = "items a page, 20 unless told")
#define PAGE_ROWS(owner, kind)                                                                                                             \
    LIMIT_ROW(owner),                                                                                                                       \
    ID_ROW(owner, "cursor", cursor, kind, .from = FROM_QUERY, .optional = true, .help = "`next` of the page before")
#define NEXT_ROW(kind) ID_ROW(struct page_out, "next", next, kind, .nullable = true)

/* FIELDS (platform/json/fields.h) for a table that several files use. */
#define SHARED_FIELDS(var, schema_name, type, ...)                                                                                         \
    static const struct field var##_rows[] = { __VA_ARGS__ };                                                                              \
    const struct fields var = { schema_name, sizeof(type), var##_rows, sizeof(var##_rows) / sizeof(var##_rows[0]) }

extern const struct fields name_fields, schedule_fields, schedule_ref_fields, show_ref_fields, casting_fields, schedule_detail_fields, show_detail_fields;

/* A performance in a list: `owner` begins with a struct show_out. */
#define SHOW_ROWS                                                                                                                          \
    ID_ROW(struct show_out, "id", show.id, ID_PERFORMANCE),                                                                                 \
    { .name = "title", .type = F_STR, .at = offsetof(struct show_out, show.title) },                                                        \
    { .name = "title_en", .type = F_STR, .at = offsetof(struct show_out, show.title_en), .help = "empty when there is none" },              \
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

#endif
