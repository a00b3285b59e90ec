/* The notify service: its tables and its life. */
#include "notify.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "address.h"
#include "notify_sql.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"
#include "webhook.h"

/* ---- field tables ---- */

#define LIMIT                                                                                                                               \
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct page_in, limit), .low = 1, .high = 100, .optional = true,  \
      .help = "rows a page, 20 unless told" }
#define CURSOR(kind)                                                                                                                        \
    { .name = "cursor", .type = F_ID, .id = kind, .from = FROM_QUERY, .at = offsetof(struct page_in, cursor), .optional = true,            \
      .help = "`next` of the page before" }
#define NEXT(kind) { .name = "next", .type = F_ID, .id = kind, .at = offsetof(struct page_out, next), .nullable = true }

FIELDS(mails_in_fields, "MailsQuery", struct page_in,
    { .name = "status", .type = F_ENUM, .words = mail_status_words, .from = FROM_QUERY, .at = offsetof(struct page_in, status),
      .has_at = offsetof(struct page_in, has_status), .optional = true, .help = "queued, sent, dropped (nobody to tell any more) or dead (given up)" },
    LIMIT, CURSOR(ID_MAIL));

FIELDS(mail_in_fields, "MailQuery", struct mail_in,
    { .name = "mail_id", .type = F_ID, .id = ID_MAIL, .from = FROM_PATH, .at = offsetof(struct mail_in, mail) });

FIELDS(mail_fields, "Mail", struct mail_view,
    { .name = "id", .type = F_ID, .id = ID_MAIL, .at = offsetof(struct mail_view, id) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct mail_view, user) },
    { .name = "kind", .type = F_ENUM, .words = mail_kind_words, .at = offsetof(struct mail_view, kind) },
    { .name = "status", .type = F_ENUM, .words = mail_status_words, .at = offsetof(struct mail_view, status) },
    { .name = "attempts", .type = F_INT, .at = offsetof(struct mail_view, attempts) },
    { .name = "why", .type = F_STR, .at = offsetof(struct mail_view, why), .omit_empty = true, .help = "what the mail server said last" },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct mail_view, created_at) },
    { .name = "next_try_at", .type = F_TIME, .at = offsetof(struct mail_view, next_try_at), .nullable = true },
    { .name = "done_at", .type = F_TIME, .at = offsetof(struct mail_view, done_at), .nullable = true });

FIELDS(mails_fields, "Mails", struct page_out,
    { .name = "items", .type = F_LIST, .of = &mail_fields, .at = offsetof(struct page_out, items), .help = "newest first" }, NEXT(ID_MAIL));

#define SWITCH_OUT(word, kind, text) { .name = word, .type = F_BOOL, .at = offsetof(struct settings, wanted[kind]), .help = text }
#define SWITCH_IN(word, kind)                                                                                                               \
    { .name = word, .type = F_BOOL, .at = offsetof(struct settings_in, wanted[kind]), .has_at = offsetof(struct settings_in, has[kind]), .optional = true }

FIELDS(settings_fields, "NotificationSettings", struct settings,
    { .name = "security", .type = F_BOOL, .at = offsetof(struct settings, security), .help = "mails about the account and its safety: always true" },
    SWITCH_OUT("booking_confirmed", MAIL_BOOKING_CONFIRMED, "a booking is confirmed"),
    SWITCH_OUT("booking_cancelled", MAIL_BOOKING_CANCELLED, "seats were cancelled"),
    SWITCH_OUT("refund_done", MAIL_REFUND_DONE, "money has gone back"),
    SWITCH_OUT("schedule_cancelled", MAIL_SCHEDULE_CANCELLED, "an event will not take place"),
    SWITCH_OUT("seat_offered", MAIL_SEAT_OFFERED, "the waiting list has seats"));

FIELDS(settings_in_fields, "NotificationSettingsChange", struct settings_in,
    SWITCH_IN("booking_confirmed", MAIL_BOOKING_CONFIRMED), SWITCH_IN("booking_cancelled", MAIL_BOOKING_CANCELLED),
    SWITCH_IN("refund_done", MAIL_REFUND_DONE), SWITCH_IN("schedule_cancelled", MAIL_SCHEDULE_CANCELLED),
    SWITCH_IN("seat_offered", MAIL_SEAT_OFFERED));

