-- name: identity_get
SELECT user_id FROM auth_identity WHERE issuer = ? AND subject = ?

-- name: identity_insert
INSERT INTO auth_identity (issuer, subject, user_id, created_at) VALUES (?, ?, ?, ?)

-- name: identity_forget_user
DELETE FROM auth_identity WHERE user_id = ?
