/* The payment service: its tables and its life. */
#include "case.h"
#include "gate.h"
#include "ledger.h"
#include "receipt.h"
#include "reconcile.h"
#include "settlement.h"

#include <stdlib.h>

#include "payment_sql.h"
#include "platform/call/app.h"
#include "platform/call/event.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "account.h"
#include "merchant.h"
#include "refund_account.h"
#include "sandbox.h"
#include "services/booking/booking.h"

/* ---- field tables ---- */

#define PAYMENT_FROM_PATH(owner)                                                                                                           \
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .from = FROM_PATH, .at = offsetof(owner, payment) }

FIELDS(create_fields, "PaymentRequest", struct create_in,
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct create_in, booking) },
    { .name = "provider", .type = F_ENUM, .words = provider_words, .at = offsetof(struct create_in, provider) },
    { .name = "method", .type = F_ENUM, .words = payment_method_words, .at = offsetof(struct create_in, method), .optional = true,
      .help = "how the buyer wants to pay, where the provider asks for it before its page; card, if absent" });

FIELDS(confirm_fields, "PaymentConfirm", struct confirm_in,
    PAYMENT_FROM_PATH(struct confirm_in),
    { .name = "payment_key", .type = F_STR, .at = offsetof(struct confirm_in, payment_key), .low = 1, .high = 200,
      .help = "what the provider's page returned" },
    { .name = "amount", .type = F_INT, .at = offsetof(struct confirm_in, amount), .low = 0, .high = MONEY_MAX,
      .help = "in minor units; must be the payment's" });

FIELDS(payment_in_fields, "PaymentQuery", struct payment_in, PAYMENT_FROM_PATH(struct payment_in));

FIELDS(view_fields, "Payment", struct payment_view,
    { .name = "id", .type = F_ID, .id = ID_PAYMENT, .at = offsetof(struct payment_view, id) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct payment_view, booking) },
    { .name = "status", .type = F_ENUM, .words = payment_status_words, .at = offsetof(struct payment_view, status) },
    { .name = "amount", .type = F_MONEY, .at = offsetof(struct payment_view, amount) },
    { .name = "refunded", .type = F_MONEY, .at = offsetof(struct payment_view, refunded), .help = "how much of it has gone back" },
    { .name = "provider", .type = F_STR, .at = offsetof(struct payment_view, provider) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct payment_view, created_at) },
    { .name = "reason", .type = F_STR, .at = offsetof(struct payment_view, reason), .omit_empty = true,
      .help = "why it failed, was cancelled or was refunded: declined, not_payable, superseded, amount_mismatch, too_late" },
    { .name = "client", .type = F_RAW, .at = offsetof(struct payment_view, client), .omit_empty = true,
      .help = "what the provider's page needs; only in the answer that makes the payment" },
    { .name = "refund_account_needed", .type = F_BOOL, .at = offsetof(struct payment_view, refund_account_needed), .omit_empty = true,
      .help = "a refund waits for its payer to name an account; only where one payment is shown" });

FIELDS(list_in_fields, "PaymentsQuery", struct list_in,
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .from = FROM_QUERY, .at = offsetof(struct list_in, booking), .optional = true },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct list_in, limit), .low = 1, .high = 100, .optional = true,
      .help = "payments a page, 20 unless told" },
    { .name = "cursor", .type = F_ID, .id = ID_PAYMENT, .from = FROM_QUERY, .at = offsetof(struct list_in, cursor), .optional = true,
      .help = "`next` of the page before" });