#define URL(owner, ...)                                                                                                                     \
    { .name = "url", .type = F_STR, .at = offsetof(struct owner, url), .low = 8, .high = URL_TEXT_MAX,                                     \
      .help = "https://, on the public internet", ##__VA_ARGS__ }
#define EVENTS(owner, ...) { .name = "events", .type = F_FLAGS, .words = hook_event_words, .at = offsetof(struct owner, events), ##__VA_ARGS__ }
#define WEBHOOK_ID(owner) { .name = "webhook_id", .type = F_ID, .id = ID_WEBHOOK, .from = FROM_PATH, .at = offsetof(struct owner, webhook) }

FIELDS(webhook_new_fields, "WebhookRequest", struct webhook_new_in, URL(webhook_new_in), EVENTS(webhook_new_in));

FIELDS(webhook_change_fields, "WebhookChange", struct webhook_change_in,
    WEBHOOK_ID(webhook_change_in),
    URL(webhook_change_in, .optional = true, .has_at = offsetof(struct webhook_change_in, has_url)),
    EVENTS(webhook_change_in, .optional = true, .has_at = offsetof(struct webhook_change_in, has_events)),
    { .name = "active", .type = F_BOOL, .at = offsetof(struct webhook_change_in, active), .optional = true,
      .has_at = offsetof(struct webhook_change_in, has_active) });

FIELDS(webhook_in_fields, "WebhookQuery", struct webhook_in, WEBHOOK_ID(webhook_in));

FIELDS(webhook_fields, "Webhook", struct webhook_view,
    { .name = "id", .type = F_ID, .id = ID_WEBHOOK, .at = offsetof(struct webhook_view, id) },
    { .name = "owner_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct webhook_view, owner) },
    { .name = "url", .type = F_STR, .at = offsetof(struct webhook_view, url) },
    EVENTS(webhook_view),
    { .name = "active", .type = F_BOOL, .at = offsetof(struct webhook_view, active) },
    { .name = "why_inactive", .type = F_ENUM, .words = hook_why_words, .at = offsetof(struct webhook_view, why),
      .help = "gone: it answered 410; failing: no success for five days; owner: switched off" },
    { .name = "failing_since", .type = F_TIME, .at = offsetof(struct webhook_view, failing_since), .nullable = true },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct webhook_view, created_at) },
    { .name = "secret", .type = F_STR, .at = offsetof(struct webhook_view, secret), .omit_empty = true,
      .help = "signs the deliveries; only in the answer that makes the webhook" });

FIELDS(webhooks_in_fields, "WebhooksQuery", struct page_in, LIMIT, CURSOR(ID_WEBHOOK));

FIELDS(webhooks_fields, "Webhooks", struct page_out,
    { .name = "items", .type = F_LIST, .of = &webhook_fields, .at = offsetof(struct page_out, items), .help = "newest first" }, NEXT(ID_WEBHOOK));

FIELDS(delivery_in_fields, "WebhookDeliveryQuery", struct delivery_in,
    { .name = "delivery_id", .type = F_ID, .id = ID_DELIVERY, .from = FROM_PATH, .at = offsetof(struct delivery_in, delivery) });

FIELDS(delivery_fields, "WebhookDelivery", struct delivery_view,
    { .name = "id", .type = F_ID, .id = ID_DELIVERY, .at = offsetof(struct delivery_view, id) },
    { .name = "webhook_id", .type = F_ID, .id = ID_WEBHOOK, .at = offsetof(struct delivery_view, webhook) },
    { .name = "event_id", .type = F_STR, .at = offsetof(struct delivery_view, event_id) },
    { .name = "type", .type = F_ENUM, .words = hook_event_words, .at = offsetof(struct delivery_view, event) },
    { .name = "status", .type = F_ENUM, .words = delivery_status_words, .at = offsetof(struct delivery_view, status) },
    { .name = "attempts", .type = F_INT, .at = offsetof(struct delivery_view, attempts) },
    { .name = "http_status", .type = F_INT, .at = offsetof(struct delivery_view, http_status), .omit_empty = true, .help = "of the last answer" },
    { .name = "why", .type = F_STR, .at = offsetof(struct delivery_view, why), .omit_empty = true,
      .help = "why there was no answer: private_address, unknown_host, no_connection, timeout, tls, broken_answer; or disabled" },
    { .name = "answer", .type = F_TEXT, .at = offsetof(struct delivery_view, answer), .omit_empty = true, .help = "the first 1,024 bytes of it" },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct delivery_view, created_at) },
    { .name = "next_try_at", .type = F_TIME, .at = offsetof(struct delivery_view, next_try_at), .nullable = true },
    { .name = "done_at", .type = F_TIME, .at = offsetof(struct delivery_view, done_at), .nullable = true });

