-- name: payment_max
SELECT COALESCE(MAX(id), 0) FROM payment_intent

-- name: payment_insert
INSERT INTO payment_intent (id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, created_at, updated_at,
    organizer_id, performance_id, schedule_id, account_id, title, method)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: payment_update
-- (state, why, payment_key, captured, refunded, promised, refused, paid booking, ref, charged currency, let go at, now, id)
UPDATE payment_intent SET state = ?, why = ?, payment_key = ?, captured = ?, refunded = ?, promised = ?, refused = ?, paid_booking = ?, ref = ?,
    charged_currency = ?, let_go_at = ?, updated_at = ?
WHERE id = ?

-- name: payment_by_id
SELECT id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, promised, created_at, organizer_id,
    performance_id, schedule_id, account_id, ref, title, charged_currency,
    refused, let_go_at, method FROM payment_intent
WHERE id = ?

-- name: payment_live
-- The payment that stands in the way of another one for its booking.
SELECT id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, promised, created_at, organizer_id,
    performance_id, schedule_id, account_id, ref, title, charged_currency,
    refused, let_go_at, method FROM payment_intent
WHERE booking_id = ? AND state IN ('ready', 'confirming', 'pending', 'captured', 'paid') ORDER BY id DESC LIMIT 1

-- name: payment_page
-- (before this id, rows), like the next two
SELECT id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, promised, created_at, organizer_id,
    performance_id, schedule_id, account_id, ref, title, charged_currency,
    refused, let_go_at, method FROM payment_intent
WHERE id < ? ORDER BY id DESC LIMIT ?

-- name: payment_page_user
SELECT id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, promised, created_at, organizer_id,
    performance_id, schedule_id, account_id, ref, title, charged_currency,
    refused, let_go_at, method FROM payment_intent
WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?

-- name: payment_page_booking
-- (booking, 0 or user, user, before this id, rows)
SELECT id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, refunded, promised, created_at, organizer_id,
    performance_id, schedule_id, account_id, ref, title, charged_currency,
    refused, let_go_at, method FROM payment_intent
WHERE booking_id = ? AND (? = 0 OR user_id = ?) AND id < ? ORDER BY id DESC LIMIT ?

-- name: payment_unfinished
-- What has to be taken up, and when (0: now). The newest first: the watch gives what it was told last first.
SELECT id, let_go_at FROM payment_intent
WHERE state IN ('confirming', 'pending', 'captured') OR let_go_at > 0 OR id IN (SELECT payment_id FROM payment_refund WHERE state IN ('created', 'pending'))
ORDER BY updated_at DESC

-- name: move_max
SELECT COALESCE(MAX(id), 0) FROM payment_move

-- name: move_insert
INSERT INTO payment_move (id, payment_id, refund_id, from_state, to_state, why, at) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: event_by_id
SELECT payment_id FROM payment_webhook_event WHERE provider = ? AND event = ?

-- name: event_insert
INSERT INTO payment_webhook_event (provider, event, payment_id, at) VALUES (?, ?, ?, ?)
