/* Codes that are typed: one that many share, or single-use codes made in bulk. A single-use code is the public form of its number (base/id.h, 64 bits
 * through a keyed permutation): it cannot be guessed, needs no row of its own, and can be exported whenever somebody asks. */
#include "coupon_int.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/csv.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/metrics.h"

/* ---- a code as people read it ---- */

static void code_write(const struct id_key *key, int64_t code, char out[CODE_TYPED])
{
    char id[ID_TEXT];
    id_encode(key, ID_COUPON_CODE, code, id);
    for (size_t i = 0, n = 0; i < ID_TEXT; i++) {
        if (i == 4 || i == 8)
            out[n++] = '-';
        out[n++] = id[i] >= 'a' ? (char)(id[i] - 'a' + 'A') : id[i];
    }
}

/* Hyphens and spaces do not matter, nor capitals, nor letters that look like digits. */
static bool code_read(const struct id_key *key, struct str typed, int64_t *ret)
{
    char id[ID_TEXT];
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == '-' || c == ' ')
            continue;
        if (n == ID_TEXT)
            return false;
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        id[n++] = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
    }
    return id_decode(key, ID_COUPON_CODE, str_of(id, n), ret);
}

/* ---- POST /coupons/{coupon_id}/codes ---- */

static err check_room(struct ctx *cx, const struct coupon *c, int64_t count)
{
    struct list batches;
    int64_t made = 0;
    if (cx->now >= c->expires_at)
        return fail(cx, ERR_CONFLICT, "expired", "The coupon has expired.", "기간이 끝난 쿠폰입니다.");
    if (count > coupon_left(c))
        return fail(cx, ERR_CONFLICT, "sold_out", "There are %lld pieces left; raise the quantity first.", "남은 수량이 %lld장입니다. 먼저 수량을 늘려 주세요.",
                    (long long)coupon_left(c));
    err e = store_batches(cx, c->id, &batches);
    if (e)
        return e;
    for (const struct batch *b = batches.at; b < (const struct batch *)batches.at + batches.n; b++)
        made += b->last - b->first + 1;
    if (made + count > CODES_MAX)
        return fail(cx, ERR_CONFLICT, "too_many_codes", "A coupon has at most %d single-use codes.", "일회용 코드는 쿠폰당 최대 %d개입니다.", CODES_MAX);
    return OK;
}

err codes_make(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct codes_in *in = in_;
    struct coupon *c;
    err e = coupon_managed(cx, s, in->coupon, &c);
    if (!e)
        e = check_room(cx, c, in->count);
    if (!e)
        e = store_coupon_issue(cx, c->id, 0, in->count);
    if (e)
        return e;

    struct batch b = { .first = s->codes.last + 1, .last = s->codes.last + in->count, .made_at = cx->now };
    s->codes.last = b.last;
    store_batch_insert(cx, c->id, &b);
    coupon_keep(cx, s, c);
    c->open_codes += in->count;
    *(struct codes_out *)ret_out = (struct codes_out){ c->id, in->count, c->open_codes, coupon_left(c) };
    return OK;
}

/* ---- GET /coupons/{coupon_id}/codes.csv ---- */

struct sheet {
    struct buf *out;
    const struct id_key *key;
    int64_t next;             /* the first code of the batch that has not been written */
};

static void line(struct sheet *s, int64_t redeemed_at)
{
    char code[CODE_TYPED], time[TIME_TEXT_MAX];
    code_write(s->key, s->next++, code);
    csv_text(s->out, str_of(code, sizeof(code)));
    csv_text(s->out, redeemed_at ? time_format(redeemed_at, time) : (struct str){ 0 });
    csv_row_end(s->out);
}

static void lines_to(void *to, int64_t code, int64_t redeemed_at)
{
    struct sheet *s = to;
    while (s->next < code)
        line(s, 0);
    line(s, redeemed_at);
}

static void release(void *held)
{
    buf_free(held);
    free(held);
}

#define LINE_MAX (CODE_TYPED + TIME_TEXT_MAX + 8)

