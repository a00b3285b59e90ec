-- name: wish_get
SELECT mode, admit_per_minute, active_limit, pass_seconds, COALESCE(opens_at, 0), paused, draining, device_binding, work, message, message_en, chosen_at
FROM queue_wish WHERE performance_id = ?

-- name: wish_delete
DELETE FROM queue_wish WHERE performance_id = ?

-- name: wish_insert
INSERT INTO queue_wish (performance_id, mode, admit_per_minute, active_limit, pass_seconds, opens_at, paused, draining, device_binding, work, message,
                        message_en, chosen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
