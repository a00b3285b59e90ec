-- name: W5_device
-- help: only places that were taken are bound to a device, none before it was taken
SELECT d.id FROM queue_device d LEFT JOIN queue_place p ON p.id = d.id
WHERE p.id IS NULL OR d.bound_at < p.joined_at

-- name: W5_revoked
-- help: only places that were taken are revoked
SELECT v.id FROM queue_revoked v LEFT JOIN queue_place p ON p.id = v.id
WHERE p.id IS NULL OR v.revoked_at < p.joined_at
