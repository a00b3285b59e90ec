/* The window is added to the total when its second is over, so that a reply costs one count. */
#include "score.h"

#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const op_names[OP_COUNT] = {
    [OP_CHECK] = "account check",
    [OP_REFRESH] = "token refresh",
    [OP_LOGIN] = "login",
    [OP_SIGNUP] = "signup",
    [OP_SCHEDULE] = "schedule",
    [OP_MAP] = "map",
    [OP_AVAILABILITY] = "availability",
    [OP_QUEUE_JOIN] = "queue join",
    [OP_QUEUE_POLL] = "queue poll",
    [OP_HOLD] = "hold",
    [OP_RELEASE] = "release",
    [OP_BOOKING] = "booking",
    [OP_PAYMENT] = "payment",
    [OP_CONFIRM] = "confirm",
    [OP_BOOKING_READ] = "booking read",
    [OP_TICKETS] = "tickets",
};

static const char *const outcome_names[HTTP_OUTCOMES] = {
    [HTTP_ANSWERED] = "answered", [HTTP_REFUSED] = "connection_refused", [HTTP_BROKEN] = "connection_broken", [HTTP_LATE] = "timed_out",
    [HTTP_LOST] = "hung_up",      [HTTP_GARBLED] = "not_http",
};

struct score *score_new(void)
{
    struct score *s = mem_take(1, sizeof *s);

    s->began_us = clock_us();
    return s;
}

void score_begin(struct score *s, const char *csv_path)
{
    score_last_tick(s);
    s->began_us = clock_us();
    s->second = 0;
    if (!csv_path)
        return;
    s->csv = fopen(csv_path, "we");
    if (!s->csv)
        tool_die("%s: %s", csv_path, strerror(errno));
    fputs("second,operation,sent,ok,errors,p50_ms,p90_ms,p99_ms,max_ms\n", s->csv);
}

void score_free(struct score *s)
{
    if (s->csv)
        fclose(s->csv);
    free(s);
}

static void fault_add(struct tally *t, int status, const char *code, uint64_t count)
{
    unsigned i = 0;

    while (i < t->fault_count && (t->faults[i].status != status || strncmp(t->faults[i].code, code, CODE_MAX - 1)))
        i++;
    if (i == FAULTS_MAX) {
        i--; /* more kinds than slots: the last slot collects the rest */
        code = "others";
    }
    if (i == t->fault_count)
        t->fault_count++;
    t->faults[i].status = status;
    snprintf(t->faults[i].code, CODE_MAX, "%s", code);
    t->faults[i].count += count;
}

void score_sent(struct score *s, enum op op, bool repeated)
{
    s->window[op].sent++;
    s->window[op].retries += repeated;
}

void score_reply(struct score *s, enum op op, const struct http_reply *reply, const char *code)
{
    struct tally *t = &s->window[op];

    if (reply->outcome == HTTP_LOST) {
        t->hung_up++;
        return;
    }
    if (reply->outcome != HTTP_ANSWERED) {
        fault_add(t, 0, outcome_names[reply->outcome], 1);
        return;
    }
    histogram_add(&t->times, reply->took_us);
    if (reply->status < 400)
        t->ok++;
    else
        fault_add(t, reply->status, code ? code : "no_code", 1);
}

static double ms_at(const struct histogram *h, double share)
{
    return (double)histogram_at(h, share) / US_A_MS;
}

static void csv_row(const struct score *s, enum op op)
{
    const struct tally *t = &s->window[op];

    fprintf(s->csv, "%" PRId64 ",%s,%" PRIu64 ",%" PRIu64 ",", s->second, op_names[op], t->sent, t->ok);
    for (unsigned i = 0; i < t->fault_count; i++)
        fprintf(s->csv, "%s%d/%s=%" PRIu64, i ? ";" : "", t->faults[i].status, t->faults[i].code, t->faults[i].count);
    fprintf(s->csv, ",%.3f,%.3f,%.3f,%.3f\n", ms_at(&t->times, 0.5), ms_at(&t->times, 0.9), ms_at(&t->times, 0.99), (double)t->times.max / US_A_MS);
}

