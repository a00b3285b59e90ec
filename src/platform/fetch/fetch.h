/* Asking another server over HTTP: short documents, from servers that the operator names (libcurl). Waits: only in stories. */
#ifndef PLATFORM_FETCH_FETCH_H
#define PLATFORM_FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Connections that are kept for the next question. From any thread; one for each server that is asked often. */
struct fetch_pool;
/* At most `most` idle ones; more may be in use. */
struct fetch_pool *fetch_pool_new(size_t most);
/* When nobody is asking any more. */
void fetch_pool_free(struct fetch_pool *p);

struct fetch_header {
    const char *name;
    struct str value;         /* one line of printable characters, or the question is not asked */
};

struct fetch {
    struct str url;           /* https; http is for this machine only (fetch_url_ok), unless `plain` */
    bool plain;               /* http also to other machines: in a network that the operator trusts */
    const char *method;       /* "PUT", "DELETE"; NULL: as told below */
    struct str form;          /* application/x-www-form-urlencoded, sent by POST; p NULL: none */
    struct str json;          /* application/json, sent by POST; p NULL: none. Without either: GET */
    struct str user, password;           /* HTTP Basic; none when user is empty */
    const struct fetch_header *headers;
    size_t header_count;
    const char *listen;       /* a header of the answer that is wanted; NULL: none */
    int64_t timeout_ms;       /* for all of it; 0: 10 seconds */
    size_t body_max;          /* of the answer; 0: 256 KiB */
    struct fetch_pool *pool;  /* NULL: a connection of its own */
};

struct fetched {
    int status;
    struct str body;
    int64_t retry_after_s;    /* the server's wish, in seconds; 0: none */
    struct str heard;         /* the header that was listened for; p NULL: not there */
};

/* May this be asked? An https address with a host, or http to a loopback address; with `plain` http to any. */
bool fetch_url_ok(struct str url);
bool fetch_url_plain_ok(struct str url);
/* The answer, without following redirects. False when there was none; *ret_why tells, and holds nothing of what was sent. */
bool fetch(struct arena *arena, const struct fetch *f, struct fetched *ret, const char **ret_why);
/* With all but letters, digits and -._~ as %XX: for forms, queries and labels of links. */
struct str form_value(struct arena *arena, struct str value);
/* "a=1&b=x%20y": adds one field to a form or query. */
struct str form_add(struct arena *arena, struct str form, const char *name, struct str value);

#endif
