-- name: E1_parked
-- help: no event was refused by a subscriber for good
SELECT id, subscription, event_id, code FROM bus_parked
