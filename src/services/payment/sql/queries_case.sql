-- name: case_max
SELECT COALESCE(MAX(id), 0) FROM payment_case

-- name: case_known
SELECT id FROM payment_case WHERE source = ?

-- name: case_insert
INSERT INTO payment_case (id, source, kind, state, provider, payment_id, refund_id, booking_id, about, told, stored, proposed, opened_at, resolution,
    resolved_by, resolved_at, note)
VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, '')

-- name: case_resolve
-- (resolution, who, now, note, id)
UPDATE payment_case SET state = 'resolved', resolution = ?, resolved_by = ?, resolved_at = ?, note = ? WHERE id = ? AND state = 'open'

-- name: case_by_id
SELECT id, kind, state, provider, payment_id, refund_id, booking_id, about, told, stored, proposed, opened_at, resolution, resolved_by, resolved_at,
    note FROM payment_case WHERE id = ?

-- name: case_page
-- (before this id, state (twice, '': any, like the next), kind, provider, payment (0: any), rows)
SELECT id, kind, state, provider, payment_id, refund_id, booking_id, about, told, stored, proposed, opened_at, resolution, resolved_by, resolved_at,
    note FROM payment_case
WHERE id < ? AND (? = '' OR state = ?) AND (? = '' OR kind = ?) AND (? = '' OR provider = ?) AND (? = 0 OR payment_id = ?)
ORDER BY id DESC LIMIT ?

-- name: unclear_count
-- Money of which nobody can say whose it is: how often, and since when. What the provider said will take a while is not unclear.
SELECT COUNT(*), MIN(since) FROM (
    SELECT (SELECT MAX(m.at) FROM payment_move m WHERE m.payment_id = p.id AND m.refund_id = 0
                AND (m.to_state = 'confirming' OR m.from_state IN ('pending', 'failed', 'cancelled'))) AS since
    FROM payment_intent p WHERE p.state IN ('confirming', 'captured')
    UNION ALL
    SELECT created_at AS since FROM payment_refund WHERE state IN ('created', 'pending') AND waiting_since = 0) u

-- name: unclear_old
-- (since before this time, rows): those of which no case has been made, oldest first
SELECT payment_id, refund_id, booking_id, provider, state, amount, currency, since FROM (
    SELECT p.id AS payment_id, 0 AS refund_id, p.booking_id, p.provider, p.state, p.amount, p.currency,
           (SELECT MAX(m.at) FROM payment_move m WHERE m.payment_id = p.id AND m.refund_id = 0
                AND (m.to_state = 'confirming' OR m.from_state IN ('pending', 'failed', 'cancelled'))) AS since
    FROM payment_intent p WHERE p.state IN ('confirming', 'captured')
    UNION ALL
    SELECT r.payment_id, r.id, p.booking_id, p.provider, r.state, r.amount, p.charged_currency, r.created_at
    FROM payment_refund r JOIN payment_intent p ON p.id = r.payment_id
    WHERE r.state IN ('created', 'pending') AND r.waiting_since = 0) u
WHERE since <= ? AND NOT EXISTS (SELECT 1 FROM payment_case c WHERE c.payment_id = u.payment_id AND c.refund_id = u.refund_id
    AND c.kind = 'unclear_too_long' AND c.opened_at >= u.since)
ORDER BY since LIMIT ?

-- name: unclear_over
-- Cases of money that has become clear since.
SELECT COUNT(*) FROM payment_case c WHERE c.kind = 'unclear_too_long' AND c.state = 'open'
    AND NOT EXISTS (SELECT 1 FROM payment_intent p WHERE c.refund_id = 0 AND p.id = c.payment_id AND p.state IN ('confirming', 'captured'))
    AND NOT EXISTS (SELECT 1 FROM payment_refund r WHERE r.id = c.refund_id AND r.state IN ('created', 'pending') AND r.waiting_since = 0)

-- name: unclear_close
-- (now): those
UPDATE payment_case SET state = 'resolved', resolution = 'ask_again', resolved_at = ? WHERE kind = 'unclear_too_long' AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM payment_intent p WHERE payment_case.refund_id = 0 AND p.id = payment_case.payment_id
        AND p.state IN ('confirming', 'captured'))
    AND NOT EXISTS (SELECT 1 FROM payment_refund r WHERE r.id = payment_case.refund_id AND r.state IN ('created', 'pending') AND r.waiting_since = 0)
