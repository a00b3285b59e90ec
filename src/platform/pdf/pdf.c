#include "platform/pdf/pdf.h"

#include <hpdf.h>

#include "platform/obs/log.h"

struct pdf {
    struct ctx *cx;
    HPDF_Doc doc;
    HPDF_Page page;
    HPDF_Font font;
    float width, height;
    HPDF_STATUS failed;       /* the first failure; 0: none */
};

static void on_failure(HPDF_STATUS error, HPDF_STATUS detail, void *pdf)
{
    struct pdf *p = pdf;
    (void)detail;
    if (!p->failed)
        p->failed = error;
}

static bool font_load(struct pdf *p, const char *path)
{
    HPDF_UseUTFEncodings(p->doc);
    const char *name = HPDF_LoadTTFontFromFile(p->doc, path, HPDF_TRUE);
    p->font = name ? HPDF_GetFont(p->doc, name, "UTF-8") : NULL;
    return p->font != NULL;
}

err pdf_open(struct ctx *cx, struct str font_path, float width, float height, struct pdf **ret)
{
    struct pdf *p = NEW(cx->arena, struct pdf);
    *p = (struct pdf){ .cx = cx, .width = width, .height = height };
    p->doc = HPDF_New(on_failure, p);
    ASSERT(p->doc);                          /* out of memory */
    if (!font_load(p, arena_str(cx->arena, font_path).p)) {
        HPDF_Free(p->doc);
        return fail(cx, ERR_UNAVAILABLE, "font_missing", "Nothing can be printed here: the font %.*s cannot be read.",
                    "글꼴 %.*s을(를) 읽을 수 없어 인쇄할 수 없습니다.", STR_ARG(font_path));
    }
    HPDF_SetCompressionMode(p->doc, HPDF_COMP_ALL);
    pdf_page(p);
    *ret = p;
    return OK;
}

void pdf_page(struct pdf *p)
{
    p->page = HPDF_AddPage(p->doc);
    HPDF_Page_SetWidth(p->page, p->width);
    HPDF_Page_SetHeight(p->page, p->height);
}

void pdf_text(struct pdf *p, struct str text, float size, float grey, struct pdf_box box, enum pdf_align align)
{
    HPDF_Page_BeginText(p->page);
    HPDF_Page_SetFontAndSize(p->page, p->font, size);
    HPDF_Page_SetGrayFill(p->page, grey);
    HPDF_Page_TextRect(p->page, box.left, box.top, box.right, box.top - box.height, arena_str(p->cx->arena, text).p,
                       align == PDF_RIGHT ? HPDF_TALIGN_RIGHT : HPDF_TALIGN_LEFT, NULL);
    HPDF_Page_EndText(p->page);
    HPDF_Page_SetGrayFill(p->page, 0);       /* of rectangles: once one is begun, it cannot be set */
}

void pdf_rectangle(struct pdf *p, struct pdf_box box)
{
    HPDF_Page_Rectangle(p->page, box.left, box.top - box.height, box.right - box.left, box.height);
}

void pdf_fill(struct pdf *p)
{
    HPDF_Page_Fill(p->page);
}

static struct str bytes_of(struct pdf *p)
{
    HPDF_SaveToStream(p->doc);
    HPDF_UINT32 n = p->failed ? 0 : HPDF_GetStreamSize(p->doc);
    char *bytes = arena_take(p->cx->arena, n + 1);
    HPDF_ResetStream(p->doc);
    if (n)
        HPDF_ReadFromStream(p->doc, (HPDF_BYTE *)bytes, &n);
    return str_of(bytes, n);
}

err pdf_end(struct pdf *p, struct str *ret_bytes)
{
    struct str bytes = { 0 };
    if (!p->failed)
        bytes = bytes_of(p);
    HPDF_Free(p->doc);
    if (p->failed)
        return fail(p->cx, ERR_INTERNAL, NULL, "The page could not be drawn (%lx).", "문서를 만들지 못했습니다(%lx).", (unsigned long)p->failed);
    *ret_bytes = bytes;
    return OK;
}
