/* JSON to structs by field table: one pass of YAJL's events over the text, each value stored where its row says. There is no document tree
 * and no recursion: what is open stands on a small stack of frames, and what nobody asked for is counted past. Memory is the request's. */
#include "platform/json/fields.h"

#include <stdlib.h>

#include <yajl/yajl_parse.h>

#include "platform/json/escape.h"
#include "platform/json/path.h"
#include "platform/json/table.h"
#include "platform/obs/log.h"

#define FAULTS_MAX 500

enum shape { SHAPE_NULL, SHAPE_BOOL, SHAPE_NUMBER, SHAPE_STRING, SHAPE_OBJECT, SHAPE_LIST };

enum frame_kind { IN_OBJECT, IN_LIST, IN_MAP, IN_FLAGS };

/* An open object or list whose values are wanted. */
struct frame {
    enum frame_kind kind;
    const struct field *row;      /* which it fills */
    const struct fields *of;      /* IN_OBJECT: its members; IN_LIST, IN_MAP: an item */
    char *at;                     /* IN_OBJECT: the struct; IN_LIST, IN_MAP: struct list; IN_FLAGS: unsigned */
    struct str key;               /* the last one read */
    uint64_t seen;                /* IN_OBJECT: rows met so far */
    const struct field *member;   /* IN_OBJECT: row of the key; NULL when its value is to be skipped */
    char *item;                   /* IN_MAP: item of the key; NULL when its value is to be skipped */
    size_t count, room;           /* the others: values met so far, items that fit */
};

struct decoder {
    struct ctx *cx;
    const struct id_key *ids;
    struct str body;
    yajl_handle yajl;
    const struct fields *fields;
    char *out;
    struct frame *stack;          /* JSON_DEPTH_MAX of them */
    size_t depth;
    size_t skip;                  /* open objects and lists inside a value that is skipped or kept raw */
    struct str *raw;              /* where the text of that value goes; NULL when skipped */
    size_t raw_start;
    size_t last;                  /* where the last token ended */
    bool utf8;                    /* the whole body is well-formed */
    bool closed;                  /* the body's own brace came; it ended at `last` */
    int faults;
    bool stop;                    /* too many faults, or too deep: no use to read on */
};

/* Where the next value goes. */
struct slot {
    const struct field *row;
    const struct fields *of;
    char *at;
    bool *has;
    bool word;                    /* one word of F_FLAGS */
};

static const struct field object_row = { .type = F_OBJECT };

static const struct {
    enum shape shape;
    const char *en, *ko;
} shapes[] = {
    [F_BOOL] = { SHAPE_BOOL, "must be true or false", "true 또는 false여야 합니다" },
    [F_INT] = { SHAPE_NUMBER, "must be an integer", "정수여야 합니다" },
    [F_STR] = { SHAPE_STRING, "must be a string", "문자열이어야 합니다" },
    [F_TEXT] = { SHAPE_STRING, "must be a string", "문자열이어야 합니다" },
    [F_BYTES] = { SHAPE_STRING, "must be bytes in a string", "문자열로 쓴 바이트여야 합니다" },
    [F_TIME] = { SHAPE_STRING, "must be a time in a string", "문자열로 쓴 시각이어야 합니다" },
    [F_ID] = { SHAPE_STRING, "must be an id in a string", "문자열로 쓴 id여야 합니다" },
    [F_ENUM] = { SHAPE_STRING, "must be a string", "문자열이어야 합니다" },
    [F_FLAGS] = { SHAPE_LIST, "must be a list of words", "단어의 목록이어야 합니다" },
    [F_MONEY] = { SHAPE_OBJECT, "must be an object with amount and currency", "amount와 currency가 있는 객체여야 합니다" },
    [F_CURRENCY] = { SHAPE_STRING, "must be a string", "문자열이어야 합니다" },
    [F_OBJECT] = { SHAPE_OBJECT, "must be an object", "객체여야 합니다" },
    [F_LIST] = { SHAPE_LIST, "must be a list", "목록이어야 합니다" },
    [F_MAP] = { SHAPE_OBJECT, "must be an object", "객체여야 합니다" },
};

