/* Log: JSON lines on standard error, one object a line: time, level, msg and named fields. No secrets: values that may hold one are not logged. */
#ifndef PLATFORM_OBS_LOG_H
#define PLATFORM_OBS_LOG_H

#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name;
    enum { LF_STR, LF_INT } kind;
    struct str s;
    int64_t i;
};

static inline struct log_field lf_s(const char *name, struct str s) { return (struct log_field){ name, LF_STR, s, 0 }; }
static inline struct log_field lf_i(const char *name, int64_t i) { return (struct log_field){ name, LF_INT, { 0 }, i }; }

/* "debug", "info", "warn", "error"; false for another word. */
bool log_level_of(struct str word, enum log_level *ret);
/* Lines below this level are not written. Default LOG_INFO. */
void log_level_set(enum log_level level);
/* One line of at most 4 KiB, written with one write(2); what does not fit is left out and told by "cut":true. Bad UTF-8 becomes U+FFFD. Safe
 * from any thread. */
void log_write(enum log_level level, const char *msg, const struct log_field *fields, size_t n);
#define LOG(level, msg, ...)                                     \
    log_write(level, msg, (const struct log_field[]){ __VA_ARGS__ }, \
              sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))
#define LOG0(level, msg) log_write(level, msg, NULL, 0)

/* A broken invariant: logs and aborts, in every build. */
_Noreturn void panic(const char *file, int line, const char *what);
#define ASSERT(cond) ((cond) ? (void)0 : panic(__FILE__, __LINE__, #cond))

#endif
