/* The one list of services. */
#include "services.h"

#include "operation.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/coupon/coupon.h"
#include "services/mileage/mileage.h"
#include "services/notify/notify.h"
#include "services/payment/payment.h"
#include "services/performance/performance.h"
#include "services/queue/queue.h"
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
    NULL,
};
