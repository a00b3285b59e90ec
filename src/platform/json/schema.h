/* JSON Schema (2020-12, as OpenAPI 3.1 has it) from field tables. */
#ifndef PLATFORM_JSON_SCHEMA_H
#define PLATFORM_JSON_SCHEMA_H

#include "platform/json/fields.h"

/* The schema of a table's body rows as an object. Part of a request: names all that may be there, with default bounds too. */
void schema_write(struct buf *out, const struct fields *f, bool request);
/* Only the members of one row's schema: the caller writes the braces. */
void schema_write_row(struct buf *out, const struct field *row, bool request);
/* "$ref":"#/components/SECTION/TO" */
void schema_reference(struct buf *out, const char *section, const char *to);
/* Must a body have this row? */
bool schema_required(const struct field *row);

#endif
