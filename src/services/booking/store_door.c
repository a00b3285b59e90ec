/* The statements of sql/queries_door.sql as functions. */
#include "services/booking/door_int.h"

static void take_admission(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct admission *)out = (struct admission){
        .id = row_int(r, 0), .ticket = row_int(r, 1), .schedule = row_int(r, 2), .seat = (uint32_t)row_int(r, 3), .gate = row_text(cx, r, 4),
        .nonce = row_text(cx, r, 5), .question = row_text(cx, r, 6), .result = (int)row_int(r, 7), .offline = row_int(r, 8) != 0,
        .scanned_at = row_int(r, 9), .admits = row_int(r, 10) != 0, .earlier_gate = row_text(cx, r, 11), .earlier_at = row_int(r, 12),
        .person = (int)row_int(r, 13), .proof = row_int(r, 14) != 0,
    };
}

err store_admission_by_nonce(struct ctx *cx, struct str nonce, struct admission *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.admission_by_nonce, VALS(v_text(nonce)), take_admission, ret, ret_found);
}

struct counted {
    int64_t id, at;
};

static void take_counted(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct counted *)out = (struct counted){ row_int(r, 0), row_int(r, 1) };
}

err store_admission_that_counts(struct ctx *cx, int64_t ticket, int64_t *ret_id, int64_t *ret_at, bool *ret_found)
{
    struct counted counted = { 0 };
    err e = db_one(cx, &booking_sql.admission_that_counts, VALS(v_int(ticket)), take_counted, &counted, ret_found);
    if (e)
        return e;
    *ret_id = counted.id;
    *ret_at = counted.at;
    return OK;
}

err store_admission_besides(struct ctx *cx, int64_t ticket, int64_t id, bool *ret_found)
{
    return db_one(cx, &booking_sql.admissions_besides, VALS(v_int(ticket), v_int(id)), NULL, NULL, ret_found);
}

err store_admissions(struct ctx *cx, int64_t schedule, int64_t before, size_t max, struct admission *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.admissions_of_schedule, VALS(v_int(schedule), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_admission(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

static struct val v_known(bool known, int64_t v)
{
    return known ? v_int(v) : v_null();
}

void store_admission_put(struct ctx *cx, const struct admission *a, const struct scan *sc)
{
    db_put(cx, &booking_sql.admission_insert,
           VALS(v_int(a->id), v_known(sc->genuine, a->ticket), v_known(sc->genuine, a->schedule), v_known(sc->genuine, a->seat), v_text(a->gate),
                v_text(a->nonce), v_blob(a->question), v_int(cx->actor.user), v_int(a->result), v_int(a->offline), v_int(a->scanned_at), v_int(cx->now),
                v_known(a->earlier != 0, a->earlier), v_known(a->admits, 1)));
}

err store_admission_displace(struct ctx *cx, int64_t id)
{
    return db_run(cx, &booking_sql.admission_displace, VALS(v_int(id)), NULL);
}

err store_ticket_use(struct ctx *cx, int64_t ticket, int64_t issue)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.ticket_use, VALS(v_int(ticket), v_int(issue)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_ticket_reissue(struct ctx *cx, int64_t ticket, int64_t issue)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.ticket_reissue, VALS(v_int(cx->now), v_int(ticket), v_int(issue)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_tickets_refused(struct ctx *cx, int64_t schedule, int64_t after, size_t max, struct refused_ticket *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.tickets_refused, VALS(v_int(schedule), v_int(after), v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++)
        ret[n] = (struct refused_ticket){ row_int(&r, 0), row_int(&r, 1), (int)row_int(&r, 2) };
    *ret_n = n;
    return rows_end(cx, &r);
}
