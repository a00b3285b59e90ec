/* The file of settings: a row a line, words with blanks between, comments from '#' on.
 *
 *     upstream shop http://10.0.0.5:3000 http://10.0.0.6:3000
 *     upstream media registry:MEDIA
 *     route /shop shop=95 shop-new=5 strip methods=GET,HEAD,POST rate=20 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "gateway_int.h"
#include "platform/call/app.h"
#include "platform/config/config.h"

#define FILE_MAX ((size_t)256 * 1024)
#define ROWS_MAX 256
#define NAME_MAX_BYTES 64

struct reading {
    struct ctx *cx;
    struct gateway *g;
    struct str file;
    int line;
};

/* "gateway.table: /etc/gateway line 3: "x" ...". */
static err fault(const struct reading *r, struct str word, const char *en, const char *ko)
{
    return fail(r->cx, ERR_INPUT, NULL, "gateway.table: %.*s line %d: \"%.*s\" %s", "gateway.table: %.*s %d행: \"%.*s\" %s", STR_ARG(r->file), r->line,
                STR_ARG(word), r->cx->lang == LANG_KO ? ko : en);
}

static struct str next_word(struct str *line)
{
    *line = str_trim(*line);
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t')
        n++;
    struct str word = str_of(line->p, n);
    *line = str_of(line->p + n, line->n - n);
    return word;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return false;
    return s.n > 0 && s.n <= NAME_MAX_BYTES;
}

/* ---- upstreams ---- */

static bool find_upstream(const struct gateway *g, struct str name, size_t *ret)
{
    for (size_t i = 0; i < g->upstream_n; i++)
        if (str_eq(g->upstreams[i].name, name)) {
            *ret = i;
            return true;
        }
    return false;
}

static err read_place(struct reading *r, struct upstream *u, struct str word)
{
    struct str rest = word;
    if (str_starts(word, S("registry:")) && !u->given_n && !u->app.n) {
        u->app = str_of(word.p + 9, word.n - 9);
        u->literal = false;
        if (!u->app.n || !is_name(u->app) || !config_str(app_config(r->cx->app), "registry.urls").n)
            return fault(r, word, "needs the name of an application, in small letters, and registry.urls", "에는 소문자로 쓴 애플리케이션 이름과 registry.urls가 필요합니다");
        return OK;
    }
    if (!str_starts(word, S("http://")) || u->app.n || u->given_n == PLACES_MAX)
        return fault(r, word, "is no http://host:port, or one too many", "은(는) http://host:port가 아니거나 너무 많습니다");
    rest = str_of(word.p + 7, word.n - 7);
    if (!place_name_ok(rest))
        return fault(r, word, "is no http://host:port", "은(는) http://host:port가 아닙니다");
    struct place ignored;
    u->literal = u->literal && place_parse(rest, &ignored);
    u->given[u->given_n++] = rest;
    return OK;
}

static err read_upstream(struct reading *r, struct str line)
{
    struct gateway *g = r->g;
    struct upstream *u = &g->upstreams[g->upstream_n];
    size_t same;
    struct str name = next_word(&line);
    if (!is_name(name) || find_upstream(g, name, &same))
        return fault(r, name, "is no name for an upstream, or is one already: small letters, digits and '-'", "은(는) 업스트림 이름이 아니거나 이미 있습니다");
    *u = (struct upstream){ .name = name, .given = NEW_ARRAY(g->arena, struct str, PLACES_MAX), .literal = true };
    u->found = NEW_ARRAY(g->arena, struct place, PLACES_MAX);
    u->well = NEW_ARRAY(g->arena, _Atomic bool, g->loop_n);
    for (size_t i = 0; i < g->loop_n; i++)
        u->well[i] = true;
    pthread_mutex_init(&u->lock, NULL);
    g->upstream_n++;
    err e = OK;
    for (struct str word = next_word(&line); word.n && !e; word = next_word(&line))
        e = read_place(r, u, word);
    if (!e && !u->given_n && !u->app.n)
        e = fault(r, name, "needs at least one http://host:port, or registry:name", "에는 http://host:port 또는 registry:이름이 필요합니다");
    return e;
}

/* ---- ways ---- */

static bool set_methods(struct reading *r, struct way *w, struct str list)
{
    w->methods = 0;
    w->allow = (struct str){ 0 };
    while (list.p) {
        struct str one = str_cut(&list, ',');
        unsigned bit = way_method(one);
        if (!bit || (w->methods & bit))
            return false;
        w->methods |= bit;
        w->allow = arena_fmt(r->g->arena, "%.*s%s%.*s", STR_ARG(w->allow), w->allow.n ? ", " : "", STR_ARG(one));
    }
    return w->methods != 0;
}

