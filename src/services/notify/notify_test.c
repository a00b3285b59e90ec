/* What becomes of events: mails and deliveries, once each; what mails say; what is done when sending fails. */
#include <stdio.h>

#include "notify_bed.h"

#include "base/clock.h"

static bool contains(struct str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

static void confirmed(struct bed *b)
{
    ANNOUNCE(b, "booking.confirmed",
        "{\"booking_id\":@,\"schedule_id\":@,\"performance_id\":@,\"user_id\":@,\"total\":60000,\"discount\":0,\"mileage_used\":0,\"due\":60000,"
        "\"currency\":\"KRW\",\"seats\":2}",
        { ID_BOOKING, BOOKING_ID }, { ID_SCHEDULE, SCHEDULE_ID }, { ID_PERFORMANCE, SHOW_ID }, { ID_USER, BUYER_ID });
}

static void cancelled(struct bed *b, const char *reason)
{
    char body[400];
    snprintf(body, sizeof(body), "{\"cancellation_id\":@,\"booking_id\":@,\"schedule_id\":@,\"performance_id\":@,\"user_id\":@,\"payment_id\":null,\"seats\":1,"
             "\"whole\":false,\"refund\":27000,\"fee\":3000,\"currency\":\"KRW\",\"mileage_back\":0,\"coupon_back\":false,\"reason\":\"%s\"}", reason);
    ANNOUNCE(b, "booking.cancelled", body, { ID_CANCELLATION, 71 }, { ID_BOOKING, BOOKING_ID }, { ID_SCHEDULE, SCHEDULE_ID }, { ID_PERFORMANCE, SHOW_ID },
        { ID_USER, BUYER_ID });
}

static void test_confirmed_once(void **state)
{
    struct bed *b = *state;
    struct mail_view found[100];
    struct message m;
    bool gone;
    confirmed(b);
    confirmed(b);
    assert_int_equal(mails(b, found), 1);
    assert_int_equal(found[0].user, BUYER_ID);
    assert_int_equal(found[0].kind, MAIL_BOOKING_CONFIRMED);
    assert_int_equal(found[0].status, MAIL_QUEUED);

    newest_mail(b, &m, &gone);
    assert_false(gone);
    assert_true(str_eq(m.to, S("kim@example.com")));
    assert_true(contains(m.text.subject, "7K2M-9QXD") && contains(m.text.subject, "An Evening"));
    assert_true(contains(m.text.plain, "Seats: VIP 1, VIP 2") && contains(m.text.plain, "Total: KRW 60,000") && contains(m.text.plain, "Paid: KRW 50,000"));
}

static void test_same_id_with_every_try(void **state)
{
    struct bed *b = *state;
    struct message m;
    char id[100] = { 0 };
    bool gone;
    confirmed(b);
    newest_mail(b, &m, &gone);
    memcpy(id, m.id.p, m.id.n);
    advance(b, MINUTE_MS);
    newest_mail(b, &m, &gone);
    assert_true(str_eq(m.id, str_c(id)));
    assert_true(contains(m.id, "@localhost"));
}

static void test_cancelled(void **state)
{
    struct bed *b = *state;
    struct message m;
    bool gone;
    cancelled(b, "buyer");
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.plain, "Fee: KRW 3,000") && contains(m.text.plain, "Refund: KRW 27,000") && contains(m.text.plain, "Cancelled seats: 1"));
}

static void test_schedule_cancelled_in_korean(void **state)
{
    struct bed *b = *state;
    struct mail_view found[100];
    struct message m;
    bool gone;
    b->lang = LANG_KO;
    cancelled(b, "schedule");
    assert_int_equal(mails(b, found), 1);
    assert_int_equal(found[0].kind, MAIL_SCHEDULE_CANCELLED);
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.subject, "공연 취소 안내") && contains(m.text.plain, "환불 금액: 27,000원"));
}

static void test_refunded(void **state)
{
    struct bed *b = *state;
    struct message m;
    bool gone;
    ANNOUNCE(b, "booking.refunded", "{\"cancellation_id\":@,\"booking_id\":@,\"user_id\":@,\"refund\":27000,\"currency\":\"KRW\"}", { ID_CANCELLATION, 71 },
        { ID_BOOKING, BOOKING_ID }, { ID_USER, BUYER_ID });
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.subject, "Refund") && contains(m.text.plain, "Refund: KRW 27,000"));
}

static void test_offer_has_an_end(void **state)
{
    struct bed *b = *state;
    struct message m;
    bool gone;
    char body[200], until[TIME_TEXT_MAX];
    struct str at = time_format(clock_now(app_clock(b->fixture.app)) + 10 * MINUTE_MS, until);
    snprintf(body, sizeof(body), "{\"offer_id\":@,\"schedule_id\":@,\"user_id\":@,\"grade\":\"VIP\",\"seats\":2,\"until\":\"%.*s\"}", STR_ARG(at));
    ANNOUNCE(b, "booking.seat_offered", body, { ID_OFFER, 81 }, { ID_SCHEDULE, SCHEDULE_ID }, { ID_USER, BUYER_ID });
    newest_mail(b, &m, &gone);
    assert_false(gone);
    assert_true(contains(m.text.plain, "Grade: VIP") && contains(m.text.plain, "Kept until: ") && contains(m.text.plain, "/schedules/"));
    advance(b, 11 * MINUTE_MS);
    newest_mail(b, &m, &gone);
    assert_true(gone);
}

