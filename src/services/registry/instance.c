#include "instance.h"

#include "platform/http/http.h"

const char *const status_words[] = {
    [STATUS_UP] = "UP", [STATUS_DOWN] = "DOWN", [STATUS_STARTING] = "STARTING", [STATUS_OUT_OF_SERVICE] = "OUT_OF_SERVICE",
    [STATUS_UNKNOWN] = "UNKNOWN", [STATUS_COUNT] = NULL,
};

static const char *const action_words[] = { [ACTION_ADDED] = "ADDED", [ACTION_MODIFIED] = "MODIFIED", [ACTION_DELETED] = "DELETED" };

static const struct text_row {
    const char *name;
    size_t most;
    bool required;
} text_rows[TEXT_COUNT] = {
    [TEXT_ID] = { "instanceId", WORD_MAX, false },
    [TEXT_HOST] = { "hostName", WORD_MAX, true },
    [TEXT_APP] = { "app", WORD_MAX, true },
    [TEXT_GROUP] = { "appGroupName", WORD_MAX, false },
    [TEXT_IP] = { "ipAddr", 64, true },
    [TEXT_HOME] = { "homePageUrl", 1000, false },
    [TEXT_STATUS_PAGE] = { "statusPageUrl", 1000, false },
    [TEXT_HEALTH] = { "healthCheckUrl", 1000, false },
    [TEXT_SECURE_HEALTH] = { "secureHealthCheckUrl", 1000, false },
    [TEXT_VIP] = { "vipAddress", 1000, false },
    [TEXT_SVIP] = { "secureVipAddress", 1000, false },
    [TEXT_ASG] = { "asgName", WORD_MAX, false },
};

bool status_parse(struct str word, enum instance_status *ret)
{
    *ret = STATUS_UNKNOWN;
    for (int i = 0; i < STATUS_COUNT; i++)
        if (str_eq_nocase(word, str_c(status_words[i]))) {
            *ret = (enum instance_status)i;
            return true;
        }
    return false;
}

bool word_ok(struct str word)
{
    bool ok = word.n >= 1 && word.n <= WORD_MAX;
    for (size_t i = 0; i < word.n && ok; i++)
        ok = word.p[i] > 0x20 && word.p[i] < 0x7f && !strchr("/\\?#%\"<>", word.p[i]);
    return ok;
}

/* ---- reading ---- */

static int64_t number_of(const struct node *n, const char *name, int64_t otherwise)
{
    int64_t v;
    return str_to_int(node_text(n, name), &v) && v >= 0 ? v : otherwise;
}

static err missing(struct ctx *cx, const char *name)
{
    return fail_field(cx, str_c(name), "is missing", "필수 항목입니다");
}

static err read_texts(struct ctx *cx, const struct node *n, struct instance *ret)
{
    err result = OK;
    for (int i = 0; i < TEXT_COUNT; i++) {
        const struct text_row *row = &text_rows[i];
        ret->text[i] = node_text(n, row->name);
        if (row->required && !ret->text[i].n)
            result = missing(cx, row->name);
        if (ret->text[i].n > row->most)
            result = fail_field(cx, str_c(row->name), "must have at most %zu bytes", "%zu바이트를 넘을 수 없습니다", row->most);
    }
    return result;
}

static err too_many_pairs(struct ctx *cx, const char *name)
{
    return fail_field(cx, str_c(name), "must have at most %d entries of %d bytes in all, with names of 1 to %d bytes",
                      "항목은 최대 %d개, 모두 합해 %d바이트이며 이름은 1~%d바이트여야 합니다", PAIRS_MAX, PAIRS_BYTES_MAX, WORD_MAX);
}

/* Each member is a pair; "@class" is how Java writes an empty map. */
static err read_pairs(struct ctx *cx, const struct node *n, const char *name, struct pairs *ret)
{
    size_t bytes = 0;
    *ret = (struct pairs){ .at = NEW_ARRAY(cx->arena, struct pair, PAIRS_MAX) };
    for (const struct node *c = n ? n->first : NULL; c; c = c->next) {
        if (c->name.n && c->name.p[0] == '@')
            continue;
        struct pair pair = { c->name, node_value(c) };
        bytes += pair.name.n + pair.value.n;
        if (!pair.name.n || pair.name.n > WORD_MAX || ret->n == PAIRS_MAX || bytes > PAIRS_BYTES_MAX)
            return too_many_pairs(cx, name);
        ret->at[ret->n++] = pair;
    }
    return OK;
}

/* Only the data centres of others tell more than their name. */
static bool own_center(const struct instance *i)
{
    return str_eq(i->center, S("MyOwn"));
}

