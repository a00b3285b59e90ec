/* Text inside a JSON string, piece by piece: for writers with a buffer of their own. */
#ifndef PLATFORM_JSON_ESCAPE_H
#define PLATFORM_JSON_ESCAPE_H

#include "base/str.h"

#define JSON_ESCAPE_MAX 6

/* How many bytes at the start of s stand in a JSON string as they are. */
size_t json_plain(struct str s);
/* Removes the first character of *rest (not empty) and writes it as it stands in a JSON string; the number of bytes written. A byte that
 * belongs to no well-formed UTF-8 becomes U+FFFD. */
size_t json_escape(struct str *rest, char out[JSON_ESCAPE_MAX]);
/* Does a string, as it stands in JSON, hold an escaped surrogate without its other half? */
bool json_half_pair(struct str source);

#endif
