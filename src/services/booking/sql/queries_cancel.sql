-- name: cancellation_max
SELECT COALESCE(MAX(id), 0) FROM booking_cancellation

-- name: cancellation_insert
INSERT INTO booking_cancellation (id, booking_id, reason, note, actor_id, whole, seat_count, seats, refund, fee, mileage_back, created_at, refunded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: cancellations
SELECT id, booking_id, reason, note, whole, seats, refund, fee, mileage_back, created_at, refunded_at
  FROM booking_cancellation WHERE booking_id = ? ORDER BY id

-- name: cancellation_get
SELECT id, booking_id, reason, note, whole, seats, refund, fee, mileage_back, created_at, refunded_at
  FROM booking_cancellation WHERE id = ?

-- name: cancellation_refunded
-- (now, id)
UPDATE booking_cancellation SET refunded_at = ? WHERE id = ? AND refunded_at IS NULL

-- name: cancellations_open
SELECT COUNT(*) FROM booking_cancellation WHERE booking_id = ? AND refunded_at IS NULL

-- name: ticket_void
-- (booking, seat)
UPDATE booking_ticket SET status = 3 WHERE booking_id = ? AND seat = ? AND status <> 3

-- name: tickets_used
SELECT seat FROM booking_ticket WHERE booking_id = ? AND status = 2

-- name: was_confirmed
SELECT id FROM booking_ticket WHERE booking_id = ? LIMIT 1

-- name: hold_shrink
-- (seats left, how many, id)
UPDATE booking_hold SET seats = ?, seat_count = ? WHERE id = ?

-- name: booking_shrink
-- where it has seats of its own (person types)
UPDATE booking_booking SET seats = ? WHERE hold_id = ? AND seats IS NOT NULL

-- name: policy_max
SELECT COALESCE(MAX(id), 0) FROM booking_policy

-- name: policy_insert
INSERT INTO booking_policy (id, performance_id, actor_id, body, created_at) VALUES (?, ?, ?, ?, ?)

-- name: policy_at
-- (performance, moment): the one in force then
SELECT body, created_at FROM booking_policy WHERE performance_id = ? AND created_at <= ? ORDER BY id DESC LIMIT 1
