/* XML into a tree: expat's events. A DOCTYPE ends the reading, so there are no entities to expand and nothing outside to fetch. */
#include <expat.h>

#include "base/buf.h"
#include "tree_int.h"

struct reader {
    XML_Parser parser;
    struct tree *tree;
    struct buf text;          /* of the element that was opened last */
    bool ended;
};

static void stop(struct reader *r)
{
    r->ended = true;
    XML_StopParser(r->parser, XML_FALSE);
}

static void on_doctype(void *self, const char *name, const char *system_id, const char *public_id, int internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    stop(self);
}

/* Events go on for a moment after the parser was stopped. */
static void on_open(void *self, const char *name, const char **attributes)
{
    struct reader *r = self;
    char with_at[260] = "@";
    if (r->ended)
        return;
    buf_clear(&r->text);
    struct node *n = tree_add(r->tree, str_c(name), (struct str){ 0 });
    bool ok = n && tree_push(r->tree, (struct frame){ .node = n });
    for (const char **a = attributes; ok && a[0]; a += 2) {
        struct str key = str_c(a[0]);
        if (key.n > sizeof(with_at) - 1)
            continue;         /* no attribute of this protocol */
        memcpy(with_at + 1, key.p, key.n);
        ok = tree_add(r->tree, str_of(with_at, key.n + 1), str_c(a[1])) != NULL;
    }
    if (!ok)
        stop(r);
}

static void on_text(void *self, const char *p, int n)
{
    struct reader *r = self;
    buf_add(&r->text, p, (size_t)n);
}

/* An element has text of its own only when it has no elements. */
static void on_close(void *self, const char *name)
{
    struct reader *r = self;
    struct tree *t = r->tree;
    (void)name;
    if (r->ended)
        return;
    struct node *n = t->open[--t->depth].node;
    if (!n->last || n->last->name.p[0] == '@') {
        if (!tree_text(t, n, buf_view(&r->text)))
            stop(r);
    }
    buf_clear(&r->text);
}

bool tree_read_xml(struct tree *t, struct str body)
{
    struct reader r = { .parser = XML_ParserCreate("UTF-8"), .tree = t };
    if (!r.parser || body.n > INT32_MAX)
        return false;
    buf_init(&r.text, body.n + 1);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_open, on_close);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool ok = XML_Parse(r.parser, body.p, (int)body.n, XML_TRUE) == XML_STATUS_OK && !r.ended;
    XML_ParserFree(r.parser);
    buf_free(&r.text);
    return ok;
}
