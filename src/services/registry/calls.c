/* Eureka's routes: each takes what was asked, asks the registry, and writes the answer in the form that was wanted. */
#include "registry_int.h"

#define NODES_MAX  1000       /* of one instance */
#define ANSWER_MAX ((size_t)256 << 20)

/* ---- who may, and in which form ---- */

/* Also: has it anything to say yet? Peers are told whatever there is, or two that start together would wait for each other. */
static err admit_reader(struct ctx *cx, struct registry *r, const struct asking *in)
{
    err e = registry_admit(cx, r, in);
    if (e)
        return e;
    pthread_mutex_lock(&r->lock);
    bool serving = r->serving || in->replication.n;
    pthread_mutex_unlock(&r->lock);
    if (serving)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "copying", "The registry is still asking its peers what they know.", "레지스트리가 다른 레지스트리의 정보를 가져오는 중입니다.");
}

static bool from_peer(const struct asking *in)
{
    return str_eq_nocase(in->replication, S("true"));
}

static bool mentions(struct str text, struct str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_eq_nocase(str_of(text.p + i, word.n), word))
            return true;
    return false;
}

/* Clients that want XML often say nothing. */
static enum format format_wanted(const struct asking *in)
{
    return mentions(in->accept, S("json")) ? FORMAT_JSON : FORMAT_XML;
}

/* ---- answers ---- */

static void answer_empty(void *out)
{
    *(struct raw_out *)out = (struct raw_out){ .status = 200, .body = S("") };
}

static struct str type_of(enum format format)
{
    return format == FORMAT_JSON ? S("application/json") : S("application/xml");
}

static void answer(struct ctx *cx, void *out, int status, const struct pen *p)
{
    *(struct raw_out *)out = (struct raw_out){ .status = status, .content_type = type_of(p->format), .body = arena_str(cx->arena, buf_view(p->out)) };
    buf_free(p->out);
}

static void answer_instance(struct ctx *cx, const struct asking *in, void *out, int status, const struct lease *l)
{
    struct buf text;
    struct pen pen = { &text, format_wanted(in) };
    buf_init(&text, ANSWER_MAX);
    pen_document(&pen);
    pen_begin(&pen, "instance");
    instance_write(&pen, &l->it);
    pen_end(&pen, "instance");
    pen_document_end(&pen);
    answer(cx, out, status, &pen);
}

static err nothing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "Nothing of this name is registered.", "이 이름으로 등록된 것이 없습니다.");
}

/* ---- reading ---- */

static err answer_document(struct ctx *cx, struct registry *r, const struct asking *in, void *out, enum document_kind kind)
{
    err e = admit_reader(cx, r, in);
    if (e)
        return e;
    enum format format = format_wanted(in);
    pthread_mutex_lock(&r->lock);
    struct document *d = document_take(cx, r, kind, format);
    pthread_mutex_unlock(&r->lock);
    *(struct raw_out *)out = (struct raw_out){ .content_type = type_of(format), .body = d->text, .release = document_give, .held = d };
    return OK;
}

static err apps(struct ctx *cx, void *self, const void *in, void *out)
{
    return answer_document(cx, self, in, out, DOCUMENT_ALL);
}

static err delta(struct ctx *cx, void *self, const void *in, void *out)
{
    return answer_document(cx, self, in, out, DOCUMENT_DELTA);
}

static err app(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct registry *r = self;
    const struct asking *in = in_;
    struct buf text;
    struct pen pen = { &text, format_wanted(in) };
    err e = admit_reader(cx, r, in);
    if (e)
        return e;
    buf_init(&text, ANSWER_MAX);
    pthread_mutex_lock(&r->lock);
    const struct application *a = r->apps;
    while (a && !str_eq_nocase(str_c(a->name), in->app))
        a = a->next;
    pen_document(&pen);
    if (a)
        application_write(&pen, a);
    pen_document_end(&pen);
    pthread_mutex_unlock(&r->lock);
    bool found = a != NULL;
    answer(cx, out, 200, &pen);
    return found ? OK : nothing(cx);
}

