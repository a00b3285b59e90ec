/* What payment tells others. */
#include "payment.h"

#define AT(member) .at = offsetof(struct payment_refunded, member)
static const struct field refunded_rows[] = {
    { .name = "refund_id", .type = F_ID, .nullable = true, .id = ID_REFUND, AT(refund) },
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, AT(payment) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "cancellation_id", .type = F_ID, .nullable = true, .id = ID_CANCELLATION, AT(cancellation) },
    { .name = "amount", .type = F_INT, AT(amount) },
    { .name = "currency", .type = F_STR, AT(currency) },
};
#undef AT
const struct fields payment_refunded_fields = { "PaymentRefunded", sizeof(struct payment_refunded), refunded_rows,
                                                sizeof(refunded_rows) / sizeof(refunded_rows[0]) };

#define AT(member) .at = offsetof(struct payment_case_opened, member)
static const struct field case_opened_rows[] = {
    { .name = "case_id", .type = F_ID, .id = ID_CASE, AT(id) },
    { .name = "payment_id", .type = F_ID, .nullable = true, .id = ID_PAYMENT, AT(payment) },
    { .name = "kind", .type = F_STR, AT(kind) },
};
#undef AT
const struct fields payment_case_opened_fields = { "PaymentCaseOpened", sizeof(struct payment_case_opened), case_opened_rows,
                                                   sizeof(case_opened_rows) / sizeof(case_opened_rows[0]) };
