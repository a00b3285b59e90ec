#include "tree_int.h"

/* Characters that XML 1.0 cannot carry would break the answers to everybody. */
bool tree_text_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool none = c == 0xef && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xbf && (unsigned char)s.p[i + 2] >= 0xbe;      /* U+FFFE, U+FFFF */
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || none)
            return false;
    }
    return str_utf8(s);
}

struct node *tree_add(struct tree *t, struct str name, struct str value)
{
    struct node *parent = t->open[t->depth - 1].node;
    t->too_big = t->too_big || t->nodes == t->nodes_max;
    t->bad_text = t->bad_text || !tree_text_ok(name);
    if (t->too_big || t->bad_text)
        return NULL;
    struct node *n = NEW(t->arena, struct node);
    n->name = arena_str(t->arena, name);
    *(parent->last ? &parent->last->next : &parent->first) = n;
    parent->last = n;
    t->nodes++;
    return tree_text(t, n, value) ? n : NULL;
}

static struct str trimmed(struct str s)
{
    while (s.n && memchr(" \t\r\n", s.p[0], 4))
        s = str_of(s.p + 1, s.n - 1);
    while (s.n && memchr(" \t\r\n", s.p[s.n - 1], 4))
        s.n--;
    return s;
}

bool tree_text(struct tree *t, struct node *n, struct str value)
{
    t->bad_text = t->bad_text || !tree_text_ok(value);
    n->value = arena_str(t->arena, trimmed(value));
    return !t->bad_text;
}

bool tree_push(struct tree *t, struct frame f)
{
    t->too_big = t->too_big || t->depth == TREE_DEPTH;
    if (t->too_big)
        return false;
    t->open[t->depth++] = f;
    return true;
}

err tree_read(struct ctx *cx, enum format format, struct str body, size_t nodes, struct node **ret)
{
    struct node *root = NEW(cx->arena, struct node);
    struct tree t = { .arena = cx->arena, .open = { { .node = root } }, .depth = 1, .nodes_max = nodes };
    bool ok = body.n && (format == FORMAT_JSON ? tree_read_json(&t, body) : tree_read_xml(&t, body));
    if (t.too_big)
        return fail(cx, ERR_TOO_LARGE, NULL, "The document has too many parts, or they are nested too deep.", "문서의 항목이 너무 많거나 너무 깊습니다.");
    if (t.bad_text)
        return fail(cx, ERR_INPUT, NULL, "The document holds control characters.", "문서에 제어 문자가 있습니다.");
    if (!ok)
        return fail(cx, ERR_INPUT, NULL, format == FORMAT_JSON ? "The body is not well-formed JSON." : "The body is not well-formed XML, or has a DOCTYPE.",
                    format == FORMAT_JSON ? "본문이 올바른 JSON이 아닙니다." : "본문이 올바른 XML이 아니거나 DOCTYPE이 있습니다.");
    *ret = root;
    return OK;
}

const struct node *node_child(const struct node *n, const char *name)
{
    const struct node *c = n ? n->first : NULL;
    while (c && !str_eq(c->name, str_c(name)))
        c = c->next;
    return c;
}

struct str node_value(const struct node *n)
{
    if (!n)
        return (struct str){ 0 };
    const struct node *beside = node_child(n, "$");
    return beside ? beside->value : n->value;
}

struct str node_text(const struct node *n, const char *name)
{
    return node_value(node_child(n, name));
}
