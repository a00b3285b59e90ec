/* Tickets at the door. Signatures are checked on a worker; the writer decides, so that a ticket lets in exactly one however many gates ask at once.
 * Every question is kept under its nonce and answered the same for ever. A gate without network decides for itself and tells later (sync): then the
 * earliest counts, and everybody else who was let in on the ticket is reported. */
#include "platform/crypto/crypto.h"
#include "platform/obs/metrics.h"
#include "services/booking/door_int.h"

#include <stdlib.h>

#define SCANS_MAX    200
#define CLOCK_SKEW   (5 * 60 * 1000)     /* of a gate's own clock, in ms */

struct metric metric_admitted = { "takenseat_checkins_total", METRIC_COUNTER, "Codes shown at a door", "result=\"ok\"", 0, { 0 }, 0 };
struct metric metric_turned_away = { "takenseat_checkins_total", METRIC_COUNTER, "", "result=\"refused\"", 0, { 0 }, 0 };

struct checkin_in {
    struct str code, gate, nonce;
    int64_t schedule;
    bool has_schedule;
};

struct checkin_out {
    struct str nonce;
    int result, reason;       /* 0 ok, 1 refused; enum checkin_result - 1 */
    int person;               /* enum person_type */
    bool has_reason, has_seat, proof, duplicate;
    int64_t ticket, schedule, admitted_at;
    struct str admitted_gate, title;
    struct ticket_seat seat;
};

bool door_keeper(const struct ctx *cx, const struct sale *s)
{
    return actor_has(cx, ROLE_STAFF | ROLE_MANAGER | ROLE_ADMIN) || (actor_has(cx, ROLE_PRODUCER) && s->owner == cx->actor.user);
}

/* ---- the question ---- */

static void read_scan(struct ctx *cx, struct str code, int64_t for_schedule, struct scan *ret)
{
    ret->genuine = ticket_code_read(cx, code, &ret->code);
    ret->for_schedule = for_schedule;
    crypto_digest(arena_fmt(cx->arena, "%lld.%.*s", (long long)for_schedule, STR_ARG(code)), ret->question, sizeof(ret->question));
}

/* ---- the decision, in the writer ---- */

static void take_status(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct refused_ticket *)out = (struct refused_ticket){ row_int(r, 0), row_int(r, 3), (int)row_int(r, 4) };
}

static err judge(struct ctx *cx, struct booking *b, const struct scan *sc, struct admission *a)
{
    struct refused_ticket ticket = { 0 };
    const struct sale *s = sc->genuine ? map_ptr(&b->sales, (uint64_t)sc->code.schedule) : NULL;
    int64_t counts = 0, counts_at = 0;
    bool found;

    a->result = CHECKIN_FORGED;
    if (!s)
        return OK;
    a->result = CHECKIN_WRONG_SCHEDULE;
    if ((sc->for_schedule && sc->for_schedule != s->id) || !door_keeper(cx, s))
        return OK;
    err e = db_one(cx, &booking_sql.ticket_get, VALS(v_int(sc->code.ticket)), take_status, &ticket, &found);
    if (!e)
        e = store_admission_that_counts(cx, sc->code.ticket, &counts, &counts_at, &found);
    if (e)
        return e;
    a->result = CHECKIN_VOID;
    if ((ticket.status != TICKET_VALID && ticket.status != TICKET_USED) || ticket.issue != sc->code.issue)
        return OK;
    a->result = CHECKIN_TOO_EARLY;
    if (!sc->offline && cx->now < s->starts_at - b->doors_ms)
        return OK;
    if (ticket.status == TICKET_USED && counts_at <= sc->at) {
        a->result = CHECKIN_ALREADY_USED;
        a->earlier = counts;
        return OK;
    }
    a->result = CHECKIN_OK;
    a->admits = true;
    if (ticket.status == TICKET_USED)        /* a gate tells late of somebody who came in before */
        return store_admission_displace(cx, counts);
    return store_ticket_use(cx, sc->code.ticket, sc->code.issue);
}

