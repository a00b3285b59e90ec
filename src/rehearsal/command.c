#include "command.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "play.h"
#include "report.h"

const char rehearsal_usage[] =
    "usage: takenseat rehearse --data DIR --schedule ID [options]\n"
    "\n"
    "  Plays the sale of a schedule on a copy, on a virtual clock, and says how it would go (docs/rehearsal.md).\n"
    "\n"
    "  --people N       who want tickets (1000000)             --bots N       programs that come the moment the room opens (0)\n"
    "  --arrival WAY    early, burst or flat (early)           --party N      people who buy together, a mean (2.5)\n"
    "  --no-show N      percent away when it is their turn (40) --back N      percent of these who look again in 15 minutes (10)\n"
    "  --think SECONDS  from the pass to the seats, a mean (120) --pay SECONDS  from the seats to the payment, a mean (120)\n"
    "  --abandon N      percent of those let in who do not buy (40)\n"
    "  --refuse N       percent of payments refused (5)        --retries N    further payments somebody tries (1)\n"
    "  --minutes N      of the sale that are played (360)      --seed N       of chance (1)\n"
    "  --set NAME=V     another setting; may be repeated: mode (off, fifo, draw), admit_per_minute, active_limit, pass_seconds,\n"
    "                   hold_seconds, opens_minutes (before the sale)\n"
    "  --compare NAME=V plays the same people again with this setting, and shows both\n"
    "  --html FILE      a report with plots                    --json FILE    the figures\n"
    "  --lang LANG      en or ko (en)\n";

static _Noreturn void refuse(const char *what, struct str why)
{
    fprintf(stderr, "takenseat: %s%s%.*s\n", what, why.n ? ": " : "", STR_ARG(why));
    exit(2);
}

/* ---- options ---- */

enum kind { NUMBER, HUNDREDTHS, WORD, TEXT, SETTING };

struct option_row {
    const char *name;
    enum kind kind;
    size_t at;                /* in struct rehearsal */
    int64_t low, high;
    const char *const *words;
};

static const char *const languages[] = { "en", "ko", NULL };

#define IN(member) offsetof(struct rehearsal, member)
static const struct option_row rows[] = {
    { "people", NUMBER, IN(crowd.people), 1, 5000000, NULL },
    { "bots", NUMBER, IN(crowd.bots), 0, 5000000, NULL },
    { "arrival", WORD, IN(crowd.arrival), 0, 0, arrival_words },
    { "party", HUNDREDTHS, IN(crowd.party), PARTY_UNIT, 8 * PARTY_UNIT, NULL },
    { "no-show", NUMBER, IN(crowd.no_show), 0, 100, NULL },
    { "back", NUMBER, IN(crowd.back), 0, 100, NULL },
    { "think", NUMBER, IN(crowd.think), 1, 3600, NULL },
    { "pay", NUMBER, IN(crowd.pay), 1, 3600, NULL },
    { "abandon", NUMBER, IN(crowd.leave), 0, 100, NULL },
    { "refuse", NUMBER, IN(crowd.refuse), 0, 100, NULL },
    { "retries", NUMBER, IN(crowd.retries), 0, 20, NULL },
    { "minutes", NUMBER, IN(minutes), 1, 1440, NULL },
    { "seed", NUMBER, IN(seed), 1, INT64_MAX, NULL },
    { "schedule", TEXT, IN(schedule), 0, 0, NULL },
    { "json", TEXT, IN(json), 0, 0, NULL },
    { "html", TEXT, IN(html), 0, 0, NULL },
    { "lang", WORD, IN(korean), 0, 0, languages },
    { "set", SETTING, IN(set), 0, 0, NULL },
    { "compare", SETTING, IN(compare), 0, 0, NULL },
};
#undef IN
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int word_index(const char *const *words, struct str text)
{
    for (int i = 0; words[i]; i++)
        if (str_eq(str_c(words[i]), text))
            return i;
    return -1;
}

