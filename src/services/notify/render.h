/* Mails as people read them: templates (templates/NAME.LANG.txt) with values put in, as plain text and as HTML.
 *
 * A template's first line is its subject. Blank lines part paragraphs. `{name}` is a value; a line with an empty value is left out. A line
 * `> Label: {link}` is a link. In HTML every letter of template and values is escaped. */
#ifndef NOTIFY_RENDER_H
#define NOTIFY_RENDER_H

#include "base/arena.h"
#include "base/ctx.h"
#include "base/money.h"

enum value {
    VALUE_NAME, VALUE_LINK, VALUE_SITE, VALUE_CODE, VALUE_TITLE, VALUE_HALL, VALUE_WHEN, VALUE_SEATS, VALUE_TOTAL, VALUE_DUE, VALUE_COUNT,
    VALUE_FEE, VALUE_REFUND, VALUE_GRADE, VALUE_UNTIL, VALUE_URL,
    VALUE_LANG, VALUE_SUBJECT, VALUE_CONTENT, VALUE_FOOTER,      /* of the layout: set by render itself */
    VALUES
};

extern const char *const value_words[];              /* as templates name them */

struct mail_text {
    struct str subject, plain, html;
};

/* A template that is not there, or names a value that is not known, is a bug. Texts are in the arena. */
void render(struct arena *arena, const char *name, enum lang lang, const struct str values[VALUES], struct mail_text *ret);
/* Is there such a template? */
bool render_knows(const char *name, enum lang lang);

/* "KRW 150,000", "150,000원"; minor units by the currency. Empty when it is 0. */
struct str render_money(struct arena *arena, enum lang lang, struct money m);
/* "Mon 23 Nov 2026, 19:00 (UTC+09:00)", "2026년 11월 23일(월) 19:00 (UTC+09:00)". */
struct str render_time(struct arena *arena, enum lang lang, int64_t ms, int offset_minutes);

#endif
