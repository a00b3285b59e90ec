/* Places of a device, passes that are kept for what is held, passes that are revoked: also when a command fails, and after a restart. */
#include "device_int.h"
#include "queue_bed.h"
#include "store.h"
#include "services/booking/booking.h"

static const uint8_t phone[DEVICE_BYTES] = { 1 }, laptop[DEVICE_BYTES] = { 2 };

enum { NO_SIGN_IN, PHONES_SIGN_IN = 11, LAPTOPS_SIGN_IN, AGAIN };

/* Who asks with which device, signed in when. */
struct from {
    int64_t user;
    const uint8_t *device;    /* NULL: proves nothing */
    int64_t session;
};

/* The answer's texts outlive the call. *ret_code: NULL unless it is refused. */
static err ask(struct here *h, struct from from, const struct call *call, const void *in, void *ret, const char **ret_code)
{
    struct ctx cx;
    app_ctx_begin(h->f.app, &cx);
    cx.actor = (struct actor){ .user = from.user, .session = from.session, .roles = ROLE_CUSTOMER };
    if (from.device)
        memcpy(cx.actor.device, from.device, DEVICE_BYTES);
    err e = call_run(&cx, call, in, ret);
    if (!e && (call->out == &queue_place_fields))
        keep(h, ret);
    *ret_code = cx.problem.code;
    app_ctx_end(&cx);
    return e;
}

static struct place_out place_of(struct here *h, struct from from, const struct call *call, const void *in)
{
    struct place_out place;
    const char *code;
    assert_int_equal(ask(h, from, call, in, &place, &code), OK);
    return place;
}

static struct place_out join_from(struct here *h, struct from from)
{
    return place_of(h, from, &queue_join_call, &(struct join_in){ .schedule = SCHEDULE });
}

static struct place_out look_from(struct here *h, struct from from, struct str token)
{
    return place_of(h, from, &queue_poll_call, &(struct place_in){ token });
}

static const char *move_code(struct here *h, struct from from)
{
    struct place_out place;
    const char *code;
    return ask(h, from, &queue_device_move_call, &(struct join_in){ .schedule = SCHEDULE }, &place, &code) ? code : "moved";
}

/* The code of the refusal, "ok", and what cx->pass is then. */
static const char *admit_code(struct here *h, struct from from, struct taken what, struct str pass, int64_t *ret_pass)
{
    struct ctx cx;
    app_ctx_begin(h->f.app, &cx);
    cx.actor = (struct actor){ .user = from.user };
    if (from.device)
        memcpy(cx.actor.device, from.device, DEVICE_BYTES);
    err e = queue_pass_admit(app_self(h->f.app, &queue_service), &cx, &what, pass);
    const char *code = e ? cx.problem.code : "ok";
    if (ret_pass)
        *ret_pass = cx.pass;
    app_ctx_end(&cx);
    return code;
}

static const struct taken fresh = { .schedule = SCHEDULE };

/* What is held with the pass of the place `number` of a line. */
static struct taken held_under(int64_t room, int64_t number)
{
    return (struct taken){ .schedule = SCHEDULE, .kept = true, .pass = place_key(room, number) };
}

/* ---- devices ---- */

