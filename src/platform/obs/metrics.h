/* Metrics: each a row in a table of its owner, shown at /metrics in Prometheus' text format (version 0.0.4). */
#ifndef PLATFORM_OBS_METRICS_H
#define PLATFORM_OBS_METRICS_H

#include <stdint.h>

#include "base/buf.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* A metric is a static variable of its owner: counting is one relaxed atomic add. The only writable globals allowed besides the log's level. */
struct metric {
    const char *name;         /* "takenseat_holds_total" */
    enum metric_kind kind;
    const char *help;
    const char *labels;       /* fixed label set, `result="taken"`; may be NULL */
    _Atomic int64_t value;    /* counters and gauges */
    _Atomic int64_t buckets[20];   /* histograms of microseconds: 2^6 us, 2^7 us, ... and above; shown in seconds */
    _Atomic int64_t sum;
};

void metric_add(struct metric *m, int64_t n);
void metric_set(struct metric *m, int64_t v);
void metric_observe_us(struct metric *m, int64_t us);

struct metric_set {           /* a service's metrics; NULL-terminated array of pointers */
    struct metric *const *at;
};

/* Writes all metrics of the sets; samples of one name stand together under one HELP and TYPE. */
void metrics_write(struct buf *out, const struct metric_set *sets, size_t n);

#endif
