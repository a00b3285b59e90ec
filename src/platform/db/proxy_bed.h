/* A proxy before the server of a box that breaks connections at a commit. */
#ifndef PLATFORM_DB_PROXY_BED_H
#define PLATFORM_DB_PROXY_BED_H

#include <stdatomic.h>

#include "db_bed.h"

enum at_commit { PASS, DROP_COMMIT, DROP_ANSWER };

struct proxy {
    int listener;
    unsigned port, server_port;
    _Atomic int at_commit;    /* of the next one; then PASS again */
    _Atomic bool stop;
    _Atomic int links;        /* that are open */
    pthread_t thread;
};

/* The box is opened again, through the proxy; and without it. */
void proxy_start(struct proxy *p, struct box *b);
void proxy_stop(struct proxy *p, struct box *b);

#endif
