-- name: mail_max
SELECT COALESCE(MAX(id), 0) FROM auth_mail

-- name: mail_insert
INSERT INTO auth_mail (id, user_id, kind, address, name, lang, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: mail_by_id
-- (id, now): one that is still to be sent
SELECT id, user_id, kind, address, name, lang FROM auth_mail WHERE id = ? AND used_at IS NULL AND expires_at > ?

-- name: mail_by_token
-- (hash, kind, now): one whose link still works
SELECT id, user_id, kind, address, name, lang FROM auth_mail WHERE token_hash = ? AND kind = ? AND used_at IS NULL AND expires_at > ?

-- name: mail_token
UPDATE auth_mail SET token_hash = ? WHERE id = ?

-- name: mail_void
-- (now, user, kind): no link of this kind works any more
UPDATE auth_mail SET used_at = ? WHERE user_id = ? AND kind = ? AND used_at IS NULL

-- name: mail_count
-- (user, kind, since)
SELECT COUNT(*) FROM auth_mail WHERE user_id = ? AND kind = ? AND created_at > ?

-- name: mail_forget_user
DELETE FROM auth_mail WHERE user_id = ?

-- name: mail_prune
DELETE FROM auth_mail WHERE id IN (SELECT id FROM (SELECT id FROM auth_mail WHERE expires_at <= ? ORDER BY expires_at LIMIT ?) old)

-- name: forgot_insert
INSERT INTO auth_forgot (id, email) VALUES (?, ?)

-- name: forgot_max
SELECT COALESCE(MAX(id), 0) FROM auth_forgot

-- name: forgot_page
SELECT id, email FROM auth_forgot ORDER BY id LIMIT ?

-- name: forgot_delete
DELETE FROM auth_forgot WHERE id <= ?
