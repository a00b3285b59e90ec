/* What is asked and answered about performances: field tables and calls. */
#include "performance_fields.h"

static const char *const show_sort_words[] = { "newest", "title", "soonest", "price", "popular", NULL };

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

static const struct text_rule poster_rule = { poster_ok, "must be empty or an https:// address", "비어 있거나 https:// 주소여야 합니다" };

#define CAST_MAX 50
#define AGE_HELP "0, 7, 12, 15 or 19"

SHARED_FIELDS(casting_fields, "Casting", struct casting,
    ROW(struct casting, name, F_STR, .low = 1, .high = 100, .rule = &blank_rule),
    ROW(struct casting, role, F_STR, .low = 0, .high = 100, .optional = true, .help = "empty: no role in particular"));

FIELDS(show_create_fields, "PerformanceRequest", struct show_create_in,
    ROW(struct show_create_in, title, F_STR, .low = 1, .high = 200, .rule = &blank_rule),
    ROW(struct show_create_in, title_en, F_STR, .low = 0, .high = 200, .optional = true, .help = "the title in English, to be found and shown by"),
    ROW(struct show_create_in, genre, F_ENUM, .words = genre_words),
    ROW(struct show_create_in, description, F_TEXT, .low = 0, .high = 10000, .optional = true),
    ROW(struct show_create_in, age_rating, F_INT, .low = 0, .high = 19, .optional = true, .help = AGE_HELP),
    ROW(struct show_create_in, runtime_minutes, F_INT, .low = 0, .high = 1440, .optional = true),
    ROW(struct show_create_in, poster_url, F_STR, .low = 0, .high = 1000, .rule = &poster_rule, .optional = true),
    ROW(struct show_create_in, cast, F_LIST, .of = &name_fields, .low = 0, .high = CAST_MAX, .optional = true, .help = "names only; or `casting`"),
    ROW(struct show_create_in, casting, F_LIST, .of = &casting_fields, .low = 0, .high = CAST_MAX, .optional = true, .help = "names and roles"),
    ROW(struct show_create_in, max_tickets_per_user, F_INT, .low = 1, .high = 1000000));

