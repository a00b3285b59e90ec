/* A path to its way, and a client to its share of the upstreams. A path is compared as it means, with its escapes undone, and told on as it was sent. */
#include "gateway_int.h"

const char *const way_methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL };
const char *const way_roles[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

unsigned way_method(struct str method)
{
    for (unsigned i = 0; way_methods[i]; i++)
        if (str_eq(method, str_c(way_methods[i])))
            return 1u << i;
    return 0;
}

static bool under(struct str prefix, struct str path)
{
    return str_starts(path, prefix) && (path.n == prefix.n || path.p[prefix.n] == '/');
}

const struct way *way_find(const struct gateway *g, struct str path)
{
    for (size_t i = 0; i < g->way_n; i++)
        if (under(g->ways[i].prefix, path))
            return &g->ways[i];
    return NULL;
}

bool way_path_clean(struct str path)
{
    struct str rest = str_of(path.p + 1, path.n - 1);
    if (memchr(path.p, '\\', path.n))
        return false;
    while (rest.p) {
        struct str segment = str_cut(&rest, '/');
        struct str name = str_cut(&segment, ';');            /* "/..;x/" is "/../" to some */
        if (segment.p && (!name.n || str_eq(name, S(".")) || str_eq(name, S(".."))))
            return false;
        if (!name.n && rest.p)
            return false;
    }
    return true;
}

size_t way_share(const struct way *w, uint64_t client)
{
    uint64_t mixed = (client + UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xBF58476D1CE4E5B9);
    unsigned at = (unsigned)(((mixed ^ mixed >> 31) >> 8) % w->weight);
    for (size_t i = 0; i < w->share_n; i++) {
        if (at < w->shares[i].weight)
            return w->shares[i].upstream;
        at -= w->shares[i].weight;
    }
    return w->shares[0].upstream;
}

/* An escape never hides a '/': the prefix has as many segments in both forms. */
struct str way_path(const struct way *w, struct str raw_path)
{
    if (!w->strip)
        return raw_path;
    size_t at = 0;
    for (size_t i = 0; i < w->prefix.n; i++) {
        if (w->prefix.p[i] != '/')
            continue;
        at++;
        while (at < raw_path.n && raw_path.p[at] != '/')
            at++;
    }
    return at < raw_path.n ? str_of(raw_path.p + at, raw_path.n - at) : S("/");
}

bool way_origin(const struct way *w, struct str origin)
{
    struct str rest = w->origins;
    if (!origin.n)
        return false;
    while (rest.n) {
        struct str one = str_cut(&rest, ',');
        if (str_eq(one, S("*")) || str_eq(one, origin))
            return true;
    }
    return false;
}
