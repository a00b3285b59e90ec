/* SQL as it stands in the sql/ folders, in the words of MariaDB and MySQL. The folders keep to what both understand, so that words are exchanged
 * one for one; where a line has to be another one, it stands behind it in a comment "-- mysql: ". The session's modes do the rest (mysql_conn.c).
 *
 *   INTEGER, TEXT, BLOB      the widths that SQLite has: BIGINT, LONGTEXT, LONGBLOB
 *   WITHOUT ROWID            left out: InnoDB's tables are like that
 *   /                        DIV: all our numbers are whole
 *   a LIKE ?, a LIKE 'b'     LOWER(a) LIKE LOWER(?): SQLite's ignores case, a binary collation does not
 *   DEFAULT ''               DEFAULT (''): MySQL wants it so for long texts
 *   names that are reserved  quoted; ours are in small letters, SQL's words are not */
#include "platform/db/mysql_impl.h"

#include "platform/obs/log.h"

struct words {
    const char *from, *to;
};

static const struct words words[] = {
    { "INTEGER", "BIGINT" }, { "TEXT", "LONGTEXT" }, { "BLOB", "LONGBLOB" }, { "WITHOUT", "" }, { "ROWID", "" },
    { "keys", "\"keys\"" }, { "stored", "\"stored\"" }, { "rank", "\"rank\"" }, { "groups", "\"groups\"" }, { "rows", "\"rows\"" },
};

struct text {
    struct buf *out;
    const char *p, *end;
    size_t line;              /* where the present line begins in out */
    size_t line_before;       /* where the one before began */
    size_t word;              /* where the last word began in out */
    bool like;                /* the next parameter is a pattern */
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* The name before LIKE becomes LOWER(name); so will the pattern. */
static void take_like(struct text *t)
{
    char name[64];
    struct str before = str_trim(str_of(t->out->p + t->word, t->out->n - t->word));
    ASSERT(before.n < sizeof(name));
    memcpy(name, before.p, before.n);
    t->out->n = t->word;
    buf_fmt(t->out, "LOWER(%.*s) LIKE", (int)before.n, name);
    t->like = true;
}

static void take_word(struct text *t)
{
    const char *begin = t->p;
    while (t->p < t->end && is_word(*t->p))
        t->p++;
    struct str word = str_of(begin, (size_t)(t->p - begin));
    if (str_eq(word, S("LIKE"))) {
        take_like(t);
        return;
    }
    t->word = t->out->n;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(word, str_c(words[i].from)))
            word = str_c(words[i].to);
    buf_str(t->out, word);
}

/* A text constant or a name in quotes; a quote that is doubled inside ends it and begins another. */
static void take_quoted(struct text *t)
{
    const char *begin = t->p++;
    while (t->p < t->end && *t->p != *begin)
        t->p++;
    t->p += t->p < t->end;
    struct str quoted = str_of(begin, (size_t)(t->p - begin));
    bool of_default = str_eq(quoted, S("''")) && str_eq(str_trim(str_of(t->out->p + t->word, t->out->n - t->word)), S("DEFAULT"));
    buf_str(t->out, t->like ? S("LOWER(") : S(""));
    buf_str(t->out, of_default ? S("('')") : quoted);
    buf_str(t->out, t->like ? S(")") : S(""));
    t->like = false;
}

static void take_comment(struct text *t)
{
    const char *newline = memchr(t->p, '\n', (size_t)(t->end - t->p));
    const char *end = newline ? newline : t->end;
    struct str comment = str_of(t->p, (size_t)(end - t->p));
    static const struct str instead = { "-- mysql: ", 10 };
    t->p = end;
    if (str_starts(comment, instead)) {
        t->out->n = t->line = t->line_before;
        buf_str(t->out, str_of(comment.p + instead.n, comment.n - instead.n));
    }
}

static void take_sign(struct text *t)
{
    char c = *t->p++;
    switch (c) {
    case '/': buf_str(t->out, S(" DIV ")); return;
    case '?': buf_str(t->out, t->like ? S("LOWER(?)") : S("?")); t->like = false; return;
    case '\n': {
        while (t->out->n > t->line && t->out->p[t->out->n - 1] == ' ')
            t->out->n--;                     /* so that a statement's ';' ends its line */
        buf_char(t->out, c);
        t->line_before = t->line;
        t->line = t->out->n;
        return;
    }
    default: buf_char(t->out, c);
    }
}

void my_text(struct buf *out, struct str sql)
{
    struct text t = { .out = out, .p = sql.p, .end = sql.p + sql.n, .line = out->n, .line_before = out->n, .word = out->n };
    while (t.p < t.end)
        if (is_word(*t.p))
            take_word(&t);
        else if (*t.p == '\'' || *t.p == '"')
            take_quoted(&t);
        else if (t.p + 1 < t.end && t.p[0] == '-' && t.p[1] == '-')
            take_comment(&t);
        else
            take_sign(&t);
}
