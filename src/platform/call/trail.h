/* The audit log: who changed what, when, from where. The front writes it, from the route tables: every route that changes something and needs a
 * role is recorded, and so is every other one that says AUDITED. No service has to think of it, and none can forget it. */
#ifndef PLATFORM_CALL_TRAIL_H
#define PLATFORM_CALL_TRAIL_H

#include "platform/call/call.h"

struct trail_entry {
    struct str address;       /* who asked from where */
    struct str action;        /* name of the call: "performance.schedule_create" */
    struct str object;        /* the first id in the path; may be empty */
    struct str path;
    struct str body;          /* of the request; empty when it holds a secret or is long */
    int status;               /* of the answer */
};

bool trail_wants(const struct route *r);
/* What of a request's body may be written down. */
struct str trail_body(const struct route *r, struct str body);

struct trail;
struct trail *trail_open(struct ctx *cx);
void trail_close(struct trail *t);
/* In a command: cx->actor did this. */
void trail_put(struct ctx *cx, struct trail *t, const struct trail_entry *e);

/* GET /audit-log: the newest first, by user, object, action and time. CALL_READ. */
extern const struct call trail_list_call;

#endif
