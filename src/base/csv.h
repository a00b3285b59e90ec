/* Tables for spreadsheets: RFC 4180 in UTF-8 with a byte order mark, which the spreadsheets people use in Korea need to see. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

void csv_begin(struct buf *out);
/* The next cell of the row. */
void csv_text(struct buf *out, struct str text);
void csv_int(struct buf *out, int64_t v);
void csv_row_end(struct buf *out);

#endif
