/* What is printed: statements and receipts. */
#ifndef PAYMENT_PAPER_H
#define PAYMENT_PAPER_H

#include "payment_int.h"
#include "platform/pdf/pdf.h"

#define A4_SHORT     595.0f   /* points */
#define A4_LONG      842.0f
#define A5_SHORT     420.0f
#define PAPER_MARGIN 36.0f

struct paper {
    float width, height;
    void (*draw)(struct ctx *cx, struct pdf *pdf, const void *of);
    const void *of;
};

/* The answer of a story: the paper as PDF. ERR_UNAVAILABLE `font_missing`, and while others are being drawn. */
err paper_print(struct ctx *cx, struct payments *s, const struct paper *p, struct raw_out *ret) MUST_USE;

#endif
