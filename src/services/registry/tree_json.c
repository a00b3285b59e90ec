/* JSON into a tree: YAJL's events, as for requests (platform/json/decode.c), but of documents that may say more than is asked. */
#include <yajl/yajl_parse.h>

#include "platform/obs/log.h"
#include "tree_int.h"

static struct frame *top(struct tree *t)
{
    return &t->open[t->depth - 1];
}

static bool scalar(struct tree *t, struct str value)
{
    return tree_add(t, top(t)->name, value) != NULL;
}

static int on_null(void *t)
{
    (void)t;
    return 1;                 /* like what is not there */
}

static int on_bool(void *t, int value)
{
    return scalar(t, value ? S("true") : S("false"));
}

static int on_number(void *t, const char *p, size_t n)
{
    return scalar(t, str_of(p, n));
}

static int on_string(void *t, const unsigned char *p, size_t n)
{
    return scalar(t, str_of((const char *)p, n));
}

static int on_key(void *self, const unsigned char *p, size_t n)
{
    struct tree *t = self;
    top(t)->name = arena_str(t->arena, str_of((const char *)p, n));
    return 1;
}

/* The document's own braces open nothing: its members are the root's. */
static int on_open_object(void *self)
{
    struct tree *t = self;
    bool outermost = t->depth == 1;
    struct node *n = outermost ? top(t)->node : tree_add(t, top(t)->name, (struct str){ 0 });
    return n && tree_push(t, (struct frame){ .node = n });
}

static int on_open_list(void *self)
{
    struct tree *t = self;
    return tree_push(t, (struct frame){ .node = top(t)->node, .name = top(t)->name });
}

static int on_close(void *self)
{
    struct tree *t = self;
    t->depth--;
    return 1;
}

bool tree_read_json(struct tree *t, struct str body)
{
    static const yajl_callbacks events = {
        .yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string, .yajl_map_key = on_key,
        .yajl_start_map = on_open_object, .yajl_end_map = on_close, .yajl_start_array = on_open_list, .yajl_end_array = on_close,
    };
    yajl_handle yajl = yajl_alloc(&events, NULL, t);
    ASSERT(yajl != NULL);
    bool ok = yajl_parse(yajl, (const unsigned char *)body.p, body.n) == yajl_status_ok && yajl_complete_parse(yajl) == yajl_status_ok;
    yajl_free(yajl);
    return ok;
}
