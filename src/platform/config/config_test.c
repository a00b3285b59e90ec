#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "platform/config/config.h"

static const struct config_key http_keys[] = {
    { "http.host", CONFIG_STR, "127.0.0.1", 0, 0, "Address to listen on.", false },
    { "http.port", CONFIG_INT, "8080", 0, 65535, "Port to listen on; 0 takes any free one.", false },
    { 0 },
};

static const struct config_key other_keys[] = {
    { "booking.hold_seconds", CONFIG_INT, "420", 10, 3600, "How long a hold lasts, in seconds.", false },
    { "mail.on", CONFIG_BOOL, "false", 0, 0, "Whether mail is sent.", false },
    { "mail.password", CONFIG_STR, "", 0, 0, "Password of the mail account.", true },
    { "http.offset", CONFIG_INT, "0", -10, 10, "A number that may be negative.", false },
    { 0 },
};

struct fixture {
    struct arena *arena;
    struct config *c;
    char path[64];
    struct str why;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->arena = arena_new(0);
    f->c = config_new(f->arena);
    config_declare(f->c, http_keys);
    config_declare(f->c, other_keys);
    snprintf(f->path, sizeof(f->path), "/tmp/takenseat-config-XXXXXX");
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    arena_free(f->arena);
    free(f);
    return 0;
}

static bool read_text(struct fixture *f, struct str text)
{
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
    fclose(file);
    return config_read_file(f->c, f->path, &f->why);
}

static bool set(struct fixture *f, const char *name, const char *value)
{
    return config_set(f->c, str_c(name), str_c(value), &f->why);
}

static void assert_str(struct str got, const char *want)
{
    char *z = strndup(got.n ? got.p : "", got.n);
    assert_string_equal(z, want);
    free(z);
}

static void test_defaults(void **state)
{
    struct fixture *f = *state;
    assert_str(config_str(f->c, "http.host"), "127.0.0.1");
    assert_int_equal(config_int(f->c, "http.port"), 8080);
    assert_int_equal(config_int(f->c, "booking.hold_seconds"), 420);
    assert_false(config_bool(f->c, "mail.on"));
    assert_str(config_str(f->c, "mail.password"), "");
}

/* Later sources win, and only for the keys that they name. */
static void test_precedence(void **state)
{
    struct fixture *f = *state;
    assert_true(read_text(f, S("[http]\nport = 1\nhost = file\noffset=-3\n[booking]\nhold_seconds=11\n")));
    const char *const environment[] = {
        "PATH=/bin", "TAKENSEAT_HTTP_PORT=2", "TAKENSEAT_HTTP_HOST=env", "HTTP_PORT=9", "TAKENSEAT_MAIL_ON=true", NULL
    };
    assert_true(config_read_environment(f->c, (char *const *)environment, &f->why));
    assert_true(set(f, "http.port", "3"));
    assert_int_equal(config_int(f->c, "http.port"), 3);
    assert_str(config_str(f->c, "http.host"), "env");
    assert_int_equal(config_int(f->c, "http.offset"), -3);
    assert_int_equal(config_int(f->c, "booking.hold_seconds"), 11);
    assert_true(config_bool(f->c, "mail.on"));
}

static void test_file(void **state)
{
    struct fixture *f = *state;
    assert_true(read_text(
        f, S("\xEF\xBB\xBF; a comment\n# another\n\n  [http]  \r\n\tport=  90 ; why\r\n    host : a b;c = d \n[mail]\npassword=p#w;\non=true")));
    assert_int_equal(config_int(f->c, "http.port"), 90);
    assert_str(config_str(f->c, "http.host"), "a b;c = d");
    assert_str(config_str(f->c, "mail.password"), "p#w;");
    assert_true(config_bool(f->c, "mail.on"));

    /* Comments may be longer than any other line. */
    struct buf b;
    buf_init(&b, 100000);
    buf_str(&b, S("; "));
    for (int i = 0; i < 5000; i++)
        buf_str(&b, S("x = 1 "));
    buf_str(&b, S("\n[http]\nport = 91\n"));
    assert_true(read_text(f, buf_view(&b)));
    assert_int_equal(config_int(f->c, "http.port"), 91);
    buf_free(&b);

    assert_true(read_text(f, S("")));
    assert_true(read_text(f, S("[http]\nport=92\n")));      /* a second file may give the key again */
    assert_int_equal(config_int(f->c, "http.port"), 92);
}

