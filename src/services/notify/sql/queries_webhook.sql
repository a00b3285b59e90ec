-- name: webhook_max
SELECT COALESCE(MAX(id), 0) FROM notify_webhook

-- name: webhook_count
SELECT COUNT(*) FROM notify_webhook WHERE owner_id = ?

-- name: webhook_insert
INSERT INTO notify_webhook (id, owner_id, url, events, salt, active, why, failing_since, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, 1, ?, NULL, ?, ?)

-- name: webhook_update
-- (url, events, active, why, failing since, now, id)
UPDATE notify_webhook SET url = ?, events = ?, active = ?, why = ?, failing_since = ?, updated_at = ? WHERE id = ?

-- name: webhook_delete
DELETE FROM notify_webhook WHERE id = ?

-- name: webhook_by_id
SELECT id, owner_id, url, events, salt, active, why, failing_since, created_at FROM notify_webhook WHERE id = ?

-- name: webhook_of_owner
SELECT id, owner_id, url, events, salt, active, why, failing_since, created_at FROM notify_webhook WHERE owner_id = ? ORDER BY id

-- name: webhook_page
-- (0 or owner, owner, before this id, rows)
SELECT id, owner_id, url, events, salt, active, why, failing_since, created_at FROM notify_webhook
WHERE (? = 0 OR owner_id = ?) AND id < ? ORDER BY id DESC LIMIT ?

-- name: delivery_max
SELECT COALESCE(MAX(id), 0) FROM notify_delivery

-- name: delivery_known
SELECT id FROM notify_delivery WHERE webhook_id = ? AND event = ? AND source_id = ?

-- name: delivery_insert
INSERT INTO notify_delivery (id, webhook_id, event, source_id, event_id, body, status, attempts, http_status, why, answer, due_at, retry_until, created_at, done_at)
VALUES (?, ?, ?, ?, ?, ?, 'queued', 0, 0, '', x'', ?, ?, ?, NULL)

-- name: delivery_by_id
SELECT id, webhook_id, event, event_id, body, status, attempts, http_status, why, answer, due_at, retry_until, created_at, done_at
FROM notify_delivery WHERE id = ?

-- name: delivery_due
-- (now, rows)
SELECT id, webhook_id, event, event_id, body, status, attempts, http_status, why, answer, due_at, retry_until, created_at, done_at
FROM notify_delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT ?

-- name: delivery_next
SELECT MIN(due_at) FROM notify_delivery WHERE due_at IS NOT NULL

-- name: delivery_update
-- (status, attempts, http status, why, answer, due at, retry until, done at, id)
UPDATE notify_delivery SET status = ?, attempts = ?, http_status = ?, why = ?, answer = ?, due_at = ?, retry_until = ?, done_at = ? WHERE id = ?

-- name: delivery_give_up
-- What waits for a webhook that is out of use: (why, now, webhook)
UPDATE notify_delivery SET status = 'failed', why = ?, due_at = NULL, done_at = ? WHERE webhook_id = ? AND status = 'queued'

-- name: delivery_hold_back
-- A webhook that does not answer is left alone by what is due next: (until, webhook, now, rows)
UPDATE notify_delivery SET due_at = ?
WHERE webhook_id = ? AND id IN (SELECT id FROM (SELECT id FROM notify_delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT ?) AS next)

-- name: delivery_page
-- (webhook, before this id, rows)
SELECT id, webhook_id, event, event_id, body, status, attempts, http_status, why, answer, due_at, retry_until, created_at, done_at
FROM notify_delivery WHERE webhook_id = ? AND id < ? ORDER BY id DESC LIMIT ?

-- name: delivery_delete
DELETE FROM notify_delivery WHERE webhook_id = ?

-- name: delivery_prune
-- (done before, rows)
DELETE FROM notify_delivery WHERE id IN (SELECT id FROM (SELECT id FROM notify_delivery WHERE done_at <= ? ORDER BY done_at LIMIT ?) AS old)
