-- name: draw_all
SELECT schedule_id, closed_at, entries, root, beacon_round, beacon_url, drawn_at, beacon, randomness, beacon_signature, seed FROM queue_draw

-- name: draw_insert
INSERT INTO queue_draw (schedule_id, closed_at, entries, root, beacon_round, beacon_url) VALUES (?, ?, ?, ?, ?, ?)

-- name: draw_update
UPDATE queue_draw SET drawn_at = ?, beacon = ?, randomness = ?, beacon_signature = ?, seed = ? WHERE schedule_id = ? AND drawn_at IS NULL

-- name: block_insert
INSERT INTO queue_block (id, hash) VALUES (?, ?)

-- name: block_count
SELECT COUNT(*) FROM queue_block WHERE id BETWEEN ? AND ?

-- name: block_range
SELECT hash FROM queue_block WHERE id BETWEEN ? AND ? ORDER BY id

-- name: entry_range
SELECT id, joined_at, user_id FROM queue_place WHERE id BETWEEN ? AND ? ORDER BY id

-- name: withdrawn_insert
INSERT INTO queue_withdrawn (id, left_at) VALUES (?, ?)

-- name: withdrawn_range
SELECT id FROM queue_withdrawn WHERE id BETWEEN ? AND ?
