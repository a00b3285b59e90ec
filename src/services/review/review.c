/* Review: its tables and its life. */
#include "review_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"

#define TITLE_MAX   100
#define CONTENT_MAX 2000
#define REASON_MAX  500
#define BODY_MAX    (32 << 10)           /* the longest review with every character escaped */

/* ---- field tables ---- */

/* clang-format off */

/* Something besides spaces, and nothing that turns the direction of the text around it (U+202A to U+202E, U+2066 to U+2069). */
static bool says_something(struct str s)
{
    bool seen = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0xE2 && i + 2 < s.n) {
            unsigned char d = (unsigned char)s.p[i + 1], e = (unsigned char)s.p[i + 2];
            if ((d == 0x80 && e >= 0xAA && e <= 0xAE) || (d == 0x81 && e >= 0xA6 && e <= 0xA9))
                return false;
        }
        seen |= c > ' ';
    }
    return seen;
}

static const struct text_rule text_rule = {
    says_something, "must say something, without marks that turn the direction of text", "내용이 있어야 하며 글자 방향을 바꾸는 문자를 쓸 수 없습니다",
};

#define ID_IN_PATH(of, member, name_, kind) { .name = name_, .type = F_ID, .id = kind, .from = FROM_PATH, .at = offsetof(of, member) }
#define REVIEW_IN_PATH(of)                  ID_IN_PATH(of, review, "review_id", ID_REVIEW)
#define RATING_ROW(of, ...)  { .name = "rating", .type = F_INT, .at = offsetof(of, rating), .low = 1, .high = 5, __VA_ARGS__ }
#define TITLE_ROW(of, ...)   { .name = "title", .type = F_STR, .at = offsetof(of, title), .low = 1, .high = TITLE_MAX, .rule = &text_rule, __VA_ARGS__ }
#define CONTENT_ROW(of, ...) { .name = "content", .type = F_TEXT, .at = offsetof(of, content), .low = 1, .high = CONTENT_MAX, .rule = &text_rule, __VA_ARGS__ }
#define LIMIT_ROW(of)        { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(of, limit), .low = 1, .high = 100, .optional = true }
#define CURSOR_ROW(of)       { .name = "cursor", .type = F_ID, .id = ID_REVIEW, .from = FROM_QUERY, .at = offsetof(of, cursor), .optional = true }

FIELDS(ref_fields, "ReviewRef", struct review_ref, REVIEW_IN_PATH(struct review_ref));

FIELDS(create_fields, "ReviewRequest", struct create_in,
    ID_IN_PATH(struct create_in, performance, "performance_id", ID_PERFORMANCE),
    RATING_ROW(struct create_in, .help = "stars"),
    TITLE_ROW(struct create_in, .help = NULL),
    CONTENT_ROW(struct create_in, .help = NULL));

FIELDS(change_fields, "ReviewChange", struct change_in,
    REVIEW_IN_PATH(struct change_in),
    RATING_ROW(struct change_in, .has_at = offsetof(struct change_in, has_rating), .optional = true),
    TITLE_ROW(struct change_in, .has_at = offsetof(struct change_in, has_title), .optional = true),
    CONTENT_ROW(struct change_in, .has_at = offsetof(struct change_in, has_content), .optional = true));

FIELDS(reason_fields, "ReviewReason", struct reason_in,
    REVIEW_IN_PATH(struct reason_in),
    { .name = "reason", .type = F_STR, .at = offsetof(struct reason_in, reason), .low = 1, .high = REASON_MAX, .rule = &text_rule });

FIELDS(page_in_fields, "ReviewsQuery", struct page_in,
    ID_IN_PATH(struct page_in, performance, "performance_id", ID_PERFORMANCE),
    { .name = "sort", .type = F_ENUM, .words = review_sort_words, .from = FROM_QUERY, .at = offsetof(struct page_in, sort), .optional = true,
      .help = "the newest first unless told" },
    LIMIT_ROW(struct page_in),
    { .name = "cursor", .type = F_STR, .from = FROM_QUERY, .at = offsetof(struct page_in, cursor), .low = 1, .high = 64, .optional = true,
      .help = "`next` of the page before, in the same order" });

FIELDS(mine_in_fields, "OwnReviewsQuery", struct mine_in, LIMIT_ROW(struct mine_in), CURSOR_ROW(struct mine_in));

static const char *const staff_words[] = { "reported", "hidden", NULL };
FIELDS(staff_in_fields, "StaffReviewsQuery", struct staff_in,
    { .name = "status", .type = F_ENUM, .words = staff_words, .from = FROM_QUERY, .at = offsetof(struct staff_in, status), .optional = true,
      .help = "with open reports unless told" },
    LIMIT_ROW(struct staff_in), CURSOR_ROW(struct staff_in));