static err same_question(struct ctx *cx, const struct scan *sc, const struct admission *a)
{
    if (a->question.n == QUESTION_BYTES && memcmp(a->question.p, sc->question, QUESTION_BYTES) == 0)
        return OK;
    return fail(cx, ERR_CONFLICT, "nonce_used", "The nonce %.*s was used for another code; take a new one for each scan.",
                "nonce %.*s은(는) 다른 코드에 사용되었습니다. 스캔할 때마다 새 값을 사용해 주세요.", STR_ARG(sc->nonce));
}

static err answer(struct ctx *cx, struct booking *b, const struct admission *a, struct checkin_out *ret)
{
    const struct sale *s = sale_find(b, a->schedule);
    bool tells = s && door_keeper(cx, s);    /* of another's schedule nothing is told */
    *ret = (struct checkin_out){ .nonce = a->nonce, .result = a->result != CHECKIN_OK, .reason = a->result - 1, .has_reason = a->result != CHECKIN_OK };
    if (tells) {
        ret->ticket = a->ticket;
        ret->schedule = a->schedule;
        ret->title = s->title;
        ret->seat = ticket_seat(s, a->seat);
        ret->has_seat = true;
        ret->person = a->person;
        ret->proof = a->proof;
    }
    if (a->result == CHECKIN_OK) {
        ret->admitted_at = a->scanned_at;
        ret->admitted_gate = a->gate;
    } else if (a->result == CHECKIN_ALREADY_USED) {
        ret->admitted_at = a->earlier_at;
        ret->admitted_gate = a->earlier_gate;
    }
    if (!a->offline || (a->result != CHECKIN_OK && a->result != CHECKIN_ALREADY_USED))
        return OK;
    return store_admission_besides(cx, a->ticket, a->id, &ret->duplicate);
}

/* Decides a scan, unless its nonce has been answered. */
static err decide(struct ctx *cx, struct booking *b, const struct scan *sc, struct checkin_out *ret)
{
    struct admission a;
    bool found;
    err e = store_admission_by_nonce(cx, sc->nonce, &a, &found);
    if (e)
        return e;
    if (found) {
        e = same_question(cx, sc, &a);
        return e ? e : answer(cx, b, &a, ret);
    }
    a = (struct admission){ .id = sequence_next(&b->admissions), .ticket = sc->code.ticket, .schedule = sc->code.schedule, .seat = sc->code.seat,
                            .gate = sc->gate, .nonce = sc->nonce, .question = str_of((const char *)sc->question, QUESTION_BYTES),
                            .offline = sc->offline, .scanned_at = sc->at };
    e = judge(cx, b, sc, &a);
    if (e)
        return e;
    store_admission_put(cx, &a, sc);
    metric_add(a.result == CHECKIN_OK ? &metric_admitted : &metric_turned_away, 1);
    e = store_admission_by_nonce(cx, sc->nonce, &a, &found);
    return e ? e : answer(cx, b, &a, ret);
}

/* ---- POST /checkin ---- */

static err may_keep(struct ctx *cx, struct booking *b, int64_t schedule)
{
    const struct sale *s = sale_find(b, schedule);
    return s && door_keeper(cx, s) ? OK : sale_missing(cx);
}

static err checkin_put(struct ctx *cx, void *self, const void *in, void *out)
{
    struct scan sc = *(const struct scan *)in;
    sc.at = cx->now;
    return decide(cx, self, &sc, out);
}

const struct call checkin_put_call = { .name = "booking.checkin_put", .kind = CALL_COMMAND, .fn = checkin_put };

static err checkin(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct checkin_in *in = in_;
    struct scan sc = { .gate = in->gate, .nonce = in->nonce };
    err e = in->has_schedule ? may_keep(cx, self, in->schedule) : OK;
    if (e)
        return e;
    read_scan(cx, in->code, in->schedule, &sc);
    return call_run(cx, &checkin_put_call, &sc, out);
}

