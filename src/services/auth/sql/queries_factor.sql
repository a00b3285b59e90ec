-- name: factor_get
SELECT secret, confirmed_at IS NOT NULL, last_step FROM auth_factor WHERE user_id = ?

-- name: factor_insert
INSERT INTO auth_factor (user_id, secret, created_at, last_step) VALUES (?, ?, ?, 0)

-- name: factor_confirm
UPDATE auth_factor SET confirmed_at = ?, last_step = ? WHERE user_id = ?

-- name: factor_step
UPDATE auth_factor SET last_step = ? WHERE user_id = ? AND last_step < ?

-- name: factor_delete
DELETE FROM auth_factor WHERE user_id = ?

-- name: recovery_insert
INSERT INTO auth_recovery (hash, user_id) VALUES (?, ?)

-- name: recovery_use
UPDATE auth_recovery SET used_at = ? WHERE hash = ? AND user_id = ? AND used_at IS NULL

-- name: recovery_delete
DELETE FROM auth_recovery WHERE user_id = ?

-- name: api_key_max
SELECT COALESCE(MAX(id), 0) FROM auth_api_key

-- name: api_key_insert
INSERT INTO auth_api_key (id, user_id, hash, name, hint, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: api_keys_of
SELECT id, name, hint, scopes, created_at, expires_at FROM auth_api_key WHERE user_id = ? ORDER BY id DESC LIMIT ?

-- name: api_key_delete
DELETE FROM auth_api_key WHERE id = ? AND user_id = ?

-- name: api_keys_delete
DELETE FROM auth_api_key WHERE user_id = ?

-- name: api_keys_all
SELECT k.id, k.user_id, k.hash, k.scopes, k.expires_at, CASE WHEN u.suspended_at IS NULL THEN u.roles ELSE 0 END
FROM auth_api_key k JOIN auth_user u ON u.id = k.user_id
