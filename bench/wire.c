#include "wire.h"

#include "http_client.h"
#include "json.h"
#include "seat_map.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_LINE_MAX = 64, POLLED = 1000 };

static const char token_line[] = "Authorization: Bearer ";

struct fetch {
    struct http_request rq;
    bool over;
    char *body;
};

static void fetch_done(struct http_request *rq, const struct http_reply *reply)
{
    struct fetch *f = rq->owner;

    if (reply->outcome != HTTP_ANSWERED || reply->status / 100 != 2)
        tool_die("%s %s: status %d", rq->method, rq->path, reply->outcome == HTTP_ANSWERED ? reply->status : 0);
    f->body = mem_print("%.*s", (int)reply->body_len, reply->body);
    f->over = true;
}

/* The body of the answer, to be freed. */
static char *fetch(struct http_client *http, const char *method, const char *path, char *token)
{
    struct fetch f = { 0 };

    f.rq = (struct http_request){ .method = method, .path = path, .token = token ? &token : NULL, .patience_us = 60 * US_A_SECOND, .hang_up_ms = -1,
                                  .done = fetch_done, .owner = &f };
    http_client_send(http, &f.rq);
    while (!f.over)
        http_client_turn(http, clock_us() + US_A_SECOND);
    return f.body;
}

static struct seat_map *map_fetch(struct http_client *http, const char *schedule)
{
    char *path = mem_print("/api/v1/schedules/%s/map", schedule);
    char *body = fetch(http, "GET", path, NULL);
    const char *fault = NULL;
    struct seat_map *map = seat_map_read(body, strlen(body), &fault);

    if (!map)
        tool_die("GET %s: %s", path, fault);
    free(body);
    free(path);
    return map;
}

static struct part part_of(char *text)
{
    return (struct part){ .bytes = text, .len = strlen(text) };
}

static void parts_free(struct part *parts, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        free(parts[i].bytes);
    free(parts);
}

static void target_add(struct wire *w, const struct wire_options *o, const char *schedule, const struct seat_map *map)
{
    char *path = o->kind == WIRE_NOOP ? mem_text(o->noop_path) : mem_print("/api/v1/schedules/%s/holds", schedule);
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
        w->tokens[w->token_count++] = part_of(mem_print("%s%s\r\n", token_line, line));
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

static void seats_open(struct wire *w, const struct wire_options *o, struct http_client *http)
{
    w->heads = mem_take(o->schedule_count, sizeof *w->heads);
    for (unsigned i = 0; i < o->schedule_count; i++) {
        struct seat_map *map = map_fetch(http, o->schedules[i]);
        target_add(w, o, o->schedules[i], map);
        seat_map_free(map);
    }
}

/* One more head, with an end of its own. */
static void head_add(struct wire *w, char *head, const char *tail)
{
    unsigned n = w->target_count++;

    w->heads = mem_grow(w->heads, n + 1, sizeof *w->heads);
    w->tails = mem_grow(w->tails, n + 1, sizeof *w->tails);
    w->tail_target = mem_grow(w->tail_target, n + 1, sizeof *w->tail_target);
    w->heads[n] = part_of(head);
    w->tails[n] = part_of(mem_text(tail));
    w->tail_target[n] = n;
    w->seat_count = w->target_count;
}

static void joins_open(struct wire *w, const struct wire_options *o)
{
    for (unsigned i = 0; i < o->schedule_count; i++)
        head_add(w, mem_print("POST /api/v1/schedules/%s/queue HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", o->schedules[i], (unsigned)o->port),
                 "Content-Length: 0\r\n\r\n");
}

static char *place_of(struct http_client *http, const char *schedule, const struct part *token)
{
    char *path = mem_print("/api/v1/schedules/%s/queue", schedule);
    char *bearer = mem_print("%.*s", (int)(token->len - sizeof token_line + 1 - 2), token->bytes + sizeof token_line - 1);
    char *body = fetch(http, "POST", path, bearer);
    cJSON *root = cJSON_Parse(body);
    const char *place = json_text(root, "place_token");

    if (!place)
        tool_die("POST %s: nobody waits there", path);
    char *copy = mem_text(place);
    cJSON_Delete(root);
    free(body);
    free(bearer);
    free(path);
    return copy;
}

static void polls_open(struct wire *w, const struct wire_options *o, struct http_client *http)
{
    for (unsigned i = 0; i < w->token_count && i < POLLED; i++) {
        char *place = place_of(http, o->schedules[0], &w->tokens[i]);
        head_add(w, mem_print("GET /api/v1/queue/%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", place, (unsigned)o->port), "\r\n");
        free(place);
    }
    parts_free(w->tokens, w->token_count);
    w->tokens = mem_take(1, sizeof *w->tokens);
    w->tokens[0] = part_of(mem_text(""));
    w->token_count = 1;
}

void wire_open(struct wire *w, const struct wire_options *o)
{
    struct http_client *http = http_client_new("127.0.0.1", o->port, 1);

    *w = (struct wire){ .keyed = o->keyed && (o->kind == WIRE_HOLD || o->kind == WIRE_NOOP) };
    random_hex(w->tag, sizeof w->tag);
    tokens_read(w, o->tokens_file);
    if (o->kind == WIRE_JOIN)
        joins_open(w, o);
    else if (o->kind == WIRE_POLL)
        polls_open(w, o, http);
    else
        seats_open(w, o, http);
    http_client_free(http);
    lengths_check(w);
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
