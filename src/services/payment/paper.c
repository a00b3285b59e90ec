#include "paper.h"

#include "platform/call/app.h"
#include "platform/config/config.h"

#define PRINTING_MAX 2        /* at once: workers have more to do than to draw */

static err draw(struct ctx *cx, const struct paper *p, struct raw_out *ret)
{
    struct pdf *pdf;
    err e = pdf_open(cx, config_str(app_config(cx->app), "booking.ticket_font"), p->width, p->height, &pdf);
    if (e)
        return e;
    p->draw(cx, pdf, p->of);
    *ret = (struct raw_out){ .content_type = S("application/pdf") };
    return pdf_end(pdf, &ret->body);
}

err paper_print(struct ctx *cx, struct payments *s, const struct paper *p, struct raw_out *ret)
{
    err e = atomic_fetch_add(&s->printing, 1) < PRINTING_MAX
                ? draw(cx, p, ret)
                : fail(cx, ERR_UNAVAILABLE, NULL, "Too many documents are being drawn.", "문서 출력 요청이 많습니다. 잠시 후 다시 시도해 주세요.");
    atomic_fetch_sub(&s->printing, 1);
    return e;
}
