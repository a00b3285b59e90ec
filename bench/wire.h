/* The requests of a run: composed by copying prepared parts, so that the generator spends its time on sockets. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include "tool.h"

enum { REQUEST_MAX = 4096 };

struct part {
    char *bytes;
    size_t len;
};

struct wire {
    unsigned target_count;
    struct part *heads; /* per schedule: request line, host, content type */
    unsigned token_count;
    struct part *tokens;   /* Authorization lines */
    uint64_t seat_count;   /* over all schedules; a request takes the next one */
    struct part *tails;    /* per seat: length, empty line and body */
    unsigned *tail_target; /* per seat: its schedule */
    bool keyed;
    char tag[9];
};

struct wire_options {
    uint16_t port;
    const char *noop_path; /* NULL: holds */
    char *const *schedules;
    unsigned schedule_count;
    const char *tokens_file;
    bool keyed;
};

/* Reads the maps from the server and the tokens from the file; ends the process when that fails. */
void wire_open(struct wire *w, const struct wire_options *o);
void wire_close(struct wire *w);

/* Writes request `number`; its seat is number `number` of all. Returns its length. */
size_t wire_compose(const struct wire *w, uint64_t number, char out[REQUEST_MAX]);

#endif
