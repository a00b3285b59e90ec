/* The catalogue: halls with their plans, performances, schedules with prices. It owns where seats are and what they cost; who has them is
 * booking's. */
#ifndef PERFORMANCE_H
#define PERFORMANCE_H

#include "platform/call/call.h"
#include "services/performance/plan.h"

extern const struct service performance_service;

/* ---- a schedule as others see it ---- */

struct schedule_ref {
    int64_t schedule;
};

struct schedule_facts {
    int64_t performance, hall, owner;    /* owner: the user who sells */
    int64_t starts_at, ends_at, sale_starts_at, sale_ends_at;
    int64_t max_per_user;
    struct str title, hall_name;
    bool cancelled;
};

/* in: struct schedule_ref, out: struct schedule_facts. ERR_MISSING when there is no such schedule. CALL_READ. */
extern const struct call performance_schedule_facts;

/* ---- a performance ---- */

struct performance_ref {
    int64_t performance;
};

struct performance_facts {
    int64_t owner;            /* the user who sells */
    struct str title;
};

/* in: struct performance_ref, out: struct performance_facts. ERR_MISSING when there is no such performance. CALL_READ. */
extern const struct call performance_facts_call;

/* ---- its seats ---- */

/* The plan of a hall in its stored form, for plan_decode(), in the caller's arena; also of a hall that has been deleted; or a plan that a
 * schedule moved to, by its own id. ERR_MISSING when there
 * never was one. From reads and stories. */
err performance_hall_plan(struct ctx *cx, int64_t hall, struct str *ret_blob) MUST_USE;

/* Events:
 *   performance.schedule_opened     a schedule was made; the body is booking's struct schedule_opening, as its field table writes it
 *   performance.schedule_changed    something of it has changed; the same body without blocked seats, with a higher revision
 *   performance.schedule_cancelled  it will not take place; the body is booking's struct schedule_cancelling
 * Listens to:
 *   booking.confirmed, booking.cancelled  what is sold, for rankings and recommendations */

#endif