/* ---- POST /checkin/sync ---- */

struct sync_scan {
    struct str code, gate, nonce;
    int64_t at;
};

struct sync_out {
    struct list items;        /* struct checkin_out, as asked */
    int64_t duplicates;
};

/* The earliest first; of two at the same time the one with the lesser nonce, so that the order does not depend on the request. */
static int by_time(const void *a_, const void *b_)
{
    const struct scan *a = a_, *b = b_;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    size_t n = a->nonce.n < b->nonce.n ? a->nonce.n : b->nonce.n;
    int order = memcmp(a->nonce.p, b->nonce.p, n);
    return order ? order : (a->nonce.n > b->nonce.n) - (a->nonce.n < b->nonce.n);
}

static err sync_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct list *scans = in_;
    const struct scan *sc = scans->at;
    struct sync_out *ret = out;
    struct checkin_out *items = NEW_ARRAY(cx->arena, struct checkin_out, scans->n);
    for (size_t i = 0; i < scans->n; i++) {
        err e = decide(cx, self, &sc[i], &items[sc[i].place]);
        if (e)
            return e;
        ret->duplicates += items[sc[i].place].duplicate;
    }
    ret->items = (struct list){ items, scans->n };
    return OK;
}

const struct call checkin_sync_put_call = { .name = "booking.checkin_sync_put", .kind = CALL_COMMAND, .fn = sync_put };

static err checkin_sync(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct list *in = in_;
    const struct sync_scan *from = in->at;
    struct scan *scans = NEW_ARRAY(cx->arena, struct scan, in->n);
    err e = OK;
    for (size_t i = 0; i < in->n; i++) {
        if (from[i].at > cx->now + CLOCK_SKEW)
            e = fail_field(cx, arena_fmt(cx->arena, "scans[%zu].at", i), "is in the future; set the gate's clock", "미래의 시각입니다. 게이트의 시계를 맞춰 주세요");
        scans[i] = (struct scan){ .gate = from[i].gate, .nonce = from[i].nonce, .at = from[i].at, .offline = true, .place = i };
        read_scan(cx, from[i].code, 0, &scans[i]);
    }
    if (e)
        return e;
    qsort(scans, in->n, sizeof(scans[0]), by_time);
    return call_run(cx, &checkin_sync_put_call, &(struct list){ scans, in->n }, out);
}

/* ---- GET /schedules/{schedule_id}/admissions ---- */

struct page_in {
    int64_t schedule, limit, cursor;
};

struct log_line {
    struct checkin_out answer;
    int64_t scanned_at;
    struct str gate;
    bool offline;
};

struct page_out {
    struct list items;        /* struct log_line, or struct refused_ticket */
    int64_t next;
};

#define PAGE 50

static err log_page(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct page_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n = 0;
    struct admission *rows = NEW_ARRAY(cx->arena, struct admission, limit + 1);
    err e = may_keep(cx, self, in->schedule);
    if (!e)
        e = store_admissions(cx, in->schedule, in->cursor ? in->cursor : INT64_MAX, limit + 1, rows, &n);
    bool more = n > limit;
    n = more ? limit : n;
    struct log_line *lines = NEW_ARRAY(cx->arena, struct log_line, n);
    for (size_t i = 0; i < n && !e; i++) {
        lines[i] = (struct log_line){ .scanned_at = rows[i].scanned_at, .gate = rows[i].gate, .offline = rows[i].offline };
        e = answer(cx, self, &rows[i], &lines[i].answer);
    }
    *(struct page_out *)out = (struct page_out){ { lines, n }, more ? rows[n - 1].id : 0 };
    return e;
}

/* ---- GET /schedules/{schedule_id}/tickets/refused: what a gate takes along before it goes without network ---- */

