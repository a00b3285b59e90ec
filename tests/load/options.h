/* The command line of takenseat-load. */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include "tool.h"

enum { SCHEDULES_MAX = 64, MIX_MAX = 16, ORDER_MAX = 8 };

/* Names with weights: "1=25,2=75". */
struct mix {
    unsigned count;
    double total;
    struct {
        char *name;
        double weight;
    } parts[MIX_MAX];
};

struct options {
    char *host;
    uint32_t port;
    bool allow_remote;
    char *schedules[SCHEDULES_MAX];
    unsigned schedule_count;
    uint32_t buyers, connections, tries, seed, think_ms, timeout_ms;
    double arrive_seconds;
    bool arrive_uniform;
    double best_share, leave_share, retry_share, double_click_share;
    struct mix order_mix, payment_mix;
    uint32_t max_seconds, prepare_seconds;
    char *accounts;
    bool accounts_only, accounts_ready;
    uint32_t signup_parallel;
    bool survive_restarts;
    char *ack_log, *csv, *json;
    uint32_t expect_sold;
    bool expect_sold_given, expect_no_5xx;
};

/* Ends the process with a message on a wrong command line, and after --help. */
void options_read(struct options *o, int argc, char **argv);
void options_free(struct options *o);

const char *mix_pick(const struct mix *m, struct rng *r);

#endif
