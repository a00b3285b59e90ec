/* The program with the auth service, and a person who asks: for the tests of this folder. */
#ifndef AUTH_BED_H
#define AUTH_BED_H

#include "auth_int.h"
#include "fixture.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PASSWORD  "correct horse"
#define EMAIL     "minji@example.com"
#define SECOND_MS INT64_C(1000)
#define DAY_MS    (24 * 60 * 60 * SECOND_MS)

struct bed {
    struct fixture fixture;
    struct app *app;
    struct auth *auth;
    struct arena *arena;      /* all results live as long as the test */
    struct ctx cx;            /* of the last call */
    struct actor actor;       /* who asks, from where, in which language */
    struct str peer;
    enum lang lang;
};

/* A bed for a test of its own. Tearing it down checks the service's audits. */
int bed_make(void **state);
int bed_drop(void **state);
void bed_restart(struct bed *b);
#define BED_CASE(name) cmocka_unit_test_setup_teardown(name, bed_make, bed_drop)

/* A fresh context for the one who asks. */
void bed_context(struct bed *b);
const struct call *call_named(const char *name);
err ask(struct bed *b, const char *name, const void *in, void *ret_out);
/* With a request body, as the front does it. */
err ask_json(struct bed *b, const char *name, struct str body, void *ret_out);
void advance(struct bed *b, int64_t ms);

/* What the front does with an access token; cx.actor is who it stands for. */
err check(struct bed *b, struct str token);
struct user sign_up(struct bed *b, const char *email);
struct tokens_out sign_in(struct bed *b, const char *email);
/* From now on the owner of this account asks. */
struct tokens_out act_as(struct bed *b, const char *email);
err renew(struct bed *b, struct str token, struct tokens_out *ret);
void make_admin(struct bed *b, const char *email);

/* A connection keeps a statement by its address: only static ones. */
int64_t count(struct bed *b, const struct query *q);

/* Ends the test with a sentence. */
void flunk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void assert_field(const struct bed *b, const char *field);
void assert_code(const struct bed *b, const char *code);
void assert_str(struct str given, struct str expected);

/* A command that fails after it has ended all sessions of the one who asks and taken the roles of the API keys. */
extern const struct call end_and_fail_call;

#endif