static bool set_roles(struct reading *r, struct way *w, struct str list)
{
    (void)r;
    w->user = true;
    while (list.p) {
        struct str one = str_cut(&list, ',');
        unsigned role = 0;
        for (unsigned i = 0; way_roles[i]; i++)
            if (str_eq(one, str_c(way_roles[i])))
                role = 1u << i;
        if (!role)
            return false;
        w->roles |= role;
    }
    return true;
}

static bool set_origins(struct reading *r, struct way *w, struct str list)
{
    (void)r;
    w->origins = list;
    while (list.p) {
        struct str one = str_cut(&list, ',');
        if (!str_eq(one, S("*")) && !str_starts(one, S("https://")) && !str_starts(one, S("http://")))
            return false;
    }
    return true;
}

struct option {
    const char *name;         /* "rate": rate=20 */
    size_t at;                /* an integer, from low to high ... */
    int64_t low, high;
    bool (*set)(struct reading *r, struct way *w, struct str value);     /* ... or this */
};

static const struct option options[] = {
    { "methods", 0, 0, 0, set_methods },
    { "roles", 0, 0, 0, set_roles },
    { "cors", 0, 0, 0, set_origins },
    { "connect_ms", offsetof(struct way, connect_ms), 50, 60000, NULL },
    { "answer_ms", offsetof(struct way, answer_ms), 50, 600000, NULL },
    { "idle_ms", offsetof(struct way, idle_ms), 50, 600000, NULL },
    { "body_kb", offsetof(struct way, body_kb), 1, 16384, NULL },
    { "rate", offsetof(struct way, rate), 1, 100000, NULL },
    { "burst", offsetof(struct way, burst), 1, 1000000, NULL },
};

static const struct {
    const char *name;
    size_t at;
} marks[] = {
    { "strip", offsetof(struct way, strip) }, { "user", offsetof(struct way, user) }, { "known-user", offsetof(struct way, known_user) },
    { "keep-host", offsetof(struct way, keep_host) }, { "authorization", offsetof(struct way, authorization) },
};

static err set_option(struct reading *r, struct way *w, const struct option *o, struct str word, struct str value)
{
    int64_t v;
    if (o->set)
        return o->set(r, w, value) ? OK : fault(r, word, "has an unknown or repeated word, or none", "에 알 수 없거나 반복된 단어가 있습니다");
    if (!str_to_int(value, &v) || v < o->low || v > o->high) {
        struct str en = arena_fmt(r->cx->arena, "must be an integer from %lld to %lld", (long long)o->low, (long long)o->high);
        struct str ko = arena_fmt(r->cx->arena, "은(는) %lld~%lld의 정수여야 합니다", (long long)o->low, (long long)o->high);
        return fault(r, word, en.p, ko.p);
    }
    memcpy((char *)w + o->at, &v, sizeof(v));
    return OK;
}

static err read_share(struct reading *r, struct way *w, struct str word, struct str name, struct str weight)
{
    int64_t v = 1;
    size_t upstream;
    if (!find_upstream(r->g, name, &upstream))
        return fault(r, word, "is neither an option nor an upstream named above", "은(는) 옵션도, 위에 적힌 업스트림도 아닙니다");
    if ((weight.p && (!str_to_int(weight, &v) || v < 0 || v > 10000)) || w->share_n == SHARES_MAX)
        return fault(r, word, "must have a weight from 0 to 10000, and a route at most 8 upstreams", "의 가중치는 0~10000, 업스트림은 최대 8개여야 합니다");
    w->shares[w->share_n++] = (struct share){ upstream, (unsigned)v };
    w->weight += (unsigned)v;
    return OK;
}

static err read_word(struct reading *r, struct way *w, struct str word)
{
    struct str value = word, name = str_cut(&value, '=');
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (str_eq(word, str_c(marks[i].name))) {
            *(bool *)((char *)w + marks[i].at) = true;
            return OK;
        }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (value.p && str_eq(name, str_c(options[i].name)))
            return set_option(r, w, &options[i], word, value);
    return read_share(r, w, word, name, value);
}

