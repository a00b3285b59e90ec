#include "form.h"

#include "platform/json/fields.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(struct arena *arena, struct str text, struct str *ret)
{
    char *out = arena_take(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '%') {
            out[n++] = text.p[i] == '+' ? ' ' : text.p[i];
            continue;
        }
        int high = i + 2 < text.n ? digit(text.p[i + 1]) : -1, low = high >= 0 ? digit(text.p[i + 2]) : -1;
        if (low < 0)
            return false;
        out[n++] = (char)(high << 4 | low);
        i += 2;
    }
    *ret = str_of(out, n);
    return str_utf8(*ret) && !memchr(out, 0, n);
}

bool form_read(struct arena *arena, struct str text, struct form *ret)
{
    *ret = (struct form){ .at = NEW_ARRAY(arena, struct form_pair, FORM_PAIRS_MAX) };
    for (struct str rest = text; rest.n;) {
        struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');
        struct form_pair pair;
        if (!name.n)
            continue;
        if (ret->n == FORM_PAIRS_MAX || !decode(arena, name, &pair.name) || !decode(arena, value, &pair.value))
            return false;
        ret->at[ret->n++] = pair;
    }
    return true;
}

struct str form_get(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->at[i].name, str_c(name)))
            return f->at[i].value;
    return (struct str){ 0 };
}

/* Without "name[" and "]": the key; p NULL when it is no member of `name`. */
static struct str key_of(struct str full, const char *name)
{
    size_t n = strlen(name);
    if (full.n < n + 2 || memcmp(full.p, name, n) != 0 || full.p[n] != '[' || full.p[full.n - 1] != ']')
        return (struct str){ 0 };
    return str_of(full.p + n + 1, full.n - n - 2);
}

bool form_has(const struct form *f, const char *name, struct str value)
{
    for (size_t i = 0; i < f->n; i++)
        if (key_of(f->at[i].name, name).p && str_eq(f->at[i].value, value))
            return true;
    return false;
}

struct str form_object(struct arena *arena, const struct form *f, const char *name)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    buf_char(&out, '{');
    for (size_t i = 0; i < f->n; i++) {
        struct str key = key_of(f->at[i].name, name);
        if (!key.n || !f->at[i].value.n)
            continue;
        if (out.n > 1)
            buf_char(&out, ',');
        json_write_str(&out, key);
        buf_char(&out, ':');
        json_write_str(&out, f->at[i].value);
    }
    buf_char(&out, '}');
    struct str text = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return text;
}

/* "line_items[*][quantity]" */
static bool fits(const char *pattern, struct str name)
{
    size_t i = 0;
    for (; *pattern; pattern++) {
        if (*pattern == '*') {
            while (i < name.n && name.p[i] != ']')
                i++;
        } else if (i == name.n || name.p[i++] != *pattern) {
            return false;
        }
    }
    return i == name.n;
}

const struct form_pair *form_stranger(const struct form *f, const char *const *patterns)
{
    for (size_t i = 0; i < f->n; i++) {
        const char *const *p = patterns;
        while (*p && !fits(*p, f->at[i].name))
            p++;
        if (!*p)
            return &f->at[i];
    }
    return NULL;
}
