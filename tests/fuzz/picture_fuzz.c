/* Whatever is sent in as a poster: it is refused with a reason, or all its widths are JPEGs. */
#include <stdint.h>
#include <stdlib.h>

#include "services/performance/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const int widths[] = { 8, 64 };
    struct ctx cx = { .arena = arena_new(0) };
    struct str out[2] = { { 0 } };
    struct picture picture;

    picture_quiet();
    err e = picture_look(&cx, str_of((const char *)data, n), &picture);
    if (!e && (uint64_t)picture.width * picture.height > 1000000) {       /* no more than many rounds of the fuzzer have memory for */
        arena_free(cx.arena);
        return 0;
    }
    if (!e)
        e = picture_make(&cx, &picture, widths, 2, out);
    for (int i = 0; i < 2; i++)
        if (e ? cx.problem.detail.n == 0 : out[i].n < 4 || !str_starts(out[i], S("\xff\xd8\xff")))
            abort();
    arena_free(cx.arena);
    return 0;
}