static err read_center(struct ctx *cx, const struct node *n, struct instance *ret)
{
    const struct node *center = node_child(n, "dataCenterInfo");
    struct str class = node_text(center, "@class");
    ret->center = node_text(center, "name");
    ret->center_class = class.n ? class : node_text(center, "class");
    if (!center)
        return missing(cx, "dataCenterInfo");
    if (!ret->center.n)
        return missing(cx, "dataCenterInfo.name");
    if (ret->center.n > 64 || ret->center_class.n > WORD_MAX)
        return fail_field(cx, S("dataCenterInfo"), "is too long", "너무 깁니다");
    return own_center(ret) ? OK : read_pairs(cx, node_child(center, "metadata"), "dataCenterInfo.metadata", &ret->center_metadata);
}

static err read_port(struct ctx *cx, const struct node *n, const char *name, struct port *ret)
{
    const struct node *port = node_child(n, name);
    if (!port)
        return OK;
    ret->enabled = !str_eq(node_text(port, "@enabled"), S("false"));
    if (!str_to_int(node_value(port), &ret->number) || ret->number < 0 || ret->number > 65535)
        return fail_field(cx, str_c(name), "must be a port, 0 to 65535", "0~65535의 포트여야 합니다");
    return OK;
}

static err read_lease(struct ctx *cx, const struct node *n, struct instance *ret)
{
    const struct node *lease = node_child(n, "leaseInfo");
    ret->renewal_s = number_of(lease, "renewalIntervalInSecs", 30);
    ret->lease_s = number_of(lease, "durationInSecs", 90);
    if (ret->renewal_s < 1 || ret->renewal_s > LEASE_S_MAX || ret->lease_s < 1 || ret->lease_s > LEASE_S_MAX)
        return fail_field(cx, S("leaseInfo"), "must have times of 1 to %d seconds", "1~%d초여야 합니다", LEASE_S_MAX);
    return OK;
}

/* The id is what is told, else what the data centre calls the machine, else its name: as the clients of Eureka expect. */
static struct str id_of(const struct instance *i)
{
    for (size_t k = 0; !i->text[TEXT_ID].n && k < i->center_metadata.n; k++)
        if (str_eq(i->center_metadata.at[k].name, S("instance-id")))
            return i->center_metadata.at[k].value;
    return i->text[TEXT_ID].n ? i->text[TEXT_ID] : i->text[TEXT_HOST];
}

static struct str in_capitals(struct arena *arena, struct str s)
{
    char *copy = arena_take(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        copy[i] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 'a' + 'A' : s.p[i]);
    return str_of(copy, s.n);
}

err instance_read(struct ctx *cx, const struct node *n, struct instance *ret)
{
    if (!n)
        return missing(cx, "instance");
    err e = read_texts(cx, n, ret), center = read_center(cx, n, ret), metadata = read_pairs(cx, node_child(n, "metadata"), "metadata", &ret->metadata);
    err port = read_port(cx, n, "port", &ret->port), secure = read_port(cx, n, "securePort", &ret->secure_port), lease = read_lease(cx, n, ret);
    if (e || center || metadata || port || secure || lease)
        return ERR_INPUT;
    ret->text[TEXT_ID] = id_of(ret);
    ret->text[TEXT_APP] = in_capitals(cx->arena, ret->text[TEXT_APP]);
    if (!word_ok(ret->text[TEXT_ID]))
        return fail_field(cx, S("instanceId"), "must be printable ASCII that needs no escape in a path", "경로에서 그대로 쓸 수 있는 ASCII 문자여야 합니다");
    if (!word_ok(ret->text[TEXT_APP]))
        return fail_field(cx, S("app"), "must be printable ASCII that needs no escape in a path", "경로에서 그대로 쓸 수 있는 ASCII 문자여야 합니다");
    struct str overridden = node_text(n, "overriddenstatus");
    status_parse(overridden.n ? overridden : node_text(n, "overriddenStatus"), &ret->overridden);
    if (!status_parse(node_text(n, "status"), &ret->status) && !node_child(n, "status"))
        ret->status = STATUS_UP;
    ret->country = number_of(n, "countryId", 1);
    ret->up_at = number_of(node_child(n, "leaseInfo"), "serviceUpTimestamp", 0);
    ret->dirty_at = number_of(n, "lastDirtyTimestamp", 0);
    return OK;
}

/* ---- keeping ---- */

static size_t pairs_bytes(const struct pairs *p)
{
    size_t bytes = p->n * sizeof(struct pair) + 64;
    for (size_t i = 0; i < p->n; i++)
        bytes += p->at[i].name.n + p->at[i].value.n + 64;
    return bytes;
}

static struct pairs pairs_copy(struct arena *arena, const struct pairs *from)
{
    struct pairs to = { NEW_ARRAY(arena, struct pair, from->n + 1), from->n };
    for (size_t i = 0; i < from->n; i++)
        to.at[i] = (struct pair){ arena_str(arena, from->at[i].name), arena_str(arena, from->at[i].value) };
    return to;
}

