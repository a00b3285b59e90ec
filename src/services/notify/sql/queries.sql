-- name: mail_max
SELECT COALESCE(MAX(id), 0) FROM notify_mail

-- name: mail_known
SELECT id FROM notify_mail WHERE kind = ? AND source_id = ? AND user_id = ?

-- name: mail_insert
INSERT INTO notify_mail (id, kind, source_id, user_id, facts, status, attempts, why, due_at, created_at, done_at)
VALUES (?, ?, ?, ?, ?, 'queued', 0, '', ?, ?, NULL)

-- name: mail_by_id
SELECT id, kind, source_id, user_id, facts, status, attempts, why, due_at, created_at, done_at FROM notify_mail WHERE id = ?

-- name: mail_due
-- (now, rows)
SELECT id, kind, source_id, user_id, facts, status, attempts, why, due_at, created_at, done_at FROM notify_mail
WHERE due_at <= ? ORDER BY due_at, id LIMIT ?

-- name: mail_next
SELECT MIN(due_at) FROM notify_mail WHERE due_at IS NOT NULL

-- name: mail_update
-- (status, attempts, why, due at, done at, id)
UPDATE notify_mail SET status = ?, attempts = ?, why = ?, due_at = ?, done_at = ? WHERE id = ?

-- name: mail_page
-- (before this id, rows)
SELECT id, kind, source_id, user_id, facts, status, attempts, why, due_at, created_at, done_at FROM notify_mail
WHERE id < ? ORDER BY id DESC LIMIT ?

-- name: mail_page_status
-- (status, before this id, rows)
SELECT id, kind, source_id, user_id, facts, status, attempts, why, due_at, created_at, done_at FROM notify_mail
WHERE status = ? AND id < ? ORDER BY id DESC LIMIT ?

-- name: mail_prune
-- (done before, rows)
DELETE FROM notify_mail WHERE id IN (SELECT id FROM (SELECT id FROM notify_mail WHERE done_at <= ? ORDER BY done_at LIMIT ?) AS old)

-- name: mail_prune_unsent
-- Without a mail server nothing ever finishes: (rows to look at, made before)
DELETE FROM notify_mail
WHERE id IN (SELECT id FROM (SELECT id, created_at FROM notify_mail WHERE status = 'queued' ORDER BY id LIMIT ?) AS oldest WHERE created_at <= ?)

-- name: setting_get
SELECT off FROM notify_setting WHERE user_id = ?

-- name: setting_insert
INSERT INTO notify_setting (user_id, off, updated_at) VALUES (?, ?, ?)

-- name: setting_update
-- (off, now, user)
UPDATE notify_setting SET off = ?, updated_at = ? WHERE user_id = ?

-- name: setting_delete
DELETE FROM notify_setting WHERE user_id = ?
