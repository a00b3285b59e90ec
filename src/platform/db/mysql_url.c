/* Where the database server is. Names are plain, so that nothing has to be decoded; a password in the address is refused, since addresses are
 * printed and logged. */
#include "platform/db/mysql_impl.h"

#include <arpa/inet.h>
#include <stdio.h>

#define PORT_USUAL 3306

bool my_loopback(struct str host)
{
    char text[INET_ADDRSTRLEN + 1];          /* too long a name is cut, and no address either */
    struct in_addr four;
    snprintf(text, sizeof(text), "%.*s", STR_ARG(host));
    bool address = inet_pton(AF_INET, text, &four) == 1;
    return (address && ntohl(four.s_addr) >> 24 == 127) || str_eq(host, S("::1")) || str_eq(host, S("localhost"));
}

static bool plain(struct str s, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !memchr(also, c, strlen(also)))
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

/* "host:port", "[::1]:port", either without the port. */
static bool parse_host(struct str s, struct my_address *ret)
{
    int64_t port = PORT_USUAL;
    struct str rest = s;
    if (str_starts(s, S("["))) {
        rest = str_of(s.p + 1, s.n - 1);
        ret->host = str_cut(&rest, ']');
        if (!rest.p || (rest.n && rest.p[0] != ':'))
            return false;
        rest = rest.n ? str_of(rest.p + 1, rest.n - 1) : (struct str){ 0 };
    } else {
        ret->host = str_cut(&rest, ':');
    }
    if (rest.p && (!str_to_int(rest, &port) || port < 1 || port > 65535))
        return false;
    ret->port = (unsigned)port;
    return plain(ret->host, "-._:");
}

bool my_address_parse(struct arena *arena, struct str url, struct my_address *ret, struct str *ret_why)
{
    struct str rest = url;
    *ret = (struct my_address){ 0 };
    if (str_starts(url, S("mysql://"))) {
        rest = str_of(url.p + 8, url.n - 8);
        ret->user = str_cut(&rest, '@');
        if (memchr(ret->user.p, ':', ret->user.n)) {
            *ret_why = arena_fmt(arena, "db.url has a password in it: it belongs into db.password_file or db.password");
            return false;
        }
        struct str host = str_cut(&rest, '/');
        ret->database = rest;
        if (plain(ret->user, "-_.") && parse_host(host, ret) && plain(ret->database, "-_"))
            return true;
    }
    *ret_why = arena_fmt(arena, "db.url is not of the form mysql://user@host:port/database (names of letters, digits, - and _)");
    return false;
}
