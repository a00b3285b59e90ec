/* What all formats share: limits on the document, members read with their faults named, and the check of guids at the end. */
#include "services/performance/import.h"

#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define VALUES_MAX 2000000    /* JSON values in one document: bounds the memory of reading it */
#define BIG_TEXT   (1 << 20)

const char *const plan_format_words[] = { "pretix", "seatsio", "venue", NULL };

/* ---- places and faults ---- */

static void place_write(struct buf *out, const struct place *at)
{
    if (at->up) {
        place_write(out, at->up);
        buf_char(out, '.');
    }
    buf_str(out, str_c(at->name));
    if (at->index >= 0)
        buf_fmt(out, "[%d]", at->index);
}

struct str place_text(const struct import *im, const struct place *at, const char *member_name)
{
    struct buf b;
    struct str text;

    buf_init(&b, 1024);
    place_write(&b, at);
    if (member_name)
        buf_fmt(&b, ".%s", member_name);
    text = arena_str(im->cx->arena, buf_view(&b));
    buf_free(&b);
    return text;
}

void import_warn(struct import *im, const char *en, const char *ko, ...)
{
    struct warning *w = NEW(im->cx->arena, struct warning);
    va_list args;

    va_start(args, ko);
    w->text = arena_vfmt(im->cx->arena, im->cx->lang == LANG_KO ? ko : en, args);
    va_end(args);
    *im->warnings_tail = w;
    im->warnings_tail = &w->next;
    im->warning_count++;
}

bool import_fits(struct import *im, bool added)
{
    if (!added && !im->full) {
        im->full = true;
        im->result = fail_field(im->cx, S("plan"), "must have at most %d seats, %d rows, %d sections, %d outline points and %d categories",
                                "도면은 좌석 %d개, 열 %d개, 구역 %d개, 윤곽점 %d개, 등급 %d개를 넘을 수 없습니다", PLAN_SEATS_MAX, PLAN_ROWS_MAX,
                                PLAN_SECTIONS_MAX, PLAN_POINTS_MAX, PLAN_CATEGORIES_MAX);
    }
    return added;
}

static void fault_missing(struct import *im, const struct place *at, const char *name)
{
    im->result = fail_field(im->cx, place_text(im, at, name), "is required", "필수 항목입니다");
}

/* ---- members ---- */

const cJSON *member(const cJSON *o, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsNull(v) ? NULL : v;
}

const cJSON *member_list(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need)
{
    const cJSON *v = member(o, name);

    if (cJSON_IsArray(v))
        return v;
    if (v)
        im->result = fail_field(im->cx, place_text(im, at, name), "must be a list", "목록이어야 합니다");
    else if (need == MUST_HAVE)
        fault_missing(im, at, name);
    return NULL;
}

