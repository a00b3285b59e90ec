-- name: M2_counter_is_whole
-- help: a booking without a buyer's account was sold at the box office and has no payment; what is complimentary costs nothing, and says why
SELECT b.id, b.user_id, b.payment_id, b.total, c.method FROM booking_booking b LEFT JOIN booking_counter c ON c.booking_id = b.id
 WHERE (b.user_id = 0) <> (c.booking_id IS NOT NULL)
    OR (c.booking_id IS NOT NULL AND (b.payment_id <> 0 OR c.staff_id = 0 OR c.method NOT IN (1, 2, 3)))
    OR (c.method = 3 AND (b.total <> 0 OR c.reason = ''))
