/* What a buyer was charged, as a receipt. */
#ifndef PAYMENT_RECEIPT_H
#define PAYMENT_RECEIPT_H

#include "paper.h"

enum receipt_kind { RECEIPT_EXEMPT, RECEIPT_SUPPLY, RECEIPT_VAT, RECEIPT_REFUND };

struct receipt_line {
    int kind;                 /* enum receipt_kind */
    struct str label;         /* in the reader's language */
    struct money amount;      /* negative: it goes back, or has */
    int64_t at;
};

struct receipt {
    int64_t payment, booking;
    struct str issuer, seller, title, provider, ref;
    int64_t paid_at;
    struct money amount;      /* that was paid: its lines but the refunds come to it */
    struct money left;        /* of it, after all refunds that are under way or done */
    struct list lines;        /* struct receipt_line */
};

extern const struct call receipt_call, receipt_pdf_call;

/* Draws a struct receipt on A5. (receipt_pdf.c) */
void receipt_draw(struct ctx *cx, struct pdf *pdf, const void *of);

#endif
