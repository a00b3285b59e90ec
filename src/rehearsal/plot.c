#include "plot.h"

#include "base/html.h"

#define WIDTH  480
#define HEIGHT 260
#define LEFT   64
#define RIGHT  12
#define TOP    12
#define BOTTOM 40
#define POINTS 240            /* of a line: more cannot be told apart */
#define BAR    34

struct scale {
    int64_t low, high;
    double from, to;          /* in the picture */
};

static double put(const struct scale *s, int64_t value)
{
    double part = s->high > s->low ? (double)(value - s->low) / (double)(s->high - s->low) : 0;
    return s->from + part * (s->to - s->from);
}

int64_t plot_step(int64_t span, int64_t most)
{
    int64_t step = 1;
    for (int i = 0; span / step > most; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

int64_t plot_time_step(int64_t span_ms, int64_t most)
{
    static const int64_t minutes[] = { 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720 };
    size_t i = 0;
    while (i + 1 < sizeof(minutes) / sizeof(minutes[0]) && span_ms / (minutes[i] * 60000) > most)
        i++;
    return minutes[i] * 60000;
}

static void open_svg(struct buf *out, const char *about, int height)
{
    buf_fmt(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, height);
    html_text(out, str_c(about));
    buf_str(out, S("\">\n"));
}

static void text(struct buf *out, double x, double y, const char *anchor, struct str words)
{
    buf_fmt(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(out, words);
    buf_str(out, S("</text>\n"));
}

static void rule(struct buf *out, double x1, double y1, double x2, double y2)
{
    buf_fmt(out, "<line class=\"rule\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x1, y1, x2, y2);
}

/* ---- lines ---- */

static void bounds(const struct plot_line *lines, size_t n, struct scale *x, struct scale *y)
{
    *x = (struct scale){ 0, 60000, LEFT, WIDTH - RIGHT };
    *y = (struct scale){ 0, 1, HEIGHT - BOTTOM, TOP };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < lines[i].n; k++) {
            x->low = lines[i].x[k] < x->low ? lines[i].x[k] : x->low;
            x->high = lines[i].x[k] > x->high ? lines[i].x[k] : x->high;
            y->high = lines[i].y[k] > y->high ? lines[i].y[k] : y->high;
        }
}

static void axes(struct buf *out, const struct report *r, const struct scale *x, const struct scale *y)
{
    int64_t step = plot_step(y->high, 5);
    for (int64_t at = 0; at <= y->high; at += step) {
        rule(out, x->from, put(y, at), x->to, put(y, at));
        text(out, x->from - 6, put(y, at) + 4, "end", count_text(r, at));
    }
    step = plot_time_step(x->high - x->low, 8);
    for (int64_t at = x->low / step * step; at <= x->high; at += step)
        text(out, put(x, at), HEIGHT - BOTTOM + 17, "middle", say_fmt(r, "%lld", "%lld", (long long)(at / 60000)));
    text(out, (x->from + x->to) / 2, HEIGHT - 6, "middle", str_c(say(r, "minutes since the sale began", "판매 시작 후 분")));
    if (x->low < 0)
        rule(out, put(x, 0), y->from, put(x, 0), y->to);
}

static void curve(struct buf *out, const struct plot_line *l, const struct scale *x, const struct scale *y)
{
    size_t step = l->n / POINTS + 1;
    buf_fmt(out, "<polyline class=\"c%d%s\" points=\"", l->color, l->dashed ? " dashed" : "");
    for (size_t i = 0; i < l->n; i += step)
        buf_fmt(out, "%.1f,%.1f ", put(x, l->x[i]), put(y, l->y[i]));
    if (l->n)
        buf_fmt(out, "%.1f,%.1f", put(x, l->x[l->n - 1]), put(y, l->y[l->n - 1]));
    buf_str(out, S("\"/>\n"));
}

static void legend(struct buf *out, const struct plot_line *lines, size_t n)
{
    buf_str(out, S("<ul class=\"legend\">\n"));
    for (size_t i = 0; i < n; i++) {
        buf_fmt(out, "<li><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\"><polyline class=\"c%d%s\" points=\"0,4 28,4\"/></svg> ", lines[i].color,
                lines[i].dashed ? " dashed" : "");
        html_text(out, str_c(lines[i].label));
        buf_str(out, S("</li>\n"));
    }
    buf_str(out, S("</ul>\n"));
}

void plot_lines(struct buf *out, const struct report *r, const char *about, const struct plot_line *lines, size_t n)
{
    struct scale x, y;
    bounds(lines, n, &x, &y);
    open_svg(out, about, HEIGHT);
    axes(out, r, &x, &y);
    for (size_t i = 0; i < n; i++)
        curve(out, &lines[i], &x, &y);
    buf_str(out, S("</svg>\n"));
    legend(out, lines, n);
}

/* ---- bars ---- */

void plot_bars(struct buf *out, const char *about, const struct plot_bar *bars, size_t n)
{
    struct scale x = { 0, 1, 0, WIDTH };
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < BAR_PARTS; k++)
            x.high = bars[i].part[k] > x.high ? bars[i].part[k] : x.high;
    open_svg(out, about, (int)n * BAR + 4);
    for (size_t i = 0; i < n; i++) {
        double y = (double)i * BAR;
        text(out, 0, y + 14, "start", bars[i].label);
        text(out, WIDTH, y + 14, "end", bars[i].value);
        for (int k = BAR_PARTS; k-- > 0;)
            buf_fmt(out, "<rect class=\"c%d p%d\" x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"10\"/>\n", bars[i].color, k, y + 19, put(&x, bars[i].part[k]));
    }
    buf_str(out, S("</svg>\n"));
}