/* Of plain characters, so that nothing has to be escaped; "/" becomes the empty prefix. */
static bool prefix_ok(struct str p)
{
    if (!p.n || p.p[0] != '/' || (p.n > 1 && p.p[p.n - 1] == '/') || memmem(p.p, p.n, "//", 2))
        return false;
    for (size_t i = 0; i < p.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_", p.p[i]))
            return false;
    return true;
}

/* Would a part of what is ours lie below? Ours goes first, so the upstream would answer a part of its paths only. "/" is meant so. */
static bool is_ours(const struct gateway *g, struct str prefix)
{
    for (const struct service *const *s = app_services(g->app); *s; s++)
        for (const struct route *route = (*s)->routes; route && route->path; route++)
            if (str_starts(str_c(route->path), prefix) && strchr("/", route->path[prefix.n]))
                return true;
    return false;
}

static err read_prefix(struct reading *r, struct way *w, struct str word)
{
    if (!prefix_ok(word))
        return fault(r, word, "is no prefix such as /shop: plain letters, no slash at its end", "은(는) /shop 같은 접두사가 아닙니다");
    w->prefix = word.n == 1 ? S("") : word;
    if (word.n > 1 && is_ours(r->g, word))
        return fault(r, word, "is a path of this program", "은(는) 이 프로그램의 경로입니다");
    for (size_t i = 0; i < r->g->way_n; i++)
        if (str_eq(r->g->ways[i].prefix, w->prefix))
            return fault(r, word, "has a route already", "에는 이미 경로가 있습니다");
    return OK;
}

static err read_route(struct reading *r, struct str line)
{
    struct gateway *g = r->g;
    struct way *w = &g->ways[g->way_n];
    *w = (struct way){ .connect_ms = 1000, .answer_ms = 15000, .idle_ms = 30000, .body_kb = 1024 };
    set_methods(r, w, S("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"));
    struct str prefix = next_word(&line);
    err e = read_prefix(r, w, prefix);
    for (struct str word = next_word(&line); word.n && !e; word = next_word(&line))
        e = read_word(r, w, word);
    if (!e && !w->weight)
        e = fault(r, prefix, "has no upstream, or none with a weight", "에 업스트림이 없거나 가중치가 모두 0입니다");
    if (!w->burst)
        w->burst = w->rate;
    unsigned flags = w->user ? NEED_USER : w->known_user ? MAY_USER : 0;
    w->route = (struct route){ .method = "ANY", .path = "", .flags = PASSED_ON | flags, .roles = w->roles, .status = 200,
                               .body_max = (size_t)w->body_kb * 1024, .stream = gateway_forward };
    w->preflight = (struct route){ .method = "OPTIONS", .path = "", .flags = PASSED_ON, .status = 204, .body_max = 1, .stream = gateway_preflight };
    g->way_n++;
    return e;
}

/* ---- the file ---- */

static bool read_file(struct str path, struct buf *b)
{
    FILE *f = fopen(path.p, "re");
    if (!f)
        return false;
    char *room = buf_room(b, FILE_MAX);
    b->n = fread(room, 1, FILE_MAX, f);
    bool whole = !ferror(f) && b->n < FILE_MAX;
    errno = whole ? 0 : ferror(f) ? EIO : EFBIG;
    fclose(f);
    return whole;
}

static err read_line(struct reading *r, struct str line)
{
    struct str text = str_cut(&line, '#');
    struct str kind = next_word(&text);
    if (!kind.n)
        return OK;
    if (r->g->upstream_n == ROWS_MAX || r->g->way_n == ROWS_MAX)
        return fault(r, kind, "is one row too many", "행이 너무 많습니다");
    if (str_eq(kind, S("upstream")))
        return read_upstream(r, text);
    if (str_eq(kind, S("route")))
        return read_route(r, text);
    return fault(r, kind, "is neither upstream nor route", "은(는) upstream도 route도 아닙니다");
}

static int longer_first(const void *a, const void *b)
{
    size_t n = ((const struct way *)a)->prefix.n, m = ((const struct way *)b)->prefix.n;
    return n < m ? 1 : n > m ? -1 : 0;
}

err table_read(struct ctx *cx, struct gateway *g, struct str path)
{
    struct reading r = { cx, g, arena_str(g->arena, path), 0 };
    struct buf b;
    buf_init(&b, FILE_MAX);
    bool read = read_file(r.file, &b);
    struct str text = arena_str(g->arena, buf_view(&b));     /* the rows refer to it */
    buf_free(&b);
    if (!read)
        return fail(cx, ERR_INPUT, NULL, "gateway.table: %.*s cannot be read: %s", "gateway.table: %.*s을(를) 읽을 수 없습니다: %s", STR_ARG(path),
                    strerror(errno));
    if (!str_utf8(text) || memchr(text.p, 0, text.n))
        return fail(cx, ERR_INPUT, NULL, "gateway.table: %.*s is no text", "gateway.table: %.*s은(는) 텍스트가 아닙니다", STR_ARG(path));
    g->upstreams = NEW_ARRAY(g->arena, struct upstream, ROWS_MAX + 1);
    g->ways = NEW_ARRAY(g->arena, struct way, ROWS_MAX + 1);
    err e = OK;
    while (text.p && !e) {
        struct str line = str_cut(&text, '\n');
        r.line++;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        e = read_line(&r, line);
    }
    qsort(g->ways, g->way_n, sizeof(*g->ways), longer_first);
    return e;
}
