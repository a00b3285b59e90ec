-- name: M2_cancelled_tickets_void
-- help: as many tickets of a booking are void as seats of it were cancelled
SELECT b.id, c.n AS cancelled, t.n AS void FROM booking_booking b
  LEFT JOIN (SELECT booking_id, SUM(seat_count) AS n FROM booking_cancellation GROUP BY booking_id) c ON c.booking_id = b.id
  LEFT JOIN (SELECT booking_id, COUNT(*) AS n FROM booking_ticket WHERE status = 3 GROUP BY booking_id) t ON t.booking_id = b.id
 WHERE COALESCE(c.n, 0) <> COALESCE(t.n, 0)

-- name: M3_cancelled_sums
-- help: refunds and fees of a booking come to no more than was due, and to exactly that once nothing of it is left
SELECT b.id, b.due, c.money, c.whole FROM booking_booking b
  JOIN (SELECT booking_id, SUM(refund + fee) AS money, MAX(whole) AS whole FROM booking_cancellation GROUP BY booking_id) c ON c.booking_id = b.id
 WHERE c.money > b.due OR (c.whole = 1 AND c.money <> b.due)

-- name: M3_one_end
-- help: a booking is cancelled as a whole at most once, and then it is over
SELECT b.id, b.status, SUM(c.whole) FROM booking_booking b JOIN booking_cancellation c ON c.booking_id = b.id
 GROUP BY b.id, b.status HAVING SUM(c.whole) > 1 OR (SUM(c.whole) = 1) <> (b.status IN (2, 4, 5)) OR (SUM(c.whole) = 0 AND b.status <> 1)

-- name: M3_open_refunds
-- help: a booking waits for the money of a cancellation exactly as long as some is open
SELECT b.id, b.status FROM booking_booking b JOIN booking_cancellation c ON c.booking_id = b.id AND c.refunded_at IS NULL
 WHERE b.status NOT IN (1, 4)
UNION ALL
SELECT b.id, b.status FROM booking_booking b
 WHERE b.status = 4 AND EXISTS (SELECT 1 FROM booking_cancellation c WHERE c.booking_id = b.id)
   AND NOT EXISTS (SELECT 1 FROM booking_cancellation c WHERE c.booking_id = b.id AND c.refunded_at IS NULL)

-- name: S7_cancelled_seats_free
-- help: a seat that was cancelled is claimed by its former hold no more
SELECT c.schedule_id, c.seat FROM booking_claim c JOIN booking_booking b ON b.hold_id = c.hold_id
  JOIN booking_ticket t ON t.booking_id = b.id AND t.seat = c.seat AND t.status = 3

-- name: P_mileage_back
-- help: no more mileage comes back to a booking than was used for it, and all of it once nothing of it is left
SELECT b.id, b.mileage_used, c.back, c.whole FROM booking_booking b
  JOIN (SELECT booking_id, SUM(mileage_back) AS back, MAX(whole) AS whole FROM booking_cancellation GROUP BY booking_id) c ON c.booking_id = b.id
 WHERE c.back > b.mileage_used OR (c.whole = 1 AND c.back <> b.mileage_used)