FIELDS(deliveries_in_fields, "WebhookDeliveriesQuery", struct page_in, WEBHOOK_ID(page_in), LIMIT, CURSOR(ID_DELIVERY));

FIELDS(deliveries_fields, "WebhookDeliveries", struct page_out,
    { .name = "items", .type = F_LIST, .of = &delivery_fields, .at = offsetof(struct page_out, items), .help = "newest first" }, NEXT(ID_DELIVERY));

/* ---- calls ---- */

static const struct call mails_call = { "notify.mails", "Mails that are to be sent, were sent or were given up.", CALL_READ, &mails_in_fields, &mails_fields,
                                        mails_list };
static const struct call mail_retry_call = { "notify.mail_retry", "Sends a mail that was given up, or waits, at once.", CALL_COMMAND, &mail_in_fields,
                                             &mail_fields, mail_retry };
static const struct call settings_call = { "notify.settings", "Which mails one wants.", CALL_READ, NULL, &settings_fields, settings_show };
static const struct call settings_change_call = { "notify.settings_change", "Chooses which mails one wants.", CALL_COMMAND, &settings_in_fields,
                                                  &settings_fields, settings_change };
static const struct call webhook_create_call = { "notify.webhook_create", "Asks for events of one's own performances; the secret is shown only now.",
                                                 CALL_COMMAND, &webhook_new_fields, &webhook_fields, webhook_create };
static const struct call webhooks_call = { "notify.webhooks", "One's own webhooks; all for ADMIN.", CALL_READ, &webhooks_in_fields, &webhooks_fields,
                                           webhook_list };
static const struct call webhook_change_call = { "notify.webhook_change", "Changes a webhook, or switches it on and off.", CALL_COMMAND,
                                                 &webhook_change_fields, &webhook_fields, webhook_change };
static const struct call webhook_delete_call = { "notify.webhook_delete", "Deletes a webhook and its log.", CALL_COMMAND, &webhook_in_fields, NULL,
                                                 webhook_delete };
static const struct call deliveries_call = { "notify.deliveries", "What a webhook was told, and what it answered.", CALL_READ, &deliveries_in_fields,
                                             &deliveries_fields, deliveries_list };
static const struct call redeliver_call = { "notify.redeliver", "Delivers an event once more, with the same id.", CALL_COMMAND, &delivery_in_fields,
                                            &delivery_fields, delivery_redeliver };

#define API       "/api/v1"
#define IN_CHARGE (ROLE_MANAGER | ROLE_ADMIN)
#define ORGANIZER (ROLE_PRODUCER | ROLE_ADMIN)

static const struct route routes[] = {
    { .method = "GET", .path = API "/admin/mails", .call = &mails_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "POST", .path = API "/admin/mails/{mail_id}/retry", .call = &mail_retry_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "GET", .path = API "/notifications/settings", .call = &settings_call, .flags = NEED_USER, .status = 200 },
    { .method = "PATCH", .path = API "/notifications/settings", .call = &settings_change_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = API "/webhooks", .call = &webhook_create_call, .flags = NEED_USER, .roles = ORGANIZER, .status = 201 },
    { .method = "GET", .path = API "/webhooks", .call = &webhooks_call, .flags = NEED_USER, .roles = ORGANIZER, .status = 200 },
    { .method = "PATCH", .path = API "/webhooks/{webhook_id}", .call = &webhook_change_call, .flags = NEED_USER, .roles = ORGANIZER, .status = 200 },
    { .method = "DELETE", .path = API "/webhooks/{webhook_id}", .call = &webhook_delete_call, .flags = NEED_USER, .roles = ORGANIZER, .status = 204 },
    { .method = "GET", .path = API "/webhooks/{webhook_id}/deliveries", .call = &deliveries_call, .flags = NEED_USER, .roles = ORGANIZER,
      .status = 200 },
    { .method = "POST", .path = API "/webhooks/deliveries/{delivery_id}/redeliver", .call = &redeliver_call, .flags = NEED_USER, .roles = ORGANIZER,
      .status = 200 },
    { 0 },
};

