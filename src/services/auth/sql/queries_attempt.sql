-- name: attempt_get
SELECT failed, last_at FROM auth_attempt WHERE who = ?

-- name: attempt_insert
INSERT INTO auth_attempt (who, failed, last_at) VALUES (?, ?, ?)

-- name: attempt_update
UPDATE auth_attempt SET failed = ?, last_at = ? WHERE who = ?

-- name: attempt_back
UPDATE auth_attempt SET failed = failed - 1 WHERE who = ? AND failed > 0

-- name: attempt_delete
DELETE FROM auth_attempt WHERE who = ?

-- name: attempt_prune
DELETE FROM auth_attempt WHERE who IN (SELECT who FROM (SELECT who FROM auth_attempt WHERE last_at <= ? ORDER BY last_at LIMIT ?) old)
