/* The requests of a run: composed by copying prepared parts, so that the generator spends its time on sockets. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include "tool.h"

enum { REQUEST_MAX = 4096 };

struct part {
    char *bytes;
    size_t len;
};

enum wire_kind {
    WIRE_HOLD, /* POST .../holds, each request with a seat of its own */
    WIRE_NOOP, /* the same bytes to another path */
    WIRE_JOIN, /* POST .../queue, each request by an account of its own */
    WIRE_POLL, /* GET /queue/{place_token}, of the first accounts, which join for it */
};

struct wire {
    unsigned target_count;
    struct part *heads; /* per schedule (or place): request line, host, content type */
    unsigned token_count;
    struct part *tokens;   /* Authorization lines; of polls one that is empty */
    uint64_t seat_count;   /* over all schedules; a request takes the next one. Of joins and polls: one a head */
    struct part *tails;    /* per seat: length, empty line and body */
    unsigned *tail_target; /* per seat: its schedule */
    bool keyed;
    char tag[9];
};

struct wire_options {
    enum wire_kind kind;
    uint16_t port;
    const char *noop_path;
    char *const *schedules;
    unsigned schedule_count;
    const char *tokens_file;
    bool keyed;
};

/* Reads the maps from the server and the tokens from the file; ends the process when that fails. */
void wire_open(struct wire *w, const struct wire_options *o);
void wire_close(struct wire *w);

/* Writes request `number`; its seat, or account, is number `number` of all. Returns its length. */
size_t wire_compose(const struct wire *w, uint64_t number, char out[REQUEST_MAX]);

#endif