FIELDS(list_fields, "Payments", struct list_out,
    { .name = "items", .type = F_LIST, .of = &view_fields, .at = offsetof(struct list_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_PAYMENT, .at = offsetof(struct list_out, next), .nullable = true });

FIELDS(webhook_fields, "PaymentWebhook", struct webhook_in,
    { .name = "provider", .type = F_STR, .from = FROM_PATH, .at = offsetof(struct webhook_in, provider), .low = 1, .high = 32 },
    { .name = "Sandbox-Signature", .type = F_STR, .from = FROM_HEADER, .at = offsetof(struct webhook_in, signatures[0]), .optional = true, .high = 200,
      .help = "t=<unix seconds>,v1=<hex HMAC-SHA-256 over t, a dot and the body>" },
    { .name = "Stripe-Signature", .type = F_STR, .from = FROM_HEADER, .at = offsetof(struct webhook_in, signatures[2]), .optional = true, .high = 1000,
      .help = "as Stripe sends it; Toss signs nothing" });

/* ---- keys of organizers ---- */

#define ACCOUNT_PLACE                                                                                                                       \
    { .name = "provider", .type = F_ENUM, .words = account_provider_words, .from = FROM_PATH, .at = offsetof(struct account_in, provider) },  \
    { .name = "organizer_id", .type = F_ID, .id = ID_USER, .from = FROM_QUERY, .at = offsetof(struct account_in, organizer), .optional = true, \
      .help = "whose keys; one's own if absent, those of others only for administrators" }

static bool key_holds(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~')
            return false;
    return true;
}
static const struct text_rule key_rule = { key_holds, "must be letters, digits and signs without spaces", "공백 없는 영문자, 숫자, 기호여야 합니다" };

#define KEY(member, ...)                                                                                                                    \
    { .name = #member, .type = F_STR, .at = offsetof(struct account_in, member), .rule = &key_rule, .secret = true, .high = 200, __VA_ARGS__ }

FIELDS(account_place_fields, "PaymentAccountQuery", struct account_in, ACCOUNT_PLACE);

FIELDS(account_in_fields, "PaymentAccountRequest", struct account_in,
    ACCOUNT_PLACE,
    KEY(secret_key, .low = 8, .help = "the merchant's secret key, as the provider's dashboard shows it"),
    KEY(webhook_secret, .low = 8, .optional = true, .help = "Stripe: the signing secret of the webhook endpoint; a change keeps the one before as the old one"),
    KEY(webhook_secret_old, .optional = true, .help = "one more that counts for now; empty ends it"),
    { .name = "merchant", .type = F_STR, .at = offsetof(struct account_in, merchant), .optional = true, .low = 1, .high = 100,
      .help = "Toss: the mId; answers of another merchant are not believed" },
    { .name = "same_merchant", .type = F_BOOL, .at = offsetof(struct account_in, same_merchant), .optional = true,
      .help = "a new key of the same merchant: payments under way use it too" });

FIELDS(account_fields, "PaymentAccount", struct account_view,
    { .name = "provider", .type = F_ENUM, .words = account_provider_words, .at = offsetof(struct account_view, provider) },
    { .name = "organizer_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct account_view, organizer) },
    { .name = "merchant", .type = F_STR, .at = offsetof(struct account_view, merchant), .omit_empty = true },
    { .name = "secret_key", .type = F_STR, .at = offsetof(struct account_view, secret_key), .help = "its last four characters" },
    { .name = "webhook_secret", .type = F_STR, .at = offsetof(struct account_view, webhook_secret), .omit_empty = true },
    { .name = "webhook_secret_old", .type = F_STR, .at = offsetof(struct account_view, webhook_secret_old), .omit_empty = true },
    { .name = "webhook_url", .type = F_STR, .at = offsetof(struct account_view, webhook_url), .help = "to be entered at the provider" },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct account_view, created_at) },
    { .name = "updated_at", .type = F_TIME, .at = offsetof(struct account_view, updated_at) });

/* ---- transfers ---- */

static bool digits_hold(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}
static const struct text_rule digits_rule = { digits_hold, "must be digits only", "숫자만 쓸 수 있습니다" };

FIELDS(refund_account_in_fields, "RefundAccountRequest", struct refund_account_in,
    PAYMENT_FROM_PATH(struct refund_account_in),
    { .name = "bank", .type = F_STR, .at = offsetof(struct refund_account_in, account.bank), .low = 2, .high = 20, .rule = &key_rule, .secret = true,
      .help = "the provider's code of the bank, like 88" },
    { .name = "account_number", .type = F_STR, .at = offsetof(struct refund_account_in, account.number), .low = 5, .high = 20, .rule = &digits_rule,
      .secret = true },
    { .name = "holder", .type = F_STR, .at = offsetof(struct refund_account_in, account.holder), .low = 1, .high = 60, .rule = &blank_rule, .secret = true });

FIELDS(refund_account_fields, "RefundAccount", struct refund_account_view,
    { .name = "bank", .type = F_STR, .at = offsetof(struct refund_account_view, bank) },
    { .name = "account_number", .type = F_STR, .at = offsetof(struct refund_account_view, number), .help = "its last digits" },
    { .name = "holder", .type = F_STR, .at = offsetof(struct refund_account_view, holder), .help = "the first character" });

FIELDS(deposit_fields, "PaymentDeposit", struct deposit,
    { .name = "bank", .type = F_STR, .at = offsetof(struct deposit, bank), .help = "the provider's code of the bank" },
    { .name = "account_number", .type = F_STR, .at = offsetof(struct deposit, account) },
    { .name = "holder", .type = F_STR, .at = offsetof(struct deposit, holder), .omit_empty = true },
    { .name = "until", .type = F_TIME, .at = offsetof(struct deposit, until), .nullable = true });

FIELDS(refund_in_fields, "RefundRequest", struct refund_in,
    PAYMENT_FROM_PATH(struct refund_in),
    { .name = "amount", .type = F_MONEY, .at = offsetof(struct refund_in, amount), .has_at = offsetof(struct refund_in, has_amount), .optional = true,
      .low = 1, .high = MONEY_MAX, .help = "all that is left, if absent" },
    { .name = "reason", .type = F_TEXT, .at = offsetof(struct refund_in, reason), .low = 1, .high = 200 });

FIELDS(refunds_in_fields, "RefundsQuery", struct refunds_in,
    PAYMENT_FROM_PATH(struct refunds_in),
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct refunds_in, limit), .optional = true, .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .id = ID_REFUND, .from = FROM_QUERY, .at = offsetof(struct refunds_in, cursor), .optional = true });

