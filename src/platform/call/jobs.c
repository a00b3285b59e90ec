/* Work by the clock. Threads look every 20 ms at what is due: one runs commands, one stories, and each job that waits for machines of others
 * has its own, so that who is slow outside holds up nobody here. With a manual clock, time is moved from one due moment to the next and
 * everything runs on the mover's thread. */
#include "platform/call/away.h"

#include <stdlib.h>
#include <time.h>

#include "platform/bus/bus.h"
#include "platform/obs/log.h"

#define LOOK_MS 20
#define ROUNDS_MAX 100000     /* a job that is always due is a bug */

enum { RUNNER_COMMANDS, RUNNER_STORIES, RUNNER_FIRST_WAITING };

struct entry {
    const struct job *job;
    void *self;
    size_t runner;
    _Atomic int64_t not_before;   /* after a failure */
};

struct runner {
    struct jobs *jobs;
    size_t number;
    pthread_t thread;
    pthread_mutex_t running;  /* held while jobs run */
};

struct jobs {
    struct app *app;
    struct entry *at;
    size_t n;
    _Atomic bool stop;
    struct runner *runners;
    size_t runner_count;
};

static int64_t due_at(const struct entry *e)
{
    int64_t due = e->job->due(e->self);
    return due > e->not_before ? due : e->not_before;
}

static void run_job(struct jobs *j, struct entry *entry)
{
    struct ctx cx;
    app_ctx_begin(j->app, &cx);
    err e = call_run(&cx, entry->job->call, NULL, NULL);
    entry->not_before = e ? cx.now + 1000 : 0;
    if (e)
        LOG(LOG_WARN, "job failed", lf_s("job", str_c(entry->job->name)), lf_s("code", str_c(cx.problem.code ? cx.problem.code : err_kind(e)->word)),
            lf_s("detail", cx.problem.detail));
    app_ctx_end(&cx);
}

/* Runs each job of this runner that is due once; false when none was. */
static bool run_due(struct runner *r, int64_t now)
{
    bool any = false;
    pthread_mutex_lock(&r->running);
    for (size_t i = 0; i < r->jobs->n; i++) {
        struct entry *e = &r->jobs->at[i];
        if (e->runner != r->number || due_at(e) > now)
            continue;
        run_job(r->jobs, e);
        any = true;
    }
    pthread_mutex_unlock(&r->running);
    return any;
}

static void *runner_main(void *self)
{
    static const char *const names[] = { [RUNNER_COMMANDS] = "jobs commands", [RUNNER_STORIES] = "jobs stories" };
    struct runner *r = self;
    pthread_setname_np(pthread_self(), r->number < RUNNER_FIRST_WAITING ? names[r->number] : "job waiting");
    const struct timespec pause = { 0, LOOK_MS * 1000000L };
    while (!atomic_load(&r->jobs->stop))
        if (!db_owns(r->jobs->app->db) || !run_due(r, clock_now(&r->jobs->app->clock)))
            nanosleep(&pause, NULL);
    return NULL;
}

static void add(struct jobs *j, const struct job *job, void *self, size_t runner)
{
    j->at = realloc(j->at, (j->n + 1) * sizeof(*j->at));
    if (!j->at)
        abort();
    j->at[j->n++] = (struct entry){ .job = job, .self = self, .runner = runner };
}

/* Once for each of its threads. */
static void add_waiting(struct jobs *j, const struct service *service, const struct job *job, void *self)
{
    size_t threads = service->job_threads ? service->job_threads(self, job) : 1;
    for (size_t i = 0; i < threads; i++)
        add(j, job, self, j->runner_count++);
}

static size_t runner_of(const struct job *job)
{
    return job->call->kind == CALL_COMMAND ? RUNNER_COMMANDS : RUNNER_STORIES;
}

static void runners_start(struct jobs *j)
{
    j->runners = calloc(j->runner_count, sizeof(*j->runners));
    if (!j->runners)
        abort();
    for (size_t i = 0; i < j->runner_count; i++) {
        struct runner *r = &j->runners[i];
        r->jobs = j;
        r->number = i;
        pthread_mutex_init(&r->running, NULL);
        if (pthread_create(&r->thread, NULL, runner_main, r))
            panic(__FILE__, __LINE__, "cannot start the job threads");
    }
}

static const struct job platform_bus_job = { "bus.deliver", &bus_deliver_call, bus_due };
static const struct job platform_bus_prune_job = { "bus.prune", &bus_prune_call, bus_prune_due };
static const struct job platform_look_job = { "call.look", &away_look_call, away_look_due };
static const struct job platform_idem_job = { "idempotency.prune", &idem_prune_call, idem_due };

