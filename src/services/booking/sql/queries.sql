-- name: schedule_insert
INSERT INTO booking_schedule (id, performance_id, hall_id, owner_id, starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, limit_max,
                              revision, seat_count, currency, prices, title, hall_name)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: schedules
SELECT id, performance_id, hall_id, owner_id, starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, seat_count, currency, prices, title,
       hall_name, revision, cancelled_at, terms
  FROM booking_schedule ORDER BY id

-- name: claims
SELECT c.schedule_id, c.seat, h.status, b.status
  FROM booking_claim c
  JOIN booking_hold h ON h.id = c.hold_id
  LEFT JOIN booking_booking b ON b.hold_id = c.hold_id

-- name: live_holds
SELECT h.id, h.schedule_id, h.user_id, h.created_at, h.expires_at, h.total, h.seats, COALESCE(b.id, 0), COALESCE(b.status, 0), COALESCE(b.pricing, 0),
       h.pass
  FROM (SELECT DISTINCT hold_id FROM booking_claim) c
  JOIN booking_hold h ON h.id = c.hold_id
  LEFT JOIN booking_booking b ON b.hold_id = h.id

-- name: hold_max
SELECT COALESCE(MAX(id), 0) FROM booking_hold

-- name: booking_max
SELECT COALESCE(MAX(id), 0) FROM booking_booking

-- name: ticket_max
SELECT COALESCE(MAX(id), 0) FROM booking_ticket

-- name: hold_insert
INSERT INTO booking_hold (id, schedule_id, user_id, status, created_at, expires_at, total, seat_count, seats, pass)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: hold_get
SELECT schedule_id, user_id, status, expires_at, total, seats, created_at, pass FROM booking_hold WHERE id = ?

-- name: hold_status
UPDATE booking_hold SET status = ? WHERE id = ?

-- name: hold_seats
UPDATE booking_hold SET total = ?, seat_count = ?, seats = ?, pass = ? WHERE id = ?

-- name: hold_extend
UPDATE booking_hold SET expires_at = ? WHERE id = ?

-- name: claim_insert
INSERT INTO booking_claim (schedule_id, seat, hold_id) VALUES (?, ?, ?)

-- name: claim_delete
DELETE FROM booking_claim WHERE schedule_id = ? AND seat = ? AND hold_id = ?

-- name: booking_insert
INSERT INTO booking_booking (id, hold_id, schedule_id, user_id, status, payment_id, total, due, created_at, changed_at, pricing, coupon_id,
                             discount, mileage_used, seats)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: booking_move
UPDATE booking_booking SET status = ?, payment_id = ?, changed_at = ? WHERE id = ? AND status = ?

-- name: booking_price
UPDATE booking_booking SET pricing = 0, discount = ?, mileage_used = ?, due = ?, changed_at = ? WHERE id = ? AND status = 0 AND pricing = 1

-- name: booking_withdraw
DELETE FROM booking_booking WHERE id = ? AND status = 0 AND pricing = 1

-- name: booking_get
SELECT b.id, b.hold_id, b.schedule_id, b.user_id, b.status, b.payment_id, b.total, b.due, b.created_at, h.expires_at, COALESCE(b.seats, h.seats),
       b.pricing, b.coupon_id, b.discount, b.mileage_used, h.pass
  FROM booking_booking b JOIN booking_hold h ON h.id = b.hold_id
 WHERE b.id = ?

-- name: booking_of_hold
SELECT id FROM booking_booking WHERE hold_id = ?

-- name: bookings_of_user
SELECT b.id, b.hold_id, b.schedule_id, b.user_id, b.status, b.payment_id, b.total, b.due, b.created_at, h.expires_at, COALESCE(b.seats, h.seats),
       b.pricing, b.coupon_id, b.discount, b.mileage_used, h.pass
  FROM booking_booking b JOIN booking_hold h ON h.id = b.hold_id
 WHERE b.user_id = ? AND b.id < ?
 ORDER BY b.id DESC LIMIT ?

-- name: ticket_insert
INSERT INTO booking_ticket (id, booking_id, seat, price, issue, status, issued_at, person, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: tickets_of_booking
SELECT t.id, t.booking_id, t.seat, t.issue, t.status, b.schedule_id, b.user_id, t.person, t.proof
  FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
 WHERE t.booking_id = ? ORDER BY t.id

-- name: ticket_get
SELECT t.id, t.booking_id, t.seat, t.issue, t.status, b.schedule_id, b.user_id, t.person, t.proof
  FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
 WHERE t.id = ?
