-- name: waiting_max
SELECT COALESCE(MAX(id), 0) FROM booking_waiting

-- name: waiting_insert
INSERT INTO booking_waiting (id, schedule_id, grade, user_id, seat_count, status, live, created_at, changed_at) VALUES (?, ?, ?, ?, ?, 0, 1, ?, ?)

-- name: waiting_get
-- for the writer, who does not ask how many wait before it
SELECT w.id, w.schedule_id, w.grade, w.user_id, w.seat_count, w.status, w.hold_id, w.created_at, h.expires_at, h.total, h.seats, 0
  FROM booking_waiting w LEFT JOIN booking_hold h ON h.id = w.hold_id
 WHERE w.id = ?

-- name: waiting_of_user
-- (user, id, limit): with the seats of its offer, and how many wait before it
SELECT w.id, w.schedule_id, w.grade, w.user_id, w.seat_count, w.status, w.hold_id, w.created_at, h.expires_at, h.total, h.seats,
       (SELECT COUNT(*) FROM booking_waiting o WHERE o.schedule_id = w.schedule_id AND o.grade = w.grade AND o.status = 0 AND o.id < w.id)
  FROM booking_waiting w LEFT JOIN booking_hold h ON h.id = w.hold_id
 WHERE w.user_id = ? AND w.id < ? ORDER BY w.id DESC LIMIT ?

-- name: waiting_live
SELECT id FROM booking_waiting WHERE schedule_id = ? AND grade = ? AND user_id = ? AND live = 1

-- name: waiting_next
-- (schedule, grade, id, seats): who joined next and is content with so many
SELECT id, user_id, seat_count FROM booking_waiting
 WHERE schedule_id = ? AND grade = ? AND status = 0 AND id > ? AND seat_count <= ? ORDER BY id LIMIT 1

-- name: waiting_offer
UPDATE booking_waiting SET status = 1, hold_id = ?, changed_at = ? WHERE id = ? AND status = 0

-- name: waiting_end
UPDATE booking_waiting SET status = ?, live = NULL, changed_at = ? WHERE id = ? AND status = ?

-- name: waiting_counts
SELECT schedule_id, grade, COUNT(*) FROM booking_waiting WHERE status = 0 GROUP BY schedule_id, grade

-- name: waiting_offers
SELECT hold_id, id FROM booking_waiting WHERE status = 1

-- name: hold_begins
UPDATE booking_hold SET created_at = ?, pass = ? WHERE id = ?
