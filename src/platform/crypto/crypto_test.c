#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail               /* cmocka's; ours is in ctx.h */

#include "base/ctx.h"
#include "platform/crypto/jwt.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* The bytes that hex digits stand for. */
static struct str hex(const char *digits)
{
    size_t n = strlen(digits) / 2;
    char *out = arena_take(arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        char two[3] = { digits[2 * i], digits[2 * i + 1], 0 };
        out[i] = (char)strtoul(two, NULL, 16);
    }
    return str_of(out, n);
}

static const uint8_t *bytes(struct str s)
{
    return (const uint8_t *)s.p;
}

static void assert_text(struct str got, const char *want)
{
    assert_string_equal(arena_str(arena, got).p, want);
}

/* RFC 4231, 4.2 to 4.5. HMAC fills a key up with zeros, so shorter keys are given so. */
static void test_hmac(void **state)
{
    (void)state;
    static const struct {
        const char *key, *data, *mac;
    } cases[] = {
        { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        { "0102030405060708090a0b0c0d0e0f10111213141516171819",
          "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t key[32] = { 0 }, mac[32];
        struct str given = hex(cases[i].key);
        memcpy(key, given.p, given.n);
        crypto_hmac(key, hex(cases[i].data), mac);
        assert_memory_equal(mac, hex(cases[i].mac).p, 32);
    }
}

/* RFC 7693, appendix A. */
static void test_digest(void **state)
{
    (void)state;
    uint8_t out[64], other[20];
    crypto_digest(S("abc"), out, 64);
    assert_memory_equal(out, hex("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                 "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923").p, 64);
    crypto_digest(S("abc"), other, 20);
    assert_memory_not_equal(out, other, 20);        /* the length is part of what is hashed */
}

/* RFC 8439, A.1, test vectors 1 and 2. */
static void test_chacha20(void **state)
{
    static const uint8_t key[32] = { 0 };
    uint8_t out[128], second[64];
    (void)state;
    crypto_chacha20(key, 0, out, sizeof(out));
    crypto_chacha20(key, 1, second, sizeof(second));
    assert_true(str_eq(hex_encode(arena, out, 16), S("76b8e0ada0f13d90405d6ae55386bd28")));
    assert_true(str_eq(hex_encode(arena, second, 16), S("9f07e7be5551387a98ba977c732d080d")));
    assert_memory_equal(out + 64, second, sizeof(second));
}

static void test_hex(void **state)
{
    uint8_t out[4];
    (void)state;
    assert_true(str_eq(hex_encode(arena, "\x00\xff\x1a~", 4), S("00ff1a7e")));
    assert_true(hex_decode(S("00ff1a7e"), out, 4));
    assert_memory_equal(out, "\x00\xff\x1a~", 4);
    static const char *const wrong[] = { "", "00ff1a7", "00ff1a7e0", "00FF1a7e", "00ff1a7g", " 0ff1a7e" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(hex_decode(str_c(wrong[i]), out, 4));
}

/* RFC 8032, 7.1. */
static void test_ed25519(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } cases[] = {
        { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
        { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
          "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
        { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
          "af82",
          "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t secret[64], signature[64];
        struct str message = hex(cases[i].message), public_key = hex(cases[i].public_key);
        memcpy(secret, hex(cases[i].seed).p, 32);
        memcpy(secret + 32, public_key.p, 32);
        sign(secret, message, signature);
        assert_memory_equal(signature, hex(cases[i].signature).p, 64);
        assert_true(signature_valid(bytes(public_key), message, signature));
        for (size_t k = 0; k < 64; k++) {
            signature[k] ^= 1;
            assert_false(signature_valid(bytes(public_key), message, signature));
            signature[k] ^= 1;
        }
        assert_false(signature_valid(bytes(public_key), S("another"), signature));
    }
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(crypto_equal("abc", "abc", 3));
    assert_false(crypto_equal("abc", "abd", 3));
    assert_true(crypto_equal("abc", "abd", 2));
    assert_true(crypto_equal("", "", 0));
}

static void test_random(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    crypto_random(a, sizeof(a));
    crypto_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
}

/* RFC 4648, 10, without padding. */
static void test_base64url(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbe", "-_--" },
    };
    struct str out;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_text(base64url(arena, str_c(pairs[i][0])), pairs[i][1]);
        assert_true(base64url_decode(arena, str_c(pairs[i][1]), &out));
        assert_text(out, pairs[i][0]);
    }
    static const char *const wrong[] = {
        "Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "+_--", "-/--", "Zm9v.", "Zm9vZ", "\x80m9v", "Zm9v\x7f",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(base64url_decode(arena, str_c(wrong[i]), &out));
    assert_false(base64url_decode(arena, S("Zm\0v"), &out));

    uint8_t small[2];
    size_t n;
    assert_true(base64url_decode_to(S("Zm8"), small, sizeof(small), &n));
    assert_int_equal(n, 2);
    assert_false(base64url_decode_to(S("Zm9v"), small, sizeof(small), &n));

    for (size_t size = 0; size < 100; size++) {
        uint8_t in[100];
        crypto_random(in, size);
        assert_true(base64url_decode(arena, base64url(arena, str_of((const char *)in, size)), &out));
        assert_int_equal(out.n, size);
        if (size)
            assert_memory_equal(out.p, in, size);
    }
}

static void test_password(void **state)
{
    (void)state;
    const struct password_cost cost = { 1, 8192 };
    struct str a = password_hash(arena, S("correct horse"), cost), b = password_hash(arena, S("correct horse"), cost);
    assert_true(str_starts(a, S("$argon2id$v=19$m=8,t=1,p=1$")));
    assert_false(str_eq(a, b));             /* salted */
    assert_true(password_matches(a, S("correct horse")));
    assert_true(password_matches(b, S("correct horse")));
    assert_false(password_matches(a, S("correct horsf")));
    assert_false(password_matches(a, S("correct horse ")));
    assert_false(password_matches(a, S("")));
    assert_false(password_matches(S(""), S("correct horse")));
    assert_false(password_matches(S("$argon2id$v=19$m=8,t=1,p=1$"), S("correct horse")));
    assert_false(password_matches(arena_fmt(arena, "%.*s%200s", STR_ARG(a), "x"), S("correct horse")));
}

static void test_token(void **state)
{
    (void)state;
    const uint8_t key[32] = { 1 }, other[32] = { 2 };
    struct str out, token = token_seal(arena, key, S("place"), S("17:42"));
    assert_true(token_open(arena, key, S("place"), token, &out));
    assert_text(out, "17:42");
    assert_false(token_open(arena, other, S("place"), token, &out));
    assert_false(token_open(arena, key, S("pass"), token, &out));
    assert_true(token_open(arena, key, S("place"), token_seal(arena, key, S("place"), S("")), &out));
    assert_int_equal(out.n, 0);

    /* The border between purpose and payload is part of what is signed. */
    struct str shifted = base64url(arena, S("e17:42"));
    struct str mac = token;
    str_cut(&mac, '.');
    assert_false(token_open(arena, key, S("plac"), arena_fmt(arena, "%.*s.%.*s", STR_ARG(shifted), STR_ARG(mac)), &out));

    char *text = (char *)arena_str(arena, token).p;
    for (size_t i = 0; i < token.n; i++) {
        char was = text[i];
        for (int c = 1; c < 256; c++) {
            text[i] = (char)c;
            if ((char)c != was)
                assert_false(token_open(arena, key, S("place"), str_of(text, token.n), &out));
        }
        text[i] = was;
        assert_false(token_open(arena, key, S("place"), str_of(text, i), &out));
        arena_reset(arena);
        token = token_seal(arena, key, S("place"), S("17:42"));
        text = (char *)arena_str(arena, token).p;
    }
    static const char *const wrong[] = { "", ".", "..", "a", "a.", ".a", "MTc6NDI", "MTc6NDI." };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(token_open(arena, key, S("place"), str_c(wrong[i]), &out));
    assert_false(token_open(arena, key, S("place"), arena_fmt(arena, "%.*s.", STR_ARG(token)), &out));
    assert_false(token_open(arena, key, S("place"), arena_fmt(arena, "%.*s=", STR_ARG(token)), &out));
}

/* ---- access tokens ---- */

static const struct keys test_keys = { .token = { 7, 7, 7 }, .ids = { { 9, 9 } } };
static const struct jwt_claims test_claims = {
    .user = 12, .session = 34, .roles = ROLE_CUSTOMER | ROLE_STAFF | ROLE_ADMIN, .issued_ms = 1700000000123, .expires_ms = 1700000900000
};

/* A token with this header and payload, rightly signed. */
static struct str jwt_of(const char *header, const char *payload)
{
    uint8_t mac[32];
    struct str h = base64url(arena, str_c(header)), p = base64url(arena, str_c(payload));
    struct str message = arena_fmt(arena, "%.*s.%.*s", STR_ARG(h), STR_ARG(p));
    crypto_hmac(test_keys.token, message, mac);
    struct str signature = base64url(arena, str_of((const char *)mac, sizeof(mac)));
    return arena_fmt(arena, "%.*s.%.*s", STR_ARG(message), STR_ARG(signature));
}

static struct str jwt_payload(struct str token)
{
    struct str payload;
    str_cut(&token, '.');
    assert_true(base64url_decode(arena, str_cut(&token, '.'), &payload));
    return arena_str(arena, payload);
}

static void test_jwt(void **state)
{
    (void)state;
    struct jwt_claims got;
    struct str token = jwt_sign(arena, &test_keys, &test_claims), header;
    assert_true(jwt_verify(&test_keys, token, 1700000000123, &got));
    assert_int_equal(got.user, 12);
    assert_int_equal(got.session, 34);
    assert_int_equal(got.roles, test_claims.roles);
    assert_int_equal(got.issued_ms, test_claims.issued_ms);
    assert_int_equal(got.expires_ms, test_claims.expires_ms);

    assert_true(base64url_decode(arena, str_cut(&(struct str){ token.p, token.n }, '.'), &header));
    assert_text(header, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}");
    char user[ID_TEXT], session[ID_TEXT];
    id_encode(&test_keys.ids, ID_USER, 12, user);
    id_encode(&test_keys.ids, ID_SESSION, 34, session);
    struct str want = arena_fmt(arena, "{\"sub\":\"%.13s\",\"sid\":\"%.13s\",\"roles\":[\"CUSTOMER\",\"STAFF\",\"ADMIN\"],\"iat\":1700000000.123,"
                                       "\"exp\":1700000900.000,\"jti\":\"", user, session);
    struct str payload = jwt_payload(token);
    assert_true(str_starts(payload, want));
    assert_int_equal(payload.n, want.n + 22 + strlen("\",\"aud\":\"takenseat\"}"));
    assert_string_equal(payload.p + want.n + 22, "\",\"aud\":\"takenseat\"}");
    assert_false(str_eq(token, jwt_sign(arena, &test_keys, &test_claims)));     /* jti */

    for (unsigned roles = 0; roles < 32; roles++) {
        struct jwt_claims c = test_claims;
        c.roles = roles;
        assert_true(jwt_verify(&test_keys, jwt_sign(arena, &test_keys, &c), 0, &got));
        assert_int_equal(got.roles, roles);
    }
}

static void test_jwt_time(void **state)
{
    (void)state;
    struct jwt_claims got = { .user = -1 };
    struct str token = jwt_sign(arena, &test_keys, &test_claims);
    assert_true(jwt_verify(&test_keys, token, test_claims.expires_ms - 1, &got));
    got.user = -1;
    assert_false(jwt_verify(&test_keys, token, test_claims.expires_ms, &got));
    assert_false(jwt_verify(&test_keys, token, INT64_MAX, &got));
    assert_int_equal(got.user, -1);         /* untouched on failure */
}

static void test_jwt_tampered(void **state)
{
    (void)state;
    struct jwt_claims got;
    struct str token = jwt_sign(arena, &test_keys, &test_claims);
    char *text = (char *)arena_str(arena, token).p;
    for (size_t i = 0; i < token.n; i++) {
        char was = text[i];
        for (int c = 0; c < 256; c++) {
            text[i] = (char)c;
            if ((char)c != was)
                assert_false(jwt_verify(&test_keys, str_of(text, token.n), 0, &got));
        }
        text[i] = was;
        assert_false(jwt_verify(&test_keys, str_of(text, i), 0, &got));
        assert_false(jwt_verify(&test_keys, str_of(text + i + 1, token.n - i - 1), 0, &got));
    }
    assert_true(jwt_verify(&test_keys, str_of(text, token.n), 0, &got));

    struct keys other = test_keys;
    other.token[31] = 1;
    assert_false(jwt_verify(&other, token, 0, &got));
    other = test_keys;
    other.ids.secret[15] = 1;               /* its ids are not ours: another number or none */
    assert_false(jwt_verify(&other, token, 0, &got) && got.user == 12);
    static const char *const more[] = { ".", "=", "==", " ", "\n", "A", ".A", ".x.y" };
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        assert_false(jwt_verify(&test_keys, arena_fmt(arena, "%.*s%s", STR_ARG(token), more[i]), 0, &got));
        assert_false(jwt_verify(&test_keys, arena_fmt(arena, "%s%.*s", more[i], STR_ARG(token)), 0, &got));
    }
    assert_false(jwt_verify(&test_keys, (struct str){ 0 }, 0, &got));
}

/* Even with the right signature there is only one form. */
static void test_jwt_forms(void **state)
{
    (void)state;
    static const char right[] = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}";
    struct jwt_claims got;
    const char *payload = jwt_payload(jwt_sign(arena, &test_keys, &test_claims)).p;
    assert_true(jwt_verify(&test_keys, jwt_of(right, payload), 0, &got));

    static const char *const headers[] = {
        "{\"alg\":\"none\",\"typ\":\"at+jwt\"}", "{\"alg\":\"HS512\",\"typ\":\"at+jwt\"}", "{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"alg\":\"HS256\"}", "{\"typ\":\"at+jwt\",\"alg\":\"HS256\"}", "{}", "",
        "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"crit\":[]}", "{\"alg\":\"HS256\",\"alg\":\"none\",\"typ\":\"at+jwt\"}",
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        assert_false(jwt_verify(&test_keys, jwt_of(headers[i], payload), 0, &got));

    static const char *const edits[][2] = {
        { "\"aud\":\"takenseat\"", "\"aud\":\"other\"" }, { "\"roles\":[\"CUSTOMER\",", "\"roles\":[\"OWNER\"," },
        { "\"roles\":[\"CUSTOMER\",\"STAFF\",", "\"roles\":[\"STAFF\",\"CUSTOMER\"," }, { "\"CUSTOMER\",", "\"CUSTOMER\",\"CUSTOMER\"," },
        { "\"exp\":1700000900.000,", "\"exp\":1700000900.000,\"exp\":1900000000.000," }, { "\"exp\":1700000900.000,", "" },
        { "\"exp\":1700000900.000", "\"exp\":\"1700000900.000\"" }, { "\"exp\":1700000900.000", "\"exp\":1700000900" },
        { "{\"sub\"", " {\"sub\"" }, { "takenseat\"}", "takenseat\"} " }, { "takenseat\"}", "takenseat\",\"x\":1}" },
    };
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        const char *at = strstr(payload, edits[i][0]);
        assert_non_null(at);
        struct str edited = arena_fmt(arena, "%.*s%s%s", (int)(at - payload), payload, edits[i][1], at + strlen(edits[i][0]));
        assert_false(jwt_verify(&test_keys, jwt_of(right, edited.p), 0, &got));
    }

    struct str padded = jwt_of(right, payload);
    padded = arena_fmt(arena, "%.*s=", STR_ARG(padded));
    assert_false(jwt_verify(&test_keys, padded, 0, &got));
    char *huge = arena_take(arena, 100001);
    memset(huge, 'x', 100000);
    assert_false(jwt_verify(&test_keys, jwt_of(right, huge), 0, &got));
}

/* ---- keys ---- */

static const char *make_dir(void)
{
    char *dir = (char *)arena_str(arena, S("/tmp/takenseat-keys-XXXXXX")).p;
    assert_non_null(mkdtemp(dir));
    return dir;
}

static void remove_dir(const char *dir)
{
    unlink(arena_fmt(arena, "%s/secret", dir).p);
    assert_int_equal(rmdir(dir), 0);        /* nothing else was left in it */
}

static void write_secret(const char *dir, size_t n, mode_t mode)
{
    const char *path = arena_fmt(arena, "%s/secret", dir).p;
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        fputc('s', f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_keys_made(void **state)
{
    (void)state;
    struct keys first, again;
    struct str why;
    const char *dir = make_dir();
    assert_true(keys_load(arena, dir, &first, &why));
    assert_true(keys_load(arena, dir, &again, &why));
    assert_memory_equal(&first, &again, sizeof(first));

    struct stat st;
    assert_int_equal(stat(arena_fmt(arena, "%s/secret", dir).p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 32);

    assert_memory_not_equal(first.token, first.place, 32);
    assert_memory_not_equal(first.token, first.webhook, 32);
    assert_memory_not_equal(first.place, first.webhook, 32);
    assert_memory_not_equal(first.ids.secret, first.token, 16);
    assert_int_equal(strlen(first.ticket_kid), 8);
    assert_int_equal(strspn(first.ticket_kid, "0123456789abcdef"), 8);
    uint8_t signature[64];
    sign(first.ticket_secret, S("ticket"), signature);
    assert_true(signature_valid(first.ticket_public, S("ticket"), signature));
    remove_dir(dir);

    /* The folder itself is made, too. */
    const char *outer = make_dir(), *inner = arena_fmt(arena, "%s/data", outer).p;
    assert_true(keys_load(arena, inner, &again, &why));
    assert_memory_not_equal(first.token, again.token, 32);
    assert_int_equal(stat(inner, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    remove_dir(inner);
    assert_int_equal(rmdir(outer), 0);
}

/* From one secret always come the same keys: they name what is in databases and in tickets. */
static void test_keys_fixed(void **state)
{
    (void)state;
    struct keys k;
    struct str why;
    const char *dir = make_dir();
    write_secret(dir, 32, 0600);
    assert_true(keys_load(arena, dir, &k, &why));
    assert_string_equal(k.ticket_kid, "d092af43");
    char id[ID_TEXT + 1] = "";
    id_encode(&k.ids, ID_BOOKING, 1, id);
    assert_string_equal(id, "11wqvxnhd9eaj");
    remove_dir(dir);
}

static void test_keys_refused(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        mode_t mode;
        const char *why;
    } cases[] = {
        { 31, 0600, "must be a file of exactly 32 bytes" },
        { 33, 0600, "must be a file of exactly 32 bytes" },
        { 0, 0600, "must be a file of exactly 32 bytes" },
        { 32, 0640, "others may read it (mode 640); allowed is 0600" },
        { 32, 0604, "others may read it (mode 604); allowed is 0600" },
    };
    struct keys k;
    struct str why;
    const char *dir = make_dir();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_secret(dir, cases[i].n, cases[i].mode);
        assert_false(keys_load(arena, dir, &k, &why));
        assert_text(why, arena_fmt(arena, "%s/secret: %s", dir, cases[i].why).p);
    }
    const char *path = arena_fmt(arena, "%s/secret", dir).p;
    unlink(path);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_false(keys_load(arena, dir, &k, &why));
    assert_true(str_starts(why, arena_fmt(arena, "%s: cannot be opened: ", path)));
    remove_dir(dir);
    assert_false(keys_load(arena, "/proc/self/no/such", &k, &why));
    assert_true(str_starts(why, S("/proc/self/no/such: cannot be made: ")));
}

/* Programs that start at once agree on one secret. */
static void test_keys_race(void **state)
{
    (void)state;
    enum { N = 8 };
    const char *dir = make_dir();
    int go[2], out[2];
    assert_int_equal(pipe(go) | pipe(out), 0);
    for (int i = 0; i < N; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct keys k = { 0 };
            struct str why;
            char c;
            close(go[1]);
            ssize_t n = read(go[0], &c, 1);         /* until the parent closes its end */
            bool ok = n == 0 && keys_load(arena, dir, &k, &why) && write(out[1], k.token, 32) == 32;
            _exit(ok ? 0 : 1);
        }
    }
    close(go[0]);
    close(go[1]);
    uint8_t first[32], token[32];
    for (int i = 0; i < N; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(out[0], i ? token : first, 32), 32);
        if (i)
            assert_memory_equal(token, first, 32);
    }
    close(out[0]);
    close(out[1]);
    remove_dir(dir);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void test_secret(void **state)
{
    (void)state;
    uint8_t key[32] = { 1 }, other[32] = { 2 };
    struct str plain = S("twenty secret bytes."), opened;
    struct str sealed = secret_seal(arena, key, S("totp"), plain), again = secret_seal(arena, key, S("totp"), plain);
    assert_int_equal(sealed.n, plain.n + 40);
    assert_false(str_eq(sealed, again));
    assert_true(secret_open(arena, key, S("totp"), sealed, &opened));
    assert_text(opened, "twenty secret bytes.");
    assert_false(secret_open(arena, other, S("totp"), sealed, &opened));
    assert_false(secret_open(arena, key, S("mail"), sealed, &opened));
    for (size_t n = 0; n < sealed.n; n++)
        assert_false(secret_open(arena, key, S("totp"), str_of(sealed.p, n), &opened));
    char *bent = (char *)arena_str(arena, sealed).p;
    for (size_t i = 0; i < sealed.n; i++) {
        bent[i] ^= 1;
        assert_false(secret_open(arena, key, S("totp"), str_of(bent, sealed.n), &opened));
        bent[i] ^= 1;
    }
    assert_true(secret_open(arena, key, S("totp"), secret_seal(arena, key, S("totp"), (struct str){ 0 }), &opened));
    assert_int_equal(opened.n, 0);
}

static void test_jwt_enrol(void **state)
{
    (void)state;
    struct jwt_claims limited = test_claims, got;
    limited.enrol = true;
    assert_true(jwt_verify(&test_keys, jwt_sign(arena, &test_keys, &limited), 1700000000123, &got));
    assert_true(got.enrol);
    assert_int_equal(got.roles, test_claims.roles);
    assert_true(jwt_verify(&test_keys, jwt_sign(arena, &test_keys, &test_claims), 1700000000123, &got));
    assert_false(got.enrol);
}

/* ---- messages in order ---- */

static void test_messages(void **state)
{
    (void)state;
    uint8_t key[32] = { 1 }, other[32] = { 2 }, sealed[5 + 16], opened[5];
    message_seal(key, 7, S("hello"), sealed);
    struct str all = str_of((const char *)sealed, sizeof(sealed));
    assert_true(message_open(key, 7, all, opened));
    assert_memory_equal(opened, "hello", 5);
    assert_false(message_open(key, 8, all, opened));         /* another one's number */
    assert_false(message_open(other, 7, all, opened));
    assert_false(message_open(key, 7, str_of(all.p, all.n - 1), opened));
    for (size_t i = 0; i < sizeof(sealed); i++) {
        sealed[i] ^= 0x10;
        assert_false(message_open(key, 7, all, opened));
        sealed[i] ^= 0x10;
    }
    assert_true(message_open(key, 7, all, sealed));          /* where it stands */
    assert_memory_equal(sealed, "hello", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_hmac), CASE(test_digest), CASE(test_chacha20), CASE(test_hex), CASE(test_ed25519), CASE(test_equal), CASE(test_random),
        CASE(test_base64url), CASE(test_password), CASE(test_token), CASE(test_jwt), CASE(test_jwt_time), CASE(test_jwt_tampered), CASE(test_jwt_forms),
        CASE(test_keys_made), CASE(test_keys_fixed), CASE(test_keys_refused), CASE(test_keys_race), CASE(test_secret), CASE(test_jwt_enrol),
        CASE(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
