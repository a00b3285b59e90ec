#include "base/host_port.h"

static bool all_of(struct str s, size_t max, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !memchr(also, c, strlen(also)))
            return false;
    }
    return s.n > 0 && s.n <= max;
}

bool name_plain(struct str s, const char *also)
{
    return all_of(s, 64, also);
}

bool port_parse(struct str text, int *ret)
{
    int64_t v;
    if (!str_to_int(text, &v) || v < 1 || v > 65535)
        return false;
    *ret = (int)v;
    return true;
}

bool host_port_parse(struct str text, int usual, struct host_port *ret)
{
    struct host_port at = { .port = usual, .ipv6 = str_starts(text, S("[")) };
    struct str rest = at.ipv6 ? str_of(text.p + 1, text.n - 1) : text;
    at.host = str_cut(&rest, at.ipv6 ? ']' : ':');
    if (at.ipv6 && (!rest.p || str_cut(&rest, ':').n))           /* no ']', or something between it and the ':' */
        return false;
    if (!all_of(at.host, HOST_MAX, at.ipv6 ? ":." : "-._") || (rest.p ? !port_parse(rest, &at.port) : !usual))
        return false;
    *ret = at;
    return true;
}
