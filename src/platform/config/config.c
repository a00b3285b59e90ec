/* Values are checked when they are set, whatever they come from, and kept as text and number. A value must be one that can stand in a file,
 * so that what config_print writes is always read back to the same. */
#include "platform/config/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <ini.h>

#include "base/buf.h"
#include "platform/obs/log.h"

#define ENV_PREFIX "TAKENSEAT_"
#define LINE_MAX_BYTES 196        /* of "key = value": what libinih reads as one line */
#define PRINT_MAX (1024 * 1024)

struct entry {
    const struct config_key *key;
    struct str value;
    int64_t number;               /* of an integer or bool */
    int line;                     /* of the file being read; 0: not in it */
    struct entry *next;
};

struct config {
    struct arena *arena;
    struct entry *first, **tail;  /* in the order of declaration */
};

static struct entry *entry_find(const struct config *c, struct str name)
{
    for (struct entry *e = c->first; e; e = e->next)
        if (str_eq(str_c(e->key->name), name))
            return e;
    return NULL;
}

/* "booking" of "booking.hold_seconds". */
static struct str section_of(struct str name)
{
    return str_cut(&name, '.');
}

static const char *key_of(const struct config_key *k)
{
    return strchr(k->name, '.') + 1;
}

/* ---- values ---- */

static bool refuse(struct config *c, const struct config_key *k, struct str value, const char *allowed, struct str *ret_why)
{
    if (k->secret)
        *ret_why = arena_fmt(c->arena, "%s: the value is not allowed; allowed is %s", k->name, allowed);
    else
        *ret_why = arena_fmt(c->arena, "%s: \"%.*s\" is not allowed; allowed is %s", k->name, STR_ARG(value), allowed);
    return false;
}

static bool parse_bool(struct str value, int64_t *ret)
{
    *ret = str_eq(value, S("true"));
    return *ret || str_eq(value, S("false"));
}

/* Can it stand behind "key = " and be read back? */
static bool writable(const struct config_key *k, struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c < 0x20 || c == 0x7F || (c == ';' && (i == 0 || value.p[i - 1] == ' ')))
            return false;
    }
    return strlen(key_of(k)) + strlen(" = ") + value.n <= LINE_MAX_BYTES && str_utf8(value);
}

static bool entry_set(struct config *c, struct entry *e, struct str text, struct str *ret_why)
{
    const struct config_key *k = e->key;
    struct str value = str_trim(text);
    int64_t number = 0;
    if (!writable(k, value))
        return refuse(c, k, value, "a short line of UTF-8 without a ';' at its start or behind a space", ret_why);
    if (k->type == CONFIG_INT && (!str_to_int(value, &number) || number < k->low || number > k->high))
        return refuse(c, k, value, arena_fmt(c->arena, "an integer from %" PRId64 " to %" PRId64, k->low, k->high).p, ret_why);
    if (k->type == CONFIG_BOOL && !parse_bool(value, &number))
        return refuse(c, k, value, "true or false", ret_why);
    e->value = arena_str(c->arena, value);
    e->number = number;
    return true;
}

/* "unknown key; section http has: host, port". */
static struct str unknown(const struct config *c, struct str name)
{
    struct str section = section_of(name), known = { 0 };
    for (const struct entry *e = c->first; e; e = e->next)
        if (str_eq(section_of(str_c(e->key->name)), section))
            known = arena_fmt(c->arena, "%.*s%s%s", STR_ARG(known), known.n ? ", " : "", key_of(e->key));
    if (known.n)
        return arena_fmt(c->arena, "%.*s: there is no such key; section %.*s has: %.*s", STR_ARG(name), STR_ARG(section), STR_ARG(known));
    return arena_fmt(c->arena, "%.*s: there is no such key, nor a section of that name", STR_ARG(name));
}

/* ---- declaring and setting ---- */

struct config *config_new(struct arena *arena)
{
    struct config *c = NEW(arena, struct config);
    c->arena = arena;
    c->tail = &c->first;
    return c;
}