FIELDS(leaver_fields, "ReviewAuthorLeft", struct leaver,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct leaver, user) });

#define REVIEW_ROWS(of, at_)                                                                                                  \
    { .name = "id", .type = F_ID, .id = ID_REVIEW, .at = offsetof(of, at_ row.id) },                                          \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .at = offsetof(of, at_ row.performance) },                \
    { .name = "author", .type = F_STR, .at = offsetof(of, at_ row.author), .help = "The first letter of the name." },         \
    { .name = "rating", .type = F_INT, .at = offsetof(of, at_ row.rating) },                                                  \
    { .name = "title", .type = F_STR, .at = offsetof(of, at_ row.title) },                                                    \
    { .name = "content", .type = F_TEXT, .at = offsetof(of, at_ row.content) },                                               \
    { .name = "likes", .type = F_INT, .at = offsetof(of, at_ row.likes) },                                                    \
    { .name = "liked", .type = F_BOOL, .at = offsetof(of, at_ row.liked), .help = "By who asks." },                           \
    { .name = "mine", .type = F_BOOL, .at = offsetof(of, at_ mine) },                                                         \
    { .name = "created_at", .type = F_TIME, .at = offsetof(of, at_ row.created_at) },                                         \
    { .name = "updated_at", .type = F_TIME, .at = offsetof(of, at_ row.updated_at), .nullable = true },                       \
    { .name = "hidden", .type = F_BOOL, .at = offsetof(of, at_ hidden), .help = "From the public, by staff." },               \
    { .name = "hidden_reason", .type = F_STR, .at = offsetof(of, at_ row.hidden_reason), .nullable = true }

FIELDS(review_fields, "Review", struct review_view, REVIEW_ROWS(struct review_view, ));

FIELDS(page_fields, "Reviews", struct page_out,
    { .name = "items", .type = F_LIST, .of = &review_fields, .at = offsetof(struct page_out, items) },
    { .name = "average", .type = F_RAW, .at = offsetof(struct page_out, average), .nullable = true,
      .help = "A number: stars of all reviews that are shown, to two decimals." },
    { .name = "count", .type = F_INT, .at = offsetof(struct page_out, count), .help = "How many there are on all pages." },
    { .name = "next", .type = F_STR, .at = offsetof(struct page_out, next), .nullable = true });

FIELDS(mine_fields, "OwnReviews", struct mine_out,
    { .name = "items", .type = F_LIST, .of = &review_fields, .at = offsetof(struct mine_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_REVIEW, .at = offsetof(struct mine_out, next), .nullable = true });

static const struct field reason_text_rows[] = { { .type = F_STR } };
static const struct fields reason_text_fields = { "ReviewReportReason", sizeof(struct str), reason_text_rows, 1 };

FIELDS(staff_fields, "StaffReview", struct staff_view,
    REVIEW_ROWS(struct staff_view, review.),
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct staff_view, review.row.user) },
    { .name = "open_reports", .type = F_INT, .at = offsetof(struct staff_view, review.row.open_reports) },
    { .name = "reasons", .type = F_LIST, .of = &reason_text_fields, .at = offsetof(struct staff_view, reasons), .help = "Of the newest open reports." });

