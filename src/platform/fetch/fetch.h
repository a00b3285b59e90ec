/* Asking another server over HTTP: short documents, from servers that the operator names (libcurl). Waits: only in stories. */
#ifndef PLATFORM_FETCH_FETCH_H
#define PLATFORM_FETCH_FETCH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct fetch {
    struct str url;           /* https; http is for this machine only (fetch_url_ok) */
    struct str form;          /* application/x-www-form-urlencoded, sent by POST; p NULL: GET */
    struct str user, password;           /* HTTP Basic; none when user is empty */
};

/* May this be asked? An https address with a host, or http to a loopback address. */
bool fetch_url_ok(struct str url);
/* The answer's status and body (256 KiB at most), within 10 seconds, without following redirects. False when there was none; *ret_why tells. */
bool fetch(struct arena *arena, const struct fetch *f, int *ret_status, struct str *ret_body, const char **ret_why);
/* With all but letters, digits and -._~ as %XX: for forms, queries and labels of links. */
struct str form_value(struct arena *arena, struct str value);
/* "a=1&b=x%20y": adds one field to a form or query. */
struct str form_add(struct arena *arena, struct str form, const char *name, struct str value);

#endif
