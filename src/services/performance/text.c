/* Texts of many lines as lists. */
#include "performance_int.h"

struct str lines_join(struct arena *arena, struct list texts)
{
    const struct str *at = texts.at;
    size_t size = 0, n = 0;
    for (size_t i = 0; i < texts.n; i++)
        size += at[i].n + 1;
    char *out = arena_take(arena, size);
    for (size_t i = 0; i < texts.n; i++) {
        if (i)
            out[n++] = '\n';
        if (at[i].n)
            memcpy(out + n, at[i].p, at[i].n);
        n += at[i].n;
    }
    return str_of(out, n);
}

struct list lines_split(struct arena *arena, struct str lines)
{
    size_t n = lines.n > 0, i = 0;
    for (size_t at = 0; at < lines.n; at++)
        n += lines.p[at] == '\n';
    struct str *out = NEW_ARRAY(arena, struct str, n);
    for (; i < n; i++)
        out[i] = str_cut(&lines, '\n');
    return (struct list){ out, n };
}

struct cast_lines cast_of_names(struct arena *arena, struct list names)
{
    char *roles = arena_take(arena, names.n + 1);
    memset(roles, '\n', names.n);
    return (struct cast_lines){ lines_join(arena, names), str_of(roles, names.n ? names.n - 1 : 0) };
}

struct cast_lines cast_join(struct arena *arena, struct list casting)
{
    const struct casting *at = casting.at;
    struct str *names = NEW_ARRAY(arena, struct str, casting.n), *roles = NEW_ARRAY(arena, struct str, casting.n);
    for (size_t i = 0; i < casting.n; i++) {
        names[i] = str_trim(at[i].name);
        roles[i] = str_trim(at[i].role);
    }
    return (struct cast_lines){ lines_join(arena, (struct list){ names, casting.n }), lines_join(arena, (struct list){ roles, casting.n }) };
}

struct list cast_split(struct arena *arena, struct cast_lines cast)
{
    struct list names = lines_split(arena, cast.names);
    struct casting *out = NEW_ARRAY(arena, struct casting, names.n);
    for (size_t i = 0; i < names.n; i++)
        out[i] = (struct casting){ ((struct str *)names.at)[i], str_cut(&cast.roles, '\n') };
    return (struct list){ out, names.n };
}
