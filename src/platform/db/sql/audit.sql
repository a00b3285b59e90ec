-- name: E1_parked
-- help: no event was refused by a subscriber for good
SELECT id, subscription, event_id, code FROM bus_parked WHERE event_id > 0

-- name: E2_heard
-- help: E2: no subscription has gone further than what was said
SELECT subscription, event_id FROM bus_cursor WHERE event_id > (SELECT COALESCE(MAX(id), 0) FROM outbox)

-- name: E3_inbox
-- help: E3: nothing was heard that was never said
SELECT subscription, event_id FROM bus_inbox WHERE event_id > (SELECT COALESCE(MAX(id), 0) FROM outbox)
