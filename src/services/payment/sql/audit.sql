-- name: entries_balance
-- help: M1: the lines of every ledger entry sum to 0
SELECT move_id, currency, SUM(amount) FROM payment_ledger GROUP BY move_id, currency HAVING SUM(amount) <> 0

-- name: ledger_agrees
-- help: M1: a payment's ledger holds what its state says: money at the provider, sold, undecided or owed
SELECT p.id, p.state, p.captured, p.refunded, l.provider, l.revenue, l.buyer, l.owed
FROM payment_intent p LEFT JOIN (
    SELECT payment_id,
           SUM(CASE WHEN account = 'provider' THEN amount ELSE 0 END) AS provider,
           SUM(CASE WHEN account = 'revenue' THEN amount ELSE 0 END) AS revenue,
           SUM(CASE WHEN account = 'buyer' THEN amount ELSE 0 END) AS buyer,
           SUM(CASE WHEN account = 'refund_due' THEN amount ELSE 0 END) AS owed
    FROM payment_ledger GROUP BY payment_id) l ON l.payment_id = p.id
WHERE COALESCE(l.provider, 0) <> p.captured - p.refunded
   OR COALESCE(l.revenue, 0) <> CASE WHEN p.state = 'paid' THEN -p.captured ELSE 0 END
   OR COALESCE(l.buyer, 0) <> CASE WHEN p.state = 'captured' THEN -p.captured ELSE 0 END
   OR COALESCE(l.owed, 0) <> CASE WHEN p.state IN ('refund_due', 'quarantined') THEN -p.captured ELSE 0 END

-- name: ledger_owner
-- help: M1: every ledger line belongs to a move of its payment
SELECT l.move_id, l.account FROM payment_ledger l LEFT JOIN payment_move m ON m.id = l.move_id AND m.payment_id = l.payment_id
WHERE m.id IS NULL

-- name: refunds_capped
-- help: M3: no more has gone back than was captured, by our books and by the provider's
SELECT id, captured, refunded FROM payment_intent WHERE refunded < 0 OR refunded > captured
UNION ALL
SELECT c.id, c.amount, SUM(r.amount) FROM payment_sandbox_charge c JOIN payment_sandbox_refund r ON r.charge_id = c.id
GROUP BY c.id, c.amount HAVING SUM(r.amount) > c.amount

-- name: paid_once
-- help: M4: a booking has at most one paid payment
SELECT booking_id, COUNT(*) FROM payment_intent WHERE state = 'paid' GROUP BY booking_id HAVING COUNT(*) > 1

-- name: paid_amount
-- help: M6: what is paid is exactly what was asked, and nothing of it went back
SELECT id, amount, captured, refunded FROM payment_intent
WHERE (state IN ('paid', 'captured', 'refund_due') AND (captured <> amount OR refunded <> 0)) OR (state = 'refunded' AND refunded <> captured)
   OR (state IN ('ready', 'confirming', 'pending', 'failed') AND captured <> 0)

-- name: charges_known
-- help: M4: every approved charge of the provider is the capture of a payment, or of one still being confirmed
SELECT c.id, c.idempotency_key, c.amount, c.currency, p.state FROM payment_sandbox_charge c LEFT JOIN payment_intent p ON p.id = c.idempotency_key
WHERE c.state = 'approved' AND (p.id IS NULL OR p.currency <> c.currency
   OR (p.captured <> c.amount AND NOT (p.captured = 0 AND p.state IN ('confirming', 'pending'))))

-- name: captures_known
-- help: M4: every capture of a payment is an approved charge of the provider
SELECT p.id, p.captured FROM payment_intent p LEFT JOIN payment_sandbox_charge c ON c.idempotency_key = p.id AND c.state = 'approved'
WHERE p.provider = 'sandbox' AND p.captured > 0 AND (c.id IS NULL OR c.amount <> p.captured)

-- name: refunds_known
-- help: M4: every refund of the provider is a refund of its payment, or of one whose money is being given back
SELECT c.id, p.id, p.state, p.refunded, r.amount FROM payment_sandbox_charge c
JOIN (SELECT charge_id, SUM(amount) AS amount FROM payment_sandbox_refund GROUP BY charge_id) r ON r.charge_id = c.id
LEFT JOIN payment_intent p ON p.id = c.idempotency_key
WHERE p.id IS NULL OR (p.refunded <> r.amount AND NOT (p.refunded = 0 AND p.state IN ('refund_due', 'quarantined')))

-- name: refunds_made
-- help: M4: every refund of a payment was made by the provider
SELECT p.id, p.refunded FROM payment_intent p
WHERE p.provider = 'sandbox' AND p.refunded > 0 AND p.refunded <> (
    SELECT COALESCE(SUM(r.amount), 0) FROM payment_sandbox_charge c JOIN payment_sandbox_refund r ON r.charge_id = c.id
    WHERE c.idempotency_key = p.id)

-- name: trail_complete
-- help: Every payment stands where its last move led
SELECT p.id, p.state FROM payment_intent p
WHERE p.state <> COALESCE((SELECT m.to_state FROM payment_move m WHERE m.payment_id = p.id ORDER BY m.id DESC LIMIT 1), '')

-- name: not_stuck
-- help: No payment whose outcome is known or can be asked for has been left unfinished for ten minutes while others went on
SELECT p.id, p.state, p.updated_at FROM payment_intent p
LEFT JOIN payment_sandbox_charge c ON c.idempotency_key = p.id AND c.state = 'approved'
WHERE (p.state IN ('confirming', 'captured', 'refund_due', 'quarantined') OR (p.state = 'pending' AND c.id IS NOT NULL AND c.created_at
      < (SELECT MAX(at) FROM payment_move) - 3600000))
  AND p.updated_at < (SELECT MAX(at) FROM payment_move) - 600000
