/* Whatever fields_decode accepts is written and read back to the same text; whatever it refuses gives a problem document in UTF-8 that names
 * at least one fault. Both without a crash and with bounded memory. */
#include <stdlib.h>

#include "platform/json/sample_test.h"
#include "platform/obs/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct id_key ids = { "sixteen letters" };

static void check_refused(const struct ctx *cx, err e)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    ASSERT(e == ERR_INPUT);
    ASSERT(cx->problem.detail.n > 0);
    problem_encode(&out, cx, e);
    ASSERT(!out.full && str_utf8(buf_view(&out)));
    buf_free(&out);
}

static void check_accepted(struct ctx *cx, const struct sample *first)
{
    struct sample second = { 0 };
    struct buf before, after;
    buf_init(&before, 16 * 1024 * 1024);
    buf_init(&after, 16 * 1024 * 1024);
    fields_encode(&before, &sample_fields, &ids, first);
    ASSERT(!before.full && str_utf8(buf_view(&before)));
    err e = fields_decode(cx, &sample_fields, &ids, buf_view(&before), &second);
    ASSERT(e == OK);
    fields_encode(&after, &sample_fields, &ids, &second);
    ASSERT(str_eq(buf_view(&before), buf_view(&after)));
    buf_free(&before);
    buf_free(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of exactly this size, so that a read beyond its end is seen. */
    char *body = malloc(size ? size : 1);
    ASSERT(body != NULL);
    if (size)
        memcpy(body, data, size);

    struct ctx cx = { .arena = arena_new(0), .lang = size % 2 ? LANG_KO : LANG_EN };
    struct sample sample = { 0 };
    err e = fields_decode(&cx, &sample_fields, &ids, str_of(body, size), &sample);
    ASSERT(arena_used(cx.arena) < 512 * 1024 + 64 * size);
    if (e)
        check_refused(&cx, e);
    else
        check_accepted(&cx, &sample);
    arena_free(cx.arena);
    free(body);
    return 0;
}