/* "2.5" in hundredths; false unless it is digits with at most two behind the point. */
static bool hundredths(struct str text, int64_t *ret)
{
    int64_t part = 0;
    struct str whole = str_cut(&text, '.');
    if (whole.n > 9 || text.n > 2 || !str_to_int(whole, ret) || (text.n && (text.p[0] == '-' || !str_to_int(text, &part))))
        return false;
    *ret = *ret * 100 + (text.n == 1 ? part * 10 : part);
    return true;
}

static void take_setting(struct rehearsal *r, const struct option_row *row, const char *value)
{
    bool compared = row->at == offsetof(struct rehearsal, compare);
    int *n = compared ? &r->compare_n : &r->set_n;
    if (*n == SETTINGS_MOST)
        refuse("too many settings", str_c(value));
    (compared ? r->compare : r->set)[(*n)++] = value;
}

static void take(struct rehearsal *r, const struct option_row *row, const char *value)
{
    void *at = (char *)r + row->at;
    int64_t number = 0;
    bool ok = true;
    switch (row->kind) {
    case NUMBER: ok = str_to_int(str_c(value), &number) && number >= row->low && number <= row->high; break;
    case HUNDREDTHS: ok = hundredths(str_c(value), &number) && number >= row->low && number <= row->high; break;
    case WORD: number = word_index(row->words, str_c(value)); ok = number >= 0; break;
    case TEXT: *(const char **)at = value; return;
    case SETTING: take_setting(r, row, value); return;
    }
    if (!ok && row->kind == WORD)
        fprintf(stderr, "takenseat: --%s: %s is none of its words\n%s", row->name, value, rehearsal_usage);
    else if (!ok)
        fprintf(stderr, "takenseat: --%s: %s is not between %lld and %lld\n", row->name, value, (long long)row->low / (row->kind == HUNDREDTHS ? 100 : 1),
                (long long)row->high / (row->kind == HUNDREDTHS ? 100 : 1));
    if (!ok)
        exit(2);
    *(int64_t *)at = number;
}

/* "--people=5" or "--people 5": the row, and where the value begins (NULL: it is the next word). */
static const struct option_row *row_of(const char *arg, const char **ret_value)
{
    for (size_t i = 0; i < ROWS && strncmp(arg, "--", 2) == 0; i++) {
        size_t n = strlen(rows[i].name);
        const char *end = arg + 2 + n;
        if (strncmp(arg + 2, rows[i].name, n) != 0 || (*end && *end != '='))
            continue;
        *ret_value = *end ? end + 1 : NULL;
        return &rows[i];
    }
    return NULL;
}

int rehearsal_options(struct rehearsal *r, int argc, char **argv)
{
    int left = 0;
    *r = (struct rehearsal){ .minutes = 360, .seed = 1, .crowd = { .people = 1000000, .party = 250, .no_show = 40, .back = 10, .think = 120, .pay = 120,
                                                                   .leave = 40, .refuse = 5, .retries = 1 } };
    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        const struct option_row *row = i ? row_of(argv[i], &value) : NULL;
        if (!row)
            argv[left++] = argv[i];
        else if (value || i + 1 < argc)
            take(r, row, value ? value : argv[++i]);
        else
            refuse("this option needs a value", str_c(argv[i]));
        if (!row && strcmp(argv[i], "--help") == 0) {
            fputs(rehearsal_usage, stdout);
            exit(0);
        }
    }
    r->crowd.seed = (uint64_t)r->seed;
    return left;
}

/* ---- settings to try ---- */

/* As far as its organizer may go. */
static const struct {
    const char *name;
    size_t at;
    int64_t low, high;
} setting_rows[] = {
    { "admit_per_minute", offsetof(struct setting, admit_per_minute), 1, 100000 },
    { "active_limit", offsetof(struct setting, active_limit), 1, 1000000 },
    { "pass_seconds", offsetof(struct setting, pass_seconds), 30, 3600 },
    { "hold_seconds", offsetof(struct setting, hold_seconds), 10, 3600 },
    { "opens_minutes", offsetof(struct setting, opens_minutes), 0, 1440 },
};
static const char *const modes[] = { "off", "fifo", "draw", NULL };

