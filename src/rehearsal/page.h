/* Pieces of the report's page: its frame and style, headings, tables. Every word is escaped. */
#ifndef REHEARSAL_PAGE_H
#define REHEARSAL_PAGE_H

#include "report.h"

void page_open(struct buf *out, const struct report *r, const char *title);
void page_close(struct buf *out);
void page_heading(struct buf *out, const char *words);
void page_words(struct buf *out, const char *tag, struct str words);

/* A table: its heads, then its rows cell by cell; the first cell of a row is its head. */
void table_open(struct buf *out, const char *about, const char *const *heads, size_t n);
void row_open(struct buf *out, struct str head);
void row_cell(struct buf *out, struct str words);
void row_close(struct buf *out);
void table_close(struct buf *out);

#endif
