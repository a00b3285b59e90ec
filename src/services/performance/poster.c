/* Posters: sent in once, kept in a few widths, served from an address whose content never changes. */
#include "performance_fields.h"
#include "performance_sql.h"
#include "picture.h"
#include "platform/call/app.h"
#include "poster.h"

static const int poster_widths[] = { 240, 480, 960 };
#define WIDTHS      (sizeof(poster_widths) / sizeof(poster_widths[0]))
#define SHOWN_WIDTH 480       /* that `poster_url` names */

struct poster_in {
    struct raw_in raw;        /* first: RAW_BODY */
    int64_t performance;
};
struct poster_put_in {
    int64_t performance;
    struct str picture[WIDTHS];
};
struct poster_file_in {
    struct str file;          /* "id-480.jpg" */
};

/* ---- sending one in ---- */

static err poster_look(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct poster_in *in = in_;
    (void)self;
    return show_own(cx, in->performance, ret_out);
}

static err poster_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct poster_put_in *in = in_;
    struct show_out *ret = ret_out;
    /* Drawn, not counted: a number that came back would be answered from old caches. */
    int64_t id = (int64_t)(rng_next(cx->rng) >> 1) | 1;
    char text[ID_TEXT];

    err e = show_own(cx, in->performance, &ret->show);
    if (!e)
        e = store_posters_delete(cx, in->performance);
    for (size_t i = 0; i < WIDTHS && !e; i++)
        e = store_poster_insert(cx, id, poster_widths[i], in->performance, in->picture[i]);
    if (e)
        return e;
    id_encode(&p->keys->ids, ID_POSTER, id, text);
    ret->show.poster_url = arena_fmt(cx->arena, "/posters/%.*s-%d.jpg", ID_TEXT, text, SHOWN_WIDTH);
    e = store_show_update(cx, &ret->show);
    return e ? e : show_fill(cx, ret);
}

static err poster_upload(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct poster_in *in = in_;
    struct poster_put_in put = { .performance = in->performance };
    struct picture picture;
    struct show show;

    err e = call_run(cx, &poster_look_call, in, &show);
    if (!e)
        e = picture_look(cx, in->raw.body, &picture);
    if (e)
        return e;
    /* One at a time, since each takes much memory; who comes meanwhile does not wait, since that would take a worker from buyers. */
    if (pthread_mutex_trylock(&p->picture_lock))
        return fail(cx, ERR_UNAVAILABLE, NULL, "Another poster is being read; please try again in a moment.",
                    "다른 포스터를 처리하고 있습니다. 잠시 후 다시 시도해 주세요.");
    e = picture_make(cx, &picture, poster_widths, WIDTHS, put.picture);
    pthread_mutex_unlock(&p->picture_lock);
    return e ? e : call_run(cx, &poster_put_call, &put, ret_out);
}

/* ---- serving ---- */

static err poster_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct performance *p = self;
    const struct poster_file_in *in = in_;
    struct str rest = in->file, picture;
    struct str id_text = str_cut(&rest, '-'), width_text = str_cut(&rest, '.');
    int64_t id, width;

    if (!id_decode(&p->keys->ids, ID_POSTER, id_text, &id) || !str_to_int(width_text, &width) || !str_eq(rest, S("jpg")))
        return fail(cx, ERR_MISSING, NULL, "There is nothing at this address.", "이 주소에는 아무것도 없습니다.");
    err e = store_poster(cx, id, width, &picture);
    if (e)
        return e;
    *(struct raw_out *)ret_out = (struct raw_out){
        .content_type = S("image/jpeg"),
        .body = picture,
        .etag = arena_fmt(cx->arena, "\"%.*s-%d\"", STR_ARG(id_text), (int)width),
        .cache_control = S("public, max-age=31536000, immutable"),
    };
    return OK;
}

FIELDS(poster_fields, "Poster", struct poster_in, ID_ROW(struct poster_in, "performance_id", performance, ID_PERFORMANCE, .from = FROM_PATH));
FIELDS(poster_file_fields, "PosterFile", struct poster_file_in,
    ROW(struct poster_file_in, file, F_STR, .from = FROM_PATH, .low = 1, .high = 64, .help = "poster, `-`, width (240, 480 or 960), `.jpg`"));

const struct call poster_upload_call = { "performance.poster_upload", "Takes a poster (JPEG, PNG or WebP, up to 8 MiB) and keeps it in three widths.",
                                         CALL_STORY, &poster_fields, &show_detail_fields, poster_upload };
const struct call poster_look_call = { "performance.poster_look", "May the poster be changed?", CALL_READ, NULL, NULL, poster_look };
const struct call poster_put_call = { "performance.poster_put", "Keeps a poster.", CALL_COMMAND, NULL, NULL, poster_put };
const struct call poster_get_call = { "performance.poster_get", "A poster; what is behind an address never changes.", CALL_READ, &poster_file_fields,
                                      NULL, poster_get };
