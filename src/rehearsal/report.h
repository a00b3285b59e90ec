/* What a rehearsal tells: ten lines for a terminal, a page with plots, the figures as JSON. */
#ifndef REHEARSAL_REPORT_H
#define REHEARSAL_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "crowd.h"
#include "tally.h"

struct report {
    struct arena *arena;
    int lang;                 /* enum lang */
    const struct crowd *crowd;
    const struct tally *runs;            /* the second one is compared with the first */
    int run_n;
};

void report_text(struct buf *out, const struct report *r);
/* One file without script or anything from elsewhere. */
void report_html(struct buf *out, const struct report *r);
void report_json(struct buf *out, const struct report *r);

/* ---- words (words.c): in the report's language, in its arena ---- */

static inline const char *say(const struct report *r, const char *en, const char *ko)
{
    return r->lang ? ko : en;
}

/* The same with values put in: the conversions of both are the same. */
struct str say_fmt(const struct report *r, const char *en, const char *ko, ...) __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* "1,000,000" */
struct str count_text(const struct report *r, int64_t n);
/* "KRW 150,000", "150,000원" */
struct str money_text(const struct report *r, const struct tally *t, int64_t amount);
/* "1 h 05 min", "4 min 05 s", "38 s"; "-" when it is negative. */
struct str span_text(const struct report *r, int64_t ms);
/* The same for a time of the sale, which may be before it. */
struct str time_text(const struct report *r, int64_t ms);
/* "37 %" of a whole; "-" of nothing. */
struct str share_text(const struct report *r, int64_t part, int64_t whole);
const char *outcome_text(const struct report *r, enum outcome how);
const char *group_text(const struct report *r, enum group group);
/* "fifo, 600 a minute, ..." */
struct str settings_text(const struct report *r, const struct tally *t);
extern const char *const outcome_words[], *const group_words[], *const mode_words[];

#endif
