/* A place as a page that needs no script: it reloads by itself as often as the server says, unless told not to. Whoever has its address sees the
 * place, as with the token in it; the seats are chosen by the browser client. */
#include "queue_int.h"

#include "base/html.h"

#define PAGE_MAX    (64 << 10)
#define PAGE_POLICY "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const char *const reasons[][2] = {
    [ETA_RATE] = { "The line moves as fast as the organizer lets people in.", "주최자가 정한 속도에 맞춰 차례로 입장하고 있습니다." },
    [ETA_PAYMENT] = { "The payment providers cannot take more right now, so people are let in more slowly.",
                      "결제사가 지금은 더 많은 결제를 받을 수 없어 천천히 입장하고 있습니다." },
    [ETA_LIMIT] = { "The room inside is full: somebody comes in when somebody leaves.", "안이 가득 차서, 한 분이 나오면 한 분이 들어갑니다." },
    [ETA_PAUSED] = { "The line is paused. Nobody is let in at the moment, and all places are kept.",
                     "입장이 잠시 멈췄습니다. 지금은 아무도 입장하지 않으며 순서는 모두 그대로입니다." },
    [ETA_DRAW] = { "Places are drawn when the sale starts. Everybody who is here by then has the same chance.",
                   "순번은 판매가 시작될 때 추첨합니다. 그때까지 오신 분은 모두 같은 확률입니다." },
    [ETA_NOT_STARTED] = { "The sale has not started yet.", "아직 판매 시작 전입니다." },
    [ETA_STOCK] = { "All seats that are left are being bought by people inside. If any come back, the line goes on.",
                    "남은 좌석은 모두 먼저 들어간 분들이 구매 중입니다. 좌석이 다시 나오면 이어서 입장합니다." },
    [ETA_SOLD_OUT] = { "Everything is sold at the moment. If seats come back, the line goes on.",
                       "지금은 모두 판매되었습니다. 좌석이 다시 나오면 이어서 입장합니다." },
    [ETA_BACK] = { "Your turn came while you were away. Stay here: you are next.", "자리를 비우신 사이 차례가 지났습니다. 이 화면에 계시면 바로 입장합니다." },
};

struct plain_in {
    struct place_in place;
    bool still;
};

struct page {
    struct buf out;
    const struct ctx *cx;
    const struct place_out *place;
    struct str token;
    int refresh_s;            /* 0: it does not reload by itself */
    char schedule[ID_TEXT];
};

/* ---- writing ---- */

static int64_t round_up(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit;
}

static struct str say(const struct page *p, const char *en, const char *ko, ...) __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* A sentence of the page's language; both have the same conversions in the same order. */
static struct str say(const struct page *p, const char *en, const char *ko, ...)
{
    va_list args;
    va_start(args, ko);
    struct str text = arena_vfmt(p->cx->arena, p->cx->lang == LANG_KO ? ko : en, args);
    va_end(args);
    return text;
}

static void put(struct page *p, const char *markup)
{
    buf_str(&p->out, str_c(markup));
}

/* Text that is no markup, between two pieces that are. */
static void put_text(struct page *p, const char *before, struct str text, const char *after)
{
    put(p, before);
    html_text(&p->out, text);
    put(p, after);
}

static void put_fact(struct page *p, struct str name, struct str value)
{
    put_text(p, "<div><dt>", name, "</dt>");
    put_text(p, "<dd>", value, "</dd></div>\n");
}

/* ---- parts ---- */

static bool is_over(const struct place_out *place)
{
    return place->state == PLACE_EXPIRED || place->state == PLACE_LEFT;
}

static struct str headline(const struct page *p)
{
    const struct place_out *place = p->place;
    if (place->state == PLACE_ADMITTED)
        return say(p, "It is your turn", "입장하실 차례입니다");
    if (is_over(place))
        return say(p, "Your wait has ended", "대기가 끝났습니다");
    if (!place->has_position)
        return say(p, "Waiting room", "대기실");
    return say(p, "No. %lld in line", "대기 %lld번째", (long long)place->position);
}