static bool set_one(struct setting *s, const char *text)
{
    struct str value = str_c(text), name = str_cut(&value, '=');
    int64_t number;
    if (str_eq(name, S("mode"))) {
        s->mode = word_index(modes, value);
        return s->mode >= 0;
    }
    for (size_t i = 0; i < sizeof(setting_rows) / sizeof(setting_rows[0]); i++)
        if (str_eq(str_c(setting_rows[i].name), name)) {
            *(int64_t *)((char *)s + setting_rows[i].at) = str_to_int(value, &number) ? number : -1;
            return str_to_int(value, &number) && number >= setting_rows[i].low && number <= setting_rows[i].high;
        }
    return false;
}

static void set_all(struct setting *s, const char *const *texts, int n)
{
    for (int i = 0; i < n; i++)
        if (!set_one(s, texts[i]))
            refuse("no such setting, or beyond its bounds", str_c(texts[i]));
}

/* ---- the runs ---- */

static bool play_copy(struct arena *arena, const struct config *config, const char *data, int64_t schedule, const struct rehearsal *r,
                      const struct setting *set, struct tally *t, struct str *ret_why)
{
    struct copy copy;
    struct app_options o = { .config = config, .services = stage_services, .test_clock = true, .fleeting = true, .seed = r->crowd.seed };
    if (!copy_make(arena, data, schedule, &o, r->crowd.seed, &copy, ret_why))
        return false;
    bool ok = play_sale(arena, config, &copy, schedule, &r->crowd, set, r->minutes, t, ret_why);
    copy_remove(&copy);
    return ok;
}

static void write_file(const char *name, const struct buf *text)
{
    FILE *f = fopen(name, "we");
    bool ok = f && fwrite(text->p, 1, text->n, f) == text->n;
    if (f && fclose(f))
        ok = false;
    if (!ok)
        refuse("cannot write", str_c(name));
}

typedef void report_fn(struct buf *out, const struct report *r);

static void report_to(const char *name, report_fn *write, const struct report *r)
{
    struct buf out;
    if (!name)
        return;
    buf_init(&out, 8 << 20);
    write(&out, r);
    write_file(name, &out);
    buf_free(&out);
}

int rehearse(struct arena *arena, const struct config *config, const char *data, const struct rehearsal *r)
{
    struct tally tallies[2] = { 0 };
    struct setting set = no_setting, other;
    struct str why = { 0 };
    int64_t schedule;
    if (config_str(config, "db.url").n)
        refuse("rehearse copies out of SQLite only; the shop of db.url cannot be rehearsed", (struct str){ 0 });
    if (!r->schedule)
        refuse("rehearse needs --schedule ID", (struct str){ 0 });
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);             /* play_sale looks for them: the copy is removed in any case */
    log_level_set(LOG_ERROR);                /* of its own steps nobody wants to read */
    set_all(&set, r->set, r->set_n);
    other = set;
    set_all(&other, r->compare, r->compare_n);
    if (!copy_schedule_id(arena, data, str_c(r->schedule), &schedule, &why) || !play_copy(arena, config, data, schedule, r, &set, &tallies[0], &why) ||
        (r->compare_n && !play_copy(arena, config, data, schedule, r, &other, &tallies[1], &why)))
        refuse("no rehearsal", why);

    struct report report = { .arena = arena, .lang = (int)r->korean, .crowd = &r->crowd, .runs = tallies, .run_n = r->compare_n ? 2 : 1 };
    struct buf text;
    buf_init(&text, 1 << 20);
    report_text(&text, &report);
    fwrite(text.p, 1, text.n, stdout);
    buf_free(&text);
    report_to(r->html, report_html, &report);
    report_to(r->json, report_json, &report);
    bool sound = true;
    for (int i = 0; i < report.run_n; i++) {
        sound &= tally_sound(&tallies[i]);
        tally_free(&tallies[i]);
    }
    return sound ? 0 : 1;
}
