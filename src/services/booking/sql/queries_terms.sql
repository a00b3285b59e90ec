-- name: schedule_terms
UPDATE booking_schedule SET terms = ? WHERE id = ?

-- name: presale_use_insert
INSERT INTO booking_presale_use (schedule_id, user_id, code, group_name) VALUES (?, ?, ?, ?)

-- name: presale_uses
SELECT schedule_id, user_id, code, group_name FROM booking_presale_use

-- name: presale_entered
SELECT COUNT(*) FROM booking_presale_use WHERE schedule_id = ?
