#include "platform/obs/metrics.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define BUCKETS     20            /* the last one has no upper bound */
#define FIRST_POWER 6             /* the first one ends at 2^6 us */

void metric_add(struct metric *m, int64_t n)
{
    atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

void metric_set(struct metric *m, int64_t v)
{
    atomic_store_explicit(&m->value, v, memory_order_relaxed);
}

void metric_observe_us(struct metric *m, int64_t us)
{
    int bucket = 0;
    while (bucket < BUCKETS - 1 && us > INT64_C(1) << (FIRST_POWER + bucket))
        bucket++;
    atomic_fetch_add_explicit(&m->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->sum, us, memory_order_relaxed);
}

static int64_t load(const _Atomic int64_t *v)
{
    return atomic_load_explicit(v, memory_order_relaxed);
}

/* Prometheus counts time in seconds. */
static void write_seconds(struct buf *out, int64_t us)
{
    buf_fmt(out, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void write_value(struct buf *out, const struct metric *m)
{
    buf_str(out, str_c(m->name));
    if (m->labels)
        buf_fmt(out, "{%s}", m->labels);
    buf_fmt(out, " %lld\n", (long long)load(&m->value));
}

static void write_part(struct buf *out, const struct metric *m, const char *part)
{
    buf_fmt(out, "%s_%s", m->name, part);
    if (m->labels)
        buf_fmt(out, "{%s}", m->labels);
    buf_char(out, ' ');
}

static void write_histogram(struct buf *out, const struct metric *m)
{
    int64_t count = 0;
    for (int i = 0; i < BUCKETS; i++) {
        count += load(&m->buckets[i]);
        buf_fmt(out, "%s_bucket{%s%sle=\"", m->name, m->labels ? m->labels : "", m->labels ? "," : "");
        if (i < BUCKETS - 1)
            write_seconds(out, INT64_C(1) << (FIRST_POWER + i));
        else
            buf_str(out, S("+Inf"));
        buf_fmt(out, "\"} %lld\n", (long long)count);
    }
    write_part(out, m, "sum");
    write_seconds(out, load(&m->sum));
    buf_char(out, '\n');
    write_part(out, m, "count");
    buf_fmt(out, "%lld\n", (long long)count);
}

/* The text after HELP: backslash and line break are escaped. */
static void write_help(struct buf *out, const char *help)
{
    for (; *help; help++)
        if (*help == '\\')
            buf_str(out, S("\\\\"));
        else if (*help == '\n')
            buf_str(out, S("\\n"));
        else
            buf_char(out, *help);
}

static void write_head(struct buf *out, const struct metric *m)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    buf_fmt(out, "# HELP %s ", m->name);
    write_help(out, m->help);
    buf_fmt(out, "\n# TYPE %s %s\n", m->name, kinds[m->kind]);
}

/* Goes through the metrics of all sets, as if they were one list. */
struct walk {
    const struct metric_set *sets;
    size_t n, set, at;
};

static const struct metric *walk_next(struct walk *w)
{
    while (w->set < w->n) {
        struct metric *const *list = w->sets[w->set].at;
        if (list && list[w->at])
            return list[w->at++];
        w->set++;
        w->at = 0;
    }
    return NULL;
}

void metrics_write(struct buf *out, const struct metric_set *sets, size_t n)
{
    struct walk all = { .sets = sets, .n = n };
    for (const struct metric *m = walk_next(&all); m; m = walk_next(&all)) {
        struct walk again = { .sets = sets, .n = n };
        const struct metric *first = walk_next(&again);
        while (strcmp(first->name, m->name) != 0)
            first = walk_next(&again);
        if (first != m)
            continue;             /* stood with the first of its name */
        write_head(out, m);
        for (const struct metric *same = m; same; same = walk_next(&again)) {
            if (strcmp(same->name, m->name) != 0)
                continue;
            if (same->kind == METRIC_HISTOGRAM)
                write_histogram(out, same);
            else
                write_value(out, same);
        }
    }
}
