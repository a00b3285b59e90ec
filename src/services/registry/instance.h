/* What one process says of itself, and how that stands in JSON and XML. */
#ifndef REGISTRY_INSTANCE_H
#define REGISTRY_INSTANCE_H

#include "pen.h"
#include "tree.h"

enum instance_status { STATUS_UP, STATUS_DOWN, STATUS_STARTING, STATUS_OUT_OF_SERVICE, STATUS_UNKNOWN, STATUS_COUNT };
extern const char *const status_words[];   /* NULL-terminated */
/* False for another word; *ret is STATUS_UNKNOWN then. */
bool status_parse(struct str word, enum instance_status *ret);

enum action { ACTION_ADDED, ACTION_MODIFIED, ACTION_DELETED };

enum instance_text {
    TEXT_ID, TEXT_HOST, TEXT_APP, TEXT_GROUP, TEXT_IP, TEXT_HOME, TEXT_STATUS_PAGE, TEXT_HEALTH, TEXT_SECURE_HEALTH, TEXT_VIP, TEXT_SVIP, TEXT_ASG,
    TEXT_COUNT,
};

struct pair {
    struct str name, value;
};

struct pairs {
    struct pair *at;
    size_t n;
};

struct port {
    int64_t number;
    bool enabled;
};

/* Bounds of what one may say. */
#define PAIRS_MAX       64
#define PAIRS_BYTES_MAX 8192
#define LEASE_S_MAX     86400
#define WORD_MAX        256   /* of names and ids */

struct instance {
    struct str text[TEXT_COUNT];         /* TEXT_APP in capital letters */
    struct str center, center_class;     /* the data centre */
    struct pairs metadata, center_metadata;
    struct port port, secure_port;
    enum instance_status status, overridden;         /* overridden: STATUS_UNKNOWN when it is not */
    enum action action;       /* the last one */
    int64_t country, renewal_s, lease_s;
    int64_t registered_at, renewed_at, evicted_at, up_at;    /* ms, like the next; 0: not yet */
    int64_t updated_at, dirty_at;        /* ours; of the instance itself, which counts up with what it says */
};

/* The words of ids, applications and paths: printable ASCII that needs no escape in a path. */
bool word_ok(struct str word);
/* From `n`, the object of an instance; text is in the arena. Faults are named. */
err instance_read(struct ctx *cx, const struct node *n, struct instance *ret) MUST_USE;
/* Bytes of memory that keeping it takes, at most. */
size_t instance_bytes(const struct instance *i);
/* A copy of everything in an arena of its own. */
struct arena *instance_keep(const struct instance *from, struct instance *ret);
/* The same with metadata added and replaced; a fault when that is more than is kept. */
err metadata_merge(struct ctx *cx, const struct pairs *old, struct str query, struct pairs *ret) MUST_USE;
/* The members, between pen_begin and pen_end of the caller. */
void instance_write(struct pen *p, const struct instance *i);

/* Takes the next address from a setting's list: commas between, slashes at the end do not count. False: there is none left. */
bool registry_url_next(struct str *list, struct str *ret);

#endif
