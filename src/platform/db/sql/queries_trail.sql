-- name: trail_insert
INSERT INTO trail (id, at, user_id, session_id, roles, address, action, object, path, status, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: trail_max
SELECT COALESCE(MAX(id), 0) FROM trail

-- name: trail_all
-- Each of these four has an index of its own: (key, before, from, to, user or 0 twice, action or '' twice, rows); this one has no key.
SELECT id, at, user_id, roles, address, action, object, path, status, body FROM trail
WHERE id < ? AND at >= ? AND at < ? AND (? = 0 OR user_id = ?) AND (? = '' OR action = ?) ORDER BY id DESC LIMIT ?

-- name: trail_of_user
SELECT id, at, user_id, roles, address, action, object, path, status, body FROM trail
WHERE user_id = ? AND id < ? AND at >= ? AND at < ? AND (? = 0 OR user_id = ?) AND (? = '' OR action = ?) ORDER BY id DESC LIMIT ?

-- name: trail_of_object
SELECT id, at, user_id, roles, address, action, object, path, status, body FROM trail
WHERE object = ? AND id < ? AND at >= ? AND at < ? AND (? = 0 OR user_id = ?) AND (? = '' OR action = ?) ORDER BY id DESC LIMIT ?

-- name: trail_of_action
SELECT id, at, user_id, roles, address, action, object, path, status, body FROM trail
WHERE action = ? AND id < ? AND at >= ? AND at < ? AND (? = 0 OR user_id = ?) AND (? = '' OR action = ?) ORDER BY id DESC LIMIT ?
