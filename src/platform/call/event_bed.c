#include "platform/call/event_bed.h"

struct ears ears;

static const struct field word_rows[] = { { .name = "n", .type = F_INT, .at = offsetof(struct word, n), .has_at = NO_HAS } };
const struct fields word_fields = { "Word", sizeof(struct word), word_rows, 1 };

static err say(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self, (void)out;
    const struct word *in = in_;
    outbox_put(cx, "test.said", 1, arena_fmt(cx->arena, "{\"n\":%lld}", (long long)in->n));
    return OK;
}

static err hear(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self, (void)out;
    const struct word *in = in_;
    if (atomic_load(&ears.fails_left) > 0) {
        atomic_fetch_sub(&ears.fails_left, 1);
        return fail(cx, ERR_UNAVAILABLE, NULL, "Not now.", "지금은 안 됩니다.");
    }
    if (in->n == 13 && atomic_load(&ears.unlucky))
        return fail(cx, ERR_CONFLICT, "unlucky", "Not this one.", "이것은 안 됩니다.");
    atomic_store(&ears.heard[atomic_fetch_add(&ears.n, 1) % HEARD_MAX], in->n);
    return OK;
}

const struct call say_call = { .name = "test.say", .kind = CALL_COMMAND, .in = &word_fields, .fn = say };
const struct call hear_call = { .name = "test.hear", .kind = CALL_COMMAND, .in = &word_fields, .fn = hear };
const struct event_kind bed_says[] = { { "test.said", "said.v1", 3, ID_USER, &word_fields, "Somebody said something." }, { 0 } };
const struct subscription bed_subscriptions[] = { { "test.said", &hear_call }, { 0 } };

void ears_clear(void)
{
    atomic_store(&ears.n, 0);
    atomic_store(&ears.fails_left, 0);
    atomic_store(&ears.unlucky, true);
}

void said(struct fixture *f, int64_t n)
{
    assert_int_equal(fixture_call(f, 0, 0, &say_call, &(struct word){ n }, NULL, NULL), OK);
}

err bed_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

void bed_close(void *self)
{
    (void)self;
}