static void test_file_errors(void **state)
{
    struct fixture *f = *state;
#define TEXT(lit) { lit, sizeof(lit) - 1 }
    static const struct {
        struct str text;
        const char *why;
    } cases[] = {
        { TEXT("[http]\n\nport = 80a\n"), "line 3: http.port: \"80a\" is not allowed; allowed is an integer from 0 to 65535" },
        { TEXT("[http]\nport = 65536\n"), "line 2: http.port: \"65536\" is not allowed; allowed is an integer from 0 to 65535" },
        { TEXT("[http]\nport = -1\n"), "line 2: http.port: \"-1\" is not allowed; allowed is an integer from 0 to 65535" },
        { TEXT("[http]\nport =\n"), "line 2: http.port: \"\" is not allowed; allowed is an integer from 0 to 65535" },
        { TEXT("[http]\nprot = 80\n"), "line 2: http.prot: there is no such key; section http has: host, port, offset" },
        { TEXT("[htpp]\nport = 80\n"), "line 2: htpp.port: there is no such key, nor a section of that name" },
        { TEXT("port = 80\n"), "line 1: port: there is no such key, nor a section of that name" },
        { TEXT("[mail]\non = yes\n"), "line 2: mail.on: \"yes\" is not allowed; allowed is true or false" },
        { TEXT("[mail]\non = True\n"), "line 2: mail.on: \"True\" is not allowed; allowed is true or false" },
        { TEXT("[http]\nport = 1\nhost = a\nport = 2\n"), "line 4: http.port: was given in line 2 already" },
        { TEXT("[http]\nport\n"), "line 2: not understood; allowed are [section], key = value, and comments behind ; or #" },
        { TEXT("[http\nport = 1\n"), "line 1: not understood; allowed are [section], key = value, and comments behind ; or #" },
        { TEXT("[http]\nwhat is this\nport = x\n"), "line 2: not understood; allowed are [section], key = value, and comments behind ; or #" },
        { TEXT("[http]\nport = x\nwhat is this\n"), "line 2: http.port: \"x\" is not allowed; allowed is an integer from 0 to 65535" },
        { TEXT("[http]\nhost = a\xff\n"),
          "line 2: http.host: \"a\xff\" is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
        { TEXT("[http]\nhost = a\tb\n"),
          "line 2: http.host: \"a\tb\" is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
        { TEXT("[http]\nport = 8\0"
               "0\n"),
          "line 2: the line is too long or holds U+0000" },
        { TEXT("[mail]\npassword = sec\x01ret\n"),
          "line 2: mail.password: the value is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(read_text(f, cases[i].text));
        assert_str(f->why, arena_fmt(f->arena, "%s, %s", f->path, cases[i].why).p);
    }

    struct str line = arena_fmt(f->arena, "[http]\nhost = %0300d\nport = 1\n", 1);
    assert_false(read_text(f, line));
    assert_str(f->why, arena_fmt(f->arena, "%s, line 2: the line is too long or holds U+0000", f->path).p);

    assert_false(config_read_file(f->c, "/no/such/file", &f->why));
    assert_str(f->why, "/no/such/file: cannot be opened: No such file or directory");
    assert_false(config_read_file(f->c, "/tmp", &f->why));
    assert_str(f->why, "/tmp: cannot be read");
}

static void test_environment_errors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *variable, *why;       /* NULL: not ours */
    } cases[] = {
        { "TAKENSEAT_HTTP_PORT=x", "environment, TAKENSEAT_HTTP_PORT: http.port: \"x\" is not allowed; allowed is an integer from 0 to 65535" },
        { "TAKENSEAT_HTTP_PROT=1", "environment, TAKENSEAT_HTTP_PROT: there is no key of that name" },
        { "TAKENSEAT_BOOKING_HOLD=1", "environment, TAKENSEAT_BOOKING_HOLD: there is no key of that name" },
        { "TAKENSEAT_SERVICE_HOST=10.0.0.1", NULL },
        { "TAKENSEAT_PORT_8080_TCP=tcp://10.0.0.1", NULL },
        { "TAKENSEAT=1", NULL },
        { "TAKENSEAT_HTTP_PORT", NULL },
        { "takenseat_http_port=x", NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const environment[] = { cases[i].variable, NULL };
        assert_int_equal(config_read_environment(f->c, (char *const *)environment, &f->why), !cases[i].why);
        if (cases[i].why)
            assert_str(f->why, cases[i].why);
    }
    assert_int_equal(config_int(f->c, "http.port"), 8080);
}

static void test_set_errors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *value, *why;
    } cases[] = {
        { "http.port", "", "http.port: \"\" is not allowed; allowed is an integer from 0 to 65535" },
        { "http.port", "99999999999999999999", "http.port: \"99999999999999999999\" is not allowed; allowed is an integer from 0 to 65535" },
        { "booking.hold_seconds", "9", "booking.hold_seconds: \"9\" is not allowed; allowed is an integer from 10 to 3600" },
        { "http.offset", "-11", "http.offset: \"-11\" is not allowed; allowed is an integer from -10 to 10" },
        { "mail.on", "1", "mail.on: \"1\" is not allowed; allowed is true or false" },
        { "mail.off", "1", "mail.off: there is no such key; section mail has: on, password" },
        { "mail", "1", "mail: there is no such key; section mail has: on, password" },
        { "", "1", ": there is no such key, nor a section of that name" },
        { "http.host", "a ;b", "http.host: \"a ;b\" is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
        { "http.host", ";b", "http.host: \";b\" is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
        { "http.host", "a\nb", "http.host: \"a\nb\" is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
        { "mail.password", "s\n",
          "mail.password: the value is not allowed; allowed is a short line of UTF-8 without a ';' at its start or behind a space" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(set(f, cases[i].name, cases[i].value));
        assert_str(f->why, cases[i].why);
    }
    assert_true(set(f, "http.host", "  trimmed "));
    assert_str(config_str(f->c, "http.host"), "trimmed");
    assert_true(set(f, "http.host", ""));
    assert_str(config_str(f->c, "http.host"), "");
    assert_true(set(f, "http.offset", "-10"));
    assert_int_equal(config_int(f->c, "http.offset"), -10);
}

static struct str printed(struct fixture *f)
{
    char *text = arena_take(f->arena, 16384);
    FILE *file = tmpfile();
    assert_non_null(file);
    config_print(f->c, fileno(file));
    rewind(file);
    size_t n = fread(text, 1, 16384, file);
    fclose(file);
    return str_of(text, n);
}

static void test_print(void **state)
{
    struct fixture *f = *state;
    assert_true(set(f, "mail.password", "hunter2"));
    assert_true(set(f, "http.port", "9090"));
    assert_str(printed(f),
        "[http]\n"
        "; Address to listen on. Default: 127.0.0.1\nhost = 127.0.0.1\n"
        "; Port to listen on; 0 takes any free one. 0 to 65535. Default: 8080\nport = 9090\n"
        "; A number that may be negative. -10 to 10. Default: 0\noffset = 0\n"
        "\n[booking]\n"
        "; How long a hold lasts, in seconds. 10 to 3600. Default: 420\nhold_seconds = 420\n"
        "\n[mail]\n"
        "; Whether mail is sent. true or false. Default: false\non = false\n"
        "; Password of the mail account. Secret.\n; password = ***\n");
}

/* Whatever a value may be, it is read back from what was printed. */
static void test_print_read(void **state)
{
    struct fixture *f = *state;
    char longest[200];
    memset(longest, 'x', sizeof(longest));
    longest[189] = 0;
    const char *const values[] = { "", "a", "a=b", "= a", "a:b", "[a]", "#a", "a;b", "a #b", "\"a\"", "'a'", "한글 값", "\\n", "%s", longest };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_true(set(f, "http.host", values[i]));
        assert_true(set(f, "mail.password", "kept"));
        struct str text = printed(f);
        assert_true(set(f, "http.host", "other"));
        assert_true(read_text(f, text));
        assert_str(config_str(f->c, "http.host"), values[i]);
        assert_str(config_str(f->c, "mail.password"), "kept");
    }
    longest[189] = 'x';
    longest[190] = 0;
    assert_false(set(f, "http.host", longest));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_defaults), CASE(test_precedence), CASE(test_file), CASE(test_file_errors), CASE(test_environment_errors),
        CASE(test_set_errors), CASE(test_print), CASE(test_print_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