static void test_bound(void **state)
{
    struct here *h = *state;
    int64_t key;
    struct from owner = { 1, phone, PHONES_SIGN_IN }, copy = { 1, laptop, PHONES_SIGN_IN }, bare = { 1, NULL, PHONES_SIGN_IN };
    set(h, rules_of(6000, 100, 600));
    struct place_out place = join_from(h, owner), plain = join_from(h, (struct from){ 2, NULL, AGAIN });
    advance(h, 1000);
    assert_int_equal(plain.device, DEVICE_ANY);
    assert_true(look(h, plain.place_token).pass.n > 0);
    assert_int_equal(look(h, place.place_token).device, DEVICE_ASKED);
    assert_int_equal(look(h, place.place_token).pass.n, 0);
    assert_int_equal(look_from(h, copy, place.place_token).device, DEVICE_OTHER);
    assert_int_equal(join_from(h, copy).pass.n, 0);
    struct str pass = look_from(h, owner, place.place_token).pass;
    assert_true(pass.n > 0);
    const struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    assert_string_equal(admit_code(h, copy, fresh, pass, NULL), "pass_other_device");
    assert_false(marks_get(&r->shown, 1));   /* he has not come by that */
    assert_string_equal(admit_code(h, owner, fresh, pass, &key), "ok");
    assert_int_equal(key, place_key(SCHEDULE, 1));
    assert_true(marks_get(&r->shown, 1));
    assert_string_equal(admit_code(h, bare, fresh, pass, NULL), "pass_other_device");
    assert_string_equal(admit_code(h, (struct from){ 2, phone, AGAIN }, fresh, pass, NULL), "pass_required");
}

static void test_move(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, phone, PHONES_SIGN_IN }, there = { 1, laptop, LAPTOPS_SIGN_IN };
    set(h, rules_of(6000, 100, 600));
    struct place_out place = join_from(h, owner);
    advance(h, 1000);
    struct str pass = look_from(h, owner, place.place_token).pass;
    assert_string_equal(move_code(h, (struct from){ 1, laptop, PHONES_SIGN_IN }), "sign_in_again");
    assert_string_equal(move_code(h, (struct from){ 1, NULL, LAPTOPS_SIGN_IN }), "device_key_required");
    assert_string_equal(move_code(h, there), "moved");
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_int_equal(look_from(h, owner, place.place_token).device, DEVICE_OTHER);
        assert_string_equal(admit_code(h, owner, fresh, pass, NULL), "pass_other_device");
        struct place_out moved = join_from(h, there);
        assert_int_equal(moved.device, DEVICE_THIS);
        assert_string_equal(admit_code(h, there, fresh, moved.pass, NULL), "ok");
        fixture_restart(&h->f);
    }
    const uint8_t copied[DEVICE_BYTES] = { 3 };
    assert_string_equal(move_code(h, owner), "sign_in_again");               /* the first sign-in may have been copied, whoever has it now */
    assert_string_equal(move_code(h, (struct from){ 1, copied, PHONES_SIGN_IN }), "sign_in_again");
    assert_string_equal(move_code(h, (struct from){ 1, copied, NO_SIGN_IN }), "sign_in_again");
    owner.session = AGAIN;
    assert_string_equal(move_code(h, owner), "moved");       /* and back: the first pass is good again */
    assert_string_equal(admit_code(h, owner, fresh, pass, NULL), "ok");
    for (int i = 1; i <= 3; i++)
        assert_string_equal(move_code(h, (struct from){ 1, i % 2 ? laptop : phone, AGAIN + i }), "moved");
    assert_string_equal(move_code(h, (struct from){ 1, phone, AGAIN + 4 }), "moves_spent");
    assert_string_equal(move_code(h, (struct from){ 1, laptop, PHONES_SIGN_IN }), "moved");  /* it is there already */
}

static err move_directly(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    cx->actor = (struct actor){ .user = 1, .session = AGAIN + 1 };
    memcpy(cx->actor.device, laptop, DEVICE_BYTES);
    return queue_device_move_call.fn(cx, self, in, ret_out);
}

static err revoke_directly(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    cx->actor = (struct actor){ .user = OWNER, .roles = ROLE_PRODUCER };
    return queue_revoke_call.fn(cx, self, in, ret_out);
}