static const struct job jobs[] = { { "notify.prune", &mail_prune_call, notify_prune_due }, { 0 } };

static const struct job waiting_jobs[] = {
    { "notify.mail_send", &mail_send_call, mail_send_due },
    { "notify.delivery_send", &delivery_send_call, delivery_send_due },
    { 0 },
};

/* ---- configuration and metrics ---- */

static const struct config_key config[] = {
    { .name = "notify.smtp_url", .type = CONFIG_STR, .def = "",
      .help = "Mail server: smtp://host:587 or smtps://host:465. Empty: mails are kept and not sent." },
    { .name = "notify.smtp_user", .type = CONFIG_STR, .def = "", .help = "Name to sign in with at the mail server; empty: none." },
    { .name = "notify.smtp_password", .type = CONFIG_STR, .def = "", .help = "Password for it.", .secret = true },
    { .name = "notify.smtp_tls", .type = CONFIG_STR, .def = "required",
      .help = "STARTTLS on smtp://: required, offered (used when the server knows it) or never." },
    { .name = "notify.smtp_ca_file", .type = CONFIG_STR, .def = "", .help = "Certificates the mail server is trusted by; empty: those of the system." },
    { .name = "notify.smtp_timeout_seconds", .type = CONFIG_INT, .def = "15", .low = 1, .high = 120,
      .help = "Seconds to wait for an answer of the mail server." },
    { .name = "notify.from", .type = CONFIG_STR, .def = "tickets@localhost", .help = "Address that mails come from." },
    { .name = "notify.from_name", .type = CONFIG_STR, .def = "TakenSeat", .help = "Name beside it." },
    { .name = "notify.public_url", .type = CONFIG_STR, .def = "http://localhost:8080",
      .help = "Address of the web client, for links in mails; no slash at its end." },
    { .name = "notify.utc_offset_minutes", .type = CONFIG_INT, .def = "540", .low = -720, .high = 840,
      .help = "Minutes that the times in mails are ahead of UTC." },
    { .name = "notify.keep_days", .type = CONFIG_INT, .def = "30", .low = 1, .high = 3650,
      .help = "Days that mails and webhook deliveries are kept after they were finished." },
    { .name = "notify.webhook_timeout_seconds", .type = CONFIG_INT, .def = "10", .low = 1, .high = 60,
      .help = "Seconds that a webhook has for its answer." },
    { .name = "notify.webhook_loopback", .type = CONFIG_BOOL, .def = "false",
      .help = "Webhooks may be http:// and on this machine: for tests, only with --bench." },
    { 0 },
};

#define MAILS(word)                                                                                                                         \
    { .name = "takenseat_mails_total", .kind = METRIC_COUNTER, .help = "Mails by what became of them", .labels = "result=\"" word "\"" }
#define DELIVERIES(word)                                                                                                                    \
    { .name = "takenseat_webhook_deliveries_total", .kind = METRIC_COUNTER, .help = "Calls of webhooks by what became of them",            \
      .labels = "result=\"" word "\"" }

struct metric mails_sent = MAILS("sent"), mails_dropped = MAILS("dropped"), mails_dead = MAILS("dead"), mails_failed = MAILS("failed_try");
struct metric deliveries_made = DELIVERIES("delivered"), deliveries_failed = DELIVERIES("failed_try"), deliveries_given_up = DELIVERIES("given_up");

static struct metric *const metrics[] = {
    &mails_sent, &mails_dropped, &mails_dead, &mails_failed, &deliveries_made, &deliveries_failed, &deliveries_given_up, NULL,
};

/* ---- life ---- */

static struct str own(struct str s)
{
    char *copy = strndup(s.n ? s.p : "", s.n);
    ASSERT(copy != NULL);
    return str_of(copy, s.n);
}

/* NULL when empty. */
static const char *own_text(const struct config *c, const char *name)
{
    struct str s = config_str(c, name);
    return s.n ? own(s).p : NULL;
}

