/* Where the server, or who knows where it is, can be found. Names are plain, so that nothing has to be decoded; a password in the address is refused, since
 * addresses are printed and logged. */
#include "platform/kv/kv_impl.h"

#define PORT_SERVER   6379
#define PORT_SENTINEL 26379
#define DB_MAX        1023

static bool parse_place(struct str s, int usual, struct redis_place *ret)
{
    struct host_port at;
    if (!host_port_parse(s, usual, &at))
        return false;
    *ret = (struct redis_place){ .port = at.port };
    memcpy(ret->host, at.host.p, at.host.n);
    return true;
}

static bool parse_places(struct str list, bool sentinels, struct redis_address *ret)
{
    while (list.n) {
        struct str one = str_cut(&list, ',');
        if (ret->n == (sentinels ? REDIS_PLACES : 1) || !parse_place(one, sentinels ? PORT_SENTINEL : PORT_SERVER, &ret->at[ret->n++]))
            return false;
    }
    return ret->n > 0;
}

/* What follows "scheme://". */
static bool parse_rest(struct str rest, bool sentinels, struct redis_address *ret)
{
    if (memchr(rest.p, '@', rest.n)) {
        ret->user = str_cut(&rest, '@');
        if (!name_plain(ret->user, "-_."))
            return false;
    }
    struct str places = str_cut(&rest, '/');
    if (sentinels) {
        ret->master = str_cut(&rest, '/');
        if (!name_plain(ret->master, "-_."))
            return false;
    }
    return parse_places(places, sentinels, ret) && (!rest.p || (str_to_int(rest, &ret->db) && ret->db >= 0 && ret->db <= DB_MAX));
}

bool redis_address_parse(struct arena *arena, struct str url, struct redis_address *ret, struct str *ret_why)
{
    static const char *const schemes[] = { "redis://", "redis+sentinel://" };
    *ret = (struct redis_address){ 0 };
    for (int sentinels = 0; sentinels < 2; sentinels++) {
        size_t n = strlen(schemes[sentinels]);
        if (!str_starts(url, str_c(schemes[sentinels])))
            continue;
        struct str rest = str_of(url.p + n, url.n - n), who = rest;
        const char *at = memchr(rest.p, '@', rest.n);
        who.n = at ? (size_t)(at - rest.p) : 0;
        if (who.n && memchr(who.p, ':', who.n)) {
            *ret_why = arena_fmt(arena, "kv.url has a password in it: it belongs into kv.password");
            return false;
        }
        if (parse_rest(rest, sentinels, ret))
            return true;
    }
    *ret_why = str_starts(url, S("rediss"))
                   ? arena_fmt(arena, "kv.url asks for TLS, which hiredis does not have here: use redis:// on a network of your own, or a tunnel")
                   : arena_fmt(arena, "kv.url is not of the form redis://host:port/db or redis+sentinel://host:port,host:port/name/db");
    return false;
}
