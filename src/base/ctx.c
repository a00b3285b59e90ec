#include "base/ctx.h"

#include <stdarg.h>

#define FIELD_ERRORS_MAX 500

err fail(struct ctx *cx, err kind, const char *code, const char *en, const char *ko, ...)
{
    va_list args;
    va_start(args, ko);
    cx->problem.code = code;
    cx->problem.detail = arena_vfmt(cx->arena, cx->lang == LANG_KO ? ko : en, args);
    va_end(args);
    return kind;
}

err fail_field(struct ctx *cx, struct str field, const char *en, const char *ko, ...)
{
    struct problem *p = &cx->problem;
    if (!p->tail)
        p->tail = &p->fields;
    if (p->field_count++ >= FIELD_ERRORS_MAX)
        return ERR_INPUT;

    va_list args;
    va_start(args, ko);
    struct field_error *e = NEW(cx->arena, struct field_error);
    e->field = arena_str(cx->arena, field);
    e->message = arena_vfmt(cx->arena, cx->lang == LANG_KO ? ko : en, args);
    va_end(args);
    *p->tail = e;
    p->tail = &e->next;
    return ERR_INPUT;
}

void fail_clear(struct ctx *cx)
{
    cx->problem = (struct problem){ 0 };
}
