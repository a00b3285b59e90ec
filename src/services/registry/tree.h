/* A document of strangers, read into nodes that are the same for JSON and XML: an attribute is a child "@name", as Eureka's JSON has it; a list
 * is as many nodes of one name, so that a lone object in its place is no different. */
#ifndef REGISTRY_TREE_H
#define REGISTRY_TREE_H

#include "base/ctx.h"

struct node {
    struct str name, value;   /* value: text of what has no children, without blanks around it */
    struct node *first, *last, *next;
};

enum format { FORMAT_XML, FORMAT_JSON };

#define TREE_DEPTH 16

/* Reads `body` into cx->arena; *ret is a nameless node whose children are the members, or the one element, of the document. Of at most
 * `nodes` nodes, TREE_DEPTH deep, UTF-8 without control characters. XML may have no DOCTYPE, so no entities of its own. */
err tree_read(struct ctx *cx, enum format format, struct str body, size_t nodes, struct node **ret) MUST_USE;

/* Well-formed UTF-8 that XML can carry: no control characters but line breaks and tabs. */
bool tree_text_ok(struct str s);
/* The first child of this name, or NULL. `n` may be NULL. */
const struct node *node_child(const struct node *n, const char *name);
/* Its text; empty when there is no such child, or when it has children and no "$". */
struct str node_text(const struct node *n, const char *name);
/* The value of a node itself: its text, or that of "$" beside attributes. */
struct str node_value(const struct node *n);

#endif