FIELDS(show_change_fields, "PerformanceChange", struct show_change_in,
    ID_ROW(struct show_change_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    MAY_ROW(struct show_change_in, title, F_STR, .low = 1, .high = 200, .rule = &blank_rule),
    MAY_ROW(struct show_change_in, title_en, F_STR, .low = 0, .high = 200),
    MAY_ROW(struct show_change_in, genre, F_ENUM, .words = genre_words),
    MAY_ROW(struct show_change_in, description, F_TEXT, .low = 0, .high = 10000),
    MAY_ROW(struct show_change_in, age_rating, F_INT, .low = 0, .high = 19, .help = AGE_HELP),
    MAY_ROW(struct show_change_in, runtime_minutes, F_INT, .low = 0, .high = 1440),
    MAY_ROW(struct show_change_in, poster_url, F_STR, .low = 0, .high = 1000, .rule = &poster_rule),
    MAY_ROW(struct show_change_in, cast, F_LIST, .of = &name_fields, .low = 0, .high = CAST_MAX, .help = "names only; or give `casting`"),
    MAY_ROW(struct show_change_in, casting, F_LIST, .of = &casting_fields, .low = 0, .high = CAST_MAX),
    MAY_ROW(struct show_change_in, max_tickets_per_user, F_INT, .low = 1, .high = 1000000, .help = "for schedules made from now on"));

FIELDS(show_fields, "PerformanceSummary", struct show_out, SHOW_ROWS);

SHARED_FIELDS(show_detail_fields, "Performance", struct show_out, SHOW_ROWS,
    { .name = "description", .type = F_TEXT, .at = offsetof(struct show_out, show.description) },
    ROW(struct show_out, cast, F_LIST, .of = &name_fields),
    ROW(struct show_out, casting, F_LIST, .of = &casting_fields, .help = "the same people, with their roles"),
    ROW(struct show_out, schedules, F_LIST, .of = &schedule_fields, .help = "in the order of their beginning"));

SHARED_FIELDS(show_ref_fields, "PerformanceRef", struct show_ref,
    ID_ROW(struct show_ref, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH));

FIELDS(schedule_cast_fields, "ScheduleCast", struct schedule_cast_in,
    ID_ROW(struct schedule_cast_in, "schedule_id", schedule, ID_SCHEDULE, .from = FROM_PATH),
    ROW(struct schedule_cast_in, casting, F_LIST, .of = &casting_fields, .low = 0, .high = CAST_MAX, .help = "who plays then; empty: not told"));

FIELDS(shows_in_fields, "PerformancesQuery", struct shows_in,
    ROW(struct shows_in, q, F_STR, .from = FROM_QUERY, .low = 0, .high = 100, .optional = true,
        .help = "words, or parts of words, of title or cast, in any language; all of them have to be there"),
    ROW(struct shows_in, genre, F_ENUM, .words = genre_words, .from = FROM_QUERY, .has_at = offsetof(struct shows_in, has_genre), .optional = true),
    ROW(struct shows_in, status, F_ENUM, .words = sale_status_words, .from = FROM_QUERY, .has_at = offsetof(struct shows_in, has_status),
        .optional = true),
    ROW(struct shows_in, region, F_STR, .from = FROM_QUERY, .low = 0, .high = 50, .optional = true, .help = "of the hall"),
    ROW(struct shows_in, from, F_TIME, .from = FROM_QUERY, .optional = true, .help = "something begins at this time or later ..."),
    ROW(struct shows_in, to, F_TIME, .from = FROM_QUERY, .optional = true, .help = "... and before this time"),
    ROW(struct shows_in, min_price, F_INT, .low = 0, .high = MONEY_MAX, .from = FROM_QUERY, .optional = true,
        .help = "minor units: there is a seat for so much or more ..."),
    ROW(struct shows_in, max_price, F_INT, .low = 0, .high = MONEY_MAX, .from = FROM_QUERY, .has_at = offsetof(struct shows_in, has_max_price),
        .optional = true, .help = "... and one for so much or less"),
    ROW(struct shows_in, sort, F_ENUM, .words = show_sort_words, .from = FROM_QUERY, .optional = true,
        .help = "newest unless told; popular: by seats sold within 7 days"),
    LIMIT_ROW(struct shows_in),
    ROW(struct shows_in, cursor, F_STR, .from = FROM_QUERY, .low = 1, .high = 2000, .optional = true, .help = "`next` of the page before"));

FIELDS(shows_out_fields, "Performances", struct shows_out,
    ROW(struct shows_out, items, F_LIST, .of = &show_fields),
    ROW(struct shows_out, next, F_STR, .nullable = true));

FIELDS(managed_in_fields, "ManagedPerformancesQuery", struct managed_in,
    ROW(struct managed_in, q, F_STR, .from = FROM_QUERY, .low = 0, .high = 100, .optional = true, .help = "part of a title"),
    PAGE_ROWS(struct managed_in, ID_PERFORMANCE));

FIELDS(managed_out_fields, "ManagedPerformances", struct page_out,
    ROW(struct page_out, items, F_LIST, .of = &show_fields, .help = "newest first"),
    NEXT_ROW(ID_PERFORMANCE));

const struct call show_create_call = { "performance.create", "Makes a performance, still without schedules.", CALL_COMMAND, &show_create_fields,
                                       &show_detail_fields, show_create };
const struct call show_change_call = { "performance.change", "Changes what is given of a performance.", CALL_COMMAND, &show_change_fields,
                                       &show_detail_fields, show_change };
const struct call show_delete_call = { "performance.delete", "Deletes a performance of which nothing is still to be played.", CALL_COMMAND,
                                       &show_ref_fields, NULL, show_delete };
const struct call show_list_call = { "performance.list", "Performances, searched by what the query names.", CALL_READ, &shows_in_fields,
                                     &shows_out_fields, show_list };
const struct call show_managed_call = { "performance.managed", "Performances that one manages: one's own, or all for who is in charge.", CALL_READ,
                                        &managed_in_fields, &managed_out_fields, show_managed };
const struct call show_get_call = { "performance.get", "A performance with its schedules.", CALL_READ, &show_ref_fields, &show_detail_fields,
                                    show_get };
const struct call schedule_cast_call = { "performance.schedule_cast", "Says who plays on a date.", CALL_COMMAND, &schedule_cast_fields,
                                         &schedule_detail_fields, schedule_cast };
