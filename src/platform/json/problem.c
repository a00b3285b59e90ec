#include "platform/json/fields.h"

#include "base/err.h"

static void member(struct buf *out, const char *before, struct str value)
{
    buf_str(out, str_c(before));
    json_write_str(out, value);
}

void problem_encode(struct buf *out, const struct ctx *cx, err e)
{
    const struct err_kind *kind = err_kind(e);
    const char *code = cx->problem.code ? cx->problem.code : kind->word;
    struct str title = str_c(kind->title[cx->lang]);

    buf_fmt(out, "{\"type\":\"urn:takenseat:problem:%s\"", code);
    member(out, ",\"title\":", title);
    buf_fmt(out, ",\"status\":%d", kind->status);
    member(out, ",\"code\":", str_c(code));
    member(out, ",\"detail\":", cx->problem.detail.n ? cx->problem.detail : title);
    buf_str(out, S(",\"errors\":["));
    for (const struct field_error *f = cx->problem.fields; f; f = f->next) {
        member(out, f == cx->problem.fields ? "{\"field\":" : ",{\"field\":", f->field);
        member(out, ",\"message\":", f->message);
        buf_char(out, '}');
    }
    buf_str(out, S("]}"));
}
