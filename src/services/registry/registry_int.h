/* The registry's memory. It is rebuilt from heartbeats and from peers, so nothing of it is written down. */
#ifndef REGISTRY_INT_H
#define REGISTRY_INT_H

#include <pthread.h>
#include <sys/queue.h>

#include "instance.h"
#include "meter.h"
#include "platform/obs/metrics.h"
#include "registry.h"

struct peer;

struct lease {                /* an instance, and until when it is believed in */
    struct arena *arena;      /* of the instance's text */
    size_t bytes;
    struct instance it;
    struct application *app;  /* NULL once it is gone: it is only a change then */
    struct lease *next;       /* of its application */
    TAILQ_ENTRY(lease) change;
    bool changed;             /* in the list of changes */
    int64_t changed_at;
    unsigned beating;         /* peers for whom a heartbeat waits, a bit each */
};

struct application {
    char name[WORD_MAX + 1];
    struct application *next; /* by name */
    struct lease *first;
    size_t n;
};

struct document {             /* an answer that many ask for */
    struct str text;
    struct arena *arena;
    _Atomic int users;
    uint64_t of_version;
    int64_t made_at;
};

enum document_kind { DOCUMENT_ALL, DOCUMENT_DELTA, DOCUMENT_KINDS };

struct registry {
    pthread_mutex_t lock;     /* of all below but the settings; held for moments */
    struct application *apps;
    size_t app_count, count;  /* of live leases */
    TAILQ_HEAD(changes, lease) changes;  /* oldest first; one for an instance; those that are gone are freed with it */
    size_t change_count;
    size_t bytes;             /* of all instances that are kept, also of those that are only changes */
    uint64_t version;         /* of what the documents show, but for the times of heartbeats */
    struct document *documents[DOCUMENT_KINDS][2];       /* by format */
    struct meter renewals;
    int64_t evict_due, evicted_last;
    bool serving;             /* what others know has been copied, or cannot be had */
    int64_t copy_due;
    int copy_tries;
    struct peer *peers;
    size_t peer_count;

    size_t apps_max, instances_max;
    int64_t evict_ms, delta_ms, percent;
    bool preserve;
    size_t preserve_from;
    struct arena *own;        /* of settings */
    struct str user, password;
    struct str credentials;   /* what an Authorization header has to say; empty: nobody is asked */
};

extern struct metric registry_registered, registry_renewed, registry_cancelled, registry_evicted, registry_replicated, registry_not_replicated;
extern struct metric registry_instances, registry_preserves;

/* ---- leases.c; all with the lock held ---- */

#define REPLICATED true       /* said by a peer, who has told the others as well */

/* Where a change comes from, and what is known of it. */
struct told {
    bool replicated;
    bool has_dirty;
    int64_t dirty_at;
    enum instance_status status;         /* the instance's own, or the one that staff has chosen */
};

struct lease *lease_find(const struct registry *r, struct str app, struct str id);
/* A new instance, or another state of a known one: what is older than what is known is not believed. */
err lease_register(struct ctx *cx, struct registry *r, const struct instance *in, bool replicated) MUST_USE;
/* A heartbeat. ERR_MISSING: it has to register (again). *ret_newer (a peer asked): what we know is newer than what it knows. */
err lease_renew(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t, struct lease **ret_newer) MUST_USE;
err lease_cancel(struct ctx *cx, struct registry *r, struct str app, struct str id, bool replicated) MUST_USE;
/* Staff chooses a status, or leaves it to the instance again. */
err lease_override(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t) MUST_USE;
err lease_override_end(struct ctx *cx, struct registry *r, struct str app, struct str id, const struct told *t) MUST_USE;
err lease_metadata(struct ctx *cx, struct registry *r, struct str app, struct str id, struct str query, bool replicated) MUST_USE;
/* Takes it out; it stays a change for a while. */
void lease_remove(struct registry *r, struct lease *l, int64_t now);
/* Forgets changes that everybody who asks for them has seen. */
void changes_prune(struct registry *r, int64_t now);
void leases_free(struct registry *r);

/* ---- evict.c; with the lock held ---- */

/* Heartbeats a minute below which the network is thought to be at fault, and nobody is given up. */
int64_t renewals_threshold(const struct registry *r);
bool registry_preserving(struct registry *r, int64_t now);
/* Gives up leases that have ended, but not too many at a time. How many. */
size_t registry_evict(struct ctx *cx, struct registry *r);

/* ---- documents.c; with the lock held ---- */

/* "DOWN_1_UP_5_": what a client compares after it has applied a delta. */
struct str apps_hashcode(struct arena *arena, const struct registry *r);
/* All, or what has changed. The caller gives it back. */
struct document *document_take(struct ctx *cx, struct registry *r, enum document_kind kind, enum format format);
void document_give(void *document);
/* Applications with those instances that match; how many there were. */
size_t applications_write(struct pen *p, struct arena *arena, const struct registry *r, bool (*match)(const struct lease *l, const void *of), const void *of);
void application_write(struct pen *p, const struct application *a);

/* ---- peers.c ---- */

enum replicated { PEER_HEARTBEAT, PEER_REGISTER, PEER_CANCEL, PEER_STATUS, PEER_STATUS_END };
extern const char *const peer_action_words[];        /* NULL-terminated */

err peers_open(struct ctx *cx, struct registry *r);
void peers_close(struct registry *r);
/* With the lock held: tells every peer, soon. */
void peers_tell(struct registry *r, enum replicated what, struct lease *l);
size_t peers_job_threads(void *self, const struct job *job);
int64_t peers_due(void *self);
int64_t peers_copy_due(void *self);
extern const struct call registry_replicate_call, registry_copy_call;

/* What the status page says of one. */
struct peer_view {
    struct str url;
    size_t waiting;
    int64_t heard_at;         /* 0: never */
    bool failing;
};
struct peer_view peer_view(const struct registry *r, size_t i);

/* ---- batch.c ---- */

extern const struct call registry_batch_call;

/* ---- access.c, calls.c, page.c ---- */

/* What every route takes; each table names those it has. */
struct asking {
    struct raw_query_in sent; /* first: RAW_BODY, ANY_QUERY */
    struct str authorization, forwarded, forwarded_for, origin, accept, content_type, replication;
    struct str app, id, vip, value, status, overridden, regions;
    int64_t dirty_at;
    bool has_dirty;
};

/* Rows of its fields; the first four are those of whoever asks. */
#define AT(member) .at = offsetof(struct asking, member)
#define WORD       .type = F_STR, .low = 1, .high = WORD_MAX
#define HEADER     .type = F_STR, .from = FROM_HEADER, .optional = true, .high = 1000
#define QUERY      .from = FROM_QUERY, .optional = true

#define WHO                                                                          \
    { .name = "Authorization", HEADER, AT(authorization) },                          \
    { .name = "Forwarded", HEADER, AT(forwarded), .help = "through a proxy only with a password" }, \
    { .name = "X-Forwarded-For", HEADER, AT(forwarded_for), .help = "as Forwarded" },           \
    { .name = "Origin", HEADER, AT(origin), .help = "pages of other sites: only with a password" }

/* May the one who asks? Only machines of private networks, and not through a proxy; or whoever has the password, where there is one. */
err registry_admit(struct ctx *cx, const struct registry *r, const struct asking *in) MUST_USE;

struct str registry_credentials(struct arena *arena, struct str user, struct str password);
extern const struct fields registry_guest_fields;        /* no more than who asks */
extern const struct call registry_page_call;
extern const struct route registry_routes[];
extern const struct raw_answer registry_raw_answers[];
extern const char *const registry_aliases[][2];

#endif
