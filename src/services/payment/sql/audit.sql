-- name: ledger_owner
-- help: M1: every ledger line belongs to a move of its payment or refund
SELECT l.move_id, l.account FROM payment_ledger l
LEFT JOIN payment_move m ON m.id = l.move_id AND m.payment_id = l.payment_id AND m.refund_id = l.refund_id
WHERE m.id IS NULL

-- name: refunds_capped
-- help: M3: no more is promised back than was captured, and no more has gone back than was promised, by our books and by the provider's
SELECT id, captured, refunded FROM payment_intent WHERE refunded < 0 OR refunded > promised OR promised > captured
UNION ALL
SELECT c.id, c.amount, SUM(r.amount) FROM payment_sandbox_charge c JOIN payment_sandbox_refund r ON r.charge_id = c.id
GROUP BY c.id, c.amount HAVING SUM(r.amount) > c.amount

-- name: paid_once
-- help: M4: a booking has at most one paid payment
SELECT booking_id, COUNT(*) FROM payment_intent WHERE state = 'paid' GROUP BY booking_id HAVING COUNT(*) > 1

-- name: paid_amount
-- help: M6: what is paid is exactly what was asked, and it is refunded exactly when all of it went back
SELECT id, state, amount, captured, refunded FROM payment_intent
WHERE (state IN ('paid', 'captured', 'refund_due') AND (captured <> amount OR charged_currency <> currency)) OR (state IN ('ready', 'confirming', 'pending', 'failed', 'cancelled') AND captured <> 0)
   OR (state = 'refunded') <> (captured > 0 AND refunded = captured)

-- name: charges_known
-- help: M4: every approved charge of the provider is the capture of a payment, or of one still being confirmed
SELECT c.id, c.idempotency_key, c.amount, c.currency, p.state FROM payment_sandbox_charge c LEFT JOIN payment_intent p ON p.id = c.idempotency_key
WHERE c.state = 'approved' AND (p.id IS NULL
   OR ((p.captured <> c.amount OR p.charged_currency <> c.currency) AND NOT (p.captured = 0 AND p.state IN ('confirming', 'pending'))))

-- name: captures_known
-- help: M4: every capture of a payment is an approved charge of the provider
SELECT p.id, p.captured FROM payment_intent p LEFT JOIN payment_sandbox_charge c ON c.idempotency_key = p.id AND c.state = 'approved'
WHERE p.provider = 'sandbox' AND p.captured > 0 AND (c.id IS NULL OR c.amount <> p.captured OR c.currency <> p.charged_currency)

-- name: refunds_sum
-- help: M3: what a payment promised back, gave back and was refused is the sum of its refunds; all attempts for one source are one promise
SELECT p.id, p.promised, p.refunded, p.refused, r.promised, r.done, r.refused FROM payment_intent p
LEFT JOIN (SELECT a.payment_id, SUM(CASE WHEN a.attempt = 1 THEN a.amount ELSE 0 END) AS promised,
                  SUM(CASE WHEN a.state = 'done' THEN a.amount ELSE 0 END) AS done,
                  SUM(CASE WHEN a.state = 'failed' AND a.attempt > 0 AND NOT EXISTS (SELECT 1 FROM payment_refund b
                      WHERE b.source = a.source AND b.source_id = a.source_id AND b.attempt > a.attempt) THEN a.amount ELSE 0 END) AS refused
           FROM payment_refund a GROUP BY a.payment_id) r ON r.payment_id = p.id
WHERE p.promised <> COALESCE(r.promised, 0) OR p.refunded <> COALESCE(r.done, 0) OR p.refused <> COALESCE(r.refused, 0)

-- name: refunds_once
-- help: M3: of the attempts to give the same money back at most one has done it, the others failed, and each is for the same amount
SELECT a.id, b.id, a.state, b.state FROM payment_refund a JOIN payment_refund b ON b.source = a.source AND b.source_id = a.source_id AND b.attempt > a.attempt
WHERE a.attempt > 0 AND (a.state <> 'failed' OR a.amount <> b.amount OR a.payment_id <> b.payment_id)

-- name: refused_has_case
-- help: M5: money that the provider refused to give back has a case for people
SELECT r.id, r.payment_id, r.amount FROM payment_refund r
WHERE r.state = 'failed' AND r.attempt > 0
  AND NOT EXISTS (SELECT 1 FROM payment_refund b WHERE b.source = r.source AND b.source_id = r.source_id AND b.attempt > r.attempt)
  AND NOT EXISTS (SELECT 1 FROM payment_case c WHERE c.kind = 'refund_failed' AND c.refund_id = r.id)

-- name: refunds_known
-- help: M4: every refund of the provider is one of ours of the same amount that is done or being asked for
SELECT s.id, s.idempotency_key, s.amount, r.amount, r.state FROM payment_sandbox_refund s
JOIN payment_sandbox_charge c ON c.id = s.charge_id
LEFT JOIN payment_refund r ON r.id = s.idempotency_key AND r.payment_id = c.idempotency_key
WHERE r.id IS NULL OR r.amount <> s.amount OR r.state NOT IN ('pending', 'done')

-- name: refunds_made
-- help: M4: every refund that is done was made by the provider
SELECT r.id, r.payment_id, r.amount FROM payment_refund r JOIN payment_intent p ON p.id = r.payment_id
LEFT JOIN payment_sandbox_refund s ON s.idempotency_key = r.id AND s.amount = r.amount
WHERE p.provider = 'sandbox' AND r.state = 'done' AND s.id IS NULL

-- name: trail_complete
-- help: Every payment and every refund stands where its last move led
SELECT p.id, p.state FROM payment_intent p
WHERE p.state <> COALESCE((SELECT m.to_state FROM payment_move m WHERE m.payment_id = p.id AND m.refund_id = 0 ORDER BY m.id DESC LIMIT 1), '')
UNION ALL
SELECT r.id, r.state FROM payment_refund r
WHERE r.state <> COALESCE((SELECT m.to_state FROM payment_move m WHERE m.payment_id = r.payment_id AND m.refund_id = r.id ORDER BY m.id DESC LIMIT 1),
                          CASE r.source WHEN 'payment' THEN r.state ELSE '' END)

-- name: not_stuck
-- help: No payment or refund whose outcome is known or can be asked for has been left unfinished for ten minutes while others went on
SELECT r.id, r.state, r.updated_at FROM payment_refund r
WHERE r.state IN ('created', 'pending') AND r.waiting_since = 0 AND r.updated_at < (SELECT MAX(at) FROM payment_move) - 600000
UNION ALL
SELECT p.id, p.state, p.updated_at FROM payment_intent p
LEFT JOIN payment_sandbox_charge c ON c.idempotency_key = p.id AND c.state = 'approved'
WHERE (p.state IN ('confirming', 'captured') OR (p.state = 'pending' AND c.id IS NOT NULL AND c.created_at
      < (SELECT MAX(at) FROM payment_move) - 3600000))
  AND p.updated_at < (SELECT MAX(at) FROM payment_move) - 600000
