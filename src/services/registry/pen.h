/* Writes Eureka's documents in either of their two forms. */
#ifndef REGISTRY_PEN_H
#define REGISTRY_PEN_H

#include "base/buf.h"
#include "tree.h"

struct pen {
    struct buf *out;
    enum format format;
};

/* An object that is a member; in XML also an item of a list. `name` is a word of the protocol, here and below. */
void pen_begin(struct pen *p, const char *name);
/* With an attribute. */
void pen_begin_with(struct pen *p, const char *name, const char *attribute, struct str value);
void pen_end(struct pen *p, const char *name);
/* A list of objects, each between pen_item and pen_end. XML has only the items. */
void pen_list(struct pen *p, const char *name);
void pen_item(struct pen *p, const char *name);
void pen_list_end(struct pen *p);
void pen_text(struct pen *p, const char *name, struct str value);
void pen_int(struct pen *p, const char *name, int64_t value);
/* A number as JSON has it in quotes. */
void pen_int_text(struct pen *p, const char *name, int64_t value);
/* A number with the attribute `enabled`. */
void pen_port(struct pen *p, const char *name, int64_t number, bool enabled);
/* A member whose name is free; XML leaves out what is no name there. */
void pen_pair(struct pen *p, struct str name, struct str value);
/* The whole document around all. */
void pen_document(struct pen *p);
void pen_document_end(struct pen *p);

#endif
