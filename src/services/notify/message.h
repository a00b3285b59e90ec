/* A mail as bytes (RFC 5322): headers that nobody can add to, and the text in two forms (RFC 2046, multipart/alternative). */
#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H

#include "render.h"

struct message {
    struct str from, from_name, to, to_name;
    struct str id;            /* of the mail, without brackets: the same with every try */
    int64_t date;             /* ms */
    enum lang lang;
    struct mail_text text;
};

/* The whole message, lines end with CR LF; in the arena. `from` and `to` must be addresses (message_address). */
struct str message_build(struct arena *arena, const struct message *m);
/* An address that needs no quoting: printable ASCII, one '@' with something on both sides, no brackets, quotes, commas or spaces. */
bool message_address(struct str s);

#endif
