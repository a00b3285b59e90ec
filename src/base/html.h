/* Text in a page: the one function that makes it harmless, between tags and in quoted attributes. */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/buf.h"

void html_text(struct buf *out, struct str text);

#endif
