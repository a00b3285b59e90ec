/* POST /schedules/{schedule_id}/queue/lookups: what became of an account's place, for staff; the account may be told by its pass. */
#include "device_int.h"
#include "groups.h"

#include "platform/obs/log.h"
#include "services/booking/booking.h"

/* In which the user stands, or has stood, and his number there; NULL: he never joined. */
static struct room *line_of(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number)
{
    enum place_state state;
    struct room *r = room_live(cx, general, user, ret_number, &state);
    for (int i = 0; !r && i <= general->group_count; i++) {
        struct room *line = i ? general->groups[i - 1] : general;
        *ret_number = places_get(&line->places, user);
        r = *ret_number ? line : NULL;
    }
    return r;
}

struct lookup_in {
    int64_t schedule, user;
    struct str token;         /* a pass, or a place token */
};
struct lookup_out {
    int64_t schedule, user, position, pass_expires_at, back_by;
    struct str group, revoked;
    int state;                /* enum place_state */
    bool has_position;
};

static err who_is_meant(struct ctx *cx, const struct queue *q, const struct lookup_in *in, int64_t *ret_user)
{
    struct place_ref who;
    int64_t until;
    *ret_user = in->user;
    if ((in->user != 0) == (in->token.n > 0))
        return fail_field(cx, S("user_id"), "give either user_id or token", "user_id와 token 중 하나만 지정해야 합니다");
    if (in->user)
        return OK;
    bool known = pass_open(cx, q, in->token, &who, &until) || place_open(cx, q, in->token, &who);
    if (!known || room_schedule(who.room) != in->schedule)
        return no_such_place(cx);
    *ret_user = who.user;
    return OK;
}

/* A command, since who stands where is the writer's; it changes nothing. */
static err look_up(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct lookup_in *in = in_;
    struct room *general = room_find(q, in->schedule);
    int64_t user, number;
    err e = room_owned(cx, general);
    if (!e)
        e = who_is_meant(cx, q, in, &user);
    if (e)
        return e;
    const struct room *r = line_of(cx, general, user, &number);
    if (!r)
        return no_such_place(cx);

    struct remaining left;
    struct sight sight;
    booking_remaining(cx->app, in->schedule, &left);
    place_look(cx, r, &r->terms, &r->line, number, &left, &sight);
    *(struct lookup_out *)ret_out = (struct lookup_out){
        .schedule = in->schedule,
        .user = user,
        .group = arena_str(cx->arena, r->group),
        .state = (int)sight.state,
        .has_position = sight.has_position,
        .position = sight.position,
        .pass_expires_at = sight.until,
        .back_by = sight.back_by,
        .revoked = revoked_reason(cx, q, &(struct place_ref){ .room = r->id, .number = number, .user = user }),
    };
    return OK;
}

/* ---- tables ---- */

#define AT(owner, member) .at = offsetof(struct owner, member)

FIELDS(lookup_in_fields, "PlaceLookupRequest", struct lookup_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, AT(lookup_in, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, .optional = true, AT(lookup_in, user), .help = "whose place; or token" },
    { .name = "token", .type = F_STR, .optional = true, .low = 1, .high = 512, .secret = true, AT(lookup_in, token),
      .help = "a pass, or the token of a place: whoever it was given to" });

FIELDS(lookup_fields, "PlaceLookup", struct lookup_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(lookup_out, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(lookup_out, user) },
    { .name = "group", .type = F_STR, .omit_empty = true, AT(lookup_out, group), .help = "of the presale, in whose line the place is; none: the general line" },
    { .name = "state", .type = F_ENUM, .words = queue_state_words, AT(lookup_out, state) },
    { .name = "position", .type = F_INT, .nullable = true, .has_at = offsetof(struct lookup_out, has_position), AT(lookup_out, position),
      .help = "1: the next one; 0 once it is over; null before the draw" },
    { .name = "pass_expires_at", .type = F_TIME, .nullable = true, AT(lookup_out, pass_expires_at) },
    { .name = "back_by", .type = F_TIME, .nullable = true, AT(lookup_out, back_by), .help = "away when the turn came: lost unless back by then" },
    { .name = "revoked_reason", .type = F_STR, .omit_empty = true, AT(lookup_out, revoked), .help = "why staff has ended it" });

const struct call queue_look_up_call = { "queue.look_up", "What became of an account's place, for staff.", CALL_COMMAND, &lookup_in_fields, &lookup_fields,
                                         look_up };
