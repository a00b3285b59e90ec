-- name: user_max
SELECT COALESCE(MAX(id), 0) FROM auth_user

-- name: user_insert
INSERT INTO auth_user (id, email, name, phone, lang, password_hash, roles, created_at, updated_at, tokens_valid_from)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: user_by_id
SELECT id, email, name, phone, lang, roles, verified_at IS NOT NULL, suspended_at IS NOT NULL,
       (SELECT COUNT(*) FROM auth_factor f WHERE f.user_id = auth_user.id AND f.confirmed_at IS NOT NULL), created_at
FROM auth_user WHERE id = ? AND email IS NOT NULL

-- name: user_page
-- (before this id, pattern, pattern, rows)
SELECT id, email, name, phone, lang, roles, verified_at IS NOT NULL, suspended_at IS NOT NULL,
       (SELECT COUNT(*) FROM auth_factor f WHERE f.user_id = auth_user.id AND f.confirmed_at IS NOT NULL), created_at
FROM auth_user
WHERE id < ? AND email IS NOT NULL AND (email LIKE ? ESCAPE '!' OR name LIKE ? ESCAPE '!')
ORDER BY id DESC LIMIT ?

-- name: credentials_by_email
SELECT id, password_hash, email, roles, suspended_at IS NOT NULL, COALESCE(admin_since, 0) FROM auth_user WHERE email = ?

-- name: credentials_by_id
SELECT id, password_hash, email, roles, suspended_at IS NOT NULL, COALESCE(admin_since, 0) FROM auth_user WHERE id = ? AND email IS NOT NULL

-- name: admin_other
SELECT id FROM auth_user WHERE id <> ? AND (roles & 16) <> 0 AND suspended_at IS NULL LIMIT 1

-- name: staff
-- (roles as bits, rows)
SELECT id FROM auth_user WHERE (roles & ?) <> 0 AND email IS NOT NULL AND suspended_at IS NULL ORDER BY id LIMIT ?

-- name: user_update
UPDATE auth_user SET name = ?, phone = ?, lang = ?, updated_at = ? WHERE id = ?

-- name: user_roles_update
-- (roles, is it an ADMIN now, now, now, id)
UPDATE auth_user SET roles = ?, admin_since = CASE WHEN ? = 0 THEN NULL ELSE COALESCE(admin_since, ?) END, updated_at = ? WHERE id = ?

-- name: admin_since_update
UPDATE auth_user SET admin_since = ? WHERE id = ?

-- name: user_password_update
UPDATE auth_user SET password_hash = ?, updated_at = ? WHERE id = ?

-- name: user_email_update
UPDATE auth_user SET email = ?, updated_at = ? WHERE id = ?

-- name: user_verified_update
UPDATE auth_user SET verified_at = ? WHERE id = ? AND verified_at IS NULL

-- name: user_suspended_update
UPDATE auth_user SET suspended_at = ?, updated_at = ? WHERE id = ?

-- name: user_erase
UPDATE auth_user SET email = NULL, name = '', phone = '', password_hash = '', roles = 0, verified_at = NULL, admin_since = NULL, updated_at = ? WHERE id = ?

-- name: session_erase
UPDATE auth_session SET device = '', address = '' WHERE user_id = ?

-- name: user_tokens_end
UPDATE auth_user SET tokens_valid_from = ? WHERE id = ?

-- name: session_max
SELECT COALESCE(MAX(id), 0) FROM auth_session

-- name: session_insert
INSERT INTO auth_session (id, user_id, refresh_hash, device, address, created_at, expires_at, rotated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: session_page
-- (user, before this id, now, rows)
SELECT id, device, address, created_at, rotated_at FROM auth_session
WHERE user_id = ? AND id < ? AND revoked_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT ?

-- name: session_owned
SELECT id FROM auth_session WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?

-- name: session_by_refresh
-- (hash, now): the session whose turn this token is, with what its user may do today
SELECT s.id, s.user_id, u.roles, (SELECT COUNT(*) FROM auth_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL), COALESCE(u.admin_since, 0)
FROM auth_session s JOIN auth_user u ON u.id = s.user_id
WHERE s.refresh_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND s.created_at >= u.tokens_valid_from

-- name: session_by_spent
SELECT session_id FROM auth_refresh WHERE hash = ?

-- name: session_rotate
UPDATE auth_session SET refresh_hash = ?, rotated_at = ? WHERE id = ?

-- name: session_revoke
UPDATE auth_session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL

-- name: session_live
-- (user, but not this one, since): sessions that gave out an access token since then
SELECT id FROM auth_session WHERE user_id = ? AND id <> ? AND revoked_at IS NULL AND rotated_at > ?

-- name: session_revoke_user
UPDATE auth_session SET revoked_at = ? WHERE user_id = ? AND id <> ? AND revoked_at IS NULL

-- name: session_revoked
SELECT id, revoked_at FROM auth_session WHERE revoked_at > ?

-- name: session_expired
SELECT id FROM auth_session WHERE expires_at <= ? ORDER BY expires_at LIMIT ?

-- name: session_delete
DELETE FROM auth_session WHERE id = ?

-- name: spent_insert
INSERT INTO auth_refresh (hash, session_id, spent_at) VALUES (?, ?, ?)

-- name: spent_delete
DELETE FROM auth_refresh WHERE session_id = ?
