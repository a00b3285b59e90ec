/* Who may do what. A line a route; each word is what one of these people is answered:
 *
 *   ok   done, or refused for a reason that lies in the request (409)
 *   401  sign in first
 *   403  not with these roles
 *   404  not there for this person
 *
 * nobody: without a token. owner, other: customers; what was bought (hold, booking, payment, ticket, place in line) is the owner's.
 * producer, rival: PRODUCERs; hall, performance, schedule, coupon and webhook are the producer's. */
export const people = 'nobody owner other producer rival staff manager admin'.split(' ');

const everybody = 'ok     ok    ok    ok       ok    ok    ok      ok';
const not_yet = '404    404   404   404      404   404   404     404';
const signed_in = '401    ok    ok    ok       ok    ok    ok      ok';
const none_yet  = '401    404   404   404      404   404   404     404';
const its_owner = '401    ok    404   404      404   404   404     404';
const its_payer = '401    ok    404   404      404   404   ok      ok';
const organizer = '401    403   403   ok       ok    403   ok      ok';
const its_maker = '401    403   403   ok       404   403   ok      ok';
const its_program = '401  404   404   ok       404   404   404     404';
const in_charge = '401    403   403   403      403   403   ok      ok';
const its_caller = '401   403   403   ok       404   403   403     ok';
const callers   = '401    403   403   ok       ok    403   403     ok';
const admins    = '401    403   403   403      403   403   403     ok';
/* The place token alone, or with its owner's session. */
const its_place = 'ok     ok    404   404      404   404   404     404';
/* Not before it was played. */
const attendees = '401    403   403   403      403   403   403     403';
/* The door: staff everywhere, producers at their own. */
const at_doors  = '401    403   403   ok       ok    ok    ok      ok';
const its_door  = '401    403   403   ok       404   ok    ok      ok';
/* Of a payment that waits for no transfer. */
const no_deposit = '401   404   404   404      404   404   404     404';
/* Keys that only the producer has set. */
const own_keys  = '401    403   403   ok       404   403   403     404';
const providers = '401    401   401   401      401   401   401     401';
/* Machines of the operator, with a password of their own: no account is of use. */
const machines  = '401    401   401   401      401   401   401     401';

