#include "platform/bus/kafka.h"

#include "base/host_port.h"
#include "platform/obs/log.h"

/* ---- settings ---- */

bool kafka_brokers(struct str url, struct str *ret)
{
    static const struct str scheme = { "kafka://", 8 };
    if (!str_starts(url, scheme))
        return false;
    struct str all = str_of(url.p + scheme.n, url.n - scheme.n), rest = all;
    struct host_port ignored;
    do
        if (!host_port_parse(str_cut(&rest, ','), 0, &ignored))
            return false;
    while (rest.p);
    *ret = all;
    return true;
}

static bool good_prefix(struct str prefix)
{
    for (size_t i = 0; i < prefix.n; i++) {
        char c = prefix.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
            return false;
    }
    return prefix.n <= 64;
}

/* name=value; name=value */
static bool set_options(const struct bus *b, struct arena *arena, rd_kafka_conf_t *conf, struct str *ret_why)
{
    struct str rest = b->options;
    while (rest.n) {
        char why[256];
        struct str value = str_trim(str_cut(&rest, ';')), name = str_trim(str_cut(&value, '='));
        if (name.n && rd_kafka_conf_set(conf, arena_str(arena, name).p, arena_str(arena, str_trim(value)).p, why, sizeof(why)) != RD_KAFKA_CONF_OK) {
            *ret_why = arena_fmt(arena, "bus.options: librdkafka does not take %.*s with this value", STR_ARG(name));
            return false;
        }
    }
    return true;
}

bool kafka_check(const struct bus *b, struct arena *arena, struct str *ret_why)
{
    if (!good_prefix(b->prefix)) {
        *ret_why = arena_fmt(arena, "bus.prefix: at most 64 letters, digits, '.', '_' and '-'");
        return false;
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool ok = set_options(b, arena, conf, ret_why);
    rd_kafka_conf_destroy(conf);
    return ok;
}

/* ---- clients ---- */

static void log_line(const rd_kafka_t *k, int level, const char *facility, const char *text)
{
    enum log_level ours = level <= 3 ? LOG_WARN : level <= 5 ? LOG_INFO : LOG_DEBUG;
    LOG(ours, "kafka", lf_s("client", str_c(rd_kafka_name(k))), lf_s("facility", str_c(facility)), lf_s("detail", str_c(text)));
}

rd_kafka_t *kafka_client(const struct bus *b, rd_kafka_type_t type, const struct kafka_option *ours, void *self,
                         void (*landed)(rd_kafka_t *k, const rd_kafka_message_t *m, void *self),
                         void (*trouble)(rd_kafka_t *k, int code, const char *why, void *self))
{
    char why[256];
    struct str told;
    struct arena *arena = arena_new(0);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool ok = set_options(b, arena, conf, &told) &&
              rd_kafka_conf_set(conf, "bootstrap.servers", arena_str(arena, b->brokers).p, why, sizeof(why)) == RD_KAFKA_CONF_OK;
    for (; ok && ours->name; ours++)
        ok = rd_kafka_conf_set(conf, ours->name, ours->value, why, sizeof(why)) == RD_KAFKA_CONF_OK;
    ASSERT(ok);                              /* kafka_check has seen theirs; ours are ours */
    rd_kafka_conf_set_log_cb(conf, log_line);
    rd_kafka_conf_set_opaque(conf, self);
    rd_kafka_conf_set_error_cb(conf, trouble);
    if (landed)
        rd_kafka_conf_set_dr_msg_cb(conf, landed);
    rd_kafka_t *k = rd_kafka_new(type, conf, why, sizeof(why));
    arena_free(arena);
    if (!k) {
        rd_kafka_conf_destroy(conf);
        LOG(LOG_ERROR, "no client for Kafka; see bus.options", lf_s("detail", str_c(why)));
    }
    return k;
}

struct str kafka_topic(struct arena *arena, const struct bus *b, const char *topic)
{
    struct event_kind kind = bus_kind(b, topic);
    return arena_fmt(arena, "%.*s%s", STR_ARG(b->prefix), kind.kafka ? kind.kafka : kind.topic);
}
