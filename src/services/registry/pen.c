#include "pen.h"

#include <stdio.h>

#include "platform/json/build.h"
#include "platform/json/fields.h"

/* Text is well-formed and without control characters: the reader saw to that (tree.c). */
static void xml_text(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '&': buf_str(out, S("&amp;")); break;
        case '<': buf_str(out, S("&lt;")); break;
        case '>': buf_str(out, S("&gt;")); break;
        case '"': buf_str(out, S("&quot;")); break;
        case '\n': buf_str(out, S("&#10;")); break;
        case '\t': buf_str(out, S("&#9;")); break;
        default: buf_char(out, s.p[i]);
        }
}

static void xml_element(struct buf *out, struct str name, struct str value)
{
    buf_fmt(out, "<%.*s>", STR_ARG(name));
    xml_text(out, value);
    buf_fmt(out, "</%.*s>", STR_ARG(name));
}

void pen_document(struct pen *p)
{
    buf_str(p->out, p->format == FORMAT_JSON ? S("{") : S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
}

void pen_document_end(struct pen *p)
{
    if (p->format == FORMAT_JSON)
        buf_char(p->out, '}');
}

void pen_begin(struct pen *p, const char *name)
{
    if (p->format == FORMAT_JSON)
        json_begin(p->out, name);
    else
        buf_fmt(p->out, "<%s>", name);
}

void pen_begin_with(struct pen *p, const char *name, const char *attribute, struct str value)
{
    if (p->format == FORMAT_JSON) {
        json_begin(p->out, name);
        buf_fmt(p->out, "\"@%s\":", attribute);
        json_write_str(p->out, value);
        return;
    }
    buf_fmt(p->out, "<%s %s=\"", name, attribute);
    xml_text(p->out, value);
    buf_str(p->out, S("\">"));
}

void pen_end(struct pen *p, const char *name)
{
    if (p->format == FORMAT_JSON)
        buf_char(p->out, '}');
    else
        buf_fmt(p->out, "</%s>", name);
}

void pen_list(struct pen *p, const char *name)
{
    if (p->format == FORMAT_JSON)
        json_begin_list(p->out, name);
}

void pen_item(struct pen *p, const char *name)
{
    if (p->format == FORMAT_XML) {
        buf_fmt(p->out, "<%s>", name);
        return;
    }
    json_comma(p->out);
    buf_char(p->out, '{');
}

void pen_list_end(struct pen *p)
{
    if (p->format == FORMAT_JSON)
        buf_char(p->out, ']');
}

void pen_text(struct pen *p, const char *name, struct str value)
{
    if (p->format == FORMAT_XML) {
        xml_element(p->out, str_c(name), value);
        return;
    }
    json_name(p->out, name);
    json_write_str(p->out, value);
}

void pen_int(struct pen *p, const char *name, int64_t value)
{
    if (p->format == FORMAT_JSON)
        json_int(p->out, name, value);
    else
        pen_int_text(p, name, value);
}

void pen_int_text(struct pen *p, const char *name, int64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)value);
    pen_text(p, name, str_of(text, (size_t)n));
}

void pen_port(struct pen *p, const char *name, int64_t number, bool enabled)
{
    const char *is = enabled ? "true" : "false";
    if (p->format == FORMAT_XML) {
        buf_fmt(p->out, "<%s enabled=\"%s\">%lld</%s>", name, is, (long long)number, name);
        return;
    }
    json_begin(p->out, name);
    buf_fmt(p->out, "\"$\":%lld,\"@enabled\":\"%s\"}", (long long)number, is);
}

/* The ASCII part of what XML calls a name. */
static bool xml_name(struct str s)
{
    static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || (!strchr(first, s.p[i]) && (i == 0 || !strchr("0123456789.-", s.p[i]))))
            return false;
    return s.n > 0;
}

void pen_pair(struct pen *p, struct str name, struct str value)
{
    if (p->format == FORMAT_XML) {
        if (xml_name(name))
            xml_element(p->out, name, value);
        return;
    }
    json_comma(p->out);
    json_write_str(p->out, name);
    buf_char(p->out, ':');
    json_write_str(p->out, value);
}