err codes_export(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct coupon_in *in = in_;
    struct offer o;
    struct list batches;
    bool found;
    (void)self;
    err e = store_coupon(cx, in->coupon, &o, &found);
    if (!e && (!found || !coupon_manages(cx, o.made_by)))
        e = coupon_missing(cx);
    if (!e)
        e = store_batches(cx, in->coupon, &batches);
    if (e)
        return e;

    struct buf *out = malloc(sizeof(*out));
    ASSERT(out != NULL);
    buf_init(out, (size_t)(CODES_MAX + 1) * LINE_MAX);
    csv_begin(out);
    csv_text(out, S("code"));
    csv_text(out, S("redeemed_at"));
    csv_row_end(out);
    struct sheet sheet = { .out = out, .key = &app_keys(cx->app)->ids };
    for (const struct batch *b = batches.at; !e && b < (const struct batch *)batches.at + batches.n; b++) {
        sheet.next = b->first;
        e = store_codes_redeemed(cx, b, lines_to, &sheet);
        while (!e && sheet.next <= b->last)
            line(&sheet, 0);
    }
    if (e) {
        release(out);
        return e;
    }
    ASSERT(!out->full);
    *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = buf_view(out), .release = release, .held = out };
    return OK;
}

/* ---- POST /coupons/redeem_code ---- */

static int64_t window_of(int64_t now)
{
    return now / ATTEMPTS_WINDOW;
}

static err may_try(struct ctx *cx, struct coupons *s)
{
    uint64_t wrong = 0;
    if (s->attempts_window != window_of(cx->now) || s->attempts.count >= ATTEMPTS_TRACKED) {
        map_free(&s->attempts);
        s->attempts = (struct map){ 0 };
        s->attempts_window = window_of(cx->now);
    }
    map_get(&s->attempts, (uint64_t)cx->actor.user, &wrong);
    if (wrong < ATTEMPTS_MAX)
        return OK;
    cx->problem.retry_after_s = (int)((ATTEMPTS_WINDOW - cx->now % ATTEMPTS_WINDOW) / 1000 + 1);
    return fail(cx, ERR_LIMIT, NULL, "Too many wrong codes; please try again later.", "잘못된 코드를 너무 많이 입력했습니다. 나중에 다시 시도해 주세요.");
}

/* Counted for good: the command that fails does not take it back. */
static err unknown_code(struct ctx *cx, struct coupons *s)
{
    uint64_t wrong = 0;
    map_get(&s->attempts, (uint64_t)cx->actor.user, &wrong);
    map_put(&s->attempts, (uint64_t)cx->actor.user, wrong + 1);
    metric_add(&coupon_codes_refused, 1);
    return fail(cx, ERR_CONFLICT, "unknown_code", "There is no such code.", "존재하지 않는 코드입니다.");
}

/* *ret_code: the single-use code; 0 for one that many share, or none. */
static err look_up(struct ctx *cx, struct str typed, int64_t *ret_coupon, int64_t *ret_code, bool *ret_found)
{
    *ret_code = 0;
    err e = store_coupon_by_code(cx, coupon_code_key(cx, typed), ret_coupon, ret_found);
    if (e || *ret_found || !code_read(&app_keys(cx->app)->ids, typed, ret_code))
        return e;
    return store_code_coupon(cx, *ret_code, ret_coupon, ret_found);
}

err code_redeem(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct redeem_in *in = in_;
    int64_t coupon, code;
    bool found, used = false;
    err e = may_try(cx, s);
    if (!e)
        e = look_up(cx, in->code, &coupon, &code, &found);
    if (e)
        return e;

    struct coupon *c = found ? map_ptr(&s->all, (uint64_t)coupon) : NULL;
    if (!c || c->deleted)
        return unknown_code(cx, s);
    e = code ? store_code_used(cx, code, &used) : OK;
    if (e)
        return e;
    if (used)
        return fail(cx, ERR_CONFLICT, "code_used", "The code has been used.", "이미 사용된 코드입니다.");
    return coupon_issue(cx, s, c, code, ret_out);
}
