/* The one list of services. */
#include "services.h"

#include "operation.h"
#include "platform/config/config.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/coupon/coupon.h"
#include "services/gateway/gateway.h"
#include "services/mileage/mileage.h"
#include "services/notify/notify.h"
#include "services/payment/payment.h"
#include "services/performance/performance.h"
#include "services/queue/queue.h"
#include "services/registry/registry.h"
#include "services/review/review.h"

/* In the order of opening: a service finds those before it ready. */
const struct service *const all_services[] = {
    &operation_service,
    &auth_service,
    &performance_service,
    &queue_service,
    &coupon_service,
    &mileage_service,
    &booking_service,
    &payment_service,
    &review_service,
    &notify_service,
    &registry_service,
    &registry_member_service,
    &gateway_service,
    NULL,
};

#define COUNT (sizeof(all_services) / sizeof(all_services[0]))

/* Where it does not run, it is nowhere: other services ask it nothing. */
static bool is_asked(const struct service *s)
{
    return s->routes || s->offers || s->subscriptions;
}

/* Part of every process. */
static bool everywhere(const struct service *s)
{
    return s == &operation_service || s == &registry_member_service;
}

static bool named(struct str list, const char *name)
{
    bool found = str_eq(list, S("all"));
    for (struct str rest = list; rest.n && !found;)
        found = str_eq(str_trim(str_cut(&rest, ',')), str_c(name));
    return found;
}

static bool names_are_known(struct arena *arena, struct str list, struct str *ret_why)
{
    for (struct str rest = list; rest.n && !str_eq(list, S("all"));) {
        struct str name = str_trim(str_cut(&rest, ','));
        size_t i = 0;
        while (all_services[i] && !str_eq(str_c(all_services[i]->name), name))
            i++;
        if (!all_services[i]) {
            *ret_why = arena_fmt(arena, "--run: there is no service \"%.*s\"", STR_ARG(name));
            return false;
        }
    }
    return true;
}

static bool together(struct arena *arena, const struct services_chosen *chosen, struct str *ret_why)
{
    for (const struct service *const *s = chosen->here; *s; s++)
        for (const struct service *const *other = (*s)->beside; other && *other; other++) {
            size_t i = 0;
            while (chosen->here[i] && chosen->here[i] != *other)
                i++;
            if (!chosen->here[i]) {
                *ret_why = arena_fmt(arena, "--run: %s reads the memory of %s: they run in one process", (*s)->name, (*other)->name);
                return false;
            }
        }
    return true;
}

bool services_choose(struct arena *arena, const struct config *c, struct str run, struct services_chosen *ret, struct str *ret_why)
{
    const struct service **here = NEW_ARRAY(arena, const struct service *, COUNT), **away = NEW_ARRAY(arena, const struct service *, COUNT);
    size_t here_n = 0, away_n = 0;
    for (const struct service *const *s = all_services; *s; s++) {
        if ((*s)->enabled_by && !config_bool(c, (*s)->enabled_by))
            continue;
        if (everywhere(*s) || named(run, (*s)->name))
            here[here_n++] = *s;
        else if (is_asked(*s))
            away[away_n++] = *s;
    }
    *ret = (struct services_chosen){ here, away };
    return names_are_known(arena, run, ret_why) && together(arena, ret, ret_why);
}
