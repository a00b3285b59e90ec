-- name: device_insert
INSERT INTO queue_device (id, device, session_id, bound_at) VALUES (?, ?, ?, ?)

-- name: device_get
SELECT device, session_id, moves FROM queue_device WHERE id = ?

-- name: device_move
UPDATE queue_device SET device = ?, session_id = ?, bound_at = ?, moves = moves + 1 WHERE id = ?

-- name: devices_moved
SELECT id, device FROM queue_device WHERE moves > 0

-- name: revoked_insert
INSERT INTO queue_revoked (id, reason, staff_id, revoked_at) VALUES (?, ?, ?, ?)

-- name: revoked_all
SELECT id, reason FROM queue_revoked
