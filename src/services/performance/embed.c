/* A performance inside an organizer's own pages: who may frame it, and the page that is framed. Nobody may unless its organizer has said so, and only
 * this page may be framed at all: signing in and paying happen under an address that the buyer can see. */
#include "embed.h"

#include "base/html.h"
#include "performance_fields.h"
#include "platform/crypto/crypto.h"

#define ORIGINS_MAX 16
#define PAGE_MAX    (8 << 10)
#define PAGE_POLICY                                                                                                                         \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "  \
    "frame-ancestors "

struct embedding {
    int64_t performance;
    struct list origins;      /* struct str */
};

struct embed_in {
    int64_t performance;
    int lang, theme;
    bool has_lang;
};

/* ---- who may ---- */

/* A host name or an IPv4 address with or without a port. What else could stand in an origin has no place in a header. */
static bool host_ok(struct str host)
{
    bool has_port = memchr(host.p, ':', host.n) != NULL;
    struct str name = str_cut(&host, ':');
    int64_t port;
    if (!name.n || name.p[0] == '.' || name.p[0] == '-')
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && !(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '.' && name.p[i] != '-')
            return false;
    return !has_port || (str_to_int(host, &port) && port > 0 && port < 65536);
}

/* Pages without TLS can be changed on their way by anybody: only those of one's own machine may be without. */
static bool origin_ok(struct str text)
{
    struct str scheme = str_cut(&text, ':');
    if (!str_starts(text, S("//")))
        return false;
    struct str host = str_of(text.p + 2, text.n - 2), rest = host, name = str_cut(&rest, ':');
    bool here = str_eq(name, S("localhost")) || str_eq(name, S("127.0.0.1"));
    return (str_eq(scheme, S("https")) || (here && str_eq(scheme, S("http")))) && host_ok(host);
}

static const struct text_rule origin_rule = {
    origin_ok, "must be an origin like https://www.example.com, in small letters and without a path",
    "https://www.example.com처럼 경로 없이 소문자로 쓴 출처여야 합니다" };

static struct str join(struct arena *arena, struct list origins, const char *between)
{
    struct str text = { 0 };
    const struct str *at = origins.at;
    for (size_t i = 0; i < origins.n; i++)
        text = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(text), i ? between : "", STR_ARG(at[i]));
    return text;
}

static struct list split(struct arena *arena, struct str lines)
{
    struct str *at = NEW_ARRAY(arena, struct str, ORIGINS_MAX);
    size_t n = 0;
    while (lines.n && n < ORIGINS_MAX)
        at[n++] = str_cut(&lines, '\n');
    return (struct list){ at, n };
}

static err embed_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct embedding *in = in_;
    struct show show;

    err e = show_own(cx, in->performance, &show);
    if (!e)
        e = store_embed_set(cx, in->performance, join(cx->arena, in->origins, "\n"));
    if (!e)
        *(struct embedding *)ret_out = *in;
    return e;
}

static err embed_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct show_ref *in = in_;
    struct show show;
    struct str lines;

    err e = show_own(cx, in->performance, &show);
    if (!e)
        e = store_embed(cx, in->performance, &lines);
    if (!e)
        *(struct embedding *)ret_out = (struct embedding){ in->performance, split(cx->arena, lines) };
    return e;
}

/* ---- the page ---- */

/* The browser client draws it (web/src/embed); what it needs to know stands in the page. */
static void write_page(struct buf *out, const struct embed_in *in, enum lang lang, const struct show *show, const char *id)
{
    static const char *const themes[] = { "auto", "light", "dark" };

    buf_fmt(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", lang == LANG_KO ? "ko" : "en");
    buf_str(out, S("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>"));
    html_text(out, show->title);
    buf_str(out, S(" · TakenSeat</title>\n<script type=\"module\" src=\"/embed.js\"></script>\n</head>\n<body>\n"));
    buf_fmt(out, "<div id=\"app\" data-performance=\"%.*s\" data-theme=\"%s\"></div>\n", ID_TEXT, id, themes[in->theme]);
    buf_fmt(out, "<noscript><a href=\"/performances/%.*s\" target=\"_blank\" rel=\"noopener\">", ID_TEXT, id);
    html_text(out, show->title);
    buf_str(out, S("</a></noscript>\n</body>\n</html>\n"));
}

static err embed_page(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct performance *p = self;
    const struct embed_in *in = in_;
    struct str lines;
    struct show show;
    char id[ID_TEXT];

    err e = store_show(cx, in->performance, &show);
    if (!e)
        e = store_embed(cx, in->performance, &lines);
    if (e)
        return e;
    id_encode(&p->keys->ids, ID_PERFORMANCE, in->performance, id);
    struct buf out;
    buf_init(&out, PAGE_MAX);
    write_page(&out, in, in->has_lang ? (enum lang)in->lang : cx->lang, &show, id);
    struct str origins = lines.n ? join(cx->arena, split(cx->arena, lines), " ") : S("'none'");
    *(struct raw_out *)ret_out = (struct raw_out){
        .content_type = S("text/html; charset=utf-8"),
        .body = arena_str(cx->arena, buf_view(&out)),
        .policy = arena_fmt(cx->arena, PAGE_POLICY "%.*s", STR_ARG(origins)),
        .cache_control = S("no-cache"),
    };
    buf_free(&out);
    return OK;
}

/* ---- what is asked and answered ---- */

static const struct field origin_rows[] = { { .type = F_STR, .low = 8, .high = 255, .rule = &origin_rule } };
static const struct fields origin_fields = { "Origin", sizeof(struct str), origin_rows, 1 };

#define ORIGINS_ROW                                                                                                                        \
    ROW(struct embedding, origins, F_LIST, .of = &origin_fields, .low = 0, .high = ORIGINS_MAX,                                             \
        .help = "of pages that may show this performance in a frame, like `https://www.example.com`; empty: none may")

FIELDS(embed_put_fields, "EmbeddingRequest", struct embedding,
    ID_ROW(struct embedding, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    ORIGINS_ROW);
FIELDS(embedding_fields, "Embedding", struct embedding,
    ID_ROW(struct embedding, "performance_id", performance, ID_PERFORMANCE),
    ORIGINS_ROW);

static const char *const lang_words[] = { [LANG_EN] = "en", [LANG_KO] = "ko", NULL };
static const char *const theme_words[] = { "auto", "light", "dark", NULL };
FIELDS(embed_in_fields, "EmbeddedPage", struct embed_in,
    ID_ROW(struct embed_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH),
    MAY_ROW(struct embed_in, lang, F_ENUM, .words = lang_words, .from = FROM_QUERY, .help = "as the browser prefers unless told"),
    ROW(struct embed_in, theme, F_ENUM, .words = theme_words, .from = FROM_QUERY, .optional = true, .help = "as the device prefers unless told"));

const struct call embed_put_call = { "performance.embed_put", "Says which pages may show a performance in a frame; before, none may.", CALL_COMMAND,
                                     &embed_put_fields, &embedding_fields, embed_put };
const struct call embed_get_call = { "performance.embed_get", "Which pages may show a performance in a frame.", CALL_READ, &show_ref_fields,
                                     &embedding_fields, embed_get };
const struct call embed_page_call = { "performance.embed_page", "A performance as a page for the frames of an organizer's own pages (docs/widget.md).",
                                      CALL_READ, &embed_in_fields, NULL, embed_page };