/* ---- faults ---- */

/* Records a fault of what is being read, or of its member `leaf` when that is not empty. */
static void fault(struct decoder *d, struct str leaf, struct str message)
{
    struct path path = { .n = 0 };
    for (const struct frame *f = d->stack; f < d->stack + d->depth; f++) {
        if (f->kind == IN_OBJECT || f->kind == IN_MAP)
            path_name(&path, f->key);
        else
            path_index(&path, f->count - 1);
    }
    if (leaf.n)
        path_name(&path, leaf);
    err e = fail_field(d->cx, str_of(path.text, path.n), "%.*s", "%.*s", STR_ARG(message));
    ASSERT(e == ERR_INPUT);
    if (++d->faults == FAULTS_MAX)
        d->stop = true;
}

static void fault_if(struct decoder *d, struct str message)
{
    if (message.n)
        fault(d, (struct str){ 0 }, message);
}

/* ---- text ---- */

/* Where the token that is being reported ends, and where it began. */
static size_t token_end(const struct decoder *d)
{
    return yajl_get_bytes_consumed(d->yajl);
}

static size_t token_start(const struct decoder *d)
{
    size_t i = d->last;
    while (i < d->body.n && memchr(" \t\r\n,:", d->body.p[i], 6))
        i++;
    return i;
}

static struct str token_span(const struct decoder *d, size_t start)
{
    return str_of(d->body.p + start, token_end(d) - start);
}

/* Text with escapes stands decoded in YAJL's buffer until the next token; all other text is a view of the body. */
static bool has_escapes(const struct decoder *d, const char *p)
{
    return (uintptr_t)p - (uintptr_t)d->body.p > d->body.n;
}

/* What is wrong with a string apart from its meaning. */
static struct str text_fault(struct decoder *d, struct str text)
{
    if (!d->utf8 && !str_utf8(text))
        return say(d->cx, "must be valid UTF-8", "올바른 UTF-8이 아닙니다");
    if (has_escapes(d, text.p)) {
        /* YAJL reads it as a question mark, so the decoded text does not tell. */
        if (json_half_pair(token_span(d, token_start(d))))
            return say(d->cx, "must not contain half of a surrogate pair", "짝이 없는 서로게이트를 쓸 수 없습니다");
        if (memchr(text.p, 0, text.n))
            return say(d->cx, "must not contain U+0000", "U+0000을 쓸 수 없습니다");
    }
    return (struct str){ 0 };
}

static struct str text_keep(struct decoder *d, struct str text)
{
    return has_escapes(d, text.p) ? arena_str(d->cx->arena, text) : text;
}

/* ---- places ---- */

/* The next item, zeroed. */
static char *list_add(struct decoder *d, struct frame *f)
{
    struct list *l = (struct list *)(void *)f->at;
    size_t size = f->of->size;
    if (l->n == f->room) {
        f->room = f->room ? f->room * 2 : 4;
        char *grown = arena_array(d->cx->arena, f->room, size);
        if (l->n)
            memcpy(grown, l->at, l->n * size);
        l->at = grown;
    }
    return (char *)l->at + l->n++ * size;
}

static struct slot item_slot(const struct fields *of, char *item)
{
    if (fields_plain(of))
        return (struct slot){ .row = of->at, .of = of->at->of, .at = item + of->at->at };
    return (struct slot){ .row = &object_row, .of = of, .at = item };
}

