/* Time handed in: the wall clock, or a clock that stands still until it is told to move (tests, simulation). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct clock {
    bool manual;
    _Atomic int64_t now_ms;   /* used when manual */
};

/* The real clock, or one that starts at the real time and then stands still. */
void clock_init(struct clock *c, bool manual);
/* ms since 1970 UTC. Never goes backwards in one process. */
int64_t clock_now(struct clock *c);
/* Moves it forward; a real clock then stands still until the machine's has caught up. */
void clock_set(struct clock *c, int64_t now_ms);

/* "2026-11-23T11:00:00Z", with ".250" when the ms are not 0 (RFC 3339 in UTC). */
#define TIME_TEXT_MAX 32
struct str time_format(int64_t ms, char out[TIME_TEXT_MAX]);
/* "2026-11-23 20:00" as it is in Korea (UTC+9, without summer time). */
#define KOREA_MS (INT64_C(9) * 60 * 60 * 1000)
struct str time_korea(int64_t ms, char out[TIME_TEXT_MAX]);
/* RFC 3339 with any offset, years 1970 to 9999; false when it is not one. Leap seconds (:60) count as :59. */
bool time_parse(struct str s, int64_t *ret_ms);

#endif