/* What did not happen has left nothing in memory. */
static void test_undone(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, phone, PHONES_SIGN_IN }, there = { 1, laptop, LAPTOPS_SIGN_IN };
    struct join_in join = { .schedule = SCHEDULE };
    struct revoke_in revoke = { SCHEDULE, 1, S("No.") };
    struct place_out out;
    struct revoke_out revoked;
    set(h, rules_of(6000, 100, 600));
    struct place_out place = join_from(h, owner);
    advance(h, 1000);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = move_directly, .in = &join }, &out, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = revoke_directly, .in = &revoke }, &revoked, NULL), ERR_CONFLICT);
    struct place_out seen = look_from(h, owner, place.place_token);
    assert_int_equal(seen.device, DEVICE_THIS);
    assert_int_equal(seen.state, PLACE_ADMITTED);
    assert_string_equal(admit_code(h, owner, fresh, seen.pass, NULL), "ok");
    assert_string_equal(move_code(h, there), "moved");
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = move_directly, .in = &join }, &out, NULL), ERR_CONFLICT);
    owner.session = AGAIN;
    assert_string_equal(move_code(h, owner), "moved");
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = move_directly, .in = &join }, &out, NULL), ERR_CONFLICT);
    assert_int_equal(look_from(h, owner, place.place_token).device, DEVICE_THIS);
}

static void test_rules(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, phone, PHONES_SIGN_IN };
    struct rules rules = rules_of(6000, 100, 600);
    struct place_out out;
    const char *code;
    rules.device_binding = BIND_REQUIRED;
    set(h, rules);
    fixture_restart(&h->f);                  /* the setting is kept */
    assert_int_equal(ask(h, (struct from){ 2, NULL, AGAIN }, &queue_join_call, &(struct join_in){ .schedule = SCHEDULE }, &out, &code), ERR_DENIED);
    assert_string_equal(code, "device_key_required");
    struct place_out place = join_from(h, owner);
    advance(h, 1000);
    assert_int_equal(look(h, place.place_token).device, DEVICE_ASKED);
    rules.device_binding = BIND_OFF;
    set(h, rules);
    struct place_out free_of = look(h, place.place_token);
    assert_int_equal(free_of.device, DEVICE_ANY);
    assert_string_equal(admit_code(h, (struct from){ 1, NULL, AGAIN }, fresh, free_of.pass, NULL), "ok");
    assert_int_equal(join_from(h, (struct from){ 3, phone, AGAIN }).device, DEVICE_ANY);
    assert_string_equal(move_code(h, (struct from){ 3, laptop, LAPTOPS_SIGN_IN }), "not_bound");
}

/* ---- what is held is kept ---- */

static void test_kept(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, phone, PHONES_SIGN_IN }, bare = { 1, NULL, PHONES_SIGN_IN };
    const struct taken held = held_under(SCHEDULE, 1), others = held_under(SCHEDULE, 2), of_a_group = held_under(SCHEDULE | INT64_C(1) << GROUP_SHIFT, 1),
                       before_the_room = { .schedule = SCHEDULE, .kept = true }, offer = { .schedule = SCHEDULE, .offered = true },
                       from_offer = { .schedule = SCHEDULE, .kept = true, .pass = PASS_OF_OFFER };
    int64_t key;
    assert_string_equal(admit_code(h, bare, fresh, (struct str){ 0 }, &key), "ok");          /* off: nothing is asked */
    assert_int_equal(key, 0);
    set(h, rules_of(6000, 100, 60));
    struct place_out place = join_from(h, owner);
    advance(h, 1000);
    struct str pass = look_from(h, owner, place.place_token).pass;
    struct ctx cx = { .arena = h->arena, .app = h->f.app, .actor = { .user = 1 } };
    struct str offered = queue_pass_of_offer(h->f.app, &cx, SCHEDULE, now(h) + 60000);
    advance(h, 120000);
    assert_string_equal(admit_code(h, owner, fresh, pass, NULL), "pass_required");
    assert_string_equal(admit_code(h, owner, held, pass, &key), "ok");
    assert_int_equal(key, place_key(SCHEDULE, 1));
    assert_string_equal(admit_code(h, bare, held, pass, NULL), "pass_other_device");
    assert_string_equal(admit_code(h, owner, held, (struct str){ 0 }, NULL), "pass_required");
    assert_string_equal(admit_code(h, owner, others, pass, NULL), "pass_required");
    assert_string_equal(admit_code(h, owner, of_a_group, pass, NULL), "pass_required");
    assert_string_equal(admit_code(h, bare, before_the_room, (struct str){ 0 }, NULL), "ok");
    assert_string_equal(admit_code(h, bare, offer, offered, NULL), "pass_required");         /* the offer is over, ... */
    assert_string_equal(admit_code(h, bare, from_offer, offered, &key), "ok");               /* ... what came of it is not */
    assert_int_equal(key, PASS_OF_OFFER);
    assert_string_equal(admit_code(h, bare, held, offered, NULL), "pass_required");
    assert_string_equal(admit_code(h, owner, from_offer, pass, NULL), "pass_required");
    offered = queue_pass_of_offer(h->f.app, &cx, SCHEDULE, now(h) + 60000);
    assert_string_equal(admit_code(h, bare, offer, offered, NULL), "ok");
    assert_string_equal(admit_code(h, bare, fresh, offered, NULL), "pass_required");
    assert_string_equal(admit_code(h, (struct from){ 2, NULL, AGAIN }, offer, offered, NULL), "pass_required");
}

