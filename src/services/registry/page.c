/* The status page: for people of the operator, without scripts, in their language. */
#include "registry_int.h"

#include "base/clock.h"
#include "base/html.h"

#define PAGE_MAX ((size_t)32 << 20)

struct page {
    struct buf *out;
    enum lang lang;
    int64_t now;
};

static void said(struct page *p, const char *en, const char *ko)
{
    buf_str(p->out, str_c(p->lang == LANG_KO ? ko : en));
}

static void cell(struct page *p, struct str s)
{
    buf_str(p->out, S("<td>"));
    html_text(p->out, s);
    buf_str(p->out, S("</td>"));
}

static void heading(struct page *p, const char *en, const char *ko)
{
    buf_str(p->out, S("<th scope=\"col\">"));
    said(p, en, ko);
    buf_str(p->out, S("</th>"));
}

static void fact(struct page *p, const char *en, const char *ko, int64_t value)
{
    buf_str(p->out, S("<dt>"));
    said(p, en, ko);
    buf_fmt(p->out, "</dt><dd>%lld</dd>", (long long)value);
}

static void ago_cell(struct page *p, int64_t at)
{
    if (!at) {
        cell(p, S("-"));
        return;
    }
    buf_fmt(p->out, p->lang == LANG_KO ? "<td>%lld초 전</td>" : "<td>%lld s ago</td>", (long long)((p->now - at) / 1000));
}

/* ---- parts ---- */

static void head(struct page *p)
{
    buf_fmt(p->out, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">", p->lang == LANG_KO ? "ko" : "en");
    buf_str(p->out, S("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
                      "<meta name=\"viewport\" content=\"width=device-width\"><title>"));
    said(p, "Registry", "레지스트리");
    buf_str(p->out, S("</title><style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem;color:#1b1b1f;background:#fff}"
                      "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ccc;"
                      "overflow-wrap:anywhere}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}"
                      ".warn{background:#fff3cd;border-left:.3rem solid #946200;padding:.6rem 1rem}</style></head><body><main><h1>"));
    said(p, "Registry", "레지스트리");
    buf_str(p->out, S("</h1>"));
}

static void facts(struct page *p, struct registry *r)
{
    if (registry_preserving(r, p->now)) {
        buf_str(p->out, S("<p class=\"warn\" role=\"alert\">"));
        said(p, "Self-preservation: fewer heartbeats come than expected, so nobody is given up. What is listed may not be there any more.",
             "자기 보호: 하트비트가 예상보다 적어 아무도 제거하지 않습니다. 아래 목록은 실제와 다를 수 있습니다.");
        buf_str(p->out, S("</p>"));
    }
    if (!r->serving) {
        buf_str(p->out, S("<p class=\"warn\" role=\"alert\">"));
        said(p, "The peers are still being asked what they know.", "다른 레지스트리의 정보를 가져오는 중입니다.");
        buf_str(p->out, S("</p>"));
    }
    buf_str(p->out, S("<dl>"));
    fact(p, "Applications", "애플리케이션", (int64_t)r->app_count);
    fact(p, "Instances", "인스턴스", (int64_t)r->count);
    fact(p, "Heartbeats in the last minute", "최근 1분의 하트비트", meter_sum(&r->renewals, p->now));
    fact(p, "Self-preservation at or below", "자기 보호 기준(이하)", renewals_threshold(r));
    buf_str(p->out, S("</dl>"));
}

static void instance_row(struct page *p, const struct lease *l)
{
    const struct instance *i = &l->it;
    buf_str(p->out, S("<tr>"));
    cell(p, i->text[TEXT_APP]);
    cell(p, i->text[TEXT_ID]);
    cell(p, i->text[TEXT_IP]);
    buf_fmt(p->out, "<td>%lld</td><td>%s", (long long)(i->port.enabled ? i->port.number : i->secure_port.number), status_words[i->status]);
    if (i->overridden != STATUS_UNKNOWN)
        said(p, " (chosen by staff)", " (운영자 지정)");
    buf_str(p->out, S("</td>"));
    ago_cell(p, i->registered_at);
    ago_cell(p, i->renewed_at);
    int64_t left = (i->renewed_at + i->lease_s * 1000 - p->now) / 1000;
    buf_fmt(p->out, p->lang == LANG_KO ? "<td>%lld초</td></tr>" : "<td>%lld s</td></tr>", (long long)left);
}

/* A headline and the head of a table, whose rows follow; heads ends with NULL. */
static void table_begin(struct page *p, const char *en, const char *ko, const char *const heads[][2])
{
    buf_str(p->out, S("<h2>"));
    said(p, en, ko);
    buf_str(p->out, S("</h2><table><thead><tr>"));
    for (; (*heads)[0]; heads++)
        heading(p, (*heads)[0], (*heads)[1]);
    buf_str(p->out, S("</tr></thead><tbody>"));
}

static void instances(struct page *p, const struct registry *r)
{
    static const char *const heads[][2] = {
        { "Application", "애플리케이션" }, { "Instance", "인스턴스" }, { "Address", "주소" }, { "Port", "포트" }, { "Status", "상태" },
        { "Registered", "등록" }, { "Last heartbeat", "마지막 하트비트" }, { "Lease left", "남은 시간" }, { NULL, NULL },
    };
    table_begin(p, "Instances", "인스턴스", heads);
    for (const struct application *a = r->apps; a; a = a->next)
        for (const struct lease *l = a->first; l; l = l->next)
            instance_row(p, l);
    buf_str(p->out, S("</tbody></table>"));
}

static void peers(struct page *p, const struct registry *r)
{
    static const char *const heads[][2] = {
        { "Address", "주소" }, { "State", "상태" }, { "Waiting", "대기" }, { "Last heard", "마지막 응답" }, { NULL, NULL },
    };
    if (!r->peer_count)
        return;
    table_begin(p, "Peers", "다른 레지스트리", heads);
    for (size_t i = 0; i < r->peer_count; i++) {
        struct peer_view v = peer_view(r, i);
        buf_str(p->out, S("<tr>"));
        cell(p, v.url);
        buf_str(p->out, S("<td>"));
        said(p, v.failing ? "does not answer" : "answers", v.failing ? "응답 없음" : "정상");
        buf_fmt(p->out, "</td><td>%zu</td>", v.waiting);
        ago_cell(p, v.heard_at);
        buf_str(p->out, S("</tr>"));
    }
    buf_str(p->out, S("</tbody></table>"));
}

static err page(struct ctx *cx, void *self, const void *in, void *out)
{
    struct registry *r = self;
    char time[TIME_TEXT_MAX];
    struct buf text;
    struct page p = { &text, cx->lang, cx->now };
    err e = registry_admit(cx, r, in);
    if (e)
        return e;
    buf_init(&text, PAGE_MAX);
    pthread_mutex_lock(&r->lock);
    head(&p);
    facts(&p, r);
    instances(&p, r);
    peers(&p, r);
    pthread_mutex_unlock(&r->lock);
    struct str at = time_format(cx->now, time);
    buf_fmt(&text, "<p><time>%.*s</time></p></main></body></html>\n", STR_ARG(at));
    *(struct raw_out *)out = (struct raw_out){ .content_type = S("text/html; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return OK;
}

const struct call registry_page_call = { "registry.page", "What is registered, for people.", CALL_MEMORY, &registry_guest_fields, NULL, page };
