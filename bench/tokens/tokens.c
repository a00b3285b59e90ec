/* takenseat-bench-tokens: access tokens of invented accounts, signed with the secret of a data folder, as the accounts file of takenseat-load.
 * Whoever may read that secret could do the same: a million sign-ups would measure the hashing of passwords. */
#include <stdio.h>
#include <stdlib.h>

#include "base/ctx.h"
#include "platform/crypto/jwt.h"

#define FIRST_USER 1000000000             /* far from accounts that were signed up */
#define COUNT_MAX  10000000
#define LIFE_MS    (6 * 60 * 60 * 1000)

static bool count_read(const char *text, int64_t *ret)
{
    return str_to_int(str_c(text), ret) && *ret > 0 && *ret <= COUNT_MAX;
}

static void write_all(const struct keys *keys, int64_t count, int64_t now)
{
    struct arena *arena = arena_new(0);
    puts("email,password,access_token,refresh_token");
    for (int64_t i = 0; i < count; i++) {
        struct jwt_claims claims = { .user = FIRST_USER + i, .session = FIRST_USER + i, .roles = ROLE_CUSTOMER, .issued_ms = now, .expires_ms = now + LIFE_MS };
        struct str token = jwt_sign(arena, keys, &claims);
        printf("buyer-%lld@bench.example,-,%.*s,\n", (long long)i, STR_ARG(token));
        arena_reset(arena);
    }
    arena_free(arena);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(0);
    struct keys keys;
    struct str why;
    int64_t count, now;
    if (argc != 4 || !count_read(argv[2], &count) || !str_to_int(str_c(argv[3]), &now)) {
        fprintf(stderr, "usage: takenseat-bench-tokens DATA COUNT NOW_MS > FILE: at most %d, good for six hours from NOW_MS\n", COUNT_MAX);
        return 2;
    }
    if (!keys_load(arena, argv[1], &keys, &why)) {
        fprintf(stderr, "%.*s\n", STR_ARG(why));
        return 2;
    }
    write_all(&keys, count, now);
    arena_free(arena);
    return fflush(stdout) ? 2 : 0;
}
