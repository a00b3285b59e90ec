/* The way to the mail server. */
#ifndef NOTIFY_SMTP_H
#define NOTIFY_SMTP_H

#include "base/arena.h"

enum mail_outcome {
    OUTCOME_SENT,
    OUTCOME_DROPPED,          /* nobody to tell any more */
    OUTCOME_REFUSED,          /* for good */
    OUTCOME_LATER,
    OUTCOME_DOWN,             /* the mail server itself does not answer or wants nothing from us: others need not be tried now */
};
struct smtp_server {          /* of the configuration, NUL behind each */
    const char *url;          /* NULL: there is none */
    const char *user, *password, *ca_file;
    enum smtp_tls { SMTP_TLS_NEVER, SMTP_TLS_OFFERED, SMTP_TLS_REQUIRED } tls;
    int timeout_s;
};

struct smtp;
struct smtp *smtp_open(const struct smtp_server *server, bool (*stop)(void *arg), void *arg);
void smtp_close(struct smtp *c);
/* One mail over the connection that is kept meanwhile. *ret_why: a sentence when it was not taken, in the arena. */
enum mail_outcome smtp_send(struct smtp *c, struct arena *arena, struct str from, struct str to, struct str message, struct str *ret_why);

#endif
