/* Calls of webhooks, several at a time. */
#ifndef NOTIFY_POST_H
#define NOTIFY_POST_H

#include "base/str.h"

#define POSTS_MAX    32
#define ANSWER_BYTES 1024

struct post {
    const char *url;
    struct str body, signature;
    long timeout_s;
    bool loopback;            /* http:// and this machine are fine */
    int64_t status;           /* from here on set by posts_run: 0 without an answer */
    const char *why;
    char answer[ANSWER_BYTES];
    size_t answer_n, heard;
    bool refused_address;
};
/* All at the same time; returns when each has an answer or has failed. *ret_stopped: `stop` said so, what is unanswered is to be done again. */
void posts_run(struct post *posts, size_t n, bool (*stop)(void *arg), void *arg, bool *ret_stopped);

#endif