FIELDS(refund_fields, "PaymentRefund", struct refund_view,
    { .name = "id", .type = F_ID, .id = ID_REFUND, .at = offsetof(struct refund_view, id) },
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .at = offsetof(struct refund_view, payment) },
    { .name = "status", .type = F_ENUM, .words = refund_status_words, .at = offsetof(struct refund_view, status) },
    { .name = "source", .type = F_ENUM, .words = refund_source_words, .at = offsetof(struct refund_view, source),
      .help = "what it is for: a cancellation, the payment as a whole (too late, or another amount), or what staff decided" },
    { .name = "attempt", .type = F_INT, .at = offsetof(struct refund_view, attempt), .help = "to give back for this source; the ones before it failed" },
    { .name = "amount", .type = F_MONEY, .at = offsetof(struct refund_view, amount) },
    { .name = "reason", .type = F_TEXT, .at = offsetof(struct refund_view, reason), .omit_empty = true },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct refund_view, created_at) },
    { .name = "updated_at", .type = F_TIME, .at = offsetof(struct refund_view, updated_at) });

FIELDS(refunds_fields, "PaymentRefunds", struct list_out,
    { .name = "items", .type = F_LIST, .of = &refund_fields, .at = offsetof(struct list_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_REFUND, .at = offsetof(struct list_out, next), .nullable = true });

FIELDS(provider_fields, "PaymentProvider", struct provider_view,
    { .name = "provider", .type = F_STR, .at = offsetof(struct provider_view, provider) },
    { .name = "available", .type = F_BOOL, .at = offsetof(struct provider_view, available), .help = "may a payment begin with it now?" },
    { .name = "retry_after_seconds", .type = F_INT, .at = offsetof(struct provider_view, retry_after_seconds), .help = "0 while it is available" });

FIELDS(providers_fields, "PaymentProviders", struct providers_out,
    { .name = "items", .type = F_LIST, .of = &provider_fields, .at = offsetof(struct providers_out, items) });

FIELDS(headroom_fields, "PaymentHeadroom", struct payment_headroom,
    { .name = "orders_per_minute", .type = F_INT, .at = offsetof(struct payment_headroom, orders_per_minute) });

/* ---- calls ---- */

static const struct call create_call = { "payment.create", "Begins to pay a booking; the amount is what is due.", CALL_STORY, &create_fields,
                                         &view_fields, payment_create };
static const struct call confirm_call = { "payment.confirm",
                                          "Takes the money after the provider's page; confirms the booking, or refunds what comes too late.",
                                          CALL_STORY, &confirm_fields, &view_fields, payment_confirm };
const struct call payment_webhook_call = { "payment.webhook", "What a provider tells, signed by it.", CALL_STORY, &webhook_fields, NULL,
                                           payment_webhook };
static const struct call show_call = { "payment.show", "One payment.", CALL_READ, &payment_in_fields, &view_fields, payment_show };
static const struct call list_call = { "payment.list", "One's own payments; those of all for the people in charge.", CALL_READ, &list_in_fields,
                                       &list_fields, payment_list };
static const struct call account_put_call = { "payment.account_put", "Sets an organizer's own keys at a provider, for new payments.", CALL_COMMAND,
                                              &account_in_fields, &account_fields, payment_account_put };
static const struct call account_show_call = { "payment.account_show", "An organizer's own keys at a provider: the last characters.", CALL_READ,
                                               &account_place_fields, &account_fields, payment_account_show };
static const struct call account_close_call = { "payment.account_close", "Ends the use of an organizer's own keys for new payments.", CALL_COMMAND,
                                                &account_place_fields, NULL, payment_account_close };
const struct call payment_account_load_call = { .name = "payment.account_load", .kind = CALL_READ, .fn = payment_account_load };
static const struct call refund_account_call = { "payment.refund_account", "Names the account that money goes back to which came by transfer.",
                                                 CALL_STORY, &refund_account_in_fields, &refund_account_fields, refund_account_give };
static const struct call deposit_call = { "payment.deposit", "Where to transfer the money of a pending payment to.", CALL_STORY, &payment_in_fields,
                                          &deposit_fields, deposit_show };
static const struct call resume_call = { "payment.resume", "Takes up again what was left unfinished.", CALL_STORY, NULL, NULL, payment_resume };

static const struct call refund_give_call = { "payment.refund_give", "Gives money of a payment back, all or a part.", CALL_STORY, &refund_in_fields,
                                              &refund_fields, refund_give };
static const struct call refund_list_call = { "payment.refund_list", "What went back of a payment, or is to.", CALL_READ, &refunds_in_fields,
                                              &refunds_fields, refund_list };
static const struct call cancelled_call = { .name = "payment.cancelled", .kind = CALL_STORY, .in = &booking_cancelled_fields, .fn = ledger_cancelled };
const struct call ledger_retain_call = { .name = "payment.retain", .kind = CALL_COMMAND, .fn = ledger_retain };

static const struct call providers_call = { "payment.providers", "Which providers can take a payment now.", CALL_MEMORY, NULL, &providers_fields,
                                             gate_list };
const struct call payment_headroom_call = { "payment.headroom", "Orders a minute that the providers can take now.", CALL_MEMORY, NULL,
                                            &headroom_fields, gate_headroom };
static const struct call booking_ended_call = { .name = "payment.booking_ended", .kind = CALL_STORY, .in = &booking_ended_fields,
                                                .fn = payment_booking_ended };

const struct call refund_promise_call = { .name = "payment.refund_promise", .kind = CALL_COMMAND, .fn = refund_promise };
const struct call refund_advance_call = { .name = "payment.refund_advance", .kind = CALL_COMMAND, .fn = refund_advance };
const struct call refund_open_call = { .name = "payment.refund_open", .kind = CALL_READ, .fn = refund_open };
const struct call refund_load_call = { .name = "payment.refund_load", .kind = CALL_READ, .fn = refund_load };

const struct call payment_open_call = { .name = "payment.open", .kind = CALL_COMMAND, .fn = payment_open };
const struct call payment_load_call = { .name = "payment.load", .kind = CALL_READ, .fn = payment_load };
const struct call payment_event_seen_call = { .name = "payment.event_seen", .kind = CALL_READ, .fn = payment_event_seen };
const struct call payment_note_call = { .name = "payment.note", .kind = CALL_COMMAND, .fn = payment_note };
const struct call payment_advance_call = { .name = "payment.advance", .kind = CALL_COMMAND, .fn = payment_advance };

static const struct call *const offers[] = { &payment_headroom_call, NULL };

static const struct call *const calls[] = {
    &create_call,        &confirm_call,      &payment_webhook_call, &show_call,           &list_call,         &resume_call,
    &payment_open_call,  &payment_load_call, &payment_event_seen_call, &payment_advance_call, &sandbox_charge_call, &sandbox_find_call,
    &sandbox_refund_call, &sandbox_collect_call, &sandbox_sent_call, &sandbox_deliver_call, &refund_give_call,
    &refund_list_call,   &cancelled_call,     &refund_promise_call, &refund_advance_call, &refund_open_call,   &refund_load_call,
    &sandbox_books_call, &account_put_call,   &account_show_call,  &account_close_call, &payment_account_load_call,
    &refund_account_call, &refund_account_find_call, &refund_account_put_call, &deposit_call,
    &booking_ended_call, &payment_ended_call, &payment_note_call, &unclear_look_call, &unclear_find_call, &unclear_close_call, &case_open_call, &case_list_call,
    &case_csv_call,      &case_show_call,
    &case_resolve_call,  &case_decide_call,  &providers_call, &payment_headroom_call,
    &ledger_retain_call, &settlement_call,   &settlement_csv_call, &settlement_pdf_call, &receipt_call, &receipt_pdf_call,
    &reconcile_call, &reconcile_accounts_call, &reconcile_plan_call, &reconcile_unfinished_call, &reconcile_page_call, &reconcile_find_call,
    &reconcile_note_call, &reconcile_finish_call, &reconciliation_list_call, &reconciliation_show_call, &reconciliation_csv_call,
    &reconciliation_start_call, &reconciliation_started_call, NULL,
};

#define IN_CHARGE (ROLE_MANAGER | ROLE_ADMIN)
#define SETTLED   (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)
#define RECONCILIATIONS "/api/v1/admin/reconciliations"

static const struct route routes[] = {
    { .method = "POST", .path = "/api/v1/payments", .call = &create_call, .flags = NEED_USER | IDEMPOTENT | AUDITED, .status = 201 },
    { .method = "POST", .path = "/api/v1/payments/{payment_id}/confirm", .call = &confirm_call, .flags = NEED_USER | IDEMPOTENT | AUDITED, .status = 200 },
    { .method = "POST", .path = "/api/v1/payments/webhooks/{provider}", .call = &payment_webhook_call, .flags = RAW_BODY, .status = 200,
      .body_max = 64 * 1024 },
    { .method = "GET", .path = "/api/v1/payments", .call = &list_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = "/api/v1/payments/providers", .call = &providers_call, .status = 200 },
    { .method = "GET", .path = "/api/v1/payments/{payment_id}", .call = &show_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = "/api/v1/payments/{payment_id}/refunds", .call = &refund_give_call, .flags = NEED_USER | IDEMPOTENT,
      .roles = IN_CHARGE, .status = 201 },
    { .method = "GET", .path = "/api/v1/payments/{payment_id}/refunds", .call = &refund_list_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = "/api/v1/payments/{payment_id}/receipt", .call = &receipt_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = "/api/v1/payments/{payment_id}/receipt.pdf", .call = &receipt_pdf_call, .flags = NEED_USER, .status = 200 },
    { .method = "GET", .path = "/api/v1/settlements", .call = &settlement_call, .flags = NEED_USER, .roles = SETTLED, .status = 200 },
    { .method = "GET", .path = "/api/v1/settlements.csv", .call = &settlement_csv_call, .flags = NEED_USER, .roles = SETTLED, .status = 200 },
    { .method = "GET", .path = "/api/v1/settlements.pdf", .call = &settlement_pdf_call, .flags = NEED_USER, .roles = SETTLED, .status = 200 },
    { .method = "GET", .path = "/api/v1/payments/{payment_id}/deposit", .call = &deposit_call, .flags = NEED_USER, .status = 200 },
    { .method = "POST", .path = "/api/v1/payments/{payment_id}/refund-account", .call = &refund_account_call, .flags = NEED_USER | AUDITED, .status = 200 },
    { .method = "PUT", .path = "/api/v1/payment-accounts/{provider}", .call = &account_put_call, .flags = NEED_USER | AUDITED,
      .roles = ROLE_PRODUCER | ROLE_ADMIN, .status = 200 },
    { .method = "GET", .path = "/api/v1/payment-accounts/{provider}", .call = &account_show_call, .flags = NEED_USER,
      .roles = ROLE_PRODUCER | ROLE_ADMIN, .status = 200 },
    { .method = "DELETE", .path = "/api/v1/payment-accounts/{provider}", .call = &account_close_call, .flags = NEED_USER | AUDITED,
      .roles = ROLE_PRODUCER | ROLE_ADMIN, .status = 204 },
    { .method = "GET", .path = "/api/v1/admin/payment-cases", .call = &case_list_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "GET", .path = "/api/v1/admin/payment-cases.csv", .call = &case_csv_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "GET", .path = "/api/v1/admin/payment-cases/{case_id}", .call = &case_show_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "POST", .path = "/api/v1/admin/payment-cases/{case_id}/resolve", .call = &case_resolve_call, .flags = NEED_USER | IDEMPOTENT,
      .roles = IN_CHARGE, .status = 200 },
    { .method = "GET", .path = RECONCILIATIONS, .call = &reconciliation_list_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 200 },
    { .method = "POST", .path = RECONCILIATIONS, .call = &reconciliation_start_call, .flags = NEED_USER, .roles = IN_CHARGE, .status = 202 },
    { .method = "GET", .path = RECONCILIATIONS "/{reconciliation_id}", .call = &reconciliation_show_call, .flags = NEED_USER, .roles = IN_CHARGE,
      .status = 200 },
    { .method = "GET", .path = RECONCILIATIONS "/{reconciliation_id}/differences.csv", .call = &reconciliation_csv_call, .flags = NEED_USER,
      .roles = IN_CHARGE, .status = 200 },
    { 0 },
};

static int64_t resume_due(void *self)
{
    struct payments *s = self;
    return watch_next(&s->watch);
}

static const struct job jobs[] = {
    { "payment.sandbox_deliver", &sandbox_deliver_call, sandbox_due },
    { "payment.unclear_look", &unclear_look_call, unclear_due },
    { 0 },
};

static const struct job waiting_jobs[] = {
    { "payment.reconcile", &reconcile_call, reconcile_due },
    { "payment.resume", &resume_call, resume_due },
    { 0 },
};

static size_t job_threads(void *self, const struct job *job)
{
    const struct payments *s = self;
    return job->call == &resume_call ? s->threads : 1;
}

static const struct event_kind says[] = {
    { "payment.refunded", "payment.refund.response", 1, ID_BOOKING, &payment_refunded_fields, "A provider has given money back." },
    { "payment.case_opened", NULL, 1, ID_CASE, &payment_case_opened_fields, "The people in charge have something to look at." },
    { 0 },
};

static const struct subscription subscriptions[] = {
    { "booking.cancelled", &cancelled_call },
    { "booking.ended", &booking_ended_call },
    { 0 },
};

/* ---- configuration and metrics ---- */

#define PROVIDER_FEES(provider, bp, fixed)                                                                                                  \
    { .name = "payment." provider "_fee_bp", .type = CONFIG_INT, .def = bp, .low = 0, .high = 10000,                                        \
      .help = "What " provider " keeps of a payment in basis points, its tax included." },                                                  \
    { .name = "payment." provider "_fee_fixed", .type = CONFIG_STR, .def = fixed,                                                           \
      .help = "What " provider " keeps of each payment beside it, by currency and in minor units, like KRW 100, USD 30." }

static const struct config_key config[] = {
    { .name = "payment.resume_seconds", .type = CONFIG_INT, .def = "5", .low = 1, .high = 60,
      .help = "Seconds after which an interrupted payment is taken up again; doubled each time it fails, seven times at most." },
    { .name = "payment.poll_seconds", .type = CONFIG_INT, .def = "900", .low = 10, .high = 86400,
      .help = "Seconds between questions about a payment whose webhook has not come." },
    { .name = "payment.providers", .type = CONFIG_STR, .def = "",
      .help = "Providers for new payments, with commas between: sandbox (no money moves), toss, stripe. Empty: those whose keys are set here, or "
              "else the sandbox." },
    { .name = "payment.public_url", .type = CONFIG_STR, .def = "http://localhost:8080",
      .help = "Address of the web client, where buyers come back to from a provider's page; no slash at its end." },
    { .name = "payment.provider_timeout_ms", .type = CONFIG_INT, .def = "15000", .low = 100, .high = 120000,
      .help = "Milliseconds that a provider has for its answer; what is not answered by then is asked for again." },
    { .name = "payment.toss_url", .type = CONFIG_STR, .def = "https://api.tosspayments.com",
      .help = "Address of Toss Payments' API; http only on this machine." },
    { .name = "payment.toss_secret_key", .type = CONFIG_STR, .def = "", .help = "The platform's secret key at Toss Payments.", .secret = true },
    { .name = "payment.toss_merchant", .type = CONFIG_STR, .def = "",
      .help = "Its mId: answers that name another one are not believed; empty: not compared." },
    { .name = "payment.stripe_url", .type = CONFIG_STR, .def = "https://api.stripe.com", .help = "Address of Stripe's API; http only on this machine." },
    { .name = "payment.stripe_secret_key", .type = CONFIG_STR, .def = "", .help = "The platform's secret key at Stripe.", .secret = true },
    { .name = "payment.stripe_webhook_secret", .type = CONFIG_STR, .def = "", .help = "Signing secret of its webhook endpoint there, whsec_...",
      .secret = true },
    { .name = "payment.stripe_webhook_secret_old", .type = CONFIG_STR, .def = "",
      .help = "The one before, which counts as well while it is being changed; empty: none.", .secret = true },
    { .name = "payment.late_seconds", .type = CONFIG_INT, .def = "1800", .low = 0, .high = 86400,
      .help = "Seconds after the end of a hold for which a buyer who is on the provider's page may still pay; then the charge is let go." },
    { .name = "payment.refund_attempts", .type = CONFIG_INT, .def = "3", .low = 1, .high = 20,
      .help = "How often a refund is tried that a provider refuses, before people are told." },
    { .name = "payment.threads", .type = CONFIG_INT, .def = "4", .low = 1, .high = 64,
      .help = "Payments and refunds taken up again at the same time." },
    { .name = "payment.platform_fee_bp", .type = CONFIG_INT, .def = "500", .low = 0, .high = 10000,
      .help = "The platform's fee in basis points of what is paid. Like all fees it holds for payments whose money comes from now on." },
    { .name = "payment.platform_fee_fixed", .type = CONFIG_STR, .def = "",
      .help = "The platform's fee for each payment beside it, by currency and in minor units, like KRW 500, USD 30." },
    { .name = "payment.vat_permille", .type = CONFIG_INT, .def = "100", .low = 0, .high = 1000,
      .help = "Value added tax on the platform's fee in permille; it comes on top." },
    { .name = "payment.retained_fee_to", .type = CONFIG_STR, .def = "organizer",
      .help = "Who gets the fees that are kept of cancelled seats: organizer or platform." },
    { .name = "payment.ticket_vat_permille", .type = CONFIG_INT, .def = "0", .low = 0, .high = 1000,
      .help = "Value added tax that the price of tickets contains, in permille, as receipts tell; 0: they are exempt." },
    { .name = "payment.receipt_issuer", .type = CONFIG_STR, .def = "TakenSeat",
      .help = "Who issues receipts, as printed on them: a name, and a registration number where the law asks for one." },
    PROVIDER_FEES("sandbox", "250", ""),
    PROVIDER_FEES("toss", "340", ""),
    PROVIDER_FEES("stripe", "290", "USD 30"),
    GATE_CONFIG,
    RECONCILE_CONFIG,
    { 0 },
};

#define MOVES(state)                                                                                                                        \
    { .name = "takenseat_payment_moves_total", .kind = METRIC_COUNTER, .help = "Payments that entered a state", .labels = "to=\"" state "\"" }
#define REFUND_MOVES(state)                                                                                                                 \
    { .name = "takenseat_refund_moves_total", .kind = METRIC_COUNTER, .help = "Refunds that entered a state", .labels = "to=\"" state "\"" }
#define WEBHOOKS(word)                                                                                                                      \
    { .name = "takenseat_payment_webhooks_total", .kind = METRIC_COUNTER, .help = "Webhooks by what became of them", .labels = "result=\"" word "\"" }

struct metric payment_moves[PAYMENT_STATES] = {
    [PAYMENT_READY] = MOVES("ready"),
    [PAYMENT_CONFIRMING] = MOVES("confirming"),
    [PAYMENT_PENDING] = MOVES("pending"),
    [PAYMENT_CAPTURED] = MOVES("captured"),
    [PAYMENT_PAID] = MOVES("paid"),
    [PAYMENT_FAILED] = MOVES("failed"),
    [PAYMENT_CANCELLED] = MOVES("cancelled"),
    [PAYMENT_REFUND_DUE] = MOVES("refund_due"),
    [PAYMENT_REFUNDED] = MOVES("refunded"),
    [PAYMENT_QUARANTINED] = MOVES("quarantined"),
};
struct metric refund_moves[REFUND_STATES] = {
    [REFUND_CREATED] = REFUND_MOVES("created"),
    [REFUND_PENDING] = REFUND_MOVES("pending"),
    [REFUND_DONE] = REFUND_MOVES("done"),
    [REFUND_FAILED] = REFUND_MOVES("failed"),
};
#define CASES(word)                                                                                                                         \
    { .name = "takenseat_payment_cases_total", .kind = METRIC_COUNTER, .help = "Cases opened for people", .labels = "kind=\"" word "\"" }

struct metric cases_opened[CASE_KINDS] = {
    [CASE_WEBHOOK_MISMATCH] = CASES("webhook_mismatch"),
    [CASE_FOREIGN_CHARGE] = CASES("foreign_charge"),
    [CASE_REFUND_FAILED] = CASES("refund_failed"),
    [CASE_UNCLEAR_TOO_LONG] = CASES("unclear_too_long"),
    [CASE_CHARGE_UNKNOWN] = CASES("charge_unknown"),
    [CASE_BOOKS_DIFFER] = CASES("books_differ"),
};
struct metric payment_unclear = { .name = "takenseat_payment_unclear", .kind = METRIC_GAUGE,
                                  .help = "Payments and refunds of which nobody can say yet whose the money is" };
struct metric payment_unclear_oldest = { .name = "takenseat_payment_unclear_oldest_seconds", .kind = METRIC_GAUGE,
                                         .help = "For how long the oldest of them has been unclear" };
struct metric payment_stuck = { .name = "takenseat_payment_stuck_total", .kind = METRIC_COUNTER,
                                .help = "Times a payment could not be brought to an end after many attempts" };
struct metric webhooks_taken = WEBHOOKS("taken"), webhooks_repeated = WEBHOOKS("repeated"), webhooks_forged = WEBHOOKS("forged"),
              webhooks_ignored = WEBHOOKS("ignored"), webhooks_mismatched = WEBHOOKS("mismatched");

static struct metric *const metrics[] = {
    &payment_moves[PAYMENT_READY],      &payment_moves[PAYMENT_CONFIRMING], &payment_moves[PAYMENT_PENDING],
    &payment_moves[PAYMENT_CAPTURED],   &payment_moves[PAYMENT_PAID],       &payment_moves[PAYMENT_FAILED],
    &payment_moves[PAYMENT_CANCELLED],  &payment_moves[PAYMENT_REFUND_DUE], &payment_moves[PAYMENT_REFUNDED],   &payment_moves[PAYMENT_QUARANTINED],
    &refund_moves[REFUND_CREATED],      &refund_moves[REFUND_PENDING],      &refund_moves[REFUND_DONE],
    &refund_moves[REFUND_FAILED],
    &cases_opened[CASE_WEBHOOK_MISMATCH], &cases_opened[CASE_FOREIGN_CHARGE], &cases_opened[CASE_REFUND_FAILED],
    &cases_opened[CASE_UNCLEAR_TOO_LONG], &cases_opened[CASE_CHARGE_UNKNOWN], &cases_opened[CASE_BOOKS_DIFFER],
    &payment_unclear,                   &payment_unclear_oldest,
    &payment_stuck,                     &webhooks_taken,                    &webhooks_repeated,
    &webhooks_forged,                   &webhooks_ignored,                  &webhooks_mismatched,
    &reconcile_differences,             &reconcile_last_run,
    GATE_METRICS(0),                    GATE_METRICS(1),                    GATE_METRICS(2),
    NULL,
};

/* ---- life ---- */

static err payment_service_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct payments *s = calloc(1, sizeof(*s));
    ASSERT(s != NULL);
    s->resume_ms = config_int(c, "payment.resume_seconds") * 1000;
    s->poll_ms = config_int(c, "payment.poll_seconds") * 1000;
    s->reconcile_hour = config_int(c, "payment.reconcile_at");
    atomic_init(&s->reconcile_due, cx->now + 60 * 1000);         /* the start has other things to do */
    s->late_ms = config_int(c, "payment.late_seconds") * 1000;
    s->refund_attempts = config_int(c, "payment.refund_attempts");
    s->threads = (size_t)config_int(c, "payment.threads");
    atomic_init(&s->unclear_due, cx->now);
    watch_open(&s->watch, cx->now);
    *ret_self = s;

    err e = vendors_open(cx, &s->vendors);
    if (!e)
        e = gate_open(cx, &s->gate);
    if (!e)
        e = ledger_check_config(cx, c);
    if (!e)
        e = store_sequences(cx, s);
    if (!e)
        e = store_books_open(cx, s);
    if (!e)
        e = store_sandbox_open(cx, s);
    if (!e)
        e = store_unfinished(cx, &s->watch);
    return e;
}

