/* Structs to JSON by field table: members in the order of the table, without white space. No printf, so that an answer of 200 bytes costs a
 * fraction of a microsecond. It calls itself as deep as tables are nested. */
#include "platform/json/fields.h"

#include <sodium.h>

#include "base/clock.h"
#include "platform/json/escape.h"
#include "platform/json/table.h"
#include "platform/obs/log.h"

static void write_members(struct buf *out, const struct fields *f, const struct id_key *ids, const char *base);

void json_write_str(struct buf *out, struct str s)
{
    size_t plain = json_plain(s);
    char *at = buf_room(out, plain + 2);
    if (!at)
        return;
    at[0] = '"';
    if (plain)
        memcpy(at + 1, s.p, plain);
    out->n += plain + 1;

    struct str rest = s;
    if (plain)                               /* no text has no address to count from */
        rest = str_of(s.p + plain, s.n - plain);
    while (rest.n) {
        char escaped[JSON_ESCAPE_MAX];
        buf_add(out, escaped, json_escape(&rest, escaped));
        plain = json_plain(rest);
        buf_add(out, rest.p, plain);
        rest = str_of(rest.p + plain, rest.n - plain);
    }
    buf_char(out, '"');
}

static bool all_zero(const char *at, size_t n)
{
    return n == 0 || (at[0] == 0 && memcmp(at, at + 1, n - 1) == 0);
}

static bool member_empty(const struct field *row, const char *base)
{
    const void *at = base + row->at;
    if (row->has_at != NO_HAS)
        return !*(const bool *)(base + row->has_at);
    switch (row->type) {
    case F_BOOL:
        return !*(const bool *)at;
    case F_INT:
    case F_TIME:
    case F_ID:
        return *(const int64_t *)at == 0;
    case F_STR:
    case F_TEXT:
    case F_BYTES:
    case F_RAW:
        return ((const struct str *)at)->n == 0;
    case F_ENUM:
        return *(const int *)at == 0;
    case F_FLAGS:
        return *(const unsigned *)at == 0;
    case F_MONEY:
        return ((const struct money *)at)->currency[0] == 0;
    case F_CURRENCY:
        return *(const char *)at == 0;
    case F_LIST:
    case F_MAP:
        return ((const struct list *)at)->n == 0;
    case F_OBJECT:
        return all_zero(at, row->of->size);
    }
    return false;
}

/* Text that is known to need no escape. */
static void write_quoted(struct buf *out, const char *text, size_t n)
{
    char *at = buf_room(out, n + 2);
    if (!at)
        return;
    at[0] = '"';
    memcpy(at + 1, text, n);
    at[n + 1] = '"';
    out->n += n + 2;
}

static void write_bytes(struct buf *out, struct str bytes)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);      /* with a NUL, where the quote comes */
    char *at = buf_room(out, room + 1);
    if (!at)
        return;
    at[0] = '"';
    sodium_bin2base64(at + 1, room, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    at[room] = '"';
    out->n += room + 1;
}

static void write_word(struct buf *out, const char *const *words, int index)
{
    ASSERT(index >= 0);
    for (int i = 0; i <= index; i++)
        ASSERT(words[i] != NULL);
    write_quoted(out, words[index], strlen(words[index]));
}

static void write_flags(struct buf *out, const char *const *words, unsigned bits)
{
    char before = '[';
    for (int i = 0; words[i]; i++)
        if (bits & 1u << i) {
            buf_char(out, before);
            write_word(out, words, i);
            before = ',';
        }
    buf_str(out, before == '[' ? S("[]") : S("]"));
}

static void write_money(struct buf *out, const struct money *m)
{
    buf_str(out, S("{\"amount\":"));
    buf_int(out, m->amount);
    buf_str(out, S(",\"currency\":"));
    write_quoted(out, m->currency, strnlen(m->currency, sizeof(m->currency)));
    buf_char(out, '}');
}

static void write_value(struct buf *out, const struct field *row, const struct id_key *ids, const char *base)
{
    const void *at = base + row->at;
    switch (row->type) {
    case F_BOOL:
        buf_str(out, *(const bool *)at ? S("true") : S("false"));
        return;
    case F_INT:
        buf_int(out, *(const int64_t *)at);
        return;
    case F_STR:
    case F_TEXT:
        json_write_str(out, *(const struct str *)at);
        return;
    case F_TIME: {
        char text[TIME_TEXT_MAX];
        struct str s = time_format(*(const int64_t *)at, text);
        write_quoted(out, s.p, s.n);
        return;
    }
    case F_ID: {
        char text[ID_TEXT];
        id_encode(ids, row->id, *(const int64_t *)at, text);
        write_quoted(out, text, ID_TEXT);
        return;
    }
    case F_ENUM:
        write_word(out, row->words, *(const int *)at);
        return;
    case F_FLAGS:
        write_flags(out, row->words, *(const unsigned *)at);
        return;
    case F_MONEY:
        write_money(out, at);
        return;
    case F_CURRENCY:
        write_quoted(out, at, strnlen(at, 4));
        return;
    case F_BYTES:
        write_bytes(out, *(const struct str *)at);
        return;
    case F_RAW:
        buf_str(out, *(const struct str *)at);
        return;
    case F_OBJECT:
        write_members(out, row->of, ids, at);
        return;
    case F_LIST:
    case F_MAP: {
        const struct list *l = at;
        const char *item = l->at;
        buf_char(out, row->type == F_LIST ? '[' : '{');
        for (size_t i = 0; i < l->n; i++, item += row->of->size) {
            if (i)
                buf_char(out, ',');
            if (row->type == F_MAP) {
                json_write_str(out, *(const struct str *)(const void *)item);
                buf_char(out, ':');
            }
            if (fields_plain(row->of))
                write_value(out, row->of->at, ids, item);
            else
                write_members(out, row->of, ids, item);
        }
        buf_char(out, row->type == F_LIST ? ']' : '}');
        return;
    }
    }
}

static void write_name(struct buf *out, char before, const char *name)
{
    size_t n = strlen(name);
    char *at = buf_room(out, n + 4);
    if (!at)
        return;
    at[0] = before;
    at[1] = '"';
    memcpy(at + 2, name, n);
    at[n + 2] = '"';
    at[n + 3] = ':';
    out->n += n + 4;
}

static void write_members(struct buf *out, const struct fields *f, const struct id_key *ids, const char *base)
{
    char before = '{';
    for (const struct field *row = f->at; row < f->at + f->n; row++) {
        bool empty = (row->nullable || row->omit_empty || row->optional) && member_empty(row, base);
        if (row->from != FROM_BODY || (empty && !row->nullable))
            continue;
        write_name(out, before, row->name);
        before = ',';
        if (empty)
            buf_str(out, S("null"));
        else
            write_value(out, row, ids, base);
    }
    buf_str(out, before == '{' ? S("{}") : S("}"));
}

void fields_encode(struct buf *out, const struct fields *f, const struct id_key *ids, const void *in)
{
    write_members(out, f, ids, in);
}