/* False: nobody wants the value. */
static bool slot_next(struct decoder *d, struct slot *ret)
{
    if (d->depth == 0) {
        *ret = (struct slot){ .row = &object_row, .of = d->fields, .at = d->out };
        return true;
    }
    struct frame *f = &d->stack[d->depth - 1];
    switch (f->kind) {
    case IN_OBJECT: {
        const struct field *row = f->member;
        if (!row)
            return false;
        bool *has = row->has_at != NO_HAS ? (bool *)(f->at + row->has_at) : NULL;
        *ret = (struct slot){ .row = row, .of = row->of, .at = f->at + row->at, .has = has };
        return true;
    }
    case IN_LIST:
        f->count++;
        if ((int64_t)f->count > field_bounds(f->row).high)
            return false;
        *ret = item_slot(f->of, list_add(d, f));
        return true;
    case IN_MAP:
        if (!f->item)
            return false;
        *ret = item_slot(f->of, f->item);
        return true;
    case IN_FLAGS:
        f->count++;
        *ret = (struct slot){ .row = f->row, .at = f->at, .word = true };
        return true;
    }
    return false;
}

/* Is a value of this shape right for the slot? */
static bool slot_fits(struct decoder *d, const struct slot *s, enum shape shape)
{
    enum field_type type = s->row->type;
    if (shape == SHAPE_NULL && s->row->nullable && !s->word)
        return false;
    if (type != F_RAW && shape != (s->word ? SHAPE_STRING : shapes[type].shape)) {
        const char *en = shapes[s->word ? F_STR : type].en, *ko = shapes[s->word ? F_STR : type].ko;
        fault_if(d, str_c(d->cx->lang == LANG_KO ? ko : en));
        return false;
    }
    if (s->has)
        *s->has = true;
    return true;
}

/* ---- events; each returns whether to read on ---- */

static int go_on(struct decoder *d)
{
    d->last = token_end(d);
    return !d->stop;
}

/* The slot of a plain value, unless that is not wanted, does not fit or is kept raw. */
static bool scalar_slot(struct decoder *d, enum shape shape, struct slot *ret)
{
    if (d->skip || !slot_next(d, ret) || !slot_fits(d, ret, shape))
        return false;
    if (ret->row->type == F_RAW) {
        *(struct str *)(void *)ret->at = token_span(d, token_start(d));
        return false;
    }
    return true;
}

static int on_null(void *self)
{
    struct slot s;
    (void)scalar_slot(self, SHAPE_NULL, &s);
    return go_on(self);
}

static int on_bool(void *self, int value)
{
    struct slot s;
    if (scalar_slot(self, SHAPE_BOOL, &s))
        *(bool *)s.at = value != 0;
    return go_on(self);
}

static int on_number(void *self, const char *p, size_t n)
{
    struct decoder *d = self;
    struct slot s;
    if (scalar_slot(d, SHAPE_NUMBER, &s)) {
        const struct frame *f = &d->stack[d->depth - 1];
        const struct field *bounded = f->of == &money_fields ? f->row : s.row;
        fault_if(d, value_number(d->cx, field_bounds(bounded), str_of(p, n), s.at));
    }
    return go_on(d);
}

static int on_string(void *self, const unsigned char *p, size_t n)
{
    struct decoder *d = self;
    struct str text = str_of((const char *)p, n), wrong = text_fault(d, text);
    struct slot s;
    bool wanted = scalar_slot(d, SHAPE_STRING, &s);
    if (wrong.n)
        fault_if(d, wrong);
    else if (wanted && s.word)
        fault_if(d, value_word(d->cx, s.row, text, (unsigned *)(void *)s.at));
    else if (wanted)
        fault_if(d, value_string(d->cx, s.row, d->ids, text_keep(d, text), s.at));
    return go_on(d);
}

static enum frame_kind frame_kind(const struct field *row)
{
    return row->type == F_LIST ? IN_LIST : row->type == F_MAP ? IN_MAP : row->type == F_FLAGS ? IN_FLAGS : IN_OBJECT;
}

