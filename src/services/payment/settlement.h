/* What an organizer is owed, day by day: from the ledger alone. */
#ifndef PAYMENT_SETTLEMENT_H
#define PAYMENT_SETTLEMENT_H

#include "paper.h"

struct settlement_in {
    int64_t organizer;        /* 0: who asks */
    int64_t performance;      /* 0: all */
    int64_t from, to;         /* from <= time < to; `to` 0: open */
};

struct settlement_line {      /* amounts in minor units of the currency */
    int64_t performance;      /* 0 in a total */
    struct str title, day;    /* day: 2026-11-23, of the Korean calendar */
    struct str currency;
    int64_t gross, refunds, retained_fees;
    int64_t retained_by_platform;        /* of the retained fees */
    int64_t platform_fee, vat, provider_fee;
    int64_t net_due;
};

struct settlement {
    int64_t organizer, from, to;         /* from, to 0: open */
    struct list lines, totals;           /* struct settlement_line; a total for each currency */
};

extern const struct call settlement_call, settlement_csv_call, settlement_pdf_call;

/* Draws a struct settlement on A4 across. (settlement_pdf.c) */
void settlement_draw(struct ctx *cx, struct pdf *pdf, const void *of);

/* Columns of a line that are money: csv and paper have the same ones. */
#define SETTLEMENT_SUMS 8
struct settlement_column {
    const char *head[2];      /* by enum lang */
    size_t at;                /* offset of the member */
};
extern const struct settlement_column settlement_columns[SETTLEMENT_SUMS];
int64_t settlement_sum(const struct settlement_line *l, const struct settlement_column *c);

#endif