static void payment_service_close(void *self)
{
    struct payments *s = self;
    watch_close(&s->watch);
    vendors_close(s->vendors);
    gate_close(s->gate);
    free(s);
}

/* 202: heard, but of no charge known here. */
static const struct raw_answer raw_answers[] = {
    { &payment_webhook_call, "application/json", NULL, 202 }, { &reconciliation_csv_call, "text/csv", NULL, 0 }, { &case_csv_call, "text/csv", NULL, 0 },
    { &settlement_csv_call, "text/csv", NULL, 0 }, { &settlement_pdf_call, "application/pdf", NULL, 0 },
    { &receipt_pdf_call, "application/pdf", NULL, 0 }, { 0 },
};

static const struct taking takings[] = {
    { &create_call, NULL, payment_create_takes },
    { &confirm_call, "What was begun with a pass comes to its end, wherever its buyer returns from the provider.", NULL },
    { &payment_webhook_call, "A provider tells what has been paid.", NULL },
    { &refund_account_call, "It names where money goes back to.", NULL },
    { 0 },
};

const struct service payment_service = {
    .takings = takings,
    .raw_answers = raw_answers,
    .name = "payment",
    .open = payment_service_open,
    .close = payment_service_close,
    .calls = calls,
    .offers = offers,
    .routes = routes,
    .scope_read = SCOPE_SALES_READ,
    .scope_write = SCOPE_SALES_WRITE,
    .jobs = jobs,
    .waiting_jobs = waiting_jobs,
    .job_threads = job_threads,
    .says = says,
    .subscriptions = subscriptions,
    .config = config,
    .audits = payment_audits,
    .migrations = payment_migrations,
    .queries = (const struct query *)&payment_sql,
    .query_count = sizeof(payment_sql) / sizeof(struct query),
    .metrics = metrics,
};
