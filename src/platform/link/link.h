/* Links: a few long-lived connections between the processes of one installation. A question goes over and its answer comes back, many at a time, each
 * with its number; what is asked in one moment leaves in one write.
 *
 * Both ends show that they have the key of the installation before either says anything, with fresh random bytes in each connection: nothing that was
 * recorded can be played again, and from then on all is sealed (ChaCha20-Poly1305, RFC 8439). What the bytes mean is the business of those who
 * ask and answer. */
#ifndef PLATFORM_LINK_LINK_H
#define PLATFORM_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define LINK_MESSAGE_MAX (100u << 20)
#define LINK_NOWHERE     (-1)

struct links;

struct link_peer {
    const char *name;         /* for the log */
    struct str host;          /* an IP address */
    int port;
};

/* What another process asks. To be answered exactly once, from any thread. */
struct link_question {
    struct str bytes;         /* until it is answered */
    struct link_conn *conn;
    uint64_t number;
};

struct links_options {
    uint8_t key[32];
    struct str host;          /* to listen on; an IP address */
    int port;                 /* 0: any free one; LINK_NOWHERE: does not listen */
    const struct link_peer *peers;       /* outlive the links */
    size_t peer_count;
    size_t in_flight_max;     /* questions to one peer without an answer */
    void (*asked)(void *self, struct link_question *q);  /* on the thread of the links: must not wait */
    void *self;
};

/* NULL and a sentence in `arena` when an address is none or cannot be had. Peers need not be there: they are tried again and again. */
struct links *links_start(struct arena *arena, const struct links_options *o, struct str *ret_why);
int links_port(const struct links *l);
/* From now on no question is handed over; those that come are dropped with their connection. Returns when none is being handed over. */
void links_deafen(struct links *l);
/* Ends the thread; every question has been answered and nobody asks any more. NULL is fine. */
void links_stop(struct links *l);

enum link_result {
    LINK_ANSWERED,
    LINK_DOWN,                /* never left: the peer is not there ... */
    LINK_FULL,                /* ... or has enough to answer */
    LINK_LOST,                /* the connection broke before the answer came: nobody knows */
    LINK_LATE,                /* no answer in time: nobody knows */
};

/* Asks peer number `peer` and waits. The answer is in `arena`. From any thread but the links' own. */
enum link_result link_ask(struct links *l, size_t peer, struct str question, int64_t timeout_ms, struct arena *arena, struct str *ret_answer);
void link_answer(struct link_question *q, struct str answer);

struct link_stats {
    int64_t asked, answered, lost, refused;          /* questions to others; those that were answered here; without an answer; not sent */
    size_t up;                /* peers that are there */
};
void link_stats(struct links *l, struct link_stats *ret);

#endif
