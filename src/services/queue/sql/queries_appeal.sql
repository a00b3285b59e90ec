-- name: appeal_max
SELECT COALESCE(MAX(id), 0) FROM queue_appeal

-- name: appeal_insert
INSERT INTO queue_appeal (id, schedule_id, user_id, refused, said, made_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: appeal_by_id
SELECT id, schedule_id, user_id, refused, said, state, made_at, COALESCE(resolved_at, 0), answer FROM queue_appeal WHERE id = ?

-- name: appeal_of_user
SELECT id, schedule_id, user_id, refused, said, state, made_at, COALESCE(resolved_at, 0), answer FROM queue_appeal WHERE schedule_id = ? AND user_id = ?

-- name: appeal_page
SELECT id, schedule_id, user_id, refused, said, state, made_at, COALESCE(resolved_at, 0), answer FROM queue_appeal
WHERE schedule_id = ? AND id < ? AND (state = ? OR ? = -1) ORDER BY id DESC LIMIT ?

-- name: appeal_decide
UPDATE queue_appeal SET state = ?, resolved_at = ?, resolved_by = ?, answer = ? WHERE id = ?

-- name: appeals_forget
UPDATE queue_appeal SET said = '' WHERE user_id = ?

-- name: appeals_granted
SELECT schedule_id, user_id FROM queue_appeal WHERE state = 1
