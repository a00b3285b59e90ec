/* The way to the mail server: libcurl, one connection for a round of mails. */
#include "smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"

struct smtp {
    CURL *curl;
    bool (*stop)(void *arg);
    void *arg;
    struct str rest;          /* of the message, not yet read by curl */
    char why[CURL_ERROR_SIZE];
    char said[200];           /* the server's last refusal; it says good-bye behind it */
};

static size_t read_message(char *out, size_t size, size_t count, void *self)
{
    struct smtp *c = self;
    size_t n = size * count < c->rest.n ? size * count : c->rest.n;
    if (n)
        memcpy(out, c->rest.p, n);
    c->rest = str_of(c->rest.p + n, c->rest.n - n);
    return n;
}

static size_t hear_line(char *line, size_t size, size_t count, void *self)
{
    struct smtp *c = self;
    struct str rest = str_of(line, size * count), told = str_cut(&rest, '\r');
    if (told.n && (told.p[0] == '4' || told.p[0] == '5'))
        snprintf(c->said, sizeof(c->said), "%.*s", STR_ARG(told));
    return size * count;
}

/* The program ends: a mail under way stays in the queue. */
static int look_up(void *self, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    struct smtp *c = self;
    (void)total;
    (void)now;
    (void)up_total;
    (void)up_now;
    return c->stop(c->arg);
}

#define SET(option, value)                                              \
    do {                                                                \
        CURLcode set_ = curl_easy_setopt(c->curl, option, value);       \
        ASSERT(set_ == CURLE_OK);                                       \
    } while (0)

struct smtp *smtp_open(const struct smtp_server *server, bool (*stop)(void *arg), void *arg)
{
    static const long tls[] = { [SMTP_TLS_NEVER] = CURLUSESSL_NONE, [SMTP_TLS_OFFERED] = CURLUSESSL_TRY, [SMTP_TLS_REQUIRED] = CURLUSESSL_ALL };
    struct smtp *c = calloc(1, sizeof(*c));
    ASSERT(c != NULL);
    c->curl = curl_easy_init();
    ASSERT(c->curl != NULL);
    c->stop = stop;
    c->arg = arg;
    SET(CURLOPT_URL, server->url);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_USE_SSL, tls[server->tls]);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (server->ca_file)
        SET(CURLOPT_CAINFO, server->ca_file);
    if (server->user) {
        SET(CURLOPT_USERNAME, server->user);
        SET(CURLOPT_PASSWORD, server->password ? server->password : "");
    }
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)server->timeout_s);
    SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)server->timeout_s);
    SET(CURLOPT_TIMEOUT, 3L * server->timeout_s);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, read_message);
    SET(CURLOPT_READDATA, c);
    SET(CURLOPT_HEADERFUNCTION, hear_line);
    SET(CURLOPT_HEADERDATA, c);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, look_up);
    SET(CURLOPT_XFERINFODATA, c);
    SET(CURLOPT_ERRORBUFFER, c->why);
    return c;
}

void smtp_close(struct smtp *c)
{
    curl_easy_cleanup(c->curl);
    free(c);
}

/* Who did not take it: the server, for this mail or for all; or nobody was reached. */
static enum mail_outcome outcome_of(CURLcode code, long answer)
{
    switch (code) {
    case CURLE_OK: return OUTCOME_SENT;
    case CURLE_SEND_ERROR:                           /* MAIL or RCPT were answered with something else than 2xx */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_RECV_ERROR:
        return answer == 421 || answer < 400 ? OUTCOME_DOWN : answer >= 500 ? OUTCOME_REFUSED : OUTCOME_LATER;
    default: return OUTCOME_DOWN;
    }
}

enum mail_outcome smtp_send(struct smtp *c, struct arena *arena, struct str from, struct str to, struct str message, struct str *ret_why)
{
    long answer = 0;
    struct str sender = arena_fmt(arena, "<%.*s>", STR_ARG(from)), recipient = arena_fmt(arena, "<%.*s>", STR_ARG(to));
    struct curl_slist *recipients = curl_slist_append(NULL, recipient.p);
    ASSERT(recipients != NULL);
    c->rest = message;
    c->why[0] = c->said[0] = 0;
    SET(CURLOPT_MAIL_FROM, sender.p);
    SET(CURLOPT_MAIL_RCPT, recipients);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.n);

    CURLcode code = curl_easy_perform(c->curl);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &answer);
    SET(CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);

    enum mail_outcome outcome = outcome_of(code, answer);
    if (outcome != OUTCOME_SENT)
        *ret_why = arena_fmt(arena, "%ld %s%s%s", answer, c->why[0] ? c->why : curl_easy_strerror(code), c->said[0] ? ": " : "", c->said);
    return outcome;
}