static int on_open(struct decoder *d, enum shape shape)
{
    struct slot s;
    if (d->depth + d->skip == JSON_DEPTH_MAX) {
        fault_if(d, say(d->cx, "is nested deeper than %d levels", "%d단계보다 깊게 중첩되었습니다", JSON_DEPTH_MAX));
        d->stop = true;
    } else if (d->skip) {
        d->skip++;
    } else if (!slot_next(d, &s) || !slot_fits(d, &s, shape)) {
        d->skip = 1;
    } else if (s.row->type == F_RAW) {
        d->skip = 1;
        d->raw = (struct str *)(void *)s.at;
        d->raw_start = token_start(d);
    } else {
        const struct fields *of = s.row->type == F_MONEY ? &money_fields : s.of;
        ASSERT(!of || of->n <= 64);
        d->stack[d->depth++] = (struct frame){ .kind = frame_kind(s.row), .row = s.row, .of = of, .at = s.at };
    }
    return go_on(d);
}

static int on_open_object(void *self)
{
    return on_open(self, SHAPE_OBJECT);
}

static int on_open_list(void *self)
{
    return on_open(self, SHAPE_LIST);
}

static const struct field *member_find(const struct frame *f, struct str key)
{
    /* Members mostly come in the order of the table. */
    const struct field *end = f->of->at + f->of->n, *row = f->member ? f->member + 1 : f->of->at;
    for (size_t i = 0; i < f->of->n; i++, row++) {
        if (row == end)
            row = f->of->at;
        if (row->from == FROM_BODY && str_eq(str_c(row->name), key))
            return row;
    }
    return NULL;
}

static void object_key(struct decoder *d, struct frame *f)
{
    const struct field *row = member_find(f, f->key);
    uint64_t bit = row ? UINT64_C(1) << (row - f->of->at) : 0;
    f->member = f->seen & bit ? NULL : row;
    f->seen |= bit;
    if (!row)
        fault_if(d, say(d->cx, "is not known here", "알 수 없는 항목입니다"));
    else if (!f->member)
        fault_if(d, say(d->cx, "is repeated", "반복되었습니다"));
}

static void map_key(struct decoder *d, struct frame *f)
{
    static const struct field key_row = { .type = F_STR };
    f->count++;
    f->item = NULL;
    if ((int64_t)f->count > field_bounds(f->row).high)
        return;
    f->item = list_add(d, f);
    fault_if(d, value_string(d->cx, &key_row, d->ids, f->key, f->item));
}

static int on_key(void *self, const unsigned char *p, size_t n)
{
    struct decoder *d = self;
    struct str text = str_of((const char *)p, n), wrong = text_fault(d, text);
    if (d->skip) {
        fault_if(d, wrong);
        return go_on(d);
    }
    struct frame *f = &d->stack[d->depth - 1];
    f->key = text_keep(d, text);
    if (wrong.n) {
        fault_if(d, wrong);
        f->member = NULL;
        f->item = NULL;
    } else if (f->kind == IN_MAP) {
        map_key(d, f);
    } else {
        object_key(d, f);
    }
    return go_on(d);
}

static void object_check(struct decoder *d, const struct frame *f)
{
    for (size_t i = 0; i < f->of->n; i++) {
        const struct field *row = &f->of->at[i];
        bool required = row->from == FROM_BODY && !row->optional && !row->omit_empty;
        if (required && !(f->seen & UINT64_C(1) << i))
            fault(d, str_c(row->name), say(d->cx, "is required", "필수 항목입니다"));
    }
}

static int key_order(const void *a_, const void *b_)
{
    const struct str *a = a_, *b = b_;
    size_t common = a->n < b->n ? a->n : b->n;
    int order = common ? memcmp(a->p, b->p, common) : 0;
    return order ? order : (a->n > b->n) - (a->n < b->n);
}

static void map_check(struct decoder *d, const struct frame *f)
{
    const struct list *l = (const struct list *)(const void *)f->at;
    struct str *keys = NEW_ARRAY(d->cx->arena, struct str, l->n);
    for (size_t i = 0; i < l->n; i++)
        keys[i] = *(const struct str *)(const void *)((const char *)l->at + i * f->of->size);
    if (l->n)
        qsort(keys, l->n, sizeof(*keys), key_order);
    for (size_t i = 1; i < l->n; i++)
        if (keys[i].n && str_eq(keys[i], keys[i - 1]))
            fault(d, keys[i], say(d->cx, "is repeated", "반복되었습니다"));
}

