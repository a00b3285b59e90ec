-- name: schedule_change
-- (the new values, the limit twice more, schedule)
UPDATE booking_schedule
   SET revision = ?, starts_at = ?, ends_at = ?, sale_starts_at = ?, sale_ends_at = ?, prices = ?, max_per_user = ?,
       limit_max = CASE WHEN limit_max < ? THEN ? ELSE limit_max END
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
SELECT h.seat, h.reason, h.release_at, s.hall_id
  FROM booking_house_seat h JOIN booking_schedule s ON s.id = h.schedule_id
 WHERE h.schedule_id = ? ORDER BY h.release_at, h.reason, h.seat

-- name: house_insert
INSERT INTO booking_house_seat (schedule_id, seat, reason, release_at, held_at) VALUES (?, ?, ?, ?, ?)

-- name: house_delete
DELETE FROM booking_house_seat WHERE schedule_id = ? AND seat = ?

-- name: house_due
-- (now, how many)
SELECT schedule_id, seat FROM booking_house_seat WHERE release_at > 0 AND release_at <= ? ORDER BY release_at LIMIT ?

-- name: house_next
SELECT COALESCE(MIN(release_at), 0) FROM booking_house_seat WHERE release_at > 0
