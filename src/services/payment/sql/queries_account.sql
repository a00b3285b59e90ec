-- name: account_max
SELECT COALESCE(MAX(id), 0) FROM payment_account

-- name: account_insert
INSERT INTO payment_account (id, owner_id, provider, sealed, merchant, closed_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?)

-- name: account_update
-- (sealed, merchant, 0 or its id when it is closed, now, id)
UPDATE payment_account SET sealed = ?, merchant = ?, closed_id = ?, updated_at = ? WHERE id = ?

-- name: account_by_id
SELECT id, owner_id, provider, sealed, merchant, closed_id, created_at, updated_at FROM payment_account WHERE id = ?

-- name: account_used
SELECT id, owner_id, provider, sealed, merchant, closed_id, created_at, updated_at FROM payment_account
WHERE owner_id = ? AND provider = ? AND closed_id = 0

-- name: refund_account_by_payment
SELECT sealed FROM payment_refund_account WHERE payment_id = ?

-- name: refund_account_insert
INSERT INTO payment_refund_account (payment_id, sealed, updated_at) VALUES (?, ?, ?)

-- name: refund_account_update
UPDATE payment_refund_account SET sealed = ?, updated_at = ? WHERE payment_id = ?
