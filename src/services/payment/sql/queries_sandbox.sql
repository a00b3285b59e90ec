-- name: sandbox_charge_max
SELECT COALESCE(MAX(id), 0) FROM payment_sandbox_charge

-- name: sandbox_charge_insert
INSERT INTO payment_sandbox_charge (id, idempotency_key, state, amount, currency, created_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: sandbox_charge_by_key
SELECT id, idempotency_key, state, amount, currency FROM payment_sandbox_charge WHERE idempotency_key = ?

-- name: sandbox_charge_collect
-- (now): what was to be paid by now has been paid
UPDATE payment_sandbox_charge SET state = 'approved'
WHERE state = 'pending' AND id IN (SELECT charge_id FROM payment_sandbox_webhook WHERE due_at <= ?)

-- name: sandbox_books_charges
-- (from, to, after this id, rows)
SELECT id, idempotency_key, amount, currency, created_at FROM payment_sandbox_charge
WHERE state = 'approved' AND created_at >= ? AND created_at < ? AND id > ? ORDER BY id LIMIT ?

-- name: sandbox_books_refunds
-- (from, to, after this id, rows)
SELECT r.id, c.idempotency_key, r.amount, c.currency, r.created_at
FROM payment_sandbox_refund r JOIN payment_sandbox_charge c ON c.id = r.charge_id
WHERE r.created_at >= ? AND r.created_at < ? AND r.id > ? ORDER BY r.id LIMIT ?

-- name: sandbox_refund_max
SELECT COALESCE(MAX(id), 0) FROM payment_sandbox_refund

-- name: sandbox_refund_insert
INSERT INTO payment_sandbox_refund (id, idempotency_key, charge_id, amount, created_at) VALUES (?, ?, ?, ?, ?)

-- name: sandbox_refund_by_key
SELECT id FROM payment_sandbox_refund WHERE idempotency_key = ?

-- name: sandbox_refunded
SELECT COALESCE(SUM(amount), 0) FROM payment_sandbox_refund WHERE charge_id = ?

-- name: sandbox_webhook_max
SELECT COALESCE(MAX(id), 0) FROM payment_sandbox_webhook

-- name: sandbox_webhook_insert
INSERT INTO payment_sandbox_webhook (id, charge_id, times, failures, due_at) VALUES (?, ?, ?, 0, ?)

-- name: sandbox_webhook_due
-- (now, rows)
SELECT w.id, w.times, w.failures, c.idempotency_key, c.amount, c.currency
FROM payment_sandbox_webhook w JOIN payment_sandbox_charge c ON c.id = w.charge_id
WHERE w.due_at <= ? ORDER BY w.due_at, w.id LIMIT ?

-- name: sandbox_webhook_next
SELECT MIN(due_at) FROM payment_sandbox_webhook

-- name: sandbox_webhook_update
UPDATE payment_sandbox_webhook SET failures = ?, due_at = ? WHERE id = ?
