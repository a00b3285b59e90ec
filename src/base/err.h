/* Error kinds: the ways a call can end. What went wrong in particular is a word owned by the service, set with fail() (ctx.h). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/* name, HTTP status, may the caller try again?, word, title in English and Korean */
#define ERR_KINDS(X)                                                                                   \
    X(OK,              200, false, "ok",              "OK",                    "정상")                  \
    X(ERR_INPUT,       400, false, "invalid",         "Invalid request",       "잘못된 요청")           \
    X(ERR_WHO,         401, false, "unauthenticated", "Sign-in required",      "로그인이 필요합니다")   \
    X(ERR_DENIED,      403, false, "forbidden",       "Not allowed",           "권한이 없습니다")       \
    X(ERR_MISSING,     404, false, "not_found",       "Not found",             "찾을 수 없습니다")      \
    X(ERR_METHOD,      405, false, "method_not_allowed", "Method not allowed", "지원하지 않는 메서드입니다") \
    X(ERR_CONFLICT,    409, false, "conflict",        "Conflict",              "요청이 충돌했습니다")   \
    X(ERR_TOO_LARGE,   413, false, "too_large",       "Request too large",     "요청이 너무 큽니다")    \
    X(ERR_MISMATCH,    422, false, "idempotency_mismatch", "Idempotency key reused", "멱등 키가 다른 요청에 쓰였습니다") \
    X(ERR_LIMIT,       429, true,  "too_many",        "Too many requests",     "요청이 너무 많습니다")  \
    X(ERR_INTERNAL,    500, false, "internal",        "Internal error",        "내부 오류")             \
    X(ERR_UPSTREAM,    502, true,  "bad_gateway",     "The server behind did not answer", "뒤쪽 서버가 응답하지 않았습니다") \
    X(ERR_LATE,        504, true,  "gateway_timeout", "The server behind took too long", "뒤쪽 서버의 응답이 너무 늦습니다") \
    X(ERR_UNAVAILABLE, 503, true,  "unavailable",     "Try again shortly",     "잠시 후 다시 시도해 주세요")

typedef enum err {
#define X(name, status, again, word, en, ko) name,
    ERR_KINDS(X)
#undef X
    ERR_COUNT
} err;

#define MUST_USE __attribute__((warn_unused_result))

struct err_kind {
    int status;               /* HTTP */
    bool may_retry;
    const char *word;         /* default `code` of the problem document */
    const char *title[2];     /* by enum lang */
};

/* The row of a kind; never NULL. */
const struct err_kind *err_kind(err e);

#endif
