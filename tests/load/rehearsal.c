#include "rehearsal.h"

#include "account.h"
#include "buyer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOLD_MOST = 5, TURN_MOST_MS = 200 };

void rehearsal_run(struct rehearsal *r, int64_t until_us)
{
    while (r->busy) {
        int64_t now = clock_us();
        if (now >= until_us)
            return;

        int64_t wake = alarms_ring(&r->alarms, now);
        int64_t most = now + TURN_MOST_MS * US_A_MS;
        score_tick(r->score, now);
        http_client_turn(r->http, wake < most ? wake : most);
    }
}

void count_and_tell(uint64_t *count, const char *format, ...)
{
    va_list args;

    if (++*count > TOLD_MOST)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void ack_write(const struct rehearsal *r, const char *kind, const char *id, const struct buyer *b, const char *status)
{
    if (r->ack_log < 0)
        return;

    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "kind", kind);
    cJSON_AddStringToObject(line, "id", id);
    cJSON_AddStringToObject(line, "schedule", b->sale->id);
    cJSON *guids = cJSON_AddArrayToObject(line, "guids");
    for (unsigned i = 0; strcmp(kind, "place") && i < b->seat_count; i++)
        cJSON_AddItemToArray(guids, cJSON_CreateString(b->sale->map->seats[b->seats[i]].guid));
    if (!strcmp(kind, "payment"))
        cJSON_AddStringToObject(line, "booking", b->booking);
    if (status)
        cJSON_AddStringToObject(line, "status", status);
    cJSON_AddStringToObject(line, "user", b->account->email);
    cJSON_AddNumberToObject(line, "at_ms", (double)clock_wall_ms());

    char *text = json_print(line);
    char *row = mem_print("%s\n", text);
    if (write(r->ack_log, row, strlen(row)) != (ssize_t)strlen(row))
        tool_die("the acknowledgement log: %s", strerror(errno));
    free(row);
    free(text);
}