static int on_close(void *self)
{
    struct decoder *d = self;
    if (d->skip) {
        d->skip--;
        if (d->skip == 0 && d->raw) {
            *d->raw = token_span(d, d->raw_start);
            d->raw = NULL;
        }
        return go_on(d);
    }
    struct frame f = d->stack[--d->depth];
    if (f.kind == IN_OBJECT)
        object_check(d, &f);
    else
        fault_if(d, value_count(d->cx, f.row, f.count));
    if (f.kind == IN_MAP)
        map_check(d, &f);
    d->closed = d->depth == 0;
    return go_on(d) && !d->closed;
}

/* ---- YAJL's memory: the arena's, with the size in front since its realloc is not told the old one ---- */

#define HEAD 16

static void *take(void *arena, size_t n)
{
    char *p = arena_take(arena, HEAD + n);
    memcpy(p, &n, sizeof(n));
    return p + HEAD;
}

static void *take_more(void *arena, void *old, size_t n)
{
    size_t had = 0;
    char *p = take(arena, n);
    if (old)
        memcpy(&had, (char *)old - HEAD, sizeof(had));
    if (had)
        memcpy(p, old, had < n ? had : n);
    return p;
}

static void give_back(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

static size_t skip_space(struct str s, size_t i)
{
    while (i < s.n && memchr(" \t\r\n", s.p[i], 4))
        i++;
    return i;
}

static err syntax_fault(struct ctx *cx, size_t at)
{
    return fail(cx, ERR_INPUT, NULL, "The body is not JSON: it goes wrong near byte offset %zu.",
                "본문이 JSON이 아닙니다. 바이트 오프셋 %zu 부근에서 잘못되었습니다.", at);
}

err fields_decode(struct ctx *cx, const struct fields *f, const struct id_key *ids, struct str body, void *out)
{
    static const yajl_callbacks events = {
        .yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string, .yajl_map_key = on_key,
        .yajl_start_map = on_open_object, .yajl_end_map = on_close, .yajl_start_array = on_open_list, .yajl_end_array = on_close,
    };
    yajl_alloc_funcs memory = { take, take_more, give_back, cx->arena };
    struct frame stack[JSON_DEPTH_MAX];
    struct decoder d = { .cx = cx, .ids = ids, .body = body, .fields = f, .out = out, .stack = stack, .utf8 = str_utf8(body) };

    size_t first = skip_space(body, 0);
    if (first == body.n)
        return fail(cx, ERR_INPUT, NULL, "The body is empty: a JSON object is missing at byte offset %zu.",
                    "본문이 비어 있습니다. 바이트 오프셋 %zu에 JSON 객체가 필요합니다.", first);
    if (body.p[first] != '{')
        return fail(cx, ERR_INPUT, NULL, "The body must be a JSON object: at byte offset %zu something else begins.",
                    "본문은 JSON 객체여야 합니다. 바이트 오프셋 %zu에서 다른 것이 시작됩니다.", first);

    d.last = first;
    d.yajl = yajl_alloc(&events, &memory, &d);
    yajl_config(d.yajl, yajl_dont_validate_strings, 1);      /* done above, and more strictly */
    if (yajl_parse(d.yajl, (const unsigned char *)body.p, body.n) == yajl_status_error)
        return syntax_fault(cx, token_end(&d));
    if (!d.closed && !d.stop)
        return syntax_fault(cx, body.n);
    if (d.closed && skip_space(body, d.last) < body.n)
        return syntax_fault(cx, skip_space(body, d.last));
    if (d.faults)
        return fail(cx, ERR_INPUT, NULL, "Wrong members of the body: %d.", "본문에 잘못된 항목이 %d개 있습니다.", d.faults);
    return OK;
}