export const table = {
  'GET /health/live': everybody,
  'GET /health/ready': everybody,
  'GET /metrics': everybody,
  'GET /openapi.json': everybody,
  'GET /api/v1/audit-log': in_charge,
  'POST /test/clock': everybody,
  'POST /noop': everybody,

  'POST /api/v1/auth/signup': everybody,
  'POST /api/v1/auth/login': everybody,
  'POST /api/v1/auth/refresh': everybody,
  'POST /api/v1/auth/logout': signed_in,
  'POST /api/v1/auth/verify': everybody,
  'POST /api/v1/auth/verify/resend': signed_in,
  'POST /api/v1/auth/password/forgot': everybody,
  'POST /api/v1/auth/password/reset': everybody,
  'POST /api/v1/auth/oidc/start': everybody,
  'POST /api/v1/auth/oidc/callback': everybody,
  'GET /api/v1/users/me': signed_in,
  'PATCH /api/v1/users/me': signed_in,
  'DELETE /api/v1/users/me': signed_in,
  'POST /api/v1/users/me/password': signed_in,
  'POST /api/v1/users/me/email': signed_in,
  'POST /api/v1/users/me/totp': signed_in,
  'POST /api/v1/users/me/totp/confirm': signed_in,
  'DELETE /api/v1/users/me/totp': signed_in,
  'POST /api/v1/users/me/api-keys': organizer,
  'GET /api/v1/users/me/api-keys': signed_in,
  'DELETE /api/v1/users/me/api-keys/{key_id}': its_program,
  'GET /api/v1/users/me/sessions': signed_in,
  'DELETE /api/v1/users/me/sessions': signed_in,
  'DELETE /api/v1/users/me/sessions/{session_id}': its_owner,
  'GET /api/v1/users': in_charge,
  'GET /api/v1/users/{user_id}': in_charge,
  'PATCH /api/v1/users/{user_id}': admins,

  'POST /api/v1/halls': organizer,
  'GET /api/v1/halls': everybody,
  'GET /api/v1/halls/{hall_id}': everybody,
  'GET /api/v1/halls/{hall_id}/map': organizer,
  'PATCH /api/v1/halls/{hall_id}': its_maker,
  'DELETE /api/v1/halls/{hall_id}': its_maker,
  'POST /api/v1/performances': organizer,
  'GET /api/v1/performances': everybody,
  'GET /api/v1/performances/ranking': everybody,
  'GET /api/v1/performances/recommended': signed_in,
  'GET /api/v1/performances/{performance_id}': everybody,
  'PATCH /api/v1/performances/{performance_id}': its_maker,
  'DELETE /api/v1/performances/{performance_id}': its_maker,
  'POST /api/v1/performances/{performance_id}/schedules': its_maker,
  'GET /api/v1/admin/performances': organizer,
  'GET /api/v1/performances/{performance_id}/sales.csv': its_maker,
  'GET /api/v1/schedules/{schedule_id}': everybody,
  'PUT /api/v1/schedules/{schedule_id}/cast': its_maker,
  'PUT /api/v1/performances/{performance_id}/poster': its_maker,
  'GET /posters/{file}': everybody,
  'PUT /api/v1/performances/{performance_id}/embedding': its_maker,
  'GET /api/v1/performances/{performance_id}/embedding': its_maker,
  'GET /embed/{performance_id}': everybody,
  'PATCH /api/v1/schedules/{schedule_id}': its_maker,
  'POST /api/v1/schedules/{schedule_id}/cancel': its_maker,
  'PUT /api/v1/schedules/{schedule_id}/plan': its_maker,
  'PUT /api/v1/schedules/{schedule_id}/house_seats': its_maker,
  'GET /api/v1/schedules/{schedule_id}/house_seats': its_maker,
  'GET /api/v1/schedules/{schedule_id}/map': everybody,
  'GET /api/v1/schedules/{schedule_id}/availability': everybody,
  'GET /api/v1/schedules/{schedule_id}/stream': everybody,
  'PUT /api/v1/schedules/{schedule_id}/terms': its_maker,
  'GET /api/v1/schedules/{schedule_id}/terms': its_maker,
  'PUT /api/v1/schedules/{schedule_id}/presale/groups/{group}/codes': its_maker,

  'PUT /api/v1/schedules/{schedule_id}/queue/settings': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/settings': its_maker,
  'PUT /api/v1/performances/{performance_id}/queue/settings': its_maker,
  'GET /api/v1/performances/{performance_id}/queue/settings': its_maker,
  'PUT /api/v1/schedules/{schedule_id}/queue/groups/{group}': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/groups': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/challenge': signed_in,
  'POST /api/v1/schedules/{schedule_id}/queue/appeals': signed_in,
  'GET /api/v1/schedules/{schedule_id}/queue/appeals/mine': none_yet,
  'GET /api/v1/schedules/{schedule_id}/queue/appeals': its_maker,
  'POST /api/v1/schedules/{schedule_id}/queue/appeals/{appeal_id}': its_maker,
  'PATCH /api/v1/schedules/{schedule_id}/queue/settings': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/status': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/curve': its_maker,
  'GET /api/v1/schedules/{schedule_id}/queue/curve.csv': its_maker,
  'POST /api/v1/schedules/{schedule_id}/queue': signed_in,
  'POST /api/v1/schedules/{schedule_id}/queue/device': '401   ok    404   404      404   404   404     404',
  'POST /api/v1/schedules/{schedule_id}/queue/revocations': its_maker,
  'POST /api/v1/schedules/{schedule_id}/queue/lookups': its_maker,
  'GET /wait/{place_token}': everybody,
  'GET /api/v1/queue/{place_token}': everybody,
  'GET /api/v1/schedules/{schedule_id}/queue/draw': everybody,
  'GET /api/v1/schedules/{schedule_id}/queue/draw/entries': not_yet,
  'GET /api/v1/queue/{place_token}/proof': everybody,
  'DELETE /api/v1/queue/{place_token}': its_place,

  'POST /api/v1/schedules/{schedule_id}/holds': signed_in,
  'GET /api/v1/holds/{hold_id}': its_owner,
  'DELETE /api/v1/holds/{hold_id}': its_owner,
  'PUT /api/v1/holds/{hold_id}/seats': its_owner,
  'POST /api/v1/holds/{hold_id}/extend': its_owner,
  'POST /api/v1/schedules/{schedule_id}/waitlist': signed_in,
  'GET /api/v1/waitlist/mine': signed_in,
  'DELETE /api/v1/waitlist/{waitlist_id}': its_owner,
  'POST /api/v1/waitlist/{waitlist_id}/accept': its_owner,
  'POST /api/v1/bookings': its_owner,
  'GET /api/v1/bookings': signed_in,
  'GET /api/v1/bookings/{booking_id}': its_owner,
  'GET /api/v1/bookings/{booking_id}/tickets': its_owner,
  'GET /api/v1/admin/bookings': organizer,
  'GET /api/v1/admin/bookings.csv': organizer,
  'GET /api/v1/admin/bookings/{booking_id}': its_maker,
  'POST /api/v1/admin/bookings/{booking_id}/cancel': its_maker,
  'POST /api/v1/admin/bookings/{booking_id}/notes': its_maker,
  'GET /api/v1/admin/bookings/{booking_id}/notes': its_maker,
  'POST /api/v1/admin/schedules/{schedule_id}/holds': its_door,
  'POST /api/v1/admin/schedules/{schedule_id}/sales': its_door,
  'GET /api/v1/bookings/{booking_id}/cancellation': its_owner,
  'POST /api/v1/bookings/{booking_id}/cancellation': its_owner,
  'POST /api/v1/bookings/{booking_id}/cancel': its_owner,
  'GET /api/v1/performances/{performance_id}/cancellation_policy': everybody,
  'PUT /api/v1/performances/{performance_id}/cancellation_policy': its_maker,
  'GET /api/v1/tickets/keys': everybody,
  'GET /api/v1/tickets/{ticket_id}': its_owner,
  'GET /api/v1/tickets/{ticket_id}/qr.svg': its_owner,
  'GET /api/v1/tickets/{ticket_id}/ticket.pdf': its_owner,
  'POST /api/v1/tickets/{ticket_id}/reissue': its_owner,
  'POST /api/v1/checkin': at_doors,
  'POST /api/v1/checkin/sync': at_doors,
  'GET /api/v1/schedules/{schedule_id}/admissions': its_door,
  'GET /api/v1/schedules/{schedule_id}/tickets/refused': its_door,

  'POST /api/v1/coupons': its_maker,
  'GET /api/v1/coupons': everybody,
  'GET /api/v1/coupons/mine': signed_in,
  'POST /api/v1/coupons/redeem_code': signed_in,
  'GET /api/v1/coupons/{coupon_id}': everybody,
  'PATCH /api/v1/coupons/{coupon_id}': its_maker,
  'DELETE /api/v1/coupons/{coupon_id}': its_maker,
  'POST /api/v1/coupons/{coupon_id}/claim': signed_in,
  'POST /api/v1/coupons/{coupon_id}/codes': its_maker,
  'GET /api/v1/coupons/{coupon_id}/codes.csv': its_maker,

  'GET /api/v1/mileage': signed_in,
  'GET /api/v1/mileage/history': signed_in,
  'POST /api/v1/users/{user_id}/mileage': in_charge,

  'POST /api/v1/payments': its_owner,
  'GET /api/v1/admin/reconciliations': in_charge,
  'POST /api/v1/admin/reconciliations': in_charge,
  'GET /api/v1/admin/reconciliations/{reconciliation_id}': in_charge,
  'GET /api/v1/admin/reconciliations/{reconciliation_id}/differences.csv': in_charge,
  'GET /api/v1/payments': signed_in,
  'GET /api/v1/payments/providers': everybody,
  'GET /api/v1/payments/{payment_id}': its_payer,
  'POST /api/v1/payments/{payment_id}/confirm': its_owner,
  'POST /api/v1/payments/{payment_id}/refunds': in_charge,
  'GET /api/v1/payments/{payment_id}/refunds': its_payer,
  'GET /api/v1/payments/{payment_id}/receipt': its_payer,
  'GET /api/v1/payments/{payment_id}/receipt.pdf': its_payer,
  'GET /api/v1/settlements': organizer,
  'GET /api/v1/settlements.csv': organizer,
  'GET /api/v1/settlements.pdf': organizer,
  'GET /api/v1/payments/{payment_id}/deposit': no_deposit,
  'POST /api/v1/payments/{payment_id}/refund-account': its_owner,
  'POST /api/v1/payments/webhooks/{provider}': providers,
  'PUT /api/v1/payment-accounts/{provider}': callers,
  'GET /api/v1/payment-accounts/{provider}': own_keys,
  'DELETE /api/v1/payment-accounts/{provider}': own_keys,
  'GET /api/v1/admin/payment-cases': in_charge,
  'GET /api/v1/admin/payment-cases.csv': in_charge,
  'GET /api/v1/admin/payment-cases/{case_id}': in_charge,
  'POST /api/v1/admin/payment-cases/{case_id}/resolve': in_charge,

  'POST /api/v1/performances/{performance_id}/reviews': attendees,
  'GET /api/v1/performances/{performance_id}/reviews': everybody,
  'GET /api/v1/reviews/mine': signed_in,
  'PUT /api/v1/reviews/{review_id}/like': signed_in,
  'DELETE /api/v1/reviews/{review_id}/like': signed_in,
  'POST /api/v1/reviews/{review_id}/reports': signed_in,
  'DELETE /api/v1/reviews/{review_id}/reports': in_charge,
  'PUT /api/v1/reviews/{review_id}/hidden': in_charge,
  'DELETE /api/v1/reviews/{review_id}/hidden': in_charge,
  'GET /api/v1/reviews/{review_id}': everybody,
  'PATCH /api/v1/reviews/{review_id}': its_owner,
  'DELETE /api/v1/reviews/{review_id}': its_owner,
  'GET /api/v1/admin/reviews': in_charge,

  'GET /api/v1/notifications/settings': signed_in,
  'PATCH /api/v1/notifications/settings': signed_in,
  'GET /api/v1/admin/mails': in_charge,
  'POST /api/v1/admin/mails/{mail_id}/retry': in_charge,
  'POST /api/v1/webhooks': callers,
  'GET /api/v1/webhooks': callers,
  'PATCH /api/v1/webhooks/{webhook_id}': its_caller,
  'DELETE /api/v1/webhooks/{webhook_id}': its_caller,
  'GET /api/v1/webhooks/{webhook_id}/deliveries': its_caller,
  'POST /api/v1/webhooks/deliveries/{delivery_id}/redeliver': its_caller,

  'GET /eureka/apps': machines,
  'GET /eureka/apps/delta': machines,
  'GET /eureka/apps/{app}': machines,
  'POST /eureka/apps/{app}': machines,
  'GET /eureka/apps/{app}/{id}': machines,
  'PUT /eureka/apps/{app}/{id}': machines,
  'DELETE /eureka/apps/{app}/{id}': machines,
  'PUT /eureka/apps/{app}/{id}/status': machines,
  'DELETE /eureka/apps/{app}/{id}/status': machines,
  'PUT /eureka/apps/{app}/{id}/metadata': machines,
  'GET /eureka/instances/{id}': machines,
  'GET /eureka/vips/{vip}': machines,
  'GET /eureka/svips/{vip}': machines,
  'POST /eureka/peerreplication/batch': machines,
  'GET /registry': machines,
};
