/* Passwords: which are refused as too easy, and the bounded use of Argon2id. */
#include "auth_int.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

/* Of the lists of leaked passwords, those people choose most among the ones of eight characters and more; lower case. */
static const char *const common[] = {
    "00000000", "01234567", "0123456789", "09876543", "0987654321", "10203040", "11111111", "1111111111", "11223344", "12121212", "12312312",
    "123123123", "12341234", "1234qwer", "12345678", "123456789", "1234567890", "12345qwert", "123456abc", "123qwe123", "123qweasd",
    "1q2w3e4r", "1q2w3e4r!", "1q2w3e4r5t", "1qaz2wsx", "1qaz2wsx3edc", "22222222", "55555555", "66666666", "77777777", "87654321", "88888888",
    "987654321", "9876543210", "99999999", "a1234567", "a12345678", "a123456789", "aa123456", "aaaaaaaa", "abc12345", "abcd1234", "abcdefgh",
    "access14", "admin123", "admin1234", "administrator", "alexander", "asdasdasd", "asdf1234", "asdfasdf", "asdfghjk", "asdfghjkl", "baseball",
    "basketball", "blink182", "butterfly", "changeme", "charlie1", "chocolate", "computer", "concert1", "corvette", "danielle", "dkssudgktpdy",
    "dragon123", "elizabeth", "facebook", "football", "football1", "hello123", "iloveyou", "iloveyou1", "internet", "jennifer",
    "jessica1", "jonathan", "letmein1", "letmein123", "liverpool", "lovelove", "manchester", "master123", "maverick", "michael1", "michelle",
    "midnight", "minecraft", "monkey123", "mustang1", "naver123", "nicholas", "p@ssw0rd", "pa55word", "passw0rd", "password", "password!",
    "password1", "password12", "password123", "password1234", "pokemon1", "princess", "princess1", "q1w2e3r4", "q1w2e3r4t5", "qazwsxedc",
    "qkrwldud", "qlalfqjsgh", "qwaszx12", "qwe123456", "qwer1234", "qwer1234!", "qweqweqwe", "qwert123", "qwertyui", "qwerty12", "qwerty123",
    "qwerty1234", "qwertyuiop", "rkskekfk", "samantha", "samsung1", "sandman1", "secret123", "sunshine", "sunshine1", "superman", "superstar",
    "takenseat", "test1234", "tigger12", "trustno1", "victoria", "welcome1", "welcome123", "whatever", "william1", "xbox360a", "zaq12wsx",
    "zaq1zaq1", "zxcv1234", "zxcvbnm1", "zxcvbnm123",
};

err password_check(struct ctx *cx, const char *field, struct str email, struct str password)
{
    size_t length = str_utf8_length(password);
    if (!str_utf8(password) || length < PASSWORD_MIN || length > PASSWORD_MAX)
        return fail_field(cx, str_c(field), "must have %d to %d characters", "%d자 이상 %d자 이하여야 합니다", PASSWORD_MIN, PASSWORD_MAX);
    if (str_eq_nocase(password, email))
        return fail_field(cx, str_c(field), "must differ from the e-mail address", "이메일 주소와 달라야 합니다");
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        if (str_eq_nocase(password, str_c(common[i])))
            return fail_field(cx, str_c(field), "is one of the most common passwords", "너무 흔한 비밀번호입니다");
    return OK;
}

void hasher_open(struct hasher *h, struct arena *arena, int at_once, int queue, struct password_cost cost)
{
    uint8_t nobody[16];
    crypto_random(nobody, sizeof(nobody));
    struct str dummy = password_hash(arena, base64url(arena, str_of((const char *)nobody, sizeof(nobody))), cost);
    ASSERT(dummy.n < sizeof(h->dummy));
    memcpy(h->dummy, dummy.p, dummy.n);

    h->running_max = at_once;
    h->waiting_max = queue;
    h->cost = cost;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->turn, NULL);
}

void hasher_close(struct hasher *h)
{
    pthread_cond_destroy(&h->turn);
    pthread_mutex_destroy(&h->lock);
}

static err turn_wait(struct ctx *cx, struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    if (h->waiting >= h->waiting_max) {
        pthread_mutex_unlock(&h->lock);
        metric_add(&auth_hash_refused, 1);
        cx->problem.retry_after_s = 2;
        return fail(cx, ERR_UNAVAILABLE, NULL, "Too many people are signing in right now.", "지금 로그인하는 사람이 너무 많습니다.");
    }
    h->waiting++;
    while (h->running >= h->running_max)
        pthread_cond_wait(&h->turn, &h->lock);
    h->waiting--;
    h->running++;
    pthread_mutex_unlock(&h->lock);
    return OK;
}

static void turn_end(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    h->running--;
    pthread_cond_signal(&h->turn);
    pthread_mutex_unlock(&h->lock);
}

err hasher_hash(struct ctx *cx, struct hasher *h, struct str password, struct str *ret_hash)
{
    err e = turn_wait(cx, h);
    if (e)
        return e;
    *ret_hash = password_hash(cx->arena, password, h->cost);
    turn_end(h);
    return OK;
}

err hasher_matches(struct ctx *cx, struct hasher *h, struct str hash, struct str password, bool *ret)
{
    err e = turn_wait(cx, h);
    if (e)
        return e;
    bool same = password_matches(hash.n ? hash : str_c(h->dummy), password);
    turn_end(h);
    *ret = same && hash.n != 0;
    return OK;
}
