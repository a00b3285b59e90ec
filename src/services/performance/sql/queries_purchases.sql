-- name: purchase_get
SELECT performance_id, at, sold, returned, last_cancellation FROM performance_purchase WHERE booking_id = ?

-- name: purchase_insert
INSERT INTO performance_purchase (booking_id, performance_id, user_id, at, sold, returned, last_cancellation) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: purchase_update
UPDATE performance_purchase SET sold = ?, returned = ?, last_cancellation = ? WHERE booking_id = ?

-- name: purchases_prune
-- (before this time, rows)
DELETE FROM performance_purchase WHERE booking_id IN (SELECT booking_id FROM (SELECT booking_id FROM performance_purchase WHERE at < ? ORDER BY at LIMIT ?) AS old)

-- name: purchases_of_user
-- (user, since, rows): what was bought last comes first
SELECT performance_id, MAX(at) FROM performance_purchase WHERE user_id = ? AND at >= ? AND sold > returned
GROUP BY performance_id ORDER BY MAX(at) DESC, performance_id DESC LIMIT ?

-- name: purchased_since
-- (since, after this performance, rows)
SELECT DISTINCT performance_id FROM performance_purchase WHERE at >= ? AND performance_id > ? ORDER BY performance_id LIMIT ?

-- name: affinity_count
-- (performance, buyers, since, performance, rows): what else its latest buyers have bought
SELECT o.performance_id, COUNT(DISTINCT o.user_id)
FROM (SELECT user_id FROM performance_purchase WHERE performance_id = ? AND sold > returned ORDER BY at DESC LIMIT ?) AS b
JOIN performance_purchase o ON o.user_id = b.user_id AND o.at >= ? AND o.performance_id <> ? AND o.sold > o.returned
GROUP BY o.performance_id ORDER BY COUNT(DISTINCT o.user_id) DESC, o.performance_id DESC LIMIT ?

-- name: affinity_clear
DELETE FROM performance_affinity WHERE performance_id = ?

-- name: affinity_update
UPDATE performance_affinity SET buyers = ? WHERE performance_id = ? AND other_id = ?

-- name: affinity_insert
INSERT INTO performance_affinity (buyers, performance_id, other_id) VALUES (?, ?, ?)

-- name: affinity_of
-- (performance, rows)
SELECT other_id, buyers FROM performance_affinity WHERE performance_id = ? ORDER BY buyers DESC, other_id DESC LIMIT ?
