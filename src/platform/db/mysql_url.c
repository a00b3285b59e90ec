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
        struct str place = str_cut(&rest, '/');
        ret->database = rest;
        if (name_plain(ret->user, "-_.") && host_port_parse(place, PORT_USUAL, &ret->server) && name_plain(ret->database, "-_"))
            return true;
    }
    *ret_why = arena_fmt(arena, "db.url is not of the form mysql://user@host:port/database (names of letters, digits, - and _)");
    return false;
}
