/* A line is built on the stack and written at once: no memory, no lock, so that it works in a broken process too. A pipe takes up to 4 KiB
 * without mixing in other writers' bytes (PIPE_BUF), which is why a line is never longer. */
#include "platform/obs/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/json/escape.h"

#define LINE_MAX_BYTES 4096

/* What ends a line, alone or after something that did not fit. */
static const struct str end = S("}\n"), end_cut = S(",\"cut\":true}\n");

struct line {
    char text[LINE_MAX_BYTES];
    size_t n;
    size_t room;                  /* bytes that may be used before the end */
    bool cut;
};

static const char *const names[] = { "debug", "info", "warn", "error" };

static _Atomic int lowest = LOG_INFO;

bool log_level_of(struct str word, enum log_level *ret)
{
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++)
        if (str_eq(word, str_c(names[i]))) {
            *ret = (enum log_level)i;
            return true;
        }
    return false;
}

void log_level_set(enum log_level level)
{
    atomic_store_explicit(&lowest, (int)level, memory_order_relaxed);
}

/* All of s or nothing. */
static bool add(struct line *l, struct str s)
{
    if (s.n > l->room - l->n)
        return false;
    memcpy(l->text + l->n, s.p, s.n);
    l->n += s.n;
    return true;
}

/* As much of s as fits in front of the closing quote. */
static void add_quoted(struct line *l, struct str s)
{
    add(l, S("\""));
    while (s.n) {
        char escaped[JSON_ESCAPE_MAX];
        size_t n = json_escape(&s, escaped);
        if (n + 1 > l->room - l->n) {
            l->cut = true;
            break;
        }
        add(l, str_of(escaped, n));
    }
    add(l, S("\""));
}

/* `,"name":` if something may follow, at least two quotes or a number. */
static bool add_name(struct line *l, const char *name)
{
    size_t n = strlen(name), value = 20;
    if (n + 4 + value > l->room - l->n) {
        l->cut = true;
        return false;
    }
    add(l, S(",\""));
    add(l, str_of(name, n));
    add(l, S("\":"));
    return true;
}

static void add_time(struct line *l)
{
    struct timespec now;
    char text[TIME_TEXT_MAX], ms[8];
    clock_gettime(CLOCK_REALTIME, &now);
    struct str whole = time_format((int64_t)now.tv_sec * 1000, text);
    int n = snprintf(ms, sizeof(ms), ".%03dZ", (int)(now.tv_nsec / 1000000));
    add(l, S("{\"time\":\""));
    add(l, str_of(whole.p, whole.n - 1));
    add(l, str_of(ms, (size_t)n));
    add(l, S("\""));
}

void log_write(enum log_level level, const char *msg, const struct log_field *fields, size_t n)
{
    if ((int)level < atomic_load_explicit(&lowest, memory_order_relaxed))
        return;

    struct line l;
    l.n = 0;
    l.room = sizeof(l.text) - end_cut.n;
    l.cut = false;
    add_time(&l);
    add_name(&l, "level");
    add_quoted(&l, str_c(names[level]));
    add_name(&l, "msg");
    add_quoted(&l, str_c(msg));
    for (size_t i = 0; i < n; i++) {
        char number[24];
        if (!add_name(&l, fields[i].name))
            continue;
        if (fields[i].kind == LF_STR)
            add_quoted(&l, fields[i].s);
        else
            add(&l, str_of(number, (size_t)snprintf(number, sizeof(number), "%lld", (long long)fields[i].i)));
    }
    l.room = sizeof(l.text);
    add(&l, l.cut ? end_cut : end);
    ssize_t written = write(STDERR_FILENO, l.text, l.n);
    (void)written;                /* nowhere to tell it */
}

void panic(const char *file, int line, const char *what)
{
    const struct log_field where[] = { lf_s("file", str_c(file)), lf_i("line", line), lf_s("what", str_c(what)) };
    log_write(LOG_ERROR, "panic", where, sizeof(where) / sizeof(where[0]));
    abort();
}