const cJSON *member_object(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need)
{
    const cJSON *v = member(o, name);

    if (cJSON_IsObject(v))
        return v;
    if (v)
        im->result = fail_field(im->cx, place_text(im, at, name), "must be an object", "객체여야 합니다");
    else if (need == MUST_HAVE)
        fault_missing(im, at, name);
    return NULL;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

struct str member_text(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need)
{
    const cJSON *v = member(o, name);
    struct str s = str_trim(str_c(cJSON_GetStringValue(v)));

    if (v && !cJSON_IsString(v)) {
        im->result = fail_field(im->cx, place_text(im, at, name), "must be text", "문자열이어야 합니다");
    } else if (s.n == 0) {
        if (need == MUST_HAVE)
            fault_missing(im, at, name);
    } else if (!str_utf8(s) || has_control(s) || str_utf8_length(s) > PLAN_NAME_MAX) {
        im->result = fail_field(im->cx, place_text(im, at, name), "must be text of at most %d characters without control characters",
                                "제어 문자 없이 %d자 이하여야 합니다", PLAN_NAME_MAX);
    } else {
        return arena_str(im->cx->arena, s);
    }
    return (struct str){ 0 };
}

bool member_number(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, double low, double high,
                   double *ret)
{
    const cJSON *v = member(o, name);

    if (!v) {
        if (need == MUST_HAVE)
            fault_missing(im, at, name);
        return false;
    }
    if (!cJSON_IsNumber(v) || !isfinite(v->valuedouble) || v->valuedouble < low || v->valuedouble > high) {
        im->result = fail_field(im->cx, place_text(im, at, name), "must be a finite number from %g to %g", "%g에서 %g까지의 유한한 수여야 합니다",
                                low, high);
        return false;
    }
    *ret = v->valuedouble;
    return true;
}

bool member_xy(struct import *im, const struct place *at, const cJSON *o, double *ret_x, double *ret_y)
{
    return member_number(im, at, o, "x", MUST_HAVE, -COORDINATE_MAX, COORDINATE_MAX, ret_x) &&
           member_number(im, at, o, "y", MUST_HAVE, -COORDINATE_MAX, COORDINATE_MAX, ret_y);
}

bool member_count(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, uint32_t low, uint32_t high,
                  uint32_t *ret)
{
    double v;

    if (!member_number(im, at, o, name, need, low, high, &v))
        return false;
    if (v != floor(v)) {
        im->result = fail_field(im->cx, place_text(im, at, name), "must be a whole number", "정수여야 합니다");
        return false;
    }
    *ret = (uint32_t)v;
    return true;
}

bool member_point(struct import *im, const struct place *at, const cJSON *o, const char *name, enum import_need need, double *ret_x, double *ret_y)
{
    const cJSON *v = member_object(im, at, o, name, need);
    struct place here = { at, name, -1 };
    double x, y;

    if (!v || !member_xy(im, &here, v, &x, &y))
        return false;
    *ret_x = x;
    *ret_y = y;
    return true;
}

/* ---- categories ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "#rgb" is written out to "#rrggbb"; p NULL when it is no colour. */
static struct str color_long(struct arena *arena, struct str s)
{
    if ((s.n != 4 && s.n != 7) || s.p[0] != '#')
        return (struct str){ 0 };
    for (size_t i = 1; i < s.n; i++)
        if (!is_hex(s.p[i]))
            return (struct str){ 0 };
    return s.n == 7 ? s : arena_fmt(arena, "#%c%c%c%c%c%c", s.p[1], s.p[1], s.p[2], s.p[2], s.p[3], s.p[3]);
}

void import_category(struct import *im, const struct place *at, const cJSON *o, const char *name_member)
{
    struct str name = member_text(im, at, o, name_member, MUST_HAVE);
    struct str color = member_text(im, at, o, "color", MAY_MISS), full = S("#8a8f98");

    if (color.p)
        full = color_long(im->cx->arena, color);
    if (!full.p)
        im->result = fail_field(im->cx, place_text(im, at, "color"), "must be a colour like #4caf50", "#4caf50 같은 색이어야 합니다");
    if (!name.p)
        return;
    if (plan_category_find(&im->maker.plan, name) >= 0)
        im->result = fail_field(im->cx, place_text(im, at, name_member), "is given to two categories: %.*s", "등급 %.*s이(가) 두 번 있습니다",
                                STR_ARG(name));
    else
        import_fits(im, plan_add_category(&im->maker, name, full));
}

bool import_category_find(struct import *im, const struct place *at, const char *member_name, struct str name, uint8_t *ret)
{
    int i = plan_category_find(&im->maker.plan, name);

    if (i < 0) {
        im->result = fail_field(im->cx, place_text(im, at, member_name), "is no category of this plan: %.*s", "도면에 %.*s 등급이 없습니다",
                                STR_ARG(name));
        return false;
    }
    *ret = (uint8_t)i;
    return true;
}

/* ---- the end: no guid twice ---- */

/* Gives a seat whose guid is taken the name "guid-2", "guid-3", ...: the next number that is free. Two guids never lead to one new name: what
 * stands before the last '-' tells them apart. */
static void rename_repeat(struct import *im, const struct plan_index *originals, uint32_t seat, uint32_t *number)
{
    struct str *guid = &im->maker.plan.guid[seat], was = *guid;
    uint32_t other;

    do
        *guid = arena_fmt(im->cx->arena, "%.*s-%u", STR_ARG(was), ++*number);
    while (plan_index_find(originals, *guid, &other));
    import_warn(im, "%.*s: renamed to %.*s", "%.*s: %.*s(으)로 이름을 바꾸었습니다", STR_ARG(was), STR_ARG(*guid));
}

static void check_guids(struct import *im)
{
    struct plan originals = im->maker.plan;
    uint32_t n = originals.seat_count, first;
    uint32_t *times = NEW_ARRAY(im->cx->arena, uint32_t, n);   /* of the first seat of each guid: how often it is there, or the last number given */
    struct plan_index *x;

    originals.guid = NEW_ARRAY(im->cx->arena, struct str, n);
    if (n)
        memcpy(originals.guid, im->maker.plan.guid, n * sizeof(*originals.guid));
    x = plan_index(im->cx->arena, &originals);
    for (uint32_t i = 0; i < n; i++) {
        if (!plan_index_find(x, originals.guid[i], &first))
            continue;
        if (first == i || !im->repair)
            times[first]++;
        else
            rename_repeat(im, x, i, &times[first]);
    }
    for (uint32_t i = 0; i < n && !im->repair; i++)
        if (times[i] > 1)
            im->result = fail_field(im->cx, originals.guid[i], "is given to %u seats", "좌석 %u개에 쓰였습니다", times[i]);
}

/* ---- the whole ---- */

/* Looks over the text before anything is made of it: how many values it holds, and whether a text hides a NUL, which cJSON would cut at. */
static err check_text(struct ctx *cx, struct str text)
{
    size_t values = 1;
    bool quoted = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (quoted && c == '\\') {
            if (text.n - i >= 6 && memcmp(text.p + i, "\\u0000", 6) == 0)
                return fail_field(cx, S("plan"), "must not contain U+0000", "U+0000은 쓸 수 없습니다");
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '[' || c == '{')) {
            values++;
        }
    }
    if (values > VALUES_MAX)
        return fail(cx, ERR_TOO_LARGE, NULL, "The plan holds more than %d values.", "도면의 값이 %d개를 넘습니다.", VALUES_MAX);
    return OK;
}