static void put_head(struct page *p)
{
    put_text(p, "<!doctype html>\n<html lang=\"", say(p, "en", "ko"), "\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    put_text(p, "<title>", headline(p), " · ");
    put_text(p, "", p->place->title, "</title>\n<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n"
             "<link rel=\"stylesheet\" href=\"/plain.css\">\n</head>\n<body>\n<main>\n");
}

static struct str wait_text(const struct page *p)
{
    int64_t low = round_up(p->place->eta_low_seconds, 60), high = round_up(p->place->eta_high_seconds, 60);
    if (p->place->has_high && high <= 1)
        return say(p, "less than a minute", "1분 이내");
    if (p->place->has_high && high > low)
        return say(p, "%lld to %lld min", "%lld~%lld분", (long long)low, (long long)high);
    if (p->place->has_high)
        return say(p, "about %lld min", "약 %lld분", (long long)low);
    return low ? say(p, "at least %lld min", "%lld분 이상", (long long)low) : say(p, "nobody knows yet", "아직 알 수 없습니다");
}

static void put_waiting(struct page *p)
{
    const struct place_out *place = p->place;
    put(p, "<dl>\n");
    if (place->has_position)
        put_fact(p, say(p, "Ahead of you", "내 앞에"), say(p, "%lld", "%lld명", (long long)place->ahead));
    put_fact(p, say(p, "Estimated wait", "예상 대기 시간"), wait_text(p));
    put_text(p, "</dl>\n<p>", str_c(reasons[place->eta_reason][p->cx->lang]), "</p>\n");
}

static void put_link(struct page *p, const char *class_name, struct str text)
{
    buf_fmt(&p->out, "<p><a class=\"%s\" href=\"/schedules/%.*s/queue\">", class_name, ID_TEXT, p->schedule);
    put_text(p, "", text, "</a></p>\n");
}

static void put_admitted(struct page *p)
{
    int64_t left = p->place->pass_expires_at - p->cx->now;
    if (p->place->pass_expires_at)
        put_text(p, "<p>", say(p, "Enter within %lld min to choose your seats.", "%lld분 안에 들어가 좌석을 골라 주세요.", (long long)max(1, left / 60000)),
                 "</p>\n");
    put_link(p, "act", say(p, "Choose seats", "좌석 선택"));
}

static void put_over(struct page *p)
{
    struct str reason = p->place->revoked;
    put_text(p, "<p>", reason.n ? say(p, "The organizer has ended your place: %.*s", "주최측이 대기를 종료했습니다: %.*s", STR_ARG(reason))
                                : say(p, "The time to enter has passed, or you left the line. You can join again.",
                                      "입장 시간이 지났거나 대기를 그만두었습니다. 다시 줄을 설 수 있습니다."), "</p>\n");
    put_link(p, "act", say(p, "Join again", "다시 줄 서기"));
}

static struct str price(const struct page *p, struct money m)
{
    return arena_fmt(p->cx->arena, "%.*s %s", STR_ARG(money_digits(p->cx->arena, m)), m.currency);
}

static void put_stock(struct page *p)
{
    const struct stock *stock = p->place->stock.at;
    if (!p->place->stock.n)
        return;
    put_text(p, "<h2>", say(p, "Seats left", "남은 좌석"), "</h2>\n<dl>\n");
    for (size_t i = 0; i < p->place->stock.n; i++)
        put_fact(p, stock[i].grade, stock[i].free ? say(p, "%lld", "%lld석", (long long)stock[i].free) : say(p, "sold out", "매진"));
    if (p->place->price_from.currency[0]) {
        struct str from = price(p, p->place->price_from), to = price(p, p->place->price_to);
        put_fact(p, say(p, "Price", "가격"), say(p, "%.*s to %.*s", "%.*s ~ %.*s", STR_ARG(from), STR_ARG(to)));
    }
    put(p, "</dl>\n");
}

/* Whoever reads slowly, or has it read out, may want it to stay as it is. */
static void put_reloading(struct page *p)
{
    buf_fmt(&p->out, "<p class=\"small\"><a href=\"/wait/%.*s%s\">", STR_ARG(p->token), p->refresh_s ? "?still=true" : "");
    put_text(p, "", p->refresh_s ? say(p, "Do not reload by itself every %d seconds", "%d초마다 저절로 새로 고치지 않기", p->refresh_s)
                                 : say(p, "Reload by itself", "저절로 새로 고치기"), "</a></p>\n");
}

static void put_foot(struct page *p)
{
    put_text(p, "<p class=\"small\">", say(p, "Keep the address of this page to yourself: whoever has it sees your place.",
                                          "이 화면의 주소를 아는 사람은 내 순서를 볼 수 있으니 알려 주지 마세요."), "</p>\n");
    if (!is_over(p->place))
        put_reloading(p);
    if (p->place->state == PLACE_WAITING)
        put_link(p, "small", say(p, "The page with more to it (needs JavaScript)", "기능이 더 많은 화면 (자바스크립트 필요)"));
    put(p, "</main>\n</body>\n</html>\n");
}

static void write_page(struct page *p)
{
    put_head(p);
    put_text(p, "<p>", p->place->title, "</p>\n");
    put_text(p, "<h1>", headline(p), "</h1>\n");
    if (p->place->message.n)
        put_text(p, "<p class=\"message\">", p->place->message, "</p>\n");
    if (p->place->state == PLACE_WAITING)
        put_waiting(p);
    else if (p->place->state == PLACE_ADMITTED)
        put_admitted(p);
    else
        put_over(p);
    put_stock(p);
    put_foot(p);
}

err queue_plain(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct plain_in *in = in_;
    struct place_ref who;
    struct place_out place;
    err e = queue_poll(cx, self, &in->place, &place);
    if (e || !place_open(cx, q, in->place.token, &who))
        return e ? e : no_such_place(cx);
    struct page page = { .cx = cx, .place = &place, .token = place.place_token };
    if (!in->still && !is_over(&place))
        page.refresh_s = (int)round_up(place.poll_after_ms, 1000);
    id_encode(&q->keys->ids, ID_SCHEDULE, room_schedule(who.room), page.schedule);
    buf_init(&page.out, PAGE_MAX);
    write_page(&page);
    *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/html; charset=utf-8"), .policy = S(PAGE_POLICY), .refresh_s = page.refresh_s,
                                                   .body = arena_str(cx->arena, buf_view(&page.out)) };
    buf_free(&page.out);
    return OK;
}

FIELDS(plain_fields, "PlacePageQuery", struct plain_in,
    { .name = "place_token", .type = F_STR, .from = FROM_PATH, .at = offsetof(struct plain_in, place.token) },
    { .name = "still", .type = F_BOOL, .from = FROM_QUERY, .optional = true, .at = offsetof(struct plain_in, still),
      .help = "true: the page does not reload by itself" });

const struct call queue_plain_call = { "queue.plain", "A place as a page that needs no script and reloads by itself.", CALL_MEMORY, &plain_fields, NULL,
                                       queue_plain };
