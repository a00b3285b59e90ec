/* The codes of a presale's group as a file: a row each, of which the first cell counts. A first row "code" is its heading. */
#include "services/booking/booking_int.h"

#define CODE_MIN 6
#define CODE_MAX 64

struct codes_in {
    struct raw_in raw;        /* first: RAW_BODY */
    int64_t schedule;
    struct str group;
};
struct codes_out {
    struct str group;
    int64_t codes;
};

/* "A-1" or A-1, with or without further cells. */
static struct str first_cell(struct str row)
{
    if (row.n && row.p[row.n - 1] == '\r')
        row.n--;
    struct str cell = str_trim(str_cut(&row, ','));
    if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
        cell = str_trim(str_of(cell.p + 1, cell.n - 2));
    return cell;
}

static bool code_fits(struct str code)
{
    if (code.n < CODE_MIN || code.n > CODE_MAX)
        return false;
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] <= ' ' || code.p[i] > '~' || code.p[i] == '"')
            return false;
    return true;
}

static size_t rows_in(struct str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static err read_codes(struct ctx *cx, struct str text, struct list *ret)
{
    static const struct str mark = { "\xef\xbb\xbf", 3 };
    size_t most = rows_in(text);
    struct str *codes = NEW_ARRAY(cx->arena, struct str, most < PRESALE_CODES_MAX ? most : PRESALE_CODES_MAX);
    size_t n = 0, row = 0;
    err e = OK;
    if (text.n >= mark.n && memcmp(text.p, mark.p, mark.n) == 0)
        text = str_of(text.p + mark.n, text.n - mark.n);
    while (text.n) {
        struct str code = first_cell(str_cut(&text, '\n'));
        row++;
        if (!code.n || (row == 1 && str_eq(code, S("code"))))
            continue;
        if (!code_fits(code))
            e = fail_field(cx, arena_fmt(cx->arena, "row %zu", row), "is no code: %d to %d letters, digits and signs without spaces",
                           "코드가 아닙니다. 공백 없이 %d~%d자의 영문자, 숫자, 기호여야 합니다", CODE_MIN, CODE_MAX);
        if (n == PRESALE_CODES_MAX)
            return fail_field(cx, S("codes"), "are too many: a presale has at most %d codes", "너무 많습니다. 선예매 코드는 최대 %d개입니다",
                              PRESALE_CODES_MAX);
        codes[n++] = code;
    }
    *ret = (struct list){ codes, n };
    return e;
}

static err no_such_group(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, "group_unknown", "The presale of this schedule has no such group.", "이 회차의 선예매에 그런 그룹이 없습니다.");
}

static const struct field out_rows[] = {
    { .name = "group", .type = F_STR, .at = offsetof(struct codes_out, group) },
    { .name = "codes", .type = F_INT, .at = offsetof(struct codes_out, codes), .help = "How many the group has now." },
};
static const struct fields out_fields = { "PresaleCodes", sizeof(struct codes_out), out_rows, 2 };

struct codes_set {
    int64_t schedule;
    struct str group;
    struct list sealed;
};

/* What the sale says already, with these codes for one of the groups: those of the others stay as they are. */
static err codes_set(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct codes_set *in = in_;
    struct sale *s = NULL;
    err e = sale_managed(cx, self, in->schedule, &s);
    if (e)
        return e;
    const struct presale_group *group = presale_group_find(sale_terms(s), in->group);
    e = group ? presale_codes_check(cx, s, group, in->sealed) : no_such_group(cx);
    if (e)
        return e;

    struct sale_terms next = *sale_terms(s);
    presale_codes_put(cx, &next, group->name, in->sealed);
    *(struct codes_out *)ret_out = (struct codes_out){ arena_str(cx->arena, group->name), (int64_t)in->sealed.n };
    return sale_terms_put(cx, self, s, &next);
}

const struct call presale_codes_set_call = { "booking.presale_codes_set", "The part of booking.presale_codes that changes the sale.", CALL_COMMAND, NULL,
                                             &out_fields, codes_set };

/* To read and seal fifty thousand codes is no work for the writer. */
static err codes_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct codes_in *in = in_;
    struct list codes;
    (void)self;
    err e = read_codes(cx, in->raw.body, &codes);
    return e ? e : call_run(cx, &presale_codes_set_call, &(struct codes_set){ in->schedule, in->group, presale_seal(cx, codes) }, ret_out);
}

static const struct field in_rows[] = {
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, .at = offsetof(struct codes_in, schedule) },
    { .name = "group", .type = F_STR, .from = FROM_PATH, .low = 1, .high = 40, .at = offsetof(struct codes_in, group) },
};
static const struct fields in_fields = { "PresaleCodesRequest", sizeof(struct codes_in), in_rows, 2 };

const struct call presale_codes_call = {
    "booking.presale_codes", "Gives a group of a presale its codes (CSV, a row each) in place of those that it has.", CALL_STORY, &in_fields, &out_fields,
    codes_put,
};