static void read_document(struct import *im, enum plan_format format, struct str text)
{
    static void (*const readers[])(struct import *im, const cJSON *root) = { import_pretix, import_seatsio, import_venue };
    cJSON *root = cJSON_ParseWithLength(text.p, text.n);

    if (cJSON_IsObject(root))
        readers[format](im, root);
    else
        im->result = fail_field(im->cx, S("plan"), "must be a JSON object", "JSON 객체여야 합니다");
    cJSON_Delete(root);
    if (text.n > BIG_TEXT)
        malloc_trim(0);
    if (im->result == OK && im->maker.plan.seat_count == 0)
        im->result = fail_field(im->cx, S("plan"), "has no seats", "도면에 좌석이 없습니다");
}

err plan_import(struct ctx *cx, enum plan_format format, struct str text, bool repair, struct plan **ret, struct list *ret_warnings)
{
    struct import im = { .cx = cx, .repair = repair };
    struct str *texts;
    size_t n = 0;
    err e = check_text(cx, text);

    if (e)
        return e;
    im.warnings_tail = &im.warnings;
    plan_begin(&im.maker, cx->arena);
    read_document(&im, format, text);
    if (!im.full)
        check_guids(&im);
    if (im.result)
        return im.result;

    texts = NEW_ARRAY(cx->arena, struct str, im.warning_count);
    for (const struct warning *w = im.warnings; w; w = w->next)
        texts[n++] = w->text;
    *ret_warnings = (struct list){ texts, n };
    *ret = plan_end(&im.maker);
    return OK;
}