FIELDS(staff_page_fields, "StaffReviews", struct mine_out,
    { .name = "items", .type = F_LIST, .of = &staff_fields, .at = offsetof(struct mine_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_REVIEW, .at = offsetof(struct mine_out, next), .nullable = true });

FIELDS(liked_fields, "ReviewLikes", struct liked_out,
    { .name = "review_id", .type = F_ID, .id = ID_REVIEW, .at = offsetof(struct liked_out, review) },
    { .name = "likes", .type = F_INT, .at = offsetof(struct liked_out, likes) },
    { .name = "liked", .type = F_BOOL, .at = offsetof(struct liked_out, liked) });

FIELDS(report_fields, "ReviewReport", struct report_out,
    { .name = "id", .type = F_ID, .id = ID_REPORT, .at = offsetof(struct report_out, report) });

/* ---- calls ---- */

static const struct call create_call = { "review.create", "Reviews a performance that one has attended.", CALL_STORY, &create_fields, &review_fields,
                                         review_create };
static const struct call change_call = { "review.change", "Changes what is given of one's own review.", CALL_COMMAND, &change_fields, &review_fields,
                                         review_change };
static const struct call delete_call = { "review.delete", "Deletes one's own review; another may be written.", CALL_COMMAND, &ref_fields, NULL,
                                         review_delete };
static const struct call page_call = { "review.page", "What is said of a performance.", CALL_READ, &page_in_fields, &page_fields, review_page };
static const struct call get_call = { "review.get", "A review.", CALL_READ, &ref_fields, &review_fields, review_get };
static const struct call mine_call = { "review.mine", "One's own reviews, also those that staff have hidden.", CALL_READ, &mine_in_fields,
                                       &mine_fields, review_mine };
static const struct call like_call = { "review.like", "Likes a review, once.", CALL_COMMAND, &ref_fields, &liked_fields, review_like };
static const struct call unlike_call = { "review.unlike", "Takes one's like back.", CALL_COMMAND, &ref_fields, &liked_fields, review_unlike };
static const struct call report_call = { "review.report", "Tells staff what is wrong with a review.", CALL_COMMAND, &reason_fields, &report_fields,
                                         review_report };
static const struct call dismiss_call = { "review.reports_dismiss", "Finds the open reports of a review unfounded.", CALL_COMMAND, &ref_fields, NULL,
                                          review_reports_dismiss };
static const struct call hide_call = { "review.hide", "Hides a review from the public; its author sees the reason.", CALL_COMMAND, &reason_fields,
                                       &review_fields, review_hide };
static const struct call unhide_call = { "review.unhide", "Shows a hidden review again.", CALL_COMMAND, &ref_fields, NULL, review_unhide };
static const struct call staff_call = { "review.staff_page", "Reviews that were reported or hidden.", CALL_READ, &staff_in_fields, &staff_page_fields,
                                        review_staff_page };
static const struct call author_left_call = { "review.author_left", NULL, CALL_COMMAND, &leaver_fields, NULL, review_author_left };

/* The step of review.create that changes something. */
const struct call review_save_call = { "review.save", NULL, CALL_COMMAND, NULL, NULL, review_save };

/* clang-format on */

static const struct call *const calls[] = {
    &create_call, &change_call, &delete_call, &page_call, &get_call, &mine_call, &like_call, &unlike_call, &report_call, &dismiss_call, &hide_call,
    &unhide_call, &staff_call, &author_left_call, &review_save_call, NULL,
};

#define API       "/api/v1"
#define IN_CHARGE (ROLE_MANAGER | ROLE_ADMIN)

static const struct route routes[] = {
    { "POST", API "/performances/{performance_id}/reviews", &create_call, NEED_USER, 0, 201, BODY_MAX, NULL },
    { "GET", API "/performances/{performance_id}/reviews", &page_call, MAY_USER, 0, 200, 0, NULL },
    { "GET", API "/reviews/mine", &mine_call, NEED_USER, 0, 200, 0, NULL },
    { "PUT", API "/reviews/{review_id}/like", &like_call, NEED_USER, 0, 200, 0, NULL },
    { "DELETE", API "/reviews/{review_id}/like", &unlike_call, NEED_USER, 0, 200, 0, NULL },
    { "POST", API "/reviews/{review_id}/reports", &report_call, NEED_USER, 0, 201, BODY_MAX, NULL },
    { "DELETE", API "/reviews/{review_id}/reports", &dismiss_call, NEED_USER, IN_CHARGE, 204, 0, NULL },
    { "PUT", API "/reviews/{review_id}/hidden", &hide_call, NEED_USER, IN_CHARGE, 200, BODY_MAX, NULL },
    { "DELETE", API "/reviews/{review_id}/hidden", &unhide_call, NEED_USER, IN_CHARGE, 204, 0, NULL },
    { "GET", API "/reviews/{review_id}", &get_call, MAY_USER, 0, 200, 0, NULL },
    { "PATCH", API "/reviews/{review_id}", &change_call, NEED_USER, 0, 200, BODY_MAX, NULL },
    { "DELETE", API "/reviews/{review_id}", &delete_call, NEED_USER, 0, 204, 0, NULL },
    { "GET", API "/admin/reviews", &staff_call, NEED_USER, IN_CHARGE, 200, 0, NULL },
    { 0 },
};

static const struct subscription subscriptions[] = {
    { "auth.user_left", &author_left_call },
    { 0 },
};

/* ---- life ---- */

static err review_open(struct ctx *cx, void **ret_self)
{
    struct reviews *s = calloc(1, sizeof(*s));
    ASSERT(s != NULL);
    *ret_self = s;
    err e = sequence_load(cx, &review_sql.review_max, &s->reviews);
    return e ? e : sequence_load(cx, &review_sql.report_max, &s->reports);
}

const struct service review_service = {
    .name = "review",
    .open = review_open,
    .close = free,
    .calls = calls,
    .routes = routes,
    .subscriptions = subscriptions,
    .audits = review_audits,
    .migrations = review_migrations,
    .queries = (const struct query *)&review_sql,
    .query_count = sizeof(review_sql) / sizeof(struct query),
};
