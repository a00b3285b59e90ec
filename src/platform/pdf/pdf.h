/* Pages of PDF: text in one TrueType font, and filled rectangles. The font's letters in use are part of the document. What is drawn cannot fail;
 * whether all went well is told at the end. The same drawing gives the same bytes. Takes some 100 ms: from stories, few at a time. */
#ifndef PLATFORM_PDF_PDF_H
#define PLATFORM_PDF_PDF_H

#include "base/ctx.h"

struct pdf;

/* An empty document whose pages are so large, in points. It has to be ended. ERR_UNAVAILABLE `font_missing`: the font cannot be read. */
err pdf_open(struct ctx *cx, struct str font_path, float width, float height, struct pdf **ret) MUST_USE;
/* What is drawn from now on is on a new page. */
void pdf_page(struct pdf *p);

struct pdf_box {              /* in points from the left and the bottom of the page */
    float left, right, top, height;
};
enum pdf_align { PDF_LEFT, PDF_RIGHT };
/* In lines as wide as the box; what does not fit into its height is cut off. grey: 0 is black, 1 white. */
void pdf_text(struct pdf *p, struct str text, float size, float grey, struct pdf_box box, enum pdf_align align);
/* A black rectangle, seen once it is filled together with those before it. */
void pdf_rectangle(struct pdf *p, struct pdf_box box);
void pdf_fill(struct pdf *p);

/* Ends the document: its bytes in the caller's arena. ERR_INTERNAL when something could not be drawn. */
err pdf_end(struct pdf *p, struct str *ret_bytes) MUST_USE;

#endif
