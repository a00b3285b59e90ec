/* What an organizer chooses for a room, as rows of field tables: for one schedule, and for all dates of a performance. `owner` has `rules`, `message` and
 * `message_en`. */
#ifndef QUEUE_SETTINGS_H
#define QUEUE_SETTINGS_H

#include "queue_int.h"

extern const char *const queue_binding_words[], *const queue_work_words[];

#define RATE_ROW(owner, member, asked)                                                                                                     \
    { .name = "admit_per_minute", .type = F_INT, .optional = asked, .low = 1, .high = 100000, .at = offsetof(owner, member),               \
      .help = "people let in a minute at most" }
#define LIMIT_ROW(owner, member, asked)                                                                                                    \
    { .name = "active_limit", .type = F_INT, .optional = asked, .low = 1, .high = 1000000, .at = offsetof(owner, member),                  \
      .help = "people inside at the same time at most; for those who never use their passes others are let in" }

#define RULES_ROWS(owner, asked)                                                                                                               \
    { .name = "mode", .type = F_ENUM, .words = queue_mode_words, .at = offsetof(owner, rules.mode),                                              \
      .help = "off: everybody may buy at once; draw: who joins before the sale starts gets a place by lot" },                             \
    RATE_ROW(owner, rules.admit_per_minute, false),                                                                                        \
    LIMIT_ROW(owner, rules.active_limit, false),                                                                                           \
    { .name = "pass_seconds", .type = F_INT, .low = 30, .high = 3600, .at = offsetof(owner, rules.pass_seconds),                          \
      .help = "how long an admission is good for" },                                                                                      \
    { .name = "opens_at", .type = F_TIME, .optional = asked, .nullable = true, .at = offsetof(owner, rules.opens_at),                      \
      .help = "nobody may join before; nobody is admitted before the sale starts" },                                                      \
    { .name = "paused", .type = F_BOOL, .optional = asked, .at = offsetof(owner, rules.paused), .help = "people may join, nobody is admitted" }, \
    { .name = "draining", .type = F_BOOL, .optional = asked, .at = offsetof(owner, rules.draining), .help = "nobody may join, people are admitted" }, \
    { .name = "device_binding", .type = F_ENUM, .words = queue_binding_words, .optional = asked, .at = offsetof(owner, rules.device_binding), \
      .help = "are places bound to the device they are taken on (docs/passes.md); when_possible unless told" },                             \
    { .name = "work", .type = F_ENUM, .words = queue_work_words, .optional = asked, .at = offsetof(owner, rules.work),                     \
      .help = "hashing that is asked of those who join: about a second of it, or some more; docs/joining.md" },                      \
    { .name = "message", .type = F_TEXT, .optional = asked, .high = MESSAGE_MAX, .at = offsetof(owner, message), .help = "shown to those who wait" }, \
    { .name = "message_en", .type = F_TEXT, .optional = asked, .high = MESSAGE_MAX, .at = offsetof(owner, message_en),                     \
      .help = "the same for those who read English; empty: they see message" }

/* Rules of a room that nobody has set up yet. */
extern const struct rules settings_proposal;

/* In a command: may the room take these rules? */
err settings_check(struct ctx *cx, const struct room *r, const struct rules *rules) MUST_USE;
/* In a command, once checked: it has them, and its groups' lines with it. `own`: what is chosen for the performance passes it by from now on. */
err settings_take(struct ctx *cx, struct room *r, const struct settings_in *in, bool own) MUST_USE;

extern const struct call queue_wish_put_call, queue_wish_set_call, queue_wish_get_call, queue_wish_read_call;
/* In a command: a room that has just been made takes what was chosen for its performance. (wishes.c) */
err wish_follow(struct ctx *cx, struct room *r) MUST_USE;
/* In a command: has anything been chosen for the performance of the room? */
err wish_chosen(struct ctx *cx, const struct room *r, bool *ret) MUST_USE;

#endif