struct jobs *jobs_start(struct app *app)
{
    struct jobs *j = calloc(1, sizeof(*j));
    if (!j)
        abort();
    j->app = app;
    j->runner_count = RUNNER_FIRST_WAITING;
    add(j, &platform_bus_job, app->bus, RUNNER_STORIES);
    add(j, &platform_bus_prune_job, app->bus, RUNNER_STORIES);
    add(j, &platform_idem_job, app->idem, runner_of(&platform_idem_job));
    add(j, &platform_look_job, app, runner_of(&platform_look_job));
    for (size_t i = 0; i < app->service_count; i++) {
        for (const struct job *job = app->o.services[i]->jobs; job && job->name; job++)
            add(j, job, app->selves[i], runner_of(job));
        for (const struct job *job = app->o.services[i]->waiting_jobs; job && job->name; job++)
            add_waiting(j, app->o.services[i], job, app->selves[i]);
    }
    runners_start(j);
    return j;
}

void jobs_stop(struct jobs *j)
{
    if (!j)
        return;
    atomic_store(&j->stop, true);
    for (size_t i = 0; i < j->runner_count; i++) {
        pthread_join(j->runners[i].thread, NULL);
        pthread_mutex_destroy(&j->runners[i].running);
    }
    free(j->runners);
    free(j->at);
    free(j);
}

static int64_t next_due(struct jobs *j)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < j->n; i++) {
        int64_t due = due_at(&j->at[i]);
        if (due < next)
            next = due;
    }
    return next;
}

static bool run_all_due(struct jobs *j, int64_t now)
{
    int rounds = 0;
    bool any, ever = false;
    do {
        any = false;
        for (size_t i = 0; i < j->runner_count; i++)
            any |= run_due(&j->runners[i], now);
        any |= bus_settle(j->app->bus);
        ever |= any;
        ASSERT(++rounds < ROUNDS_MAX);
    } while (any);
    return ever;
}

/* ---- the clocks of all processes, moved together by the one that was asked to ---- */

struct step_in {
    int64_t to;
};

struct step_out {
    bool ran;                 /* something was due by then */
    int64_t next;             /* when something is due again */
};

FIELDS(step_in_fields, "ClockStep", struct step_in, { .name = "to", .type = F_INT, .at = offsetof(struct step_in, to) });
FIELDS(step_out_fields, "ClockStepped", struct step_out,
    { .name = "ran", .type = F_BOOL, .at = offsetof(struct step_out, ran) },
    { .name = "next", .type = F_INT, .at = offsetof(struct step_out, next) });

static err step(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct app *app = self;
    const struct step_in *in = in_;
    struct step_out *ret = ret_out;
    (void)cx;
    if (in->to > clock_now(&app->clock))
        clock_set(&app->clock, in->to);
    ret->ran = run_all_due(app->jobs, clock_now(&app->clock));
    ret->next = next_due(app->jobs);
    return OK;
}

const struct call jobs_step_call = { "platform.clock_step", "Moves the clock of a test.", CALL_STORY, &step_in_fields, &step_out_fields, step };

/* Everything due in any process; *ret_next: when something is due again in another one. */
static void run_everywhere(struct jobs *j, int64_t now, int64_t *ret_next)
{
    struct step_in in = { now };
    bool any;
    do {
        any = run_all_due(j, now) && app_peer_count(j->app);
        *ret_next = INT64_MAX;
        for (size_t i = 0; i < app_peer_count(j->app); i++) {
            struct ctx cx;
            struct step_out out = { .next = INT64_MAX };
            app_ctx_begin(j->app, &cx);
            if (!away_run_at(&cx, i, &jobs_step_call, &in, &out))
                any |= out.ran;
            if (out.next < *ret_next)
                *ret_next = out.next;
            app_ctx_end(&cx);
        }
    } while (any);
}

int64_t jobs_advance(struct jobs *j, int64_t ms)
{
    struct clock *clock = &j->app->clock;
    int64_t target = clock_now(clock) + ms, others, next;
    run_everywhere(j, clock_now(clock), &others);
    for (;;) {
        next = next_due(j);
        if (others < next)
            next = others;
        if (next > target)
            break;
        if (next > clock_now(clock))
            clock_set(clock, next);
        run_everywhere(j, clock_now(clock), &others);
    }
    clock_set(clock, target);
    if (app_peer_count(j->app))
        run_everywhere(j, target, &others);
    return target;
}
