-- name: catalogue_halls
-- (after this id)
SELECT id, region FROM performance_hall WHERE id > ?

-- name: catalogue_shows
-- (after this id)
SELECT id, title, title_en, cast_names, genre FROM performance_show WHERE id > ? AND deleted_at IS NULL ORDER BY id

-- name: catalogue_all_dates
-- (performances after this one)
SELECT s.performance_id, s.id, s.hall_id, s.starts_at, s.sale_starts_at, s.sale_ends_at, s.cancelled, MIN(c.amount), MAX(c.amount),
    MIN(c.currency), h.name
FROM performance_schedule s JOIN performance_schedule_price c ON c.schedule_id = s.id JOIN performance_hall h ON h.id = s.hall_id
WHERE s.performance_id > ? GROUP BY s.id ORDER BY s.performance_id, s.starts_at, s.id

-- name: catalogue_dates
SELECT s.performance_id, s.id, s.hall_id, s.starts_at, s.sale_starts_at, s.sale_ends_at, s.cancelled, MIN(c.amount), MAX(c.amount),
    MIN(c.currency), h.name
FROM performance_schedule s JOIN performance_schedule_price c ON c.schedule_id = s.id JOIN performance_hall h ON h.id = s.hall_id
WHERE s.performance_id = ? GROUP BY s.id ORDER BY s.starts_at, s.id

-- name: catalogue_sold
-- (since this time)
SELECT performance_id, at / 3600000, SUM(CASE WHEN sold > returned THEN sold - returned ELSE 0 END) FROM performance_purchase
WHERE at >= ? GROUP BY performance_id, at / 3600000
