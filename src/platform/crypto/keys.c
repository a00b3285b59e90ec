/* The secret of an installation. It comes to be at the first start: written beside its place, made durable, then linked into place, so that
 * it is there whole or not at all, and of two programs that start at once both use the first one's. */
#include "platform/crypto/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define SECRET_BYTES crypto_kdf_KEYBYTES

_Static_assert(SECRET_BYTES == 32, "one seed of 32 bytes");

struct secret {
    struct arena *arena;
    const char *dir, *path;
    uint8_t seed[SECRET_BYTES];
    struct str why;
};

static bool refuse(struct secret *s, const char *what, const char *path)
{
    s->why = arena_fmt(s->arena, "%s: %s: %s", path, what, strerror(errno));
    return false;
}

static bool read_all(int fd, uint8_t *out, size_t n)
{
    while (n) {
        ssize_t got = read(fd, out, n);
        if (got == 0)
            errno = EIO;
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            out += got;
            n -= (size_t)got;
        }
    }
    return true;
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return true;
}

static bool secret_check(struct secret *s, int fd)
{
    struct stat st;
    if (fstat(fd, &st))
        return refuse(s, "cannot be examined", s->path);
    if (!S_ISREG(st.st_mode) || st.st_size != SECRET_BYTES) {
        s->why = arena_fmt(s->arena, "%s: must be a file of exactly %d bytes", s->path, SECRET_BYTES);
        return false;
    }
    if (st.st_mode & 077) {
        s->why = arena_fmt(s->arena, "%s: others may read it (mode %03o); allowed is 0600", s->path, (unsigned)st.st_mode & 0777);
        return false;
    }
    return read_all(fd, s->seed, sizeof(s->seed)) || refuse(s, "cannot be read", s->path);
}

/* *ret_missing: there is no such file. */
static bool secret_read(struct secret *s, bool *ret_missing)
{
    int fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    *ret_missing = fd < 0 && errno == ENOENT;
    if (fd < 0)
        return refuse(s, "cannot be opened", s->path);
    bool ok = secret_check(s, fd);
    close(fd);
    return ok;
}

static bool dir_sync(struct secret *s)
{
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        refuse(s, "cannot be made durable", s->dir);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool secret_make(struct secret *s)
{
    if (mkdir(s->dir, 0700) && errno != EEXIST)
        return refuse(s, "cannot be made", s->dir);
    char *path = (char *)arena_fmt(s->arena, "%s.XXXXXX", s->path).p;
    int fd = mkostemp(path, O_CLOEXEC);                    /* mode 0600 */
    if (fd < 0)
        return refuse(s, "cannot be made", path);

    uint8_t seed[SECRET_BYTES];
    crypto_random(seed, sizeof(seed));
    bool ok = write_all(fd, seed, sizeof(seed)) && fsync(fd) == 0;
    sodium_memzero(seed, sizeof(seed));
    if (!ok)
        refuse(s, "cannot be written", path);
    close(fd);
    if (ok && link(path, s->path) && errno != EEXIST)
        ok = refuse(s, "cannot be made", s->path);
    unlink(path);
    return ok && dir_sync(s);
}

static void derive(const struct secret *s, const char *name, uint8_t *out, size_t n)
{
    char context[crypto_kdf_CONTEXTBYTES] = { 0 };
    memcpy(context, name, strnlen(name, sizeof(context)));
    crypto_kdf_derive_from_key(out, n, 1, context, s->seed);
}

static void keys_derive(const struct secret *s, struct keys *ret)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t seed[crypto_sign_SEEDBYTES], name[4];
    derive(s, "token", ret->token, sizeof(ret->token));
    derive(s, "place", ret->place, sizeof(ret->place));
    derive(s, "presale", ret->presale, sizeof(ret->presale));
    derive(s, "draw", ret->draw, sizeof(ret->draw));
    derive(s, "webhook", ret->webhook, sizeof(ret->webhook));
    derive(s, "secrets", ret->secrets, sizeof(ret->secrets));
    derive(s, "hooks", ret->hooks, sizeof(ret->hooks));
    derive(s, "link", ret->link, sizeof(ret->link));
    derive(s, "ids", ret->ids.secret, sizeof(ret->ids.secret));
    derive(s, "ticket", seed, sizeof(seed));
    crypto_sign_seed_keypair(ret->ticket_public, ret->ticket_secret, seed);
    derive(s, "receipt", seed, sizeof(seed));
    crypto_sign_seed_keypair(ret->receipt_public, ret->receipt_secret, seed);
    sodium_memzero(seed, sizeof(seed));
    crypto_digest(str_of((const char *)ret->ticket_public, sizeof(ret->ticket_public)), name, sizeof(name));
    for (int i = 0; i < 8; i++)
        ret->ticket_kid[i] = hex[name[i / 2] >> (i % 2 ? 0 : 4) & 15];
    ret->ticket_kid[8] = 0;
}

bool keys_load(struct arena *arena, const char *dir, struct keys *ret, struct str *ret_why)
{
    struct secret s = { .arena = arena, .dir = dir, .path = arena_fmt(arena, "%s/secret", dir).p };
    bool missing;
    bool ok = secret_read(&s, &missing);
    if (missing)
        ok = secret_make(&s) && secret_read(&s, &missing);
    if (ok)
        keys_derive(&s, ret);
    else
        *ret_why = s.why;
    sodium_memzero(s.seed, sizeof(s.seed));
    return ok;
}