static err refused_page(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct page_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n = 0;
    struct refused_ticket *rows = NEW_ARRAY(cx->arena, struct refused_ticket, limit + 1);
    err e = may_keep(cx, self, in->schedule);
    if (!e)
        e = store_tickets_refused(cx, in->schedule, in->cursor, limit + 1, rows, &n);
    bool more = n > limit;
    n = more ? limit : n;
    for (size_t i = 0; i < n; i++)
        rows[i].status--;                    /* as a word */
    *(struct page_out *)out = (struct page_out){ { rows, n }, more ? rows[n - 1].ticket : 0 };
    return e;
}

/* ---- tables ---- */

/* clang-format off */

static bool visible(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    return true;
}

static const struct text_rule nonce_rule = { visible, "must be visible ASCII characters", "공백 없는 ASCII 문자여야 합니다" };

#define CODE_ROW(as)  { .name = "code", .type = F_STR, .at = offsetof(as, code), .low = 1, .high = 500, .secret = true, .help = "As the picture says it." }
#define GATE_ROW(as)  { .name = "gate", .type = F_STR, .at = offsetof(as, gate), .low = 1, .high = 50 }
#define NONCE_ROW(as) { .name = "nonce", .type = F_STR, .at = offsetof(as, nonce), .low = 1, .high = 128, .rule = &nonce_rule, \
                        .help = "Made by the gate for each scan: the same again is answered the same." }

FIELDS(checkin_in_fields, "CheckinRequest", struct checkin_in,
    CODE_ROW(struct checkin_in), GATE_ROW(struct checkin_in), NONCE_ROW(struct checkin_in),
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct checkin_in, schedule),
      .has_at = offsetof(struct checkin_in, has_schedule), .optional = true, .help = "Let in to this one only." });

static const char *const result_words[] = { "ok", "refused", NULL };
static const char *const reason_words[] = { "already_used", "void", "wrong_schedule", "forged", "too_early", NULL };

#define ANSWER_ROWS(as, m)                                                                                                                       \
    { .name = "nonce", .type = F_STR, .at = offsetof(as, m nonce) },                                                                             \
    { .name = "result", .type = F_ENUM, .words = result_words, .at = offsetof(as, m result) },                                                   \
    { .name = "reason", .type = F_ENUM, .words = reason_words, .at = offsetof(as, m reason), .has_at = offsetof(as, m has_reason), .nullable = true }, \
    { .name = "ticket_id", .type = F_ID, .id = ID_TICKET, .at = offsetof(as, m ticket), .nullable = true },                                      \
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(as, m schedule), .nullable = true },                                \
    { .name = "title", .type = F_STR, .at = offsetof(as, m title), .nullable = true },                                                           \
    { .name = "seat", .type = F_OBJECT, .of = &ticket_seat_fields, .at = offsetof(as, m seat), .has_at = offsetof(as, m has_seat), .nullable = true }, \
    { .name = "person_type", .type = F_ENUM, .words = person_words, .at = offsetof(as, m person), .has_at = offsetof(as, m has_seat), .nullable = true }, \
    { .name = "proof_at_door", .type = F_BOOL, .at = offsetof(as, m proof), .help = "Ask for a proof of the person type." },                     \
    { .name = "admitted_at", .type = F_TIME, .at = offsetof(as, m admitted_at), .nullable = true, .help = "When the ticket was used." },         \
    { .name = "admitted_gate", .type = F_STR, .at = offsetof(as, m admitted_gate), .nullable = true }

FIELDS(checkin_fields, "Checkin", struct checkin_out, ANSWER_ROWS(struct checkin_out, ));

FIELDS(sync_scan_fields, "OfflineScan", struct sync_scan,
    CODE_ROW(struct sync_scan), GATE_ROW(struct sync_scan), NONCE_ROW(struct sync_scan),
    { .name = "at", .type = F_TIME, .at = offsetof(struct sync_scan, at), .help = "When it was shown, by the gate's clock." });

