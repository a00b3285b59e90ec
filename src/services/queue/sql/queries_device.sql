-- name: device_insert
INSERT INTO queue_device (id, device, session_id, bound_at) VALUES (?, ?, ?, ?)

-- name: device_get
SELECT device, session_id, moves FROM queue_device WHERE id = ?

-- name: device_move
UPDATE queue_device SET device = ?, session_id = ?, bound_at = ?, moves = moves + 1 WHERE id = ?

-- name: devices_moved
SELECT id, device FROM queue_device WHERE id BETWEEN ? AND ? AND moves > 0

-- name: revoked_insert
INSERT INTO queue_revoked (id, reason, staff_id, revoked_at) VALUES (?, ?, ?, ?)

-- name: revoked_range
SELECT v.id, v.reason, p.user_id FROM queue_revoked v JOIN queue_place p ON p.id = v.id WHERE v.id BETWEEN ? AND ? ORDER BY v.id
