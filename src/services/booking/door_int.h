/* Inside booking: tickets at the door. */
#ifndef DOOR_INT_H
#define DOOR_INT_H

#include "services/booking/booking_int.h"

/* ---- ticket.c ---- */

struct ticket_seat {
    struct str guid, section, row, number, grade;
};

extern const struct fields ticket_seat_fields;
extern const char *const ticket_status_words[];
struct ticket_seat ticket_seat(const struct sale *s, uint32_t seat);

extern const struct call ticket_list_call, ticket_get_call, ticket_qr_call, ticket_keys_call;
extern const struct call ticket_pdf_call, ticket_reissue_call;

/* ---- code.c: what a ticket's picture says ---- */

struct ticket_code {
    int64_t schedule, ticket, starts_at, issue;
    uint32_t seat;
};

struct str ticket_code_write(struct ctx *cx, const struct ticket_code *code);
/* False unless it was signed here. Takes about 0.1 ms: not in the writer. */
bool ticket_code_read(struct ctx *cx, struct str text, struct ticket_code *ret);

/* ---- checkin.c ---- */

enum checkin_result { CHECKIN_OK, CHECKIN_ALREADY_USED, CHECKIN_VOID, CHECKIN_WRONG_SCHEDULE, CHECKIN_FORGED, CHECKIN_TOO_EARLY };

#define QUESTION_BYTES 16

struct scan {                 /* a code shown at a gate, its signature checked */
    bool genuine, offline;
    struct ticket_code code;  /* if genuine */
    struct str gate, nonce;
    uint8_t question[QUESTION_BYTES];
    int64_t at;
    int64_t for_schedule;     /* the gate lets in to this one only; 0: to any */
    size_t place;             /* in the request */
};

struct admission {            /* a row of booking_admission, with the gate and time of the one that came before it */
    int64_t id, ticket, schedule, scanned_at, earlier, earlier_at;
    uint32_t seat;
    int result, person;       /* enum checkin_result, person_type */
    bool proof, offline, admits;
    struct str gate, nonce, question, earlier_gate;
};

/* May the actor look after the door of this sale? */
bool door_keeper(const struct ctx *cx, const struct sale *s);

extern const struct call checkin_call, checkin_put_call, checkin_sync_call, checkin_sync_put_call, tickets_refused_call, admissions_call;
extern struct metric metric_admitted, metric_turned_away;

/* ---- store_door.c ---- */

err store_admission_by_nonce(struct ctx *cx, struct str nonce, struct admission *ret, bool *ret_found);
/* The admission that counts for a ticket. */
err store_admission_that_counts(struct ctx *cx, int64_t ticket, int64_t *ret_id, int64_t *ret_at, bool *ret_found);
err store_admission_besides(struct ctx *cx, int64_t ticket, int64_t id, bool *ret_found);
err store_admissions(struct ctx *cx, int64_t schedule, int64_t before, size_t max, struct admission *ret, size_t *ret_n);
void store_admission_put(struct ctx *cx, const struct admission *a, const struct scan *sc);
err store_admission_displace(struct ctx *cx, int64_t id);
err store_ticket_use(struct ctx *cx, int64_t ticket, int64_t issue);
err store_ticket_reissue(struct ctx *cx, int64_t ticket, int64_t issue);

struct refused_ticket {
    int64_t ticket, issue;
    int status;               /* enum ticket_status */
};

err store_tickets_refused(struct ctx *cx, int64_t schedule, int64_t after, size_t max, struct refused_ticket *ret, size_t *ret_n);

#endif