/* ---- revoking ---- */

static void test_revoke(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, NULL, PHONES_SIGN_IN };
    struct revoke_in in = { SCHEDULE, 1, S("Resale was offered.") };
    struct revoke_out out;
    const struct taken held = held_under(SCHEDULE, 1);
    set(h, rules_of(60, 1, 600));
    struct place_out place = join_from(h, owner), behind = join(h, 2);
    advance(h, 1000);
    struct str pass = look(h, place.place_token).pass;
    assert_int_equal(fixture_call(&h->f, 8, ROLE_PRODUCER, &queue_revoke_call, &in, &out, NULL), ERR_MISSING);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_revoke_call, &in, &out, NULL), OK);
    assert_int_equal(out.was, PLACE_ADMITTED);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_revoke_call, &in, &out, NULL), ERR_CONFLICT);
    advance(h, 1000);
    assert_int_equal(look(h, behind.place_token).state, PLACE_ADMITTED);      /* its room is the next one's */
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_string_equal(admit_code(h, owner, fresh, pass, NULL), "pass_revoked");
        assert_string_equal(admit_code(h, owner, held, pass, NULL), "pass_revoked");
        struct place_out seen = look(h, place.place_token);
        assert_int_equal(seen.state, PLACE_LEFT);
        assert_true(str_eq(seen.revoked, in.reason));
        fixture_restart(&h->f);
    }
    assert_int_equal(join_from(h, owner).state, PLACE_WAITING);               /* once more, from the end */
}

static int revoke(struct here *h, int64_t user, struct str reason)
{
    struct revoke_out out;
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_revoke_call, &(struct revoke_in){ SCHEDULE, user, reason }, &out, NULL), OK);
    return out.was;
}

/* He comes in, and his pass. */
static struct str enter(struct here *h, struct from owner)
{
    struct place_out place = join_from(h, owner);
    advance(h, 1000);
    return look(h, place.place_token).pass;
}

/* The pass outlives its place. */
static struct str reason_of(struct here *h, struct str pass)
{
    struct queue *q = app_self(h->f.app, &queue_service);
    struct ctx cx = { .arena = h->arena };
    struct place_ref who;
    int64_t until;
    assert_true(pass_open(&cx, q, pass, &who, &until));
    return revoked_reason(&cx, q, &who);
}

