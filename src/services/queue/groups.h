/* Lines of a presale's groups (groups.c). In the writer, unless it is said. */
#ifndef QUEUE_GROUPS_H
#define QUEUE_GROUPS_H

#include "queue_int.h"

struct standing {
    struct room *line;
    int64_t number;           /* 0: he is to join this line */
    bool goes_over;           /* to join it: his code led him here from the general line, in which he stood until now */
};
/* Where cx->actor stands, or is to stand: in the line of the group his code belongs to, or the general one. */
err stand_where(struct ctx *cx, struct room *general, struct str code, struct standing *ret) MUST_USE;
/* The line in which the user waits or has been admitted; NULL: none. */
struct room *room_live(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number, enum place_state *ret_state);
/* The line from which the user has been let in; NULL: none. */
struct room *room_inside(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number);
/* The general room's terms have changed. */
err groups_follow(struct ctx *cx, struct room *general) MUST_USE;
/* When a group's line begins to move. Any thread. */
int64_t group_sells_at(const struct room *r);
extern const struct call queue_group_put_call, queue_group_set_call, queue_groups_get_call;

#endif
