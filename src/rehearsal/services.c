/* The services of a rehearsal, and what their audits say of the copy. */
#include "stage.h"

#include "platform/call/app.h"
#include "platform_sql.h"
#include "rehearsal_sql.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"
#include "services/queue/queue.h"

const struct service *const stage_services[] = { &performance_service, &queue_service, &booking_service, NULL };

static bool check(struct ctx *cx, const struct audit *a, struct tally *t)
{
    struct rows rows;
    if (db_rows(cx, a->query, NO_VALS, &rows))
        return false;
    t->invariants++;
    t->broken += rows_next(&rows);
    return rows_end(cx, &rows) == OK;
}

bool audit_copy(struct app *app, int64_t schedule, struct tally *t)
{
    struct ctx cx;
    bool found, ok = true;
    app_ctx_begin(app, &cx);
    cx.db = db_read_begin(app_db(app));
    for (const struct audit *a = platform_audits; a->name && ok; a++)
        ok = check(&cx, a, t);
    for (size_t i = 0; stage_services[i] && ok; i++)
        for (const struct audit *a = stage_services[i]->audits; a && a->name && ok; a++)
            ok = check(&cx, a, t);
    ok = ok && !db_one(&cx, &rehearsal_sql.sold_twice, VALS(v_int(schedule)), row_take_int, &t->oversold, &found);
    db_read_end(app_db(app), cx.db);
    app_ctx_end(&cx);
    return ok;
}
