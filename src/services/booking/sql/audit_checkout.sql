-- name: M7_due_adds_up
-- help: what is due is the total without discount and mileage, none of them negative
SELECT id FROM booking_booking
 WHERE pricing = 0 AND (discount < 0 OR mileage_used < 0 OR total <> discount + mileage_used + due)

-- name: M7_tickets_cost_the_total
-- help: the tickets of a confirmed booking cost its total
SELECT b.id FROM booking_booking b JOIN booking_ticket t ON t.booking_id = b.id
 WHERE b.status = 1 GROUP BY b.id, b.total HAVING SUM(t.price) <> b.total

-- name: C_settled_before_confirmed
-- help: no booking is confirmed, paid or owed back before its benefits are settled
SELECT id FROM booking_booking WHERE pricing = 1 AND status NOT IN (0, 2, 3)

-- name: C_coupon_pays_once
-- help: a coupon is worth something for one confirmed booking at most, and nothing is taken off without one
SELECT MIN(id) FROM booking_booking WHERE status = 1 AND coupon_id <> 0 GROUP BY coupon_id HAVING COUNT(*) > 1
UNION ALL
SELECT id FROM booking_booking WHERE pricing = 0 AND discount > 0 AND coupon_id = 0