/* Each of the people in charge gets one, once. */
static void test_payment_case(void **state)
{
    struct bed *b = *state;
    struct mail_view found[100];
    struct message m;
    bool gone;
    for (int i = 0; i < 2; i++)
        ANNOUNCE(b, "payment.case_opened", "{\"case_id\":@,\"payment_id\":@,\"kind\":\"refund_failed\"}", { ID_CASE, 5 }, { ID_PAYMENT, 6 });
    assert_int_equal(mails(b, found), 2);
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.plain, "A provider refuses a refund") && contains(m.text.plain, "Case: "));
    b->lang = LANG_KO;
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.plain, "결제 대행사가 거절했습니다"));
}

static void test_account_mails(void **state)
{
    struct bed *b = *state;
    struct message m;
    bool gone;
    b->link = (struct mail_link){ .user = BUYER_ID, .kind = AUTH_MAIL_RESET, .to = S("lee@example.com"), .name = S("Lee"), .path = S("/reset#secret") };
    ANNOUNCE(b, "auth.mail_wanted", "{\"mail_id\":@,\"user_id\":@,\"kind\":\"reset\"}", { ID_MAIL, 91 }, { ID_USER, BUYER_ID });
    newest_mail(b, &m, &gone);
    assert_true(str_eq(m.to, S("lee@example.com")));
    assert_true(contains(m.text.plain, "http://localhost:8080/reset#secret"));

    b->link = (struct mail_link){ .kind = AUTH_MAIL_CLOSED, .to = S("lee@example.com"), .name = S("Lee") };
    newest_mail(b, &m, &gone);
    assert_true(contains(m.text.subject, "closed"));

    b->link = (struct mail_link){ .gone = true };
    newest_mail(b, &m, &gone);
    assert_true(gone);
}

static void test_closed_accounts_get_nothing(void **state)
{
    struct bed *b = *state;
    struct message m;
    bool gone;
    ANNOUNCE(b, "booking.refunded", "{\"cancellation_id\":@,\"booking_id\":@,\"user_id\":@,\"refund\":1,\"currency\":\"KRW\"}", { ID_CANCELLATION, 72 },
        { ID_BOOKING, BOOKING_ID }, { ID_USER, GONE_ID });
    newest_mail(b, &m, &gone);
    assert_true(gone);
}

/* ---- outcomes ---- */

static struct mail_view outcome(struct bed *b, enum mail_outcome o)
{
    struct mail_view found[100];
    assert_int_equal(mails(b, found), 1);
    assert_int_equal(ask(b, &mail_done_call, &(struct mail_done){ found[0].id, o, S("450 busy") }, NULL), OK);
    assert_int_equal(mails(b, found), 1);
    return found[0];
}

static void test_waits_grow(void **state)
{
    struct bed *b = *state;
    int64_t before = 0;
    confirmed(b);
    for (int i = 1; i < 12; i++) {
        int64_t now = clock_now(app_clock(b->fixture.app));
        struct mail_view m = outcome(b, OUTCOME_LATER);
        assert_int_equal(m.status, MAIL_QUEUED);
        assert_int_equal(m.attempts, i);
        assert_true(m.next_try_at - now > before);
        before = m.next_try_at - now;
        advance(b, before);
    }
    struct mail_view dead = outcome(b, OUTCOME_LATER);
    assert_int_equal(dead.status, MAIL_DEAD);
    assert_int_equal(dead.next_try_at, 0);
}

static void test_each_outcome(void **state)
{
    static const struct { enum mail_outcome outcome; enum mail_status status; } cases[] = {
        { OUTCOME_SENT, MAIL_SENT }, { OUTCOME_DROPPED, MAIL_DROPPED }, { OUTCOME_REFUSED, MAIL_DEAD }, { OUTCOME_DOWN, MAIL_QUEUED },
    };
    struct bed *b = *state;
    confirmed(b);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mail_view m = outcome(b, cases[i].outcome);
        assert_int_equal(m.status, cases[i].status);
        if (m.status == MAIL_DEAD)
            assert_int_equal(ask(b, call_at("POST", "/api/v1/admin/mails/{mail_id}/retry"), &(struct mail_in){ m.id }, &m), OK);
        else if (m.status != MAIL_QUEUED)
            break;
    }
}

static void test_finished_is_finished(void **state)
{
    struct bed *b = *state;
    struct mail_view m;
    confirmed(b);
    m = outcome(b, OUTCOME_SENT);
    assert_int_equal(outcome(b, OUTCOME_REFUSED).status, MAIL_SENT);
    assert_int_equal(ask(b, call_at("POST", "/api/v1/admin/mails/{mail_id}/retry"), &(struct mail_in){ m.id }, &m), ERR_CONFLICT);
    assert_string_equal(b->cx.problem.code, "mail_finished");
}

