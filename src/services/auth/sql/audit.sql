-- name: A1_session_owner
-- help: every session belongs to a user
SELECT s.id, s.user_id FROM auth_session s LEFT JOIN auth_user u ON u.id = s.user_id WHERE u.id IS NULL

-- name: A2_session_end
-- help: no session lives on from before the moment all sessions of its user were ended
SELECT s.id, s.user_id FROM auth_session s JOIN auth_user u ON u.id = s.user_id
WHERE s.revoked_at IS NULL AND s.created_at < u.tokens_valid_from

-- name: A3_spent_session
-- help: a used-up refresh token leads to its session
SELECT r.session_id, r.spent_at FROM auth_refresh r LEFT JOIN auth_session s ON s.id = r.session_id WHERE s.id IS NULL

-- name: A4_spent_dead
-- help: no used-up refresh token works again
SELECT s.id, s.user_id FROM auth_refresh r JOIN auth_session s ON s.refresh_hash = r.hash

-- name: A5_email_normal
-- help: e-mail addresses are stored trimmed and in lower case
SELECT id FROM auth_user WHERE email <> LOWER(TRIM(email))

-- name: A6_erased_empty
-- help: an erased account keeps no personal data and no role, every other one has a role and a password
SELECT id FROM auth_user
WHERE (email IS NULL AND (name <> '' OR phone <> '' OR password_hash <> '' OR roles <> 0 OR verified_at IS NOT NULL))
   OR (email IS NOT NULL AND (password_hash = '' OR roles = 0))

-- name: A7_erased_traces
-- help: what belonged to an erased account does not tell whose it was
SELECT s.id, s.user_id FROM auth_session s JOIN auth_user u ON u.id = s.user_id WHERE u.email IS NULL AND (s.device <> '' OR s.address <> '')
UNION ALL
SELECT m.id, m.user_id FROM auth_mail m JOIN auth_user u ON u.id = m.user_id WHERE u.email IS NULL AND m.kind <> 4

-- name: A10_api_key_owner
-- help: every API key, second factor and identity elsewhere belongs to an account that is not closed
SELECT k.id, k.user_id FROM auth_api_key k LEFT JOIN auth_user u ON u.id = k.user_id WHERE u.email IS NULL
UNION ALL
SELECT 0, f.user_id FROM auth_factor f LEFT JOIN auth_user u ON u.id = f.user_id WHERE u.email IS NULL
UNION ALL
SELECT 0, i.user_id FROM auth_identity i LEFT JOIN auth_user u ON u.id = i.user_id WHERE u.email IS NULL
UNION ALL
SELECT 0, r.user_id FROM auth_recovery r LEFT JOIN auth_factor f ON f.user_id = r.user_id WHERE f.confirmed_at IS NULL

-- name: A8_suspended_out
-- help: no session of a suspended account is in force
SELECT s.id, s.user_id FROM auth_session s JOIN auth_user u ON u.id = s.user_id WHERE u.suspended_at IS NOT NULL AND s.revoked_at IS NULL

-- name: A9_admin_remains
-- help: if anybody ever was an ADMIN, there is one who may sign in
SELECT u.id FROM auth_user u WHERE (u.roles & 16) <> 0
   AND NOT EXISTS (SELECT 1 FROM auth_user o WHERE (o.roles & 16) <> 0 AND o.suspended_at IS NULL)
