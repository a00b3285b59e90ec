/* What puts a tree together, for both formats. */
#ifndef REGISTRY_TREE_INT_H
#define REGISTRY_TREE_INT_H

#include "tree.h"

struct frame {                /* what is open */
    struct node *node;        /* its parts become children of it */
    struct str name;          /* JSON: of the next part */
};

struct tree {
    struct arena *arena;
    struct frame open[TREE_DEPTH];
    size_t depth, nodes, nodes_max;
    bool too_big;             /* too many nodes, or too deep */
    bool bad_text;            /* a character that XML does not know */
};

/* A child of the innermost open node; NULL when there is no room, and reading ends. Copies both. */
struct node *tree_add(struct tree *t, struct str name, struct str value);
/* What a node says: copied. False when no answer could carry it. */
bool tree_text(struct tree *t, struct node *n, struct str value);
/* False when it is too deep. */
bool tree_push(struct tree *t, struct frame f);

bool tree_read_json(struct tree *t, struct str body);
bool tree_read_xml(struct tree *t, struct str body);

#endif