static err read_server(struct ctx *cx, const struct config *c, struct smtp_server *ret)
{
    static const char *const words[] = { [SMTP_TLS_NEVER] = "never", [SMTP_TLS_OFFERED] = "offered", [SMTP_TLS_REQUIRED] = "required", NULL };
    int tls = 0;
    while (words[tls] && !str_eq(config_str(c, "notify.smtp_tls"), str_c(words[tls])))
        tls++;
    if (!words[tls])
        return fail(cx, ERR_INPUT, NULL, "notify.smtp_tls must be required, offered or never.", "notify.smtp_tls는 required, offered, never 중 하나여야 합니다.");
    *ret = (struct smtp_server){
        .url = own_text(c, "notify.smtp_url"), .user = own_text(c, "notify.smtp_user"), .password = own_text(c, "notify.smtp_password"),
        .ca_file = own_text(c, "notify.smtp_ca_file"), .tls = (enum smtp_tls)tls, .timeout_s = (int)config_int(c, "notify.smtp_timeout_seconds"),
    };
    if (ret->url && strncmp(ret->url, "smtp://", 7) != 0 && strncmp(ret->url, "smtps://", 8) != 0)
        return fail(cx, ERR_INPUT, NULL, "notify.smtp_url must begin with smtp:// or smtps://.", "notify.smtp_url은 smtp:// 또는 smtps://로 시작해야 합니다.");
    return OK;
}

static err read_config(struct ctx *cx, struct notify *s)
{
    const struct config *c = app_config(cx->app);
    s->from = own(config_str(c, "notify.from"));
    s->from_name = own(config_str(c, "notify.from_name"));
    s->public_url = own(config_str(c, "notify.public_url"));
    s->utc_offset_minutes = (int)config_int(c, "notify.utc_offset_minutes");
    s->keep_ms = config_int(c, "notify.keep_days") * 24 * 3600 * 1000;
    s->webhook_timeout_s = (long)config_int(c, "notify.webhook_timeout_seconds");
    s->loopback = config_bool(c, "notify.webhook_loopback") && app_bench(cx->app);
    if (!message_address(s->from))
        return fail(cx, ERR_INPUT, NULL, "notify.from must be a plain e-mail address.", "notify.from은 이메일 주소여야 합니다.");
    s->message_host = s->from;
    str_cut(&s->message_host, '@');
    return read_server(cx, c, &s->smtp);
}

static void notify_close(void *self)
{
    struct notify *s = self;
    free((void *)s->smtp.url);
    free((void *)s->smtp.user);
    free((void *)s->smtp.password);
    free((void *)s->smtp.ca_file);
    free((void *)s->from.p);
    free((void *)s->from_name.p);
    free((void *)s->public_url.p);
    free(s);
    curl_global_cleanup();
}

static err notify_open(struct ctx *cx, void **ret_self)
{
    struct notify *s = calloc(1, sizeof(*s));
    CURLcode curl = curl_global_init(CURL_GLOBAL_DEFAULT);
    ASSERT(s != NULL && curl == CURLE_OK);
    memcpy(s->hook_key, app_keys(cx->app)->hooks, sizeof(s->hook_key));
    s->prune_due = cx->now + NOTIFY_PRUNE_MS;
    *ret_self = s;
    err e = read_config(cx, s);
    if (!e)
        e = store_notify_open(cx, s);
    return e;
}

static const struct call *const calls[] = {
    &mails_call,       &mail_retry_call,     &settings_call,      &settings_change_call, &webhook_create_call, &webhooks_call, &webhook_change_call,
    &webhook_delete_call, &deliveries_call,  &redeliver_call,     &mail_take_call,       &mail_done_call,      &mail_prune_call, &mail_send_call,
    &delivery_take_call, &delivery_done_call, &delivery_send_call, &notify_note_call,
    &heard_confirmed_call, &heard_cancelled_call, &heard_refunded_call, &heard_offered_call, &heard_mail_wanted_call, &heard_schedule_cancelled_call,
    &heard_user_left_call, &heard_case_opened_call, &notify_note_staff_call, NULL,
};

const struct service notify_service = {
    .name = "notify",
    .open = notify_open,
    .close = notify_close,
    .calls = calls,
    .routes = routes,
    .jobs = jobs,
    .waiting_jobs = waiting_jobs,
    .subscriptions = notify_subscriptions,
    .config = config,
    .audits = notify_audits,
    .migrations = notify_migrations,
    .queries = (const struct query *)&notify_sql,
    .query_count = sizeof(notify_sql) / sizeof(struct query),
    .metrics = metrics,
};