static void test_server_down_pauses_all(void **state)
{
    struct bed *b = *state;
    restart_with(b, "notify.smtp_url", "smtp://127.0.0.1:1");   /* nobody there: but the job is asked only when it may run */
    struct notify *s = service(b);
    int64_t now = clock_now(app_clock(b->fixture.app));
    atomic_store(&s->server_not_before, now + 365 * DAY_MS);
    confirmed(b);
    assert_int_equal(mail_send_due(s), now + 365 * DAY_MS);
    outcome(b, OUTCOME_DOWN);
    assert_int_equal(atomic_load(&s->server_not_before), now + 30000);
    outcome(b, OUTCOME_DOWN);
    assert_int_equal(atomic_load(&s->server_not_before), now + 60000);
    outcome(b, OUTCOME_SENT);
    assert_int_equal(atomic_load(&s->server_failures), 0);
}

static void test_kept_without_a_server(void **state)
{
    struct bed *b = *state;
    struct mail_view found[100];
    confirmed(b);
    assert_int_equal(mail_send_due(service(b)), INT64_MAX);
    advance(b, 7 * DAY_MS);
    fixture_restart(&b->fixture);
    assert_int_equal(mails(b, found), 1);
    assert_int_equal(found[0].status, MAIL_QUEUED);
    assert_int_equal(found[0].attempts, 0);
    advance(b, 40 * DAY_MS);
    assert_int_equal(mails(b, found), 0);
}

static void test_forgotten_some_at_a_time(void **state)
{
    struct bed *b = *state;
    struct mail_view found[100];
    for (int i = 1; i <= NOTIFY_PRUNE_MAX + 3; i++)
        ANNOUNCE(b, "auth.mail_wanted", "{\"mail_id\":@,\"user_id\":@,\"kind\":\"reset\"}", { ID_MAIL, i }, { ID_USER, BUYER_ID });
    atomic_store(&service(b)->prune_due, INT64_MAX);
    advance(b, 31 * DAY_MS);
    assert_int_equal(ask(b, &mail_prune_call, NULL, NULL), OK);
    assert_int_equal(mails(b, found), 3);
    advance(b, 1000);
    assert_int_equal(mails(b, found), 0);
}

/* ---- webhooks ---- */

static int64_t make_webhook(struct bed *b, unsigned events)
{
    struct webhook_view made;
    b->user = OWNER_ID;
    b->roles = ROLE_PRODUCER;
    if (!service(b)->loopback)
        restart_with(b, "notify.webhook_loopback", "true");
    assert_int_equal(ask(b, call_at("POST", "/api/v1/webhooks"), &(struct webhook_new_in){ S("http://127.0.0.1:9/"), events }, &made), OK);
    return made.id;
}

static size_t log_of(struct bed *b, int64_t webhook, struct delivery_view *ret)
{
    struct page_out page;
    assert_int_equal(ask(b, call_at("GET", "/api/v1/webhooks/{webhook_id}/deliveries"), &(struct page_in){ .webhook = webhook }, &page), OK);
    if (page.items.n)
        memcpy(ret, page.items.at, page.items.n * sizeof(*ret));
    return page.items.n;
}

static void test_webhook_hears_once(void **state)
{
    struct bed *b = *state;
    struct delivery_view log[20];
    int64_t all = make_webhook(b, (1u << HOOK_EVENTS) - 1), none = make_webhook(b, 1u << HOOK_REFUNDED);
    cancelled(b, "buyer");
    cancelled(b, "buyer");
    ANNOUNCE(b, "performance.schedule_cancelled", "{\"schedule_id\":@,\"performance_id\":@,\"reason\":\"ill\"}", { ID_SCHEDULE, SCHEDULE_ID },
        { ID_PERFORMANCE, SHOW_ID });
    assert_int_equal(log_of(b, all, log), 2);
    assert_int_equal(log[0].event, HOOK_SCHEDULE_CANCELLED);
    assert_int_equal(log[1].event, HOOK_CANCELLED);
    assert_int_equal(log_of(b, none, log), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BED_CASE(test_confirmed_once), BED_CASE(test_same_id_with_every_try), BED_CASE(test_cancelled), BED_CASE(test_schedule_cancelled_in_korean),
        BED_CASE(test_refunded), BED_CASE(test_offer_has_an_end), BED_CASE(test_payment_case),
        BED_CASE(test_account_mails), BED_CASE(test_closed_accounts_get_nothing),
        BED_CASE(test_waits_grow), BED_CASE(test_each_outcome), BED_CASE(test_finished_is_finished), BED_CASE(test_server_down_pauses_all),
        BED_CASE(test_kept_without_a_server), BED_CASE(test_forgotten_some_at_a_time), BED_CASE(test_webhook_hears_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
