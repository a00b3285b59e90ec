/* A tree of path segments: literal children, in a few lists by their looks, before the one that takes any value. */
#include "platform/call/call_impl.h"

#include "platform/obs/log.h"

#define METHODS_MAX 8
#define LISTS       16

struct row {
    struct routed routed;
    struct path_params names;   /* of its path; without values */
};

struct node {
    struct str literal;         /* empty for {name} */
    struct str name;
    struct node *child[LISTS], *sibling, *any;
    struct node *means;         /* another name of that node */
    struct row rows[METHODS_MAX];
    size_t n;
};

struct router {
    struct node root;
};

struct router *router_new(struct arena *arena)
{
    return NEW(arena, struct router);
}

static size_t list_of(struct str segment)
{
    return segment.n ? (segment.n * 5 + (unsigned char)segment.p[segment.n - 1]) % LISTS : 0;
}

static struct node *child_find(struct node *n, struct str segment)
{
    struct node *c = n->child[list_of(segment)];
    while (c && !str_eq(c->literal, segment))
        c = c->sibling;
    return c;
}

static struct node *child_for(struct node *n, struct arena *arena, struct str segment)
{
    if (segment.n && segment.p[0] == '{') {
        if (!n->any) {
            n->any = NEW(arena, struct node);
            n->any->name = str_of(segment.p + 1, segment.n - 2);
        }
        return n->any;
    }
    struct node *c = child_find(n, segment);
    if (c)
        return c;
    c = NEW(arena, struct node);
    c->literal = segment;
    c->sibling = n->child[list_of(segment)];
    n->child[list_of(segment)] = c;
    return c;
}

static struct node *node_for(struct router *r, struct arena *arena, const char *path)
{
    struct str rest = str_c(path + 1);
    struct node *n = &r->root;
    while (rest.p)
        n = child_for(n, arena, str_cut(&rest, '/'));
    return n;
}

void router_alias(struct router *r, struct arena *arena, const char *path, const char *means)
{
    node_for(r, arena, path)->means = node_for(r, arena, means);
}

static void name_params(const char *path, struct path_params *params)
{
    struct str rest = str_c(path + 1);
    for (size_t i = 0; rest.p;) {
        struct str segment = str_cut(&rest, '/');
        if (segment.n && segment.p[0] == '{')
            params->name[i++] = str_of(segment.p + 1, segment.n - 2);
    }
}

void router_add(struct router *r, struct arena *arena, struct routed row)
{
    struct node *n = node_for(r, arena, row.route->path);
    for (size_t i = 0; i < n->n; i++)
        if (strcmp(n->rows[i].routed.route->method, row.route->method) == 0)
            panic(__FILE__, __LINE__, arena_fmt(arena, "two routes for %s %s", row.route->method, row.route->path).p);
    ASSERT(n->n < METHODS_MAX);
    struct row *added = &n->rows[n->n++];
    *added = (struct row){ .routed = row };
    name_params(row.route->path, &added->names);
}

/* A name in the table is the first route's; other routes through the same node may call it otherwise, so values go by position. */
static struct node *walk(struct node *n, struct str rest, struct path_params *params)
{
    while (n && rest.p) {
        struct str segment = str_cut(&rest, '/');
        struct node *next = child_find(n, segment);
        if (!next && n->any && segment.n && params->n < sizeof(params->value) / sizeof(params->value[0])) {
            next = n->any;
            params->value[params->n++] = segment;
        }
        n = next && next->means ? next->means : next;
    }
    return n;
}

const struct routed *router_find(struct router *r, struct arena *arena, struct str method, struct str path, struct path_params *ret, struct str *ret_allow)
{
    ret->n = 0;
    if (ret_allow)
        *ret_allow = (struct str){ 0 };
    struct node *n = walk(&r->root, str_of(path.p + 1, path.n - 1), ret);
    if (!n || !n->n)
        return NULL;
    struct str wanted = str_eq(method, S("HEAD")) ? S("GET") : method;
    for (size_t i = 0; i < n->n; i++)
        if (str_eq(wanted, str_c(n->rows[i].routed.route->method))) {
            memcpy(ret->name, n->rows[i].names.name, sizeof(ret->name));
            return &n->rows[i].routed;
        }
    for (size_t i = 0; i < n->n && ret_allow; i++)
        *ret_allow = i ? arena_fmt(arena, "%.*s, %s", STR_ARG(*ret_allow), n->rows[i].routed.route->method) : str_c(n->rows[i].routed.route->method);
    return NULL;
}