/* Seats are held with the pass of one place, and staff revokes when its owner has another, or has taken another since. */
static void test_revoke_earlier(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, NULL, PHONES_SIGN_IN };
    const struct taken held = held_under(SCHEDULE, 1);
    struct revoke_in in = { SCHEDULE, 1, S("Not this time.") };
    struct revoke_out out;
    set(h, rules_of(6000, 100, 60));
    struct str first = enter(h, owner);
    advance(h, 120000);
    assert_string_equal(admit_code(h, owner, held, first, NULL), "ok");
    struct str second = enter(h, owner);
    assert_int_equal(revoke(h, 1, S("Resale was offered.")), PLACE_ADMITTED);
    assert_string_equal(admit_code(h, owner, held, first, NULL), "pass_revoked");
    assert_string_equal(admit_code(h, owner, fresh, second, NULL), "pass_revoked");
    struct str third = enter(h, owner);
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_string_equal(admit_code(h, owner, held, first, NULL), "pass_revoked");
        assert_string_equal(admit_code(h, owner, held, third, NULL), "pass_revoked");
        assert_string_equal(admit_code(h, owner, fresh, third, NULL), "ok");
        assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = revoke_directly, .in = &in }, &out, NULL), ERR_CONFLICT);
        fixture_restart(&h->f);
    }
    assert_int_equal(revoke(h, 1, S("Once more.")), PLACE_ADMITTED);
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_true(str_eq(reason_of(h, second), S("Resale was offered.")));
        assert_true(str_eq(reason_of(h, third), S("Once more.")));
        fixture_restart(&h->f);
    }
}

/* What was held at the end of a sale may be paid after it, but not with what was revoked or left behind on another device, whatever restarts. */
static void test_after_the_sale(void **state)
{
    struct here *h = *state;
    struct from owner = { 1, phone, PHONES_SIGN_IN }, there = { 1, laptop, LAPTOPS_SIGN_IN }, other = { 2, NULL, AGAIN },
                third = { 3, NULL, AGAIN };
    struct schedule_opening shorter = { .schedule = SCHEDULE, .revision = 1, .sale_starts_at = now(h) - 1000, .sale_ends_at = now(h) + 60000 };
    set(h, rules_of(6000, 100, 600));
    struct place_out place = join_from(h, owner);
    struct str others = enter(h, other), thirds = enter(h, third);
    struct str pass = look_from(h, owner, place.place_token).pass;
    assert_string_equal(move_code(h, there), "moved");
    assert_int_equal(revoke(h, 3, S("No.")), PLACE_ADMITTED);
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_opened_call, &shorter, NULL, NULL), OK);
    advance(h, 61000);
    for (int restarted = 0; restarted < 2; restarted++) {
        assert_string_equal(admit_code(h, owner, held_under(SCHEDULE, 1), pass, NULL), "pass_other_device");
        assert_string_equal(admit_code(h, there, held_under(SCHEDULE, 1), pass, NULL), "pass_other_device");
        assert_string_equal(admit_code(h, other, held_under(SCHEDULE, 2), others, NULL), "ok");
        assert_string_equal(admit_code(h, third, held_under(SCHEDULE, 3), thirds, NULL), "pass_revoked");
        fixture_restart(&h->f);
    }
}

/* ---- the audit ---- */

static void test_audit(void **state)
{
    struct here *h = *state;
    const struct damage_in damages[] = {
        { { "d1", "UPDATE queue_device SET bound_at = 1" }, "W5_device" },
        { { "d2", "UPDATE queue_device SET id = id + 7" }, "W5_device" },
        { { "d3", "INSERT INTO queue_revoked (id, reason, staff_id, revoked_at) VALUES (9, 'x', 1, 1)" }, "W5_revoked" },
    };
    set(h, rules_of(60, 1, 600));
    join_from(h, (struct from){ 1, phone, PHONES_SIGN_IN });
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct ctx cx;
        assert_int_equal(fixture_call(&h->f, 0, 0, &damage_call, &damages[i], NULL, &cx), ERR_CONFLICT);
        assert_string_equal(cx.problem.code, "noticed");
        app_ctx_end(&cx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_bound), ROOM_TEST(test_move), ROOM_TEST(test_undone), ROOM_TEST(test_rules),
        ROOM_TEST(test_kept),  ROOM_TEST(test_revoke), ROOM_TEST(test_revoke_earlier), ROOM_TEST(test_after_the_sale), ROOM_TEST(test_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
