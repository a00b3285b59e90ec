/* Who is given up. A lease ends when its time has passed without a heartbeat. That many end at once is rather the network's fault than theirs:
 * then nobody is given up (self-preservation), and never more than a part of all at a time. */
#include "base/rng.h"
#include "platform/obs/log.h"
#include "registry_int.h"

int64_t renewals_threshold(const struct registry *r)
{
    int64_t thousandths = 0;
    for (const struct application *a = r->apps; a; a = a->next)
        for (const struct lease *l = a->first; l; l = l->next)
            thousandths += 60000 / l->it.renewal_s;
    return thousandths * r->percent / 100 / 1000;
}

bool registry_preserving(struct registry *r, int64_t now)
{
    return r->preserve && r->count >= r->preserve_from && meter_sum(&r->renewals, now) <= renewals_threshold(r);
}

/* `late`: how long this process itself was not there to hear anybody. */
static size_t find_ended(const struct registry *r, int64_t now, int64_t late, struct lease **ret)
{
    size_t n = 0;
    for (struct application *a = r->apps; a; a = a->next)
        for (struct lease *l = a->first; l; l = l->next)
            if (now > l->it.renewed_at + l->it.lease_s * 1000 + late)
                ret[n++] = l;
    return n;
}

size_t registry_evict(struct ctx *cx, struct registry *r)
{
    int64_t since = r->evicted_last ? cx->now - r->evicted_last : 0;
    int64_t late = since > r->evict_ms ? since - r->evict_ms : 0;
    r->evicted_last = cx->now;
    bool preserving = registry_preserving(r, cx->now);
    metric_set(&registry_preserves, preserving);
    if (!r->count || preserving)
        return 0;
    struct lease **ended = NEW_ARRAY(cx->arena, struct lease *, r->count);
    size_t n = find_ended(r, cx->now, late, ended);
    size_t most = r->count - r->count * (size_t)r->percent / 100, gone = 0;
    for (; gone < n && gone < most; gone++) {        /* by chance, so that no application is emptied first */
        size_t pick = gone + (size_t)rng_below(cx->rng, n - gone);
        struct lease *l = ended[pick];
        ended[pick] = ended[gone];
        l->it.evicted_at = cx->now;
        LOG(LOG_INFO, "an instance is given up", lf_s("app", l->it.text[TEXT_APP]), lf_s("instance", l->it.text[TEXT_ID]));
        lease_remove(r, l, cx->now);
        metric_add(&registry_evicted, 1);
    }
    return gone;
}
