/* "host:port" as people write it into settings, and the plain names that stand around it. */
#ifndef BASE_HOST_PORT_H
#define BASE_HOST_PORT_H

#include "base/str.h"

enum { HOST_MAX = 253 };      /* bytes of the longest name that DNS knows */

struct host_port {
    struct str host;          /* part of the text that was read; an IPv6 address without its brackets */
    int port;                 /* 1 to 65535 */
    bool ipv6;                /* it stood in brackets */
};

/* "host:port" or "[::1]:port". Without a port it is `usual`; where that is 0, a port has to be said. A host is of letters, digits, '-', '.' and '_', in
 * brackets of hexadecimal digits, ':' and '.': nobody is asked whether it exists. False when the text is anything else; *ret is untouched then, and who
 * asked says which setting that was. */
bool host_port_parse(struct str text, int usual, struct host_port *ret);
/* 1 to 65535. */
bool port_parse(struct str text, int *ret);
/* 1 to 64 letters, digits and what `also` has: such a name needs no decoding in an address. */
bool name_plain(struct str s, const char *also);

#endif
