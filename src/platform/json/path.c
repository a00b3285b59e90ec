#include "platform/json/path.h"

#include <stdio.h>

/* Appends whole characters only. */
static void path_add(struct path *p, struct str s)
{
    size_t n = s.n;
    if (p->full)
        return;
    if (n > sizeof(p->text) - p->n) {
        n = sizeof(p->text) - p->n;
        while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
            n--;
        p->full = true;
    }
    if (n)
        memcpy(p->text + p->n, s.p, n);
    p->n += n;
}

void path_name(struct path *p, struct str name)
{
    if (p->n)
        path_add(p, S("."));
    path_add(p, name);
}

void path_index(struct path *p, size_t index)
{
    char text[24];
    path_add(p, str_of(text, (size_t)snprintf(text, sizeof(text), "[%zu]", index)));
}