static void tally_merge(struct tally *into, const struct tally *from)
{
    into->sent += from->sent;
    into->ok += from->ok;
    into->retries += from->retries;
    into->hung_up += from->hung_up;
    for (unsigned i = 0; i < from->fault_count; i++)
        fault_add(into, from->faults[i].status, from->faults[i].code, from->faults[i].count);
    histogram_merge(&into->times, &from->times);
}

void score_last_tick(struct score *s)
{
    for (enum op op = 0; op < OP_COUNT; op++) {
        struct tally *t = &s->window[op];
        if (!t->sent && !t->ok && !t->fault_count && !t->hung_up)
            continue;
        if (s->csv)
            csv_row(s, op);
        tally_merge(&s->total[op], t);
        memset(t, 0, sizeof *t);
    }
    if (s->csv)
        fflush(s->csv);
}

void score_tick(struct score *s, int64_t now_us)
{
    int64_t second = (now_us - s->began_us) / US_A_SECOND;

    if (second <= s->second)
        return;
    score_last_tick(s);
    s->second = second;
}

uint64_t score_5xx(const struct score *s)
{
    uint64_t n = 0;

    for (enum op op = 0; op < OP_COUNT; op++)
        for (unsigned i = 0; i < s->total[op].fault_count; i++)
            n += s->total[op].faults[i].status >= 500 ? s->total[op].faults[i].count : 0;
    return n;
}

static uint64_t faults_of(const struct tally *t, bool conflicts)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < t->fault_count; i++)
        n += (t->faults[i].status == 409) == conflicts ? t->faults[i].count : 0;
    return n;
}

void score_print(const struct score *s)
{
    printf("%-14s %9s %9s %9s %7s %8s %8s %9s %9s %9s %9s\n", "operation", "sent", "ok", "conflict", "error", "retries", "hung up", "p50 ms",
           "p90 ms", "p99 ms", "max ms");
    for (enum op op = 0; op < OP_COUNT; op++) {
        const struct tally *t = &s->total[op];
        if (!t->sent)
            continue;
        printf("%-14s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %7" PRIu64 " %8" PRIu64 " %8" PRIu64 " %9.2f %9.2f %9.2f %9.2f\n", op_names[op], t->sent,
               t->ok, faults_of(t, true), faults_of(t, false), t->retries, t->hung_up, ms_at(&t->times, 0.5), ms_at(&t->times, 0.9),
               ms_at(&t->times, 0.99), (double)t->times.max / US_A_MS);
        for (unsigned i = 0; i < t->fault_count; i++)
            printf("    %3d %-38s %" PRIu64 "\n", t->faults[i].status, t->faults[i].code, t->faults[i].count);
    }
}

static cJSON *faults_json(const struct tally *t)
{
    cJSON *list = cJSON_CreateArray();

    for (unsigned i = 0; i < t->fault_count; i++) {
        cJSON *f = cJSON_CreateObject();
        cJSON_AddNumberToObject(f, "status", t->faults[i].status);
        cJSON_AddStringToObject(f, "code", t->faults[i].code);
        cJSON_AddNumberToObject(f, "count", (double)t->faults[i].count);
        cJSON_AddItemToArray(list, f);
    }
    return list;
}

cJSON *score_json(const struct score *s)
{
    cJSON *operations = cJSON_CreateObject();

    for (enum op op = 0; op < OP_COUNT; op++) {
        const struct tally *t = &s->total[op];
        if (!t->sent)
            continue;
        cJSON *o = cJSON_AddObjectToObject(operations, op_names[op]);
        cJSON_AddNumberToObject(o, "sent", (double)t->sent);
        cJSON_AddNumberToObject(o, "ok", (double)t->ok);
        cJSON_AddNumberToObject(o, "retries", (double)t->retries);
        cJSON_AddNumberToObject(o, "hung_up", (double)t->hung_up);
        cJSON_AddItemToObject(o, "errors", faults_json(t));
        cJSON_AddNumberToObject(o, "p50_ms", ms_at(&t->times, 0.5));
        cJSON_AddNumberToObject(o, "p90_ms", ms_at(&t->times, 0.9));
        cJSON_AddNumberToObject(o, "p99_ms", ms_at(&t->times, 0.99));
        cJSON_AddNumberToObject(o, "max_ms", (double)t->times.max / US_A_MS);
    }
    return operations;
}