static err instance(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct registry *r = self;
    const struct asking *in = in_;
    err e = admit_reader(cx, r, in);
    if (e)
        return e;
    pthread_mutex_lock(&r->lock);
    const struct lease *l = in->app.n ? lease_find(r, in->app, in->id) : NULL;
    for (const struct application *a = in->app.n ? NULL : r->apps; a && !l; a = a->next)
        l = lease_find(r, str_c(a->name), in->id);
    if (l)
        answer_instance(cx, in, out, 200, l);
    pthread_mutex_unlock(&r->lock);
    return l ? OK : nothing(cx);
}

/* An instance may have several such names, with commas between. */
static bool lists(struct str names, struct str wanted)
{
    while (names.n)
        if (str_eq_nocase(str_trim(str_cut(&names, ',')), wanted))
            return true;
    return false;
}

static bool is_vip(const struct lease *l, const void *of)
{
    return lists(l->it.text[TEXT_VIP], *(const struct str *)of);
}

static bool is_svip(const struct lease *l, const void *of)
{
    return lists(l->it.text[TEXT_SVIP], *(const struct str *)of);
}

static err matching(struct ctx *cx, struct registry *r, const struct asking *in, void *out, bool (*match)(const struct lease *l, const void *of))
{
    struct buf text;
    struct pen pen = { &text, format_wanted(in) };
    err e = admit_reader(cx, r, in);
    if (e)
        return e;
    buf_init(&text, ANSWER_MAX);
    pthread_mutex_lock(&r->lock);
    pen_document(&pen);
    size_t n = applications_write(&pen, cx->arena, r, match, &in->vip);
    pen_document_end(&pen);
    pthread_mutex_unlock(&r->lock);
    answer(cx, out, 200, &pen);
    return n ? OK : nothing(cx);
}

static err vip(struct ctx *cx, void *self, const void *in, void *out)
{
    return matching(cx, self, in, out, is_vip);
}

static err svip(struct ctx *cx, void *self, const void *in, void *out)
{
    return matching(cx, self, in, out, is_svip);
}

/* ---- changing ---- */

static err read_registration(struct ctx *cx, const struct asking *in, struct instance *ret)
{
    bool json = mentions(in->content_type, S("json"));
    struct node *root;
    if (!json && !mentions(in->content_type, S("xml")))
        return fail_field(cx, S("Content-Type"), "must be application/json or application/xml", "application/json 또는 application/xml이어야 합니다");
    err e = tree_read(cx, json ? FORMAT_JSON : FORMAT_XML, in->sent.raw.body, NODES_MAX, &root);
    if (!e)
        e = instance_read(cx, node_child(root, "instance"), ret);
    if (!e && !str_eq_nocase(ret->text[TEXT_APP], in->app))
        e = fail_field(cx, S("app"), "must be the one of the address", "주소의 애플리케이션과 같아야 합니다");
    return e;
}

static err enter(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct registry *r = self;
    const struct asking *in = in_;
    struct instance one = { .port = { .enabled = false } };
    (void)out;
    err e = registry_admit(cx, r, in);
    if (!e)
        e = read_registration(cx, in, &one);
    if (e)
        return e;
    pthread_mutex_lock(&r->lock);
    e = lease_register(cx, r, &one, from_peer(in));
    pthread_mutex_unlock(&r->lock);
    return e;
}

static struct told told_by(const struct asking *in)
{
    return (struct told){ .replicated = from_peer(in), .has_dirty = in->has_dirty, .dirty_at = in->dirty_at, .status = STATUS_UNKNOWN };
}

static err changed(struct ctx *cx, struct registry *r, const struct asking *in, void *out,
                   err (*change)(struct ctx *cx, struct registry *r, const struct asking *in, void *out))
{
    err e = registry_admit(cx, r, in);
    if (e)
        return e;
    answer_empty(out);
    pthread_mutex_lock(&r->lock);
    e = change(cx, r, in, out);
    pthread_mutex_unlock(&r->lock);
    return e;
}

static err renew(struct ctx *cx, struct registry *r, const struct asking *in, void *out)
{
    struct told t = told_by(in);
    struct lease *newer;
    err e = lease_renew(cx, r, in->app, in->id, &t, &newer);
    if (!e && newer)
        answer_instance(cx, in, out, 409, newer);
    return e;
}

static err cancel(struct ctx *cx, struct registry *r, const struct asking *in, void *out)
{
    (void)out;
    return lease_cancel(cx, r, in->app, in->id, from_peer(in));
}

