/* takenseat-load: prepares accounts, lets the buyers loose, tells what happened and whether the promises were kept. */
#include "account.h"
#include "buyer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The figures of the summary, summed over the schedules. */
struct result {
    uint64_t sold, distinct, bookings, for_sale;
    double sold_out_s; /* when the last schedule sold out; negative: not all did */
    uint64_t ends[STEP_COUNT];
    uint64_t unfinished;
};

static void open_files_allow(uint32_t connections)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < connections + 64 && limit.rlim_max > limit.rlim_cur) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void rehearsal_open(struct rehearsal *r, int argc, char **argv)
{
    *r = (struct rehearsal){ .ack_log = -1 };
    options_read(&r->options, argc, argv);
    random_hex(r->tag, sizeof r->tag);
    open_files_allow(r->options.connections);
    signal(SIGPIPE, SIG_IGN);
    r->http = http_client_new(r->options.host, (uint16_t)r->options.port, r->options.connections);
    r->score = score_new();
    if (r->options.ack_log) {
        r->ack_log = open(r->options.ack_log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (r->ack_log < 0)
            tool_die("%s: %s", r->options.ack_log, strerror(errno));
    }
}

static void rehearsal_close(struct rehearsal *r)
{
    http_client_free(r->http);
    buyers_free(r);
    sales_free(r);
    accounts_free(r);
    alarms_free(&r->alarms);
    score_free(r->score);
    if (r->ack_log >= 0)
        close(r->ack_log);
    options_free(&r->options);
}

static struct result result_of(const struct rehearsal *r)
{
    struct result t = { 0 };

    for (unsigned i = 0; i < r->options.schedule_count; i++) {
        const struct sale *s = &r->sales[i];
        double at = s->sold_out_us ? (double)(s->sold_out_us - r->began_us) / US_A_SECOND : -1.0;
        t.sold += s->sold;
        t.distinct += s->distinct;
        t.bookings += s->bookings;
        t.for_sale += s->for_sale;
        if (at < 0 || t.sold_out_s < 0)
            t.sold_out_s = -1.0;
        else if (at > t.sold_out_s)
            t.sold_out_s = at;
    }
    for (unsigned i = 0; i < r->options.buyers; i++) {
        if (!r->buyers[i].r)
            continue;
        t.ends[r->buyers[i].step]++;
        t.unfinished += r->buyers[i].step < STEP_FIRST_END;
    }
    return t;
}

static void result_print(const struct rehearsal *r, const struct result *t, double seconds)
{
    puts("");
    score_print(r->score);
    puts("\nbuyers");
    for (enum step step = 0; step < STEP_COUNT; step++)
        if (t->ends[step])
            printf("  %-24s %" PRIu64 "\n", step_name(step), t->ends[step]);
    puts("\nsale");
    printf("  %-24s %.1f s\n", "lasted", seconds);
    printf("  %-24s %" PRIu64 " of %" PRIu64 " in %" PRIu64 " paid bookings\n", "seats sold", t->sold, t->for_sale, t->bookings);
    printf("  %-24s %" PRIu64 "\n", "distinct seats", t->distinct);
    if (t->sold_out_s >= 0)
        printf("  %-24s after %.2f s\n", "sold out", t->sold_out_s);
    else
        printf("  %-24s no\n", "sold out");
    puts("\npromises (all must be 0)");
    printf("  %-24s %" PRIu64 "\n", "oversold", r->broken.oversold);
    printf("  %-24s %" PRIu64 "\n", "answers that disagreed", r->broken.disagreed);
    printf("  %-24s %" PRIu64 "\n", "wrong seats", r->broken.wrong_seats);
    printf("  %-24s %" PRIu64 "\n", "map changed", r->broken.map_changed);
}

static void result_save(const struct rehearsal *r, const struct result *t, double seconds, bool passed)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *ends = cJSON_CreateObject();

    for (enum step step = 0; step < STEP_COUNT; step++)
        if (t->ends[step])
            cJSON_AddNumberToObject(ends, step_name(step), (double)t->ends[step]);
    cJSON_AddBoolToObject(root, "passed", passed);
    cJSON_AddNumberToObject(root, "seconds", seconds);
    cJSON_AddNumberToObject(root, "seats_for_sale", (double)t->for_sale);
    cJSON_AddNumberToObject(root, "seats_sold", (double)t->sold);
    cJSON_AddNumberToObject(root, "distinct_seats", (double)t->distinct);
    cJSON_AddNumberToObject(root, "paid_bookings", (double)t->bookings);
    cJSON_AddNumberToObject(root, "unfinished", (double)t->unfinished);
    if (t->sold_out_s >= 0)
        cJSON_AddNumberToObject(root, "sold_out_seconds", t->sold_out_s);
    else
        cJSON_AddNullToObject(root, "sold_out_seconds");
    cJSON_AddNumberToObject(root, "oversold", (double)r->broken.oversold);
    cJSON_AddNumberToObject(root, "disagreed", (double)r->broken.disagreed);
    cJSON_AddNumberToObject(root, "wrong_seats", (double)r->broken.wrong_seats);
    cJSON_AddNumberToObject(root, "map_changed", (double)r->broken.map_changed);
    cJSON_AddNumberToObject(root, "answers_5xx", (double)score_5xx(r->score));
    cJSON_AddItemToObject(root, "buyers", ends);
    cJSON_AddItemToObject(root, "operations", score_json(r->score));

    char *text = json_print(root);
    FILE *f = fopen(r->options.json, "we");
    if (!f)
        tool_die("%s: %s", r->options.json, strerror(errno));
    fprintf(f, "%s\n", text);
    if (fclose(f))
        tool_die("%s: %s", r->options.json, strerror(errno));
    free(text);
}

/* Says on stderr each thing that was promised or expected and did not hold. */
static bool result_judge(const struct rehearsal *r, const struct result *t)
{
    const struct options *o = &r->options;
    const struct broken_promises *p = &r->broken;
    uint64_t answers_5xx = score_5xx(r->score);
    bool passed = true;

    if (p->oversold || p->disagreed || p->wrong_seats || p->map_changed) {
        fputs("failed: a promise was broken, see the list above\n", stderr);
        passed = false;
    }
    if (o->expect_sold_given && t->sold != o->expect_sold) {
        fprintf(stderr, "failed: %" PRIu64 " seats were sold, expected %u\n", t->sold, o->expect_sold);
        passed = false;
    }
    if (o->expect_no_5xx && answers_5xx) {
        fprintf(stderr, "failed: %" PRIu64 " answers were 5xx, expected none\n", answers_5xx);
        passed = false;
    }
    return passed;
}

static bool rehearse(struct rehearsal *r)
{
    sales_open(r);
    score_begin(r->score, r->options.csv);
    buyers_run(r);

    double seconds = (double)(clock_us() - r->began_us) / US_A_SECOND;
    struct result t = result_of(r);
    score_last_tick(r->score);
    result_print(r, &t, seconds);
    fflush(stdout);
    bool passed = result_judge(r, &t);
    if (r->options.json)
        result_save(r, &t, seconds, passed);
    return passed;
}

int main(int argc, char **argv)
{
    struct rehearsal r;
    bool passed = true;

    rehearsal_open(&r, argc, argv);
    unsigned ready = accounts_prepare(&r);
    accounts_save(&r);
    printf("accounts ready: %u of %u\n", ready, r.options.buyers);
    fflush(stdout);
    if (!ready)
        tool_die("no account could be signed in");
    if (!r.options.accounts_only) {
        passed = rehearse(&r);
        accounts_save(&r);
    }
    rehearsal_close(&r);
    return passed ? 0 : 1;
}