static const struct field sync_in_rows[] = { { .name = "scans", .type = F_LIST, .of = &sync_scan_fields, .low = 1, .high = SCANS_MAX } };
static const struct fields sync_in_fields = { "CheckinSyncRequest", sizeof(struct list), sync_in_rows, 1 };

FIELDS(sync_item_fields, "OfflineCheckin", struct checkin_out, ANSWER_ROWS(struct checkin_out, ),
    { .name = "duplicate", .type = F_BOOL, .at = offsetof(struct checkin_out, duplicate), .help = "Somebody else was let in on the same ticket." });

FIELDS(sync_fields, "CheckinSync", struct sync_out,
    { .name = "items", .type = F_LIST, .of = &sync_item_fields, .at = offsetof(struct sync_out, items), .help = "In the order of the request." },
    { .name = "duplicates", .type = F_INT, .at = offsetof(struct sync_out, duplicates) });

#define PAGE_ROWS(kind, most)                                                                                                \
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct page_in, schedule) }, \
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct page_in, limit), .low = 1, .high = most, .optional = true }, \
    { .name = "cursor", .type = F_ID, .id = kind, .from = FROM_QUERY, .at = offsetof(struct page_in, cursor), .optional = true }

FIELDS(log_in_fields, "AdmissionsQuery", struct page_in, PAGE_ROWS(ID_ADMISSION, 200));
FIELDS(log_line_fields, "Admission", struct log_line, ANSWER_ROWS(struct log_line, answer.),
    { .name = "gate", .type = F_STR, .at = offsetof(struct log_line, gate) },
    { .name = "scanned_at", .type = F_TIME, .at = offsetof(struct log_line, scanned_at) },
    { .name = "offline", .type = F_BOOL, .at = offsetof(struct log_line, offline) },
    { .name = "duplicate", .type = F_BOOL, .at = offsetof(struct log_line, answer.duplicate) });
FIELDS(log_fields, "Admissions", struct page_out,
    { .name = "items", .type = F_LIST, .of = &log_line_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_ADMISSION, .at = offsetof(struct page_out, next), .nullable = true });

FIELDS(refused_in_fields, "RefusedTicketsQuery", struct page_in, PAGE_ROWS(ID_TICKET, 10000));
FIELDS(refused_ticket_fields, "RefusedTicket", struct refused_ticket,
    { .name = "ticket_id", .type = F_ID, .id = ID_TICKET, .at = offsetof(struct refused_ticket, ticket) },
    { .name = "issue", .type = F_INT, .at = offsetof(struct refused_ticket, issue), .help = "Codes of an earlier issue are dead." },
    { .name = "status", .type = F_ENUM, .words = ticket_status_words, .at = offsetof(struct refused_ticket, status) });
FIELDS(refused_fields, "RefusedTickets", struct page_out,
    { .name = "items", .type = F_LIST, .of = &refused_ticket_fields, .at = offsetof(struct page_out, items) },
    { .name = "next", .type = F_ID, .id = ID_TICKET, .at = offsetof(struct page_out, next), .nullable = true });

const struct call checkin_call = { "booking.checkin", "Lets in who shows a valid ticket, once.", CALL_STORY, &checkin_in_fields, &checkin_fields, checkin };
const struct call checkin_sync_call = { "booking.checkin_sync", "Takes the scans of a gate that had no network; the earliest counts.", CALL_STORY,
                                        &sync_in_fields, &sync_fields, checkin_sync };
const struct call admissions_call = { "booking.admissions", "Codes that were shown at the doors of a schedule.", CALL_READ, &log_in_fields, &log_fields,
                                      log_page };
const struct call tickets_refused_call = { "booking.tickets_refused", "Tickets that are used, void or issued anew: for gates without network.", CALL_READ,
                                           &refused_in_fields, &refused_fields, refused_page };

/* clang-format on */
