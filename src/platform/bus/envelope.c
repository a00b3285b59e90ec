/* Events as others see them: CloudEvents 1.0 in their structured JSON form. The id is the event's number in its source, so that whoever hears
 * it twice can tell; the version of the body is the end of its schema's name. */
#include "platform/bus/bus_impl.h"
#include "platform/obs/log.h"

#define SCHEMA "urn:takenseat:event:%s:%d"
#define ENVELOPE_MAX (16 << 20)

struct envelope {
    struct str specversion, id, source, type, subject, content_type, schema, data;
    int64_t time;
};

FIELDS(envelope_fields, "CloudEvent", struct envelope,
    { .name = "specversion", .type = F_STR, .at = offsetof(struct envelope, specversion) },
    { .name = "id", .type = F_STR, .at = offsetof(struct envelope, id), .high = 20 },
    { .name = "source", .type = F_STR, .at = offsetof(struct envelope, source) },
    { .name = "type", .type = F_STR, .at = offsetof(struct envelope, type) },
    { .name = "subject", .type = F_STR, .at = offsetof(struct envelope, subject) },
    { .name = "time", .type = F_TIME, .at = offsetof(struct envelope, time) },
    { .name = "datacontenttype", .type = F_STR, .at = offsetof(struct envelope, content_type) },
    { .name = "dataschema", .type = F_STR, .at = offsetof(struct envelope, schema) },
    { .name = "data", .type = F_RAW, .at = offsetof(struct envelope, data) });

struct str bus_key(struct ctx *cx, const struct bus *b, const struct said *s)
{
    char id[ID_TEXT];
    struct event_kind kind = bus_kind(b, arena_str(cx->arena, s->topic).p);
    id_encode(&b->app->keys.ids, kind.key, s->key, id);
    return arena_str(cx->arena, str_of(id, sizeof(id)));
}

struct str envelope_make(struct ctx *cx, const struct bus *b, const struct said *s)
{
    struct event_kind kind = bus_kind(b, arena_str(cx->arena, s->topic).p);
    struct buf out;
    buf_init(&out, ENVELOPE_MAX);
    fields_encode(&out, &envelope_fields, &b->app->keys.ids, &(struct envelope){
        .specversion = S("1.0"), .id = arena_fmt(cx->arena, "%lld", (long long)s->id), .source = b->source, .type = s->topic,
        .subject = bus_key(cx, b, s), .time = s->at, .content_type = S("application/json"),
        .schema = arena_fmt(cx->arena, SCHEMA, kind.topic, kind.version), .data = s->body,
    });
    ASSERT(!out.full);
    struct str message = arena_str(cx->arena, buf_view(&out));
    buf_free(&out);
    return message;
}

static err not_ours(struct ctx *cx, const char *code, const char *en, const char *ko)
{
    return fail(cx, ERR_INPUT, code, "%s", "%s", cx->lang == LANG_KO ? ko : en);
}

err envelope_read(struct ctx *cx, const struct bus *b, const char *topic, struct str message, struct said *ret)
{
    struct envelope in = { 0 };
    struct event_kind kind = bus_kind(b, topic);
    int64_t id;
    err e = fields_decode(cx, &envelope_fields, &b->app->keys.ids, message, &in);
    if (e || !str_eq(in.specversion, S("1.0")) || !str_to_int(in.id, &id) || id <= 0)
        return not_ours(cx, "envelope", "The message is no CloudEvent as this program writes them.", "이 프로그램이 쓰는 형식의 CloudEvent가 아닙니다.");
    if (!str_eq(in.source, b->source) || !str_eq(in.type, str_c(topic)))
        return not_ours(cx, "source", "The message is not from this installation, or about something else.", "이 시스템이 보낸 메시지가 아니거나 다른 주제의 메시지입니다.");
    if (!str_eq(in.schema, arena_fmt(cx->arena, SCHEMA, topic, kind.version)))
        return not_ours(cx, "schema", "The event is of a version that this program does not know.", "이 프로그램이 알지 못하는 버전의 이벤트입니다.");
    *ret = (struct said){ .id = id, .at = in.time, .topic = in.type, .body = in.data };
    return OK;
}
