-- name: schedule_change
-- (the new values, the limit twice more, schedule)
UPDATE booking_schedule
   SET revision = ?, starts_at = ?, ends_at = ?, sale_starts_at = ?, sale_ends_at = ?, prices = ?, max_per_user = ?,
       limit_max = CASE WHEN limit_max < ? THEN ? ELSE limit_max END, hall_id = ?, seat_count = ?
 WHERE id = ?

-- name: schedule_cancel
UPDATE booking_schedule SET cancelled_at = ? WHERE id = ?

-- name: schedule_to_sweep
SELECT id FROM booking_schedule WHERE cancelled_at > 0 AND swept_at = 0 ORDER BY id LIMIT 1

-- name: claimants
-- (schedule, how many): who has seats of it, each once
SELECT c.hold_id, COALESCE(b.id, 0), COALESCE(b.status, 0)
  FROM (SELECT DISTINCT hold_id FROM booking_claim WHERE schedule_id = ? LIMIT ?) c
  LEFT JOIN booking_booking b ON b.hold_id = c.hold_id

-- name: schedule_swept
UPDATE booking_schedule SET swept_at = ? WHERE id = ?

-- name: house_all
SELECT schedule_id, seat FROM booking_house_seat

-- name: house_of
-- what the organizer knows of: without seats that the plan no longer has
SELECT h.seat, h.reason, h.release_at, s.hall_id
  FROM booking_house_seat h JOIN booking_schedule s ON s.id = h.schedule_id
 WHERE h.schedule_id = ? AND h.release_at >= 0 ORDER BY h.release_at, h.reason, h.seat

-- name: house_gone
SELECT seat FROM booking_house_seat WHERE schedule_id = ? AND release_at < 0

-- name: house_insert
INSERT INTO booking_house_seat (schedule_id, seat, reason, release_at, held_at) VALUES (?, ?, ?, ?, ?)

-- name: house_delete
DELETE FROM booking_house_seat WHERE schedule_id = ? AND seat = ?

-- name: house_due
-- (now, how many)
SELECT schedule_id, seat FROM booking_house_seat WHERE release_at > 0 AND release_at <= ? ORDER BY release_at LIMIT ?

-- name: house_next
SELECT COALESCE(MIN(release_at), 0) FROM booking_house_seat WHERE release_at > 0

-- name: sales
-- (performance, from, to, twice): by schedule and Korean calendar day (UTC+9, as days since 1970). A booking counts on the day it was made, once it has
-- tickets; what is given back counts on the day it is.
SELECT schedule_id, day, SUM(sold), SUM(complimentary), SUM(price), SUM(paid), SUM(cancelled), SUM(refunded)
  FROM (SELECT b.schedule_id AS schedule_id, (b.created_at + 32400000) / 86400000 AS day, COUNT(*) AS sold,
               SUM(CASE WHEN t.price = 0 THEN 1 ELSE 0 END) AS complimentary, SUM(t.price) AS price, b.due AS paid, 0 AS cancelled, 0 AS refunded
          FROM booking_schedule s JOIN booking_booking b ON b.schedule_id = s.id JOIN booking_ticket t ON t.booking_id = b.id
         WHERE s.performance_id = ? AND b.created_at >= ? AND b.created_at < ?
         GROUP BY b.id, b.schedule_id, b.created_at, b.due
         UNION ALL
        SELECT b.schedule_id, (c.created_at + 32400000) / 86400000, 0, 0, 0, 0, c.seat_count, c.refund
          FROM booking_schedule s JOIN booking_booking b ON b.schedule_id = s.id JOIN booking_cancellation c ON c.booking_id = b.id
         WHERE s.performance_id = ? AND c.created_at >= ? AND c.created_at < ?) AS one
 GROUP BY schedule_id, day ORDER BY day, schedule_id