size_t instance_bytes(const struct instance *i)
{
    size_t bytes = pairs_bytes(&i->metadata) + pairs_bytes(&i->center_metadata) + i->center.n + i->center_class.n + 64;
    for (int k = 0; k < TEXT_COUNT; k++)
        bytes += i->text[k].n + 32;
    return bytes;
}

struct arena *instance_keep(const struct instance *from, struct instance *ret)
{
    struct arena *arena = arena_new(instance_bytes(from));
    struct instance to = *from;
    for (int i = 0; i < TEXT_COUNT; i++)
        to.text[i] = arena_str(arena, from->text[i]);
    to.center = arena_str(arena, from->center);
    to.center_class = arena_str(arena, from->center_class);
    to.metadata = pairs_copy(arena, &from->metadata);
    to.center_metadata = pairs_copy(arena, &from->center_metadata);
    *ret = to;
    return arena;
}

static struct pair *pair_find(const struct pairs *p, struct str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->at[i].name, name))
            return &p->at[i];
    return NULL;
}

err metadata_merge(struct ctx *cx, const struct pairs *old, struct str query, struct pairs *ret)
{
    struct pairs all = { NEW_ARRAY(cx->arena, struct pair, PAIRS_MAX), old->n };
    struct str rest = query;
    size_t bytes = 0;
    memcpy(all.at, old->at, old->n * sizeof(*all.at));
    while (rest.n) {
        struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');
        struct pair pair = { http_form_decode(cx->arena, name), http_form_decode(cx->arena, value) };
        struct pair *known = pair_find(&all, pair.name);
        if (!pair.name.n || pair.name.n > WORD_MAX || pair.name.p[0] == '@' || !tree_text_ok(pair.name) || !tree_text_ok(pair.value))
            return fail_field(cx, pair.name, "cannot be kept", "저장할 수 없습니다");
        if (!known && all.n == PAIRS_MAX)
            return too_many_pairs(cx, "metadata");
        *(known ? known : &all.at[all.n++]) = pair;
    }
    for (size_t i = 0; i < all.n; i++)
        bytes += all.at[i].name.n + all.at[i].value.n;
    if (bytes > PAIRS_BYTES_MAX)
        return too_many_pairs(cx, "metadata");
    *ret = all;
    return OK;
}

/* ---- writing ---- */

static void write_pairs(struct pen *p, const char *name, const struct pairs *pairs)
{
    pen_begin(p, name);
    for (size_t i = 0; i < pairs->n; i++)
        pen_pair(p, pairs->at[i].name, pairs->at[i].value);
    pen_end(p, name);
}

static void write_center(struct pen *p, const struct instance *i)
{
    pen_begin_with(p, "dataCenterInfo", "class",
                   i->center_class.n ? i->center_class : S("com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"));
    pen_text(p, "name", i->center);
    if (!own_center(i))
        write_pairs(p, "metadata", &i->center_metadata);
    pen_end(p, "dataCenterInfo");
}

static void write_lease(struct pen *p, const struct instance *i)
{
    pen_begin(p, "leaseInfo");
    pen_int(p, "renewalIntervalInSecs", i->renewal_s);
    pen_int(p, "durationInSecs", i->lease_s);
    pen_int(p, "registrationTimestamp", i->registered_at);
    pen_int(p, "lastRenewalTimestamp", i->renewed_at);
    pen_int(p, "evictionTimestamp", i->evicted_at);
    pen_int(p, "serviceUpTimestamp", i->up_at);
    pen_end(p, "leaseInfo");
}

void instance_write(struct pen *p, const struct instance *i)
{
    for (int k = 0; k < TEXT_COUNT; k++)
        if (i->text[k].n)
            pen_text(p, text_rows[k].name, i->text[k]);
    pen_text(p, "status", str_c(status_words[i->status]));
    pen_text(p, "overriddenstatus", str_c(status_words[i->overridden]));
    pen_port(p, "port", i->port.number, i->port.enabled);
    pen_port(p, "securePort", i->secure_port.number, i->secure_port.enabled);
    pen_int(p, "countryId", i->country);
    write_center(p, i);
    write_lease(p, i);
    write_pairs(p, "metadata", &i->metadata);
    pen_text(p, "isCoordinatingDiscoveryServer", S("false"));
    pen_int_text(p, "lastUpdatedTimestamp", i->updated_at);
    pen_int_text(p, "lastDirtyTimestamp", i->dirty_at);
    pen_text(p, "actionType", str_c(action_words[i->action]));
}

/* ---- where registries are ---- */

bool registry_url_next(struct str *list, struct str *ret)
{
    while (list->n) {
        *ret = str_trim(str_cut(list, ','));
        while (ret->n && ret->p[ret->n - 1] == '/')
            ret->n--;
        if (ret->n)
            return true;
    }
    return false;
}
