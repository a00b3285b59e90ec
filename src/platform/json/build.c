#include "platform/json/build.h"

#include "platform/json/fields.h"

void json_comma(struct buf *out)
{
    if (out->n && !memchr("{[:,", out->p[out->n - 1], 4))
        buf_char(out, ',');
}

void json_name(struct buf *out, const char *name)
{
    json_comma(out);
    json_write_str(out, str_c(name));
    buf_char(out, ':');
}

void json_begin(struct buf *out, const char *name)
{
    json_name(out, name);
    buf_char(out, '{');
}

void json_begin_list(struct buf *out, const char *name)
{
    json_name(out, name);
    buf_char(out, '[');
}

void json_text(struct buf *out, const char *name, const char *value)
{
    json_name(out, name);
    json_write_str(out, str_c(value));
}

void json_int(struct buf *out, const char *name, int64_t value)
{
    json_name(out, name);
    buf_int(out, value);
}

void json_true(struct buf *out, const char *name)
{
    json_name(out, name);
    buf_str(out, S("true"));
}

void json_item(struct buf *out, const char *value)
{
    json_comma(out);
    json_write_str(out, str_c(value));
}
