#include "wire.h"

#include "http_client.h"
#include "seat_map.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_LINE_MAX = 64 };

struct fetch {
    struct http_request rq;
    bool over;
    struct seat_map *map;
};

static void fetch_done(struct http_request *rq, const struct http_reply *reply)
{
    struct fetch *f = rq->owner;
    const char *fault = NULL;

    if (reply->outcome != HTTP_ANSWERED || reply->status != 200)
        tool_die("GET %s: status %d", rq->path, reply->outcome == HTTP_ANSWERED ? reply->status : 0);
    f->map = seat_map_read(reply->body, reply->body_len, &fault);
    if (!f->map)
        tool_die("GET %s: %s", rq->path, fault);
    f->over = true;
}

static struct seat_map *map_fetch(struct http_client *http, const char *schedule)
{
    char *path = mem_print("/api/v1/schedules/%s/map", schedule);
    struct fetch f = { 0 };

    f.rq = (struct http_request){ .method = "GET", .path = path, .patience_us = 60 * US_A_SECOND, .hang_up_ms = -1, .done = fetch_done, .owner = &f };
    http_client_send(http, &f.rq);
    while (!f.over)
        http_client_turn(http, clock_us() + US_A_SECOND);
    free(path);
    return f.map;
}

static struct part part_of(char *text)
{
    return (struct part){ .bytes = text, .len = strlen(text) };
}

static void target_add(struct wire *w, const struct wire_options *o, const char *schedule, const struct seat_map *map)
{
    char *path = o->noop_path ? mem_text(o->noop_path) : mem_print("/api/v1/schedules/%s/holds", schedule);
    uint64_t seats = w->seat_count + map->count;

    w->heads[w->target_count] =
        part_of(mem_print("POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n", path, (unsigned)o->port));
    free(path);
    w->tails = mem_grow(w->tails, seats, sizeof *w->tails);
    w->tail_target = mem_grow(w->tail_target, seats, sizeof *w->tail_target);
    for (uint32_t i = 0; i < map->count; i++, w->seat_count++) {
        char *body = mem_print("{\"seats\":[\"%s\"]}", map->seats[i].guid);
        w->tails[w->seat_count] = part_of(mem_print("Content-Length: %zu\r\n\r\n%s", strlen(body), body));
        w->tail_target[w->seat_count] = w->target_count;
        free(body);
    }
    w->target_count++;
}

/* One token a line, or the accounts file of takenseat-load, whose third column is the token. */
static void tokens_read(struct wire *w, const char *path)
{
    size_t size = 0;
    char *text = file_read(path, &size);

    if (!text)
        tool_die("%s: %s", path, strerror(errno));
    for (char *rest = text; rest;) {
        char *line = strsep(&rest, "\r\n");
        for (int skipped = 0; skipped < 2 && strchr(line, ','); skipped++)
            line = strchr(line, ',') + 1;
        line[strcspn(line, ",")] = '\0';
        if (!*line || !strcmp(line, "access_token"))
            continue;
        w->tokens = mem_grow(w->tokens, w->token_count + 1, sizeof *w->tokens);
        w->tokens[w->token_count++] = part_of(mem_print("Authorization: Bearer %s\r\n", line));
    }
    free(text);
    if (!w->token_count)
        tool_die("%s: no token in it", path);
}

/* The longest request has to fit, so that composing need not check. */
static void lengths_check(const struct wire *w)
{
    size_t head = 0, token = 0, tail = 0;

    for (unsigned i = 0; i < w->target_count; i++)
        head = w->heads[i].len > head ? w->heads[i].len : head;
    for (unsigned i = 0; i < w->token_count; i++)
        token = w->tokens[i].len > token ? w->tokens[i].len : token;
    for (uint64_t i = 0; i < w->seat_count; i++)
        tail = w->tails[i].len > tail ? w->tails[i].len : tail;
    if (head + token + tail + KEY_LINE_MAX > REQUEST_MAX)
        tool_die("a request would be longer than %d bytes", REQUEST_MAX);
}

void wire_open(struct wire *w, const struct wire_options *o)
{
    struct http_client *http = http_client_new("127.0.0.1", o->port, 1);

    *w = (struct wire){ .keyed = o->keyed, .heads = mem_take(o->schedule_count, sizeof *w->heads) };
    random_hex(w->tag, sizeof w->tag);
    for (unsigned i = 0; i < o->schedule_count; i++) {
        struct seat_map *map = map_fetch(http, o->schedules[i]);
        target_add(w, o, o->schedules[i], map);
        seat_map_free(map);
    }
    http_client_free(http);
    tokens_read(w, o->tokens_file);
    lengths_check(w);
}

static void parts_free(struct part *parts, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        free(parts[i].bytes);
    free(parts);
}

void wire_close(struct wire *w)
{
    parts_free(w->heads, w->target_count);
    parts_free(w->tokens, w->token_count);
    parts_free(w->tails, w->seat_count);
    free(w->tail_target);
}

static char *put(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

/* "Idempotency-Key: <tag>-<number in 16 hexadecimal digits>" */
static char *put_key(char *at, const char *tag, uint64_t number)
{
    static const char name[] = "Idempotency-Key: ", digits[] = "0123456789abcdef";

    at = put(at, name, sizeof name - 1);
    at = put(at, tag, 8);
    *at++ = '-';
    for (int shift = 60; shift >= 0; shift -= 4)
        *at++ = digits[number >> shift & 15];
    return put(at, "\r\n", 2);
}

size_t wire_compose(const struct wire *w, uint64_t number, char out[REQUEST_MAX])
{
    uint64_t seat = number % w->seat_count;
    const struct part *head = &w->heads[w->tail_target[seat]];
    const struct part *token = &w->tokens[number % w->token_count];
    const struct part *tail = &w->tails[seat];
    char *at = out;

    at = put(at, head->bytes, head->len);
    at = put(at, token->bytes, token->len);
    if (w->keyed)
        at = put_key(at, w->tag, number);
    at = put(at, tail->bytes, tail->len);
    assert(at - out <= REQUEST_MAX);
    return (size_t)(at - out);
}