void config_declare(struct config *c, const struct config_key *rows)
{
    for (const struct config_key *k = rows; k->name; k++) {
        struct str why;
        struct entry *e = NEW(c->arena, struct entry);
        ASSERT(strchr(k->name, '.'));
        ASSERT(!entry_find(c, str_c(k->name)));
        e->key = k;
        if (!entry_set(c, e, str_c(k->def), &why))
            panic(__FILE__, __LINE__, why.p);
        *c->tail = e;
        c->tail = &e->next;
    }
}

bool config_set(struct config *c, struct str name, struct str value, struct str *ret_why)
{
    struct entry *e = entry_find(c, name);
    if (e)
        return entry_set(c, e, value, ret_why);
    *ret_why = unknown(c, name);
    return false;
}

/* ---- the file ---- */

struct reading {
    struct config *c;
    FILE *file;
    int line;                     /* read last */
    int wrong_line;               /* of the first fault; 0: none */
    struct str why;
};

static void wrong(struct reading *r, struct str why)
{
    if (r->wrong_line)
        return;
    r->wrong_line = r->line;
    r->why = why;
}

/* One line for libinih, like fgets. Blanks in front are dropped, since it would take them as a continuation of the line above; comments are
 * dropped, since they may be longer than its lines. */
static char *read_line(char *out, int size, void *self)
{
    struct reading *r = self;
    if (!fgets(out, size, r->file))
        return NULL;
    r->line++;
    size_t n = strlen(out), blank = strspn(out, " \t");
    bool whole = feof(r->file) || (n && out[n - 1] == '\n'), comment = out[blank] == ';' || out[blank] == '#';
    if (!whole && !comment)
        wrong(r, S("the line is too long or holds U+0000"));
    for (int c = 0; !whole && c != '\n' && c != EOF;)
        c = fgetc(r->file);
    if (comment)
        *out = 0;
    else
        memmove(out, out + blank, n - blank + 1);
    return out;
}

static int take_pair(void *self, const char *section, const char *name, const char *value)
{
    struct reading *r = self;
    struct str full = arena_fmt(r->c->arena, "%s%s%s", section, *section ? "." : "", name), why;
    struct entry *e = entry_find(r->c, full);
    if (!e) {
        wrong(r, unknown(r->c, full));
    } else if (e->line) {
        wrong(r, arena_fmt(r->c->arena, "%.*s: was given in line %d already", STR_ARG(full), e->line));
    } else {
        e->line = r->line;
        if (!entry_set(r->c, e, str_c(value), &why))
            wrong(r, why);
    }
    return 1;
}

bool config_read_file(struct config *c, const char *path, struct str *ret_why)
{
    struct reading r = { .c = c, .file = fopen(path, "re") };
    if (!r.file) {
        *ret_why = arena_fmt(c->arena, "%s: cannot be opened: %s", path, strerror(errno));
        return false;
    }
    for (struct entry *e = c->first; e; e = e->next)
        e->line = 0;
    int syntax_line = ini_parse_stream(read_line, &r, take_pair, &r);
    bool unreadable = ferror(r.file) != 0;
    fclose(r.file);

    if (unreadable) {
        *ret_why = arena_fmt(c->arena, "%s: cannot be read", path);
        return false;
    }
    if (syntax_line && (!r.wrong_line || syntax_line < r.wrong_line)) {
        r.wrong_line = syntax_line;
        r.why = S("not understood; allowed are [section], key = value, and comments behind ; or #");
    }
    if (r.wrong_line)
        *ret_why = arena_fmt(c->arena, "%s, line %d: %.*s", path, r.wrong_line, STR_ARG(r.why));
    return r.wrong_line == 0;
}

/* ---- the environment ---- */

/* "http.port" is HTTP_PORT. */
static bool env_matches(const char *name, struct str env)
{
    if (strlen(name) != env.n)
        return false;
    for (size_t i = 0; i < env.n; i++) {
        char c = name[i];
        if (env.p[i] != (c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c))
            return false;
    }
    return true;
}

