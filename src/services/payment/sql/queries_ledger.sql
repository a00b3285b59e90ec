-- name: ledger_insert
INSERT INTO payment_ledger (move_id, account, organizer_id, payment_id, refund_id, cancellation_id, source, amount, currency, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: fee_insert
INSERT INTO payment_fee (payment_id, platform_bp, platform_fixed, vat_permille, provider_bp, provider_fixed, platform_fee, tax, provider_fee,
    retained_to, ticket_vat, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: fee_of
SELECT f.platform_fee, f.tax, f.provider_fee, f.retained_to, f.ticket_vat,
       (SELECT COALESCE(SUM(r.amount), 0) FROM payment_retained r WHERE r.payment_id = f.payment_id)
  FROM payment_fee f WHERE f.payment_id = ?

-- name: retained_insert
INSERT INTO payment_retained (cancellation_id, payment_id, amount, at) VALUES (?, ?, ?, ?)

-- name: retained_by_id
SELECT amount FROM payment_retained WHERE cancellation_id = ?

-- name: money_came_at
SELECT MIN(at) FROM payment_move WHERE payment_id = ? AND refund_id = 0 AND to_state IN ('captured', 'quarantined')

-- name: settlement
-- (organizer, 0 or performance, performance, from, to, rows): what was sold, day by day (of the Korean calendar, UTC+9, as days since 1970). What a
-- payment moves into the accounts of a sale is a sale, what a refund takes out of them goes back; a fee that is kept only changes accounts.
SELECT p.performance_id, MAX(p.title), (l.at + 32400000) / 86400000 AS day, l.currency,
       -SUM(CASE WHEN l.refund_id = 0 THEN l.amount ELSE 0 END),
       SUM(CASE WHEN l.refund_id <> 0 THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.account = 'retained_fee' THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.account = 'retained_fee' AND l.organizer_id = 0 THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.account = 'platform_fee' THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.account = 'tax' THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.account = 'provider_fee' THEN l.amount ELSE 0 END),
       -SUM(CASE WHEN l.organizer_id <> 0 THEN l.amount ELSE 0 END)
  FROM payment_intent p JOIN payment_ledger l ON l.payment_id = p.id
 WHERE p.organizer_id = ? AND (? = 0 OR p.performance_id = ?) AND l.at >= ? AND l.at < ?
   AND l.account IN ('organizer', 'platform_fee', 'tax', 'provider_fee', 'retained_fee')
 GROUP BY p.performance_id, day, l.currency ORDER BY p.performance_id, day, l.currency LIMIT ?