/* Without a value the status of an ended choice is unknown until the instance tells its own. */
static err told_status(struct ctx *cx, const struct asking *in, struct told *ret)
{
    *ret = told_by(in);
    if (!in->value.n || status_parse(in->value, &ret->status))
        return OK;
    return fail_field(cx, S("value"), "must be UP, DOWN, STARTING, OUT_OF_SERVICE or UNKNOWN", "UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN 중 하나여야 합니다");
}

static err override(struct ctx *cx, struct registry *r, const struct asking *in, void *out)
{
    struct told t;
    (void)out;
    err e = told_status(cx, in, &t);
    return e ? e : lease_override(cx, r, in->app, in->id, &t);
}

static err override_end(struct ctx *cx, struct registry *r, const struct asking *in, void *out)
{
    struct told t;
    (void)out;
    err e = told_status(cx, in, &t);
    return e ? e : lease_override_end(cx, r, in->app, in->id, &t);
}

static err describe(struct ctx *cx, struct registry *r, const struct asking *in, void *out)
{
    (void)out;
    return lease_metadata(cx, r, in->app, in->id, in->sent.query, from_peer(in));
}

static err heartbeat(struct ctx *cx, void *self, const void *in, void *out) { return changed(cx, self, in, out, renew); }
static err leave(struct ctx *cx, void *self, const void *in, void *out) { return changed(cx, self, in, out, cancel); }
static err status_choose(struct ctx *cx, void *self, const void *in, void *out) { return changed(cx, self, in, out, override); }
static err status_leave(struct ctx *cx, void *self, const void *in, void *out) { return changed(cx, self, in, out, override_end); }
static err metadata(struct ctx *cx, void *self, const void *in, void *out) { return changed(cx, self, in, out, describe); }

/* ---- tables ---- */

#define FORM { .name = "Accept", HEADER, AT(accept) }
#define PEER { .name = "x-netflix-discovery-replication", HEADER, AT(replication), .help = "true: said by a peer, who has told the others" }
#define APP  { .name = "app", .from = FROM_PATH, WORD, AT(app), .help = "in any case" }
#define ID   { .name = "id", .from = FROM_PATH, WORD, AT(id) }
#define VIP  { .name = "vip", .from = FROM_PATH, WORD, AT(vip) }
#define DIRTY                                                                                                                   \
    { .name = "lastDirtyTimestamp", QUERY, .type = F_INT, .high = INT64_MAX, AT(dirty_at), .has_at = offsetof(struct asking, has_dirty), \
      .help = "of what the instance says of itself, in ms" }
#define REGIONS { .name = "regions", QUERY, .type = F_STR, .high = 1000, AT(regions), .help = "all is one region here" }

FIELDS(apps_fields, "RegistryApps", struct asking, WHO, FORM, PEER, REGIONS);
FIELDS(app_fields, "RegistryApp", struct asking, WHO, FORM, PEER, APP);
FIELDS(one_fields, "RegistryInstance", struct asking, WHO, FORM, PEER, APP, ID);
FIELDS(id_fields, "RegistryId", struct asking, WHO, FORM, PEER, ID);
FIELDS(vip_fields, "RegistryVip", struct asking, WHO, FORM, PEER, VIP);
FIELDS(enter_fields, "RegistryEntry", struct asking, WHO, PEER, APP, { .name = "Content-Type", HEADER, AT(content_type) });
FIELDS(heartbeat_fields, "RegistryHeartbeat", struct asking, WHO, FORM, PEER, APP, ID, DIRTY,
    { .name = "status", QUERY, .type = F_STR, .high = 100, AT(status) }, { .name = "overriddenstatus", QUERY, .type = F_STR, .high = 100, AT(overridden) });
FIELDS(status_fields, "RegistryStatus", struct asking, WHO, PEER, APP, ID, DIRTY,
    { .name = "value", QUERY, .type = F_STR, .high = 100, AT(value), .help = "UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN" });