static struct entry *entry_of_env(const struct config *c, struct str env)
{
    for (struct entry *e = c->first; e; e = e->next)
        if (env_matches(e->key->name, env))
            return e;
    return NULL;
}

/* Does it begin like the keys of a section? */
static bool env_of_section(const struct config *c, struct str env)
{
    struct str first = str_cut(&env, '_');
    for (const struct entry *e = c->first; e; e = e->next)
        if (str_eq_nocase(section_of(str_c(e->key->name)), first))
            return true;
    return false;
}

bool config_read_environment(struct config *c, char *const *environ_, struct str *ret_why)
{
    for (; *environ_; environ_++) {
        struct str value = str_c(*environ_), full = str_cut(&value, '='), env = full, why;
        if (!str_starts(full, S(ENV_PREFIX)) || !value.p)
            continue;
        env = str_of(full.p + sizeof(ENV_PREFIX) - 1, full.n - (sizeof(ENV_PREFIX) - 1));
        struct entry *e = entry_of_env(c, env);
        if (!e && !env_of_section(c, env))
            continue;             /* orchestrators set names such as TAKENSEAT_SERVICE_HOST on their own */
        if (e && entry_set(c, e, value, &why))
            continue;
        if (!e)
            why = S("there is no key of that name");
        *ret_why = arena_fmt(c->arena, "environment, %.*s: %.*s", STR_ARG(full), STR_ARG(why));
        return false;
    }
    return true;
}

/* ---- asking ---- */

static const struct entry *entry_get(const struct config *c, const char *name, enum config_type type)
{
    const struct entry *e = entry_find(c, str_c(name));
    if (!e || e->key->type != type)
        panic(__FILE__, __LINE__, name);
    return e;
}

int64_t config_int(const struct config *c, const char *name)
{
    return entry_get(c, name, CONFIG_INT)->number;
}

bool config_bool(const struct config *c, const char *name)
{
    return entry_get(c, name, CONFIG_BOOL)->number != 0;
}

struct str config_str(const struct config *c, const char *name)
{
    return entry_get(c, name, CONFIG_STR)->value;
}

/* ---- printing ---- */

static void print_entry(struct buf *out, const struct entry *e)
{
    const struct config_key *k = e->key;
    buf_fmt(out, "; %s", k->help);
    if (k->type == CONFIG_INT)
        buf_fmt(out, " %" PRId64 " to %" PRId64 ".", k->low, k->high);
    else if (k->type == CONFIG_BOOL)
        buf_str(out, S(" true or false."));
    /* A secret is a comment, so that the stars are not read back. */
    if (k->secret)
        buf_fmt(out, " Secret.\n; %s = %s\n", key_of(k), e->value.n ? "***" : "");
    else
        buf_fmt(out, " Default: %s\n%s = %.*s\n", *k->def ? k->def : "none", key_of(k), STR_ARG(e->value));
}

static bool same_section(const struct entry *a, const struct entry *b)
{
    return str_eq(section_of(str_c(a->key->name)), section_of(str_c(b->key->name)));
}

static void print_section(struct buf *out, const struct entry *first)
{
    buf_fmt(out, "%s[%.*s]\n", out->n ? "\n" : "", STR_ARG(section_of(str_c(first->key->name))));
    for (const struct entry *e = first; e; e = e->next)
        if (same_section(e, first))
            print_entry(out, e);
}

void config_print(const struct config *c, int fd)
{
    struct buf out;
    buf_init(&out, PRINT_MAX);
    for (const struct entry *e = c->first; e; e = e->next) {
        const struct entry *earlier = c->first;
        while (!same_section(earlier, e))
            earlier = earlier->next;
        if (earlier == e)
            print_section(&out, e);
    }
    ASSERT(!out.full);
    for (size_t at = 0; at < out.n;) {
        ssize_t done = write(fd, out.p + at, out.n - at);
        if (done < 0 && errno != EINTR)
            break;
        at += done > 0 ? (size_t)done : 0;
    }
    buf_free(&out);
}
