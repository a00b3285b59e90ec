/* What a draw costs: memory of those who wait, the time of the draw and of its publication, of a proof, and of a restart with all of them. In one
 * process, without a network, on the bed of the queue's tests. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "draw_int.h"
#include "publish.h"
#include "queue_bed.h"

#define DRAWN 4
#define GROUP 1000

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_mib(void)
{
    long long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f || fscanf(f, "%lld %lld", &pages, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (double)(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

static struct rules rules(void)
{
    struct rules r = rules_of(6000, 100000, 600);
    r.mode = QUEUE_DRAW;
    r.paused = true;
    return r;
}

static void open_draw(struct here *h)
{
    struct settings_out out;
    assert_int_equal(open_schedule(h, DRAWN, 60000, DAY_MS), OK);
    struct settings_in in = { .schedule = DRAWN, .rules = rules() };
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &in, &out, NULL), OK);
}

static void enter_all(struct here *h, int64_t people)
{
    for (int64_t i = 0; i < people; i += GROUP) {
        struct crowd_in in = { .schedule = DRAWN, .first = i + 1, .count = min(GROUP, people - i) };
        assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &in, NULL, NULL), OK);
        advance_alone(h, 5);                 /* blocks are hashed on the way, as they are in the half seconds of a storm */
    }
}

static size_t publish(struct here *h, int64_t parts)
{
    size_t bytes = 0;
    for (int64_t part = 0; part < parts; part++) {
        struct raw_out out;
        struct ctx cx;
        assert_int_equal(fixture_call(&h->f, 0, 0, &queue_draw_entries_call, &(struct part_in){ DRAWN, part }, &out, &cx), OK);
        bytes += out.body.n;
        out.release(out.held);
        app_ctx_end(&cx);
    }
    return bytes;
}

static double prove(struct here *h, int64_t people)
{
    enum { TIMES = 20 };
    double took = 0;
    for (int64_t i = 0; i < TIMES; i++) {
        struct place_out place;
        struct proof_out proof;
        struct ctx cx, other;
        assert_int_equal(fixture_call(&h->f, 1 + i * (people / TIMES), 0, &queue_join_call, &(struct join_in){ .schedule = DRAWN }, &place, &cx), OK);
        double began = seconds();
        assert_int_equal(fixture_call(&h->f, 0, 0, &queue_proof_call, &(struct place_in){ place.place_token }, &proof, &other), OK);
        took += seconds() - began;
        assert_true(proof.in_tree && proof.path.n <= 24);
        app_ctx_end(&other);
        app_ctx_end(&cx);
    }
    return took / TIMES;
}

static void run(struct here *h, int64_t people)
{
    open_draw(h);
    enter_all(h, min(people, GROUP));        /* what the first ones need anyway */
    double before = resident_mib(), began = seconds();
    enter_all(h, people);
    double joined = seconds() - began, after = resident_mib();
    const struct room *r = room_find(app_self(h->f.app, &queue_service), DRAWN);
    size_t bytes = r->places.size * sizeof(*r->places.at) + r->ended.bytes + r->seen.size * sizeof(*r->seen.at);
    printf("%lld people waiting: %.1f MiB more resident, of which %.1f MiB are the room's; %.1f us a join with its receipt\n", (long long)people,
           after - before, (double)bytes / (1 << 20), joined * 1e6 / (double)people);

    int64_t left = r->sale_starts_at - now(h);
    advance_alone(h, left - 1);
    began = seconds();
    advance_alone(h, 1);
    double drawn = seconds() - began;
    assert_int_equal(r->line.entries, people);
    assert_true(r->line.drawn_at > 0);
    began = seconds();
    size_t file = publish(h, (people + 49999) / 50000);
    double published = seconds() - began;
    printf("draw %.0f ms, publication %.0f ms (%.1f MiB), a proof %.1f ms\n", drawn * 1e3, published * 1e3, (double)file / (1 << 20), prove(h, people) * 1e3);

    int64_t then = now(h);
    began = seconds();
    fixture_restart(&h->f);
    printf("restart with all of them %.2f s; resident %.1f MiB\n", seconds() - began, resident_mib());
    advance_alone(h, then - now(h));
}

int main(int argc, char **argv)
{
    void *state;
    int64_t people = argc > 1 ? atoll(argv[1]) : 1000000;
    if (people < GROUP || people > PLACE_MAX) {
        fprintf(stderr, "usage: takenseat-bench-draw [PEOPLE]: from %d to %lld\n", GROUP, (long long)PLACE_MAX);
        return 2;
    }
    setup(&state);
    run(state, people);
    return teardown(&state);
}
