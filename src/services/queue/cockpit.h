/* What the organizer is shown of a room. */
#ifndef QUEUE_COCKPIT_H
#define QUEUE_COCKPIT_H

#include "queue_int.h"

struct grade_left {
    struct str grade;
    int64_t free, total;
};

struct rate {
    int64_t set, effective;
    bool has_reason;
    int reason;               /* enum eta_reason */
};

struct tail {
    int64_t eta_seconds, low_seconds, high_seconds;
    bool has_high;
};

struct figures {              /* of a line, or of all of them */
    int64_t joined, waiting, admitted, active, parked, absences, returns, booked;
    bool has_absent, has_conversion;
    int64_t absent, conversion;          /* of a thousand */
};

struct group_status {
    int64_t number, starts_at;
    struct str name;
    struct figures figures;
    struct rate rate;
    bool has_tail;
    struct tail tail;
};

struct status_out {
    int64_t schedule;
    struct str title, message, message_en;
    int mode;                 /* enum queue_mode */
    bool paused, draining, has_absent, has_conversion, has_tail;
    int64_t sale_starts_at, sale_ends_at;
    int64_t joined, waiting, admitted, active, active_limit, parked, absences, booked;
    int64_t absent, conversion;          /* of a thousand */
    struct rate rate;
    struct tail tail;
    struct list stock;        /* struct grade_left */
    struct list groups;       /* struct group_status */
    struct figures total;
    int64_t poll_after_ms;
};

struct curve_out {
    struct list minutes;      /* struct minute */
};

#endif
