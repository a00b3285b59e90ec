-- name: refund_max
SELECT COALESCE(MAX(id), 0) FROM payment_refund

-- name: refund_insert
INSERT INTO payment_refund (id, payment_id, source, source_id, attempt, state, amount, reason, ref, actor_id, waiting_since, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, 0, ?, ?)

-- name: refund_update
-- (state, ref, waiting since, now, id)
UPDATE payment_refund SET state = ?, ref = ?, waiting_since = ?, updated_at = ? WHERE id = ?

-- name: refund_by_id
SELECT id, payment_id, source, source_id, attempt, state, amount, reason, ref, waiting_since, created_at, updated_at FROM payment_refund WHERE id = ?

-- name: refund_by_source
-- Its last attempt.
SELECT id, payment_id, source, source_id, attempt, state, amount, reason, ref, waiting_since, created_at, updated_at FROM payment_refund
WHERE source = ? AND source_id = ? ORDER BY attempt DESC LIMIT 1

-- name: refund_open
-- (payment, after this id): the next one that is neither done nor failed
SELECT id, payment_id, source, source_id, attempt, state, amount, reason, ref, waiting_since, created_at, updated_at FROM payment_refund
WHERE payment_id = ? AND id > ? AND state IN ('created', 'pending') ORDER BY id LIMIT 1

-- name: refund_page
-- (payment, before this id, rows)
SELECT id, payment_id, source, source_id, attempt, state, amount, reason, ref, waiting_since, created_at, updated_at FROM payment_refund
WHERE payment_id = ? AND id < ? ORDER BY id DESC LIMIT ?
