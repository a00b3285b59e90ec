-- name: S1_one_claim_a_seat
-- help: each seat of a schedule has at most one live claim
SELECT schedule_id, seat FROM booking_claim GROUP BY schedule_id, seat HAVING COUNT(*) > 1

-- name: S1_one_valid_ticket_a_seat
-- help: each seat of a schedule has at most one valid or used ticket
SELECT b.schedule_id, t.seat FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
 WHERE t.status IN (1, 2) GROUP BY b.schedule_id, t.seat HAVING COUNT(*) > 1

-- name: S2_claims_are_seats
-- help: a claim is on a seat of its schedule, belongs to a hold of that schedule, and the hold is live
SELECT c.schedule_id, c.seat FROM booking_claim c
  LEFT JOIN booking_hold h ON h.id = c.hold_id LEFT JOIN booking_schedule s ON s.id = c.schedule_id
 WHERE h.id IS NULL OR s.id IS NULL OR h.schedule_id <> c.schedule_id OR c.seat < 0 OR c.seat >= s.seat_count OR h.status NOT IN (1, 2)

-- name: S6_all_or_nothing
-- help: a live hold has a claim on each of its seats, one that ended has none
SELECT h.id FROM booking_hold h LEFT JOIN (SELECT hold_id, COUNT(*) AS n FROM booking_claim GROUP BY hold_id) c ON c.hold_id = h.id
 WHERE (h.status IN (1, 2) AND COALESCE(c.n, 0) <> h.seat_count) OR (h.status IN (3, 4) AND COALESCE(c.n, 0) <> 0)

-- name: S7_limit_a_user
-- help: nobody holds or owns more seats of a schedule than the largest limit it ever had
SELECT h.schedule_id, h.user_id FROM booking_hold h JOIN booking_schedule s ON s.id = h.schedule_id
 WHERE h.status IN (1, 2) AND h.user_id > 0 GROUP BY h.schedule_id, h.user_id, s.limit_max HAVING SUM(h.seat_count) > s.limit_max

-- name: S8_no_leak
-- help: a hold that is booked has a booking that is pending or confirmed
SELECT h.id FROM booking_hold h LEFT JOIN booking_booking b ON b.hold_id = h.id
 WHERE h.status = 2 AND (b.id IS NULL OR b.status NOT IN (0, 1))

-- name: M2_ticket_needs_confirmed
-- help: a valid or used ticket belongs to a confirmed booking
SELECT t.id FROM booking_ticket t LEFT JOIN booking_booking b ON b.id = t.booking_id
 WHERE t.status IN (1, 2) AND (b.id IS NULL OR b.status <> 1)

-- name: M2_confirmed_has_tickets
-- help: a confirmed booking has a live ticket for each seat
SELECT b.id FROM booking_booking b JOIN booking_hold h ON h.id = b.hold_id
  LEFT JOIN (SELECT booking_id, COUNT(*) AS n FROM booking_ticket WHERE status IN (1, 2) GROUP BY booking_id) t ON t.booking_id = b.id
 WHERE b.status = 1 AND COALESCE(t.n, 0) <> h.seat_count

-- name: M2_confirmed_is_paid
-- help: a confirmed booking with something due names the payment that paid it, or was paid at the box office
SELECT b.id FROM booking_booking b LEFT JOIN booking_counter c ON c.booking_id = b.id AND c.method IN (1, 2)
 WHERE b.status = 1 AND b.due > 0 AND b.payment_id = 0 AND c.booking_id IS NULL

-- name: M7_totals
-- help: no total is negative and nothing more than the total is due
SELECT id FROM booking_booking WHERE total < 0 OR due < 0 OR due > total