static const struct call apps_call = { "registry.apps", "All that is registered.", CALL_MEMORY, &apps_fields, NULL, apps };
static const struct call delta_call = { "registry.delta", "What has changed in the last minutes.", CALL_MEMORY, &apps_fields, NULL, delta };
static const struct call app_call = { "registry.app", "One application.", CALL_MEMORY, &app_fields, NULL, app };
static const struct call one_call = { "registry.instance", "One instance.", CALL_MEMORY, &one_fields, NULL, instance };
static const struct call id_call = { "registry.instance_by_id", "One instance, of whatever application.", CALL_MEMORY, &id_fields, NULL, instance };
static const struct call vip_call = { "registry.vip", "Instances by virtual address.", CALL_MEMORY, &vip_fields, NULL, vip };
static const struct call svip_call = { "registry.svip", "Instances by secure virtual address.", CALL_MEMORY, &vip_fields, NULL, svip };
static const struct call enter_call = { "registry.register", "An instance is here, or has changed.", CALL_MEMORY, &enter_fields, NULL, enter };
static const struct call heartbeat_call = { "registry.heartbeat", "It is still here; 404: it has to register again.", CALL_MEMORY, &heartbeat_fields, NULL,
                                            heartbeat };
static const struct call leave_call = { "registry.cancel", "It leaves.", CALL_MEMORY, &one_fields, NULL, leave };
static const struct call status_call = { "registry.status", "Staff chooses its status.", CALL_MEMORY, &status_fields, NULL, status_choose };
static const struct call status_end_call = { "registry.status_end", "Its status is its own again.", CALL_MEMORY, &status_fields, NULL, status_leave };
static const struct call metadata_call = { "registry.metadata", "Adds to what it says of itself.", CALL_MEMORY, &one_fields, NULL, metadata };

#define EUREKA "/eureka"
#define ONE    EUREKA "/apps/{app}/{id}"

const struct route registry_routes[] = {
    { .method = "GET", .path = EUREKA "/apps", .call = &apps_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "GET", .path = EUREKA "/apps/delta", .call = &delta_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "GET", .path = EUREKA "/apps/{app}", .call = &app_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "POST", .path = EUREKA "/apps/{app}", .call = &enter_call, .flags = BASIC_AUTH | RAW_BODY | XML_TOO, .status = 204, .body_max = 64 << 10 },
    { .method = "GET", .path = ONE, .call = &one_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "PUT", .path = ONE, .call = &heartbeat_call, .flags = BASIC_AUTH, .status = 200 },
    { .method = "DELETE", .path = ONE, .call = &leave_call, .flags = BASIC_AUTH, .status = 200 },
    { .method = "PUT", .path = ONE "/status", .call = &status_call, .flags = BASIC_AUTH, .status = 200 },
    { .method = "DELETE", .path = ONE "/status", .call = &status_end_call, .flags = BASIC_AUTH, .status = 200 },
    { .method = "PUT", .path = ONE "/metadata", .call = &metadata_call, .flags = BASIC_AUTH | RAW_BODY | ANY_QUERY, .status = 200, .body_max = 1 << 10 },
    { .method = "GET", .path = EUREKA "/instances/{id}", .call = &id_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "GET", .path = EUREKA "/vips/{vip}", .call = &vip_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "GET", .path = EUREKA "/svips/{vip}", .call = &svip_call, .flags = BASIC_AUTH | XML_TOO, .status = 200 },
    { .method = "POST", .path = EUREKA "/peerreplication/batch", .call = &registry_batch_call, .flags = BASIC_AUTH | RAW_BODY, .status = 200,
      .body_max = 8 << 20 },
    { .method = "GET", .path = "/registry", .call = &registry_page_call, .flags = BASIC_AUTH, .status = 200 },
    { 0 },
};

const struct raw_answer registry_raw_answers[] = {
    { .call = &registry_page_call, .content_type = "text/html" },
    { .call = &heartbeat_call }, { .call = &leave_call }, { .call = &status_call }, { .call = &status_end_call }, { .call = &metadata_call },
    { 0 },
};

/* Netflix's own clients say v2; many put a slash behind. */
const char *const registry_aliases[][2] = {
    { EUREKA "/v2", EUREKA },
    { EUREKA "/apps/", EUREKA "/apps" },
    { EUREKA "/apps/delta/", EUREKA "/apps/delta" },
    { EUREKA "/peerreplication/batch/", EUREKA "/peerreplication/batch" },
    { NULL, NULL },
};
