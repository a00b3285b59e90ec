/* A ticket on paper. */
#ifndef TICKET_PDF_H
#define TICKET_PDF_H

#include "base/ctx.h"

struct ticket_print {
    struct str title, hall_name, grade, section, row, number;
    struct str booking_code;  /* for people */
    int64_t starts_at;
    const unsigned char *modules;        /* of the QR picture: bit 0 of each is dark, row by row */
    int width;                /* of a row */
};

/* A page of A6 as PDF, in the caller's arena, with the letters it uses of the TrueType font at `font_path`; labels in both languages. The same ticket
 * gives the same bytes. ERR_UNAVAILABLE `font_missing` when there is no such font. Takes some 100 ms: from stories, few at a time. */
err ticket_pdf_make(struct ctx *cx, struct str font_path, const struct ticket_print *t, struct str *ret_pdf) MUST_USE;

#endif
