/* Plots as inline SVG: lines over the time of the sale, and bars. Colours are the page's (classes c0, c1, ...); every word is escaped. */
#ifndef REHEARSAL_PLOT_H
#define REHEARSAL_PLOT_H

#include "report.h"

struct plot_line {
    const char *label;
    const int64_t *x, *y;     /* x: ms since the beginning of the sale, growing */
    size_t n;
    int color;
    bool dashed;
};

/* `about` is read out in place of the picture; a legend follows it. */
void plot_lines(struct buf *out, const struct report *r, const char *about, const struct plot_line *lines, size_t n);

#define BAR_PARTS 3

struct plot_bar {
    struct str label, value;  /* beside and above the bar */
    int64_t part[BAR_PARTS];  /* from the left, each from 0 on: the shortest lies on top */
    int color;
};

/* Bars to one scale. */
void plot_bars(struct buf *out, const char *about, const struct plot_bar *bars, size_t n);

/* The steps of an axis: 1, 2 or 5 times a power of ten, so that no more than `most` fit into `span`. */
int64_t plot_step(int64_t span, int64_t most);
/* The same for an axis of time, in ms: whole minutes, hours. */
int64_t plot_time_step(int64_t span_ms, int64_t most);

#endif
