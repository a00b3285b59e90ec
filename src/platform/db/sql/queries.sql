-- name: outbox_insert
INSERT INTO outbox (id, topic, event_key, body, created_at) VALUES (?, ?, ?, ?, ?)

-- name: outbox_max
SELECT COALESCE(MAX(id), 0) FROM outbox

-- name: outbox_after
SELECT id, event_key, body FROM outbox WHERE topic = ? AND id > ? ORDER BY id LIMIT 64

-- name: outbox_old
-- The oldest ones behind the first, but for the newest.
SELECT id, created_at FROM outbox WHERE id > ? AND id < ? ORDER BY id LIMIT 256

-- name: outbox_drop
DELETE FROM outbox WHERE id <= ? AND NOT EXISTS (SELECT 1 FROM bus_parked WHERE bus_parked.event_id = outbox.id)

-- name: inbox_drop
DELETE FROM bus_inbox WHERE event_id <= ?

-- name: clock_get
SELECT now_ms FROM clock_seen WHERE id = 1

-- name: clock_put
UPDATE clock_seen SET now_ms = ? WHERE id = 1

-- name: cursor_get
SELECT event_id FROM bus_cursor WHERE subscription = ?

-- name: cursor_insert
INSERT INTO bus_cursor (subscription, event_id) VALUES (?, ?)

-- name: cursor_update
UPDATE bus_cursor SET event_id = ? WHERE subscription = ?

-- name: parked_insert
INSERT INTO bus_parked (subscription, event_id, code, detail, parked_at, message, origin) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: parked_has
SELECT 1 FROM bus_parked WHERE origin = ? AND subscription = ?

-- name: parked_all
SELECT p.id, p.subscription, p.event_id, p.code, p.detail, p.parked_at, p.origin, p.message, o.body, o.topic
FROM bus_parked p LEFT JOIN outbox o ON o.id = p.event_id WHERE p.id > ? ORDER BY p.id LIMIT 64

-- name: parked_delete
DELETE FROM bus_parked WHERE id = ?

-- name: outbox_next
-- What the relay sends, in order.
SELECT id, topic, event_key, body, created_at FROM outbox WHERE id > ? ORDER BY id LIMIT 64

-- name: inbox_has
SELECT 1 FROM bus_inbox WHERE subscription = ? AND event_id = ?

-- name: inbox_insert
INSERT INTO bus_inbox (subscription, event_id) VALUES (?, ?)

-- name: inbox_lacks
-- The first event of a topic that a subscription has still to hear.
SELECT id FROM outbox WHERE id > ? AND topic = ? AND NOT EXISTS (SELECT 1 FROM bus_inbox WHERE subscription = ? AND event_id = outbox.id) ORDER BY id LIMIT 1

-- name: idem_insert
-- length: of the answers before they were compressed
INSERT INTO idempotency (id, keys, answers, length, created_at) VALUES (?, ?, ?, ?, ?)

-- name: idem_max
SELECT COALESCE(MAX(id), 0) FROM idempotency

-- name: idem_keys
SELECT id, keys FROM idempotency WHERE created_at > ? ORDER BY id

-- name: idem_get
SELECT keys, answers, length FROM idempotency WHERE id = ?

-- name: idem_old
SELECT id, keys FROM idempotency WHERE id > ? AND created_at <= ? ORDER BY id LIMIT 64

-- name: idem_delete
DELETE FROM idempotency WHERE id = ?
