/* JSON written member by member, for documents that no field table describes. Commas are set by themselves: one is missing unless the last
 * byte opened something. Objects and lists are closed by the caller with '}' and ']'. */
#ifndef PLATFORM_JSON_BUILD_H
#define PLATFORM_JSON_BUILD_H

#include "base/buf.h"

/* What is needed in front of the next member or item. */
void json_comma(struct buf *out);
/* `"name":` */
void json_name(struct buf *out, const char *name);
/* `"name":{` and `"name":[` */
void json_begin(struct buf *out, const char *name);
void json_begin_list(struct buf *out, const char *name);
void json_text(struct buf *out, const char *name, const char *value);
void json_int(struct buf *out, const char *name, int64_t value);
void json_true(struct buf *out, const char *name);
/* A text in a list. */
void json_item(struct buf *out, const char *value);

#endif
