/* One schema object a field table, one a row. */
#include "platform/json/schema.h"

#include "platform/json/build.h"
#include "platform/json/table.h"

void schema_reference(struct buf *out, const char *section, const char *to)
{
    json_name(out, "$ref");
    buf_fmt(out, "\"#/components/%s/%s\"", section, to);
}

static void write_type(struct buf *out, const struct field *row, const char *type)
{
    if (!row->nullable) {
        json_text(out, "type", type);
        return;
    }
    json_begin_list(out, "type");
    json_item(out, type);
    json_item(out, "null");
    buf_char(out, ']');
}

static void write_words(struct buf *out, const struct field *row, bool nullable)
{
    json_begin_list(out, "enum");
    for (int i = 0; row->words[i]; i++)
        json_item(out, row->words[i]);
    if (nullable)
        buf_str(out, S(",null"));
    buf_char(out, ']');
}

/* Requests are held to the default bounds as well; answers only promise what their table says. */
static void write_bounds(struct buf *out, const struct field *row, bool request, const char *low, const char *high)
{
    struct bounds b = field_bounds(row);
    if (!row->low && !row->high && !request)
        return;
    if (b.low != INT64_MIN)
        json_int(out, low, b.low);
    if (b.high != INT64_MAX)
        json_int(out, high, b.high);
}

/* A list's or map's values. */
static void write_items(struct buf *out, const char *as, const struct fields *of, bool request)
{
    json_begin(out, as);
    if (fields_plain(of))
        schema_write_row(out, of->at, request);
    else
        schema_reference(out, "schemas", of->name);
    buf_char(out, '}');
}

static void write_object(struct buf *out, const struct field *row)
{
    const char *to = row->type == F_MONEY ? money_fields.name : row->of->name;
    if (row->nullable) {
        json_begin_list(out, "anyOf");
        buf_char(out, '{');
        schema_reference(out, "schemas", to);
        buf_str(out, S("},{\"type\":\"null\"}]"));
    } else {
        schema_reference(out, "schemas", to);
    }
    if (row->type == F_MONEY && (row->low || row->high)) {
        json_begin(out, "properties");
        json_begin(out, "amount");
        json_int(out, "minimum", row->low);
        json_int(out, "maximum", row->high);
        buf_str(out, S("}}"));
    }
}

static void write_example(struct buf *out, const char *example)
{
    json_begin_list(out, "examples");
    json_item(out, example);
    buf_char(out, ']');
}

/* The members of the schema object of one row. */
void schema_write_row(struct buf *out, const struct field *row, bool request)
{
    switch (row->type) {
    case F_BOOL:
        write_type(out, row, "boolean");
        break;
    case F_INT:
        write_type(out, row, "integer");
        json_text(out, "format", "int64");
        write_bounds(out, row, request, "minimum", "maximum");
        break;
    case F_STR:
    case F_TEXT:
        write_type(out, row, "string");
        write_bounds(out, row, request, "minLength", "maxLength");
        break;
    case F_BYTES:
        write_type(out, row, "string");
        json_text(out, "contentEncoding", "base64url");
        break;
    case F_TIME:
        write_type(out, row, "string");
        json_text(out, "format", "date-time");
        write_example(out, "2026-11-23T11:00:00Z");
        break;
    case F_ID:
        write_type(out, row, "string");
        json_text(out, "pattern", "^[0-9a-hjkmnp-tv-z]{13}$");
        write_example(out, "ep1t9sq41pcv8");
        break;
    case F_CURRENCY:
        write_type(out, row, "string");
        json_text(out, "pattern", "^[A-Z]{3}$");
        write_example(out, "KRW");
        break;
    case F_ENUM:
        write_type(out, row, "string");
        write_words(out, row, row->nullable);
        break;
    case F_FLAGS:
        write_type(out, row, "array");
        json_true(out, "uniqueItems");
        json_begin(out, "items");
        json_text(out, "type", "string");
        write_words(out, row, false);
        buf_char(out, '}');
        break;
    case F_LIST:
        write_type(out, row, "array");
        write_bounds(out, row, request, "minItems", "maxItems");
        write_items(out, "items", row->of, request);
        break;
    case F_MAP:
        write_type(out, row, "object");
        write_bounds(out, row, request, "minProperties", "maxProperties");
        write_items(out, "additionalProperties", row->of, request);
        break;
    case F_MONEY:
    case F_OBJECT:
        write_object(out, row);
        break;
    case F_RAW:
        break;                    /* any value */
    }
    if (row->help || row->rule)
        json_text(out, "description", row->help ? row->help : row->rule->en);
}

bool schema_required(const struct field *row)
{
    return row->from == FROM_BODY && !row->optional && !row->omit_empty;
}

void schema_write(struct buf *out, const struct fields *f, bool request)
{
    bool any = false;
    buf_char(out, '{');
    json_text(out, "type", "object");
    json_begin(out, "properties");
    for (const struct field *row = f->at; row < f->at + f->n; row++) {
        if (row->from != FROM_BODY)
            continue;
        json_begin(out, row->name);
        schema_write_row(out, row, request);
        buf_char(out, '}');
        any = any || schema_required(row);
    }
    buf_char(out, '}');
    if (any) {
        json_begin_list(out, "required");
        for (const struct field *row = f->at; row < f->at + f->n; row++)
            if (schema_required(row))
                json_item(out, row->name);
        buf_char(out, ']');
    }
    if (request) {
        json_name(out, "additionalProperties");
        buf_str(out, S("false"));
    }
    buf_char(out, '}');
}
