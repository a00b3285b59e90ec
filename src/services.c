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

const struct service *const *services_wanted(struct arena *arena, const struct config *c)
{
    const struct service **wanted = NEW_ARRAY(arena, const struct service *, COUNT);
    size_t n = 0;
    for (const struct service *const *s = all_services; *s; s++)
        if (!(*s)->enabled_by || config_bool(c, (*s)->enabled_by))
            wanted[n++] = *s;
    return wanted;
}
