-- name: hall_max
-- plans that came later have their ids from the same sequence
SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM performance_hall UNION ALL SELECT id FROM performance_plan) AS t

-- name: show_max
SELECT COALESCE(MAX(id), 0) FROM performance_show

-- name: schedule_max
SELECT COALESCE(MAX(id), 0) FROM performance_schedule

-- name: hall_insert
INSERT INTO performance_hall (id, owner_id, name, address, region, seat_count, created_at, warnings, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: hall_by_id
SELECT id, owner_id, name, address, region, seat_count, created_at FROM performance_hall WHERE id = ? AND deleted_at IS NULL

-- name: hall_plan
-- (twice the id, of a hall or of a later plan)
SELECT warnings, plan FROM performance_hall WHERE id = ? UNION ALL SELECT warnings, plan FROM performance_plan WHERE id = ?

-- name: hall_page
-- (before this id, pattern three times, rows)
SELECT id, owner_id, name, address, region, seat_count, created_at FROM performance_hall
WHERE id < ? AND deleted_at IS NULL AND (name LIKE ? ESCAPE '!' OR address LIKE ? ESCAPE '!')
ORDER BY id DESC LIMIT ?

-- name: hall_update
UPDATE performance_hall SET name = ?, address = ?, region = ? WHERE id = ?

-- name: hall_delete
-- (now, hall, hall, now): only when nothing is still to be played there
UPDATE performance_hall SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL
AND NOT EXISTS (SELECT 1 FROM performance_schedule s WHERE s.hall_id = ? AND s.cancelled = 0 AND s.ends_at > ?)

-- name: show_insert
INSERT INTO performance_show (id, owner_id, title, genre, age_rating, runtime_minutes, max_tickets_per_user, poster_url, cast_names, description,
    created_at, cast_roles, title_en) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: show_by_id
SELECT id, owner_id, title, genre, age_rating, runtime_minutes, max_tickets_per_user, poster_url, cast_names, description, created_at,
    cast_roles, title_en
FROM performance_show WHERE id = ? AND deleted_at IS NULL

-- name: show_page
-- (before this id, owner twice: 0 is anybody, pattern twice, rows)
SELECT id, owner_id, title, genre, age_rating, runtime_minutes, max_tickets_per_user, poster_url, cast_names, description, created_at,
    cast_roles, title_en
FROM performance_show WHERE id < ? AND (? = 0 OR owner_id = ?) AND deleted_at IS NULL AND (title LIKE ? ESCAPE '!' OR title_en LIKE ? ESCAPE '!')
ORDER BY id DESC LIMIT ?

-- name: show_update
UPDATE performance_show SET title = ?, title_en = ?, genre = ?, age_rating = ?, runtime_minutes = ?, max_tickets_per_user = ?, poster_url = ?,
    cast_names = ?, cast_roles = ?, description = ? WHERE id = ?

-- name: show_delete
-- (now, performance, performance, now): only when nothing is still to be played
UPDATE performance_show SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL
AND NOT EXISTS (SELECT 1 FROM performance_schedule s WHERE s.performance_id = ? AND s.cancelled = 0 AND s.ends_at > ?)

-- name: schedule_cast_update
UPDATE performance_schedule_cast SET names = ?, roles = ? WHERE schedule_id = ?

-- name: schedule_cast_insert
INSERT INTO performance_schedule_cast (schedule_id, names, roles) VALUES (?, ?, ?)

-- name: schedule_cast_get
SELECT names, roles FROM performance_schedule_cast WHERE schedule_id = ?

-- name: schedule_insert
-- (the row, then hall, hall, ends_at, starts_at): one command decides that the hall is there and free
INSERT INTO performance_schedule (id, performance_id, hall_id, starts_at, ends_at, sale_starts_at, sale_ends_at, created_at)
SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM (SELECT 1 AS one) AS t
WHERE EXISTS (SELECT 1 FROM performance_hall h WHERE h.id = ? AND h.deleted_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM performance_schedule s WHERE s.hall_id = ? AND s.cancelled = 0 AND s.starts_at < ? AND s.ends_at > ?)

-- name: schedule_by_id
SELECT s.id, s.performance_id, s.hall_id, p.owner_id, h.name, p.title, s.starts_at, s.ends_at, s.sale_starts_at, s.sale_ends_at,
    COALESCE(s.max_tickets_per_user, p.max_tickets_per_user), s.cancelled, COALESCE(s.max_tickets_per_user, 0), s.revision,
    COALESCE(s.plan_id, s.hall_id)
FROM performance_schedule s JOIN performance_show p ON p.id = s.performance_id JOIN performance_hall h ON h.id = s.hall_id
WHERE s.id = ?

-- name: schedules_of
SELECT s.id, s.performance_id, s.hall_id, p.owner_id, h.name, p.title, s.starts_at, s.ends_at, s.sale_starts_at, s.sale_ends_at,
    COALESCE(s.max_tickets_per_user, p.max_tickets_per_user), s.cancelled, COALESCE(s.max_tickets_per_user, 0), s.revision,
    COALESCE(s.plan_id, s.hall_id)
FROM performance_schedule s JOIN performance_show p ON p.id = s.performance_id JOIN performance_hall h ON h.id = s.hall_id
WHERE s.performance_id = ? ORDER BY s.starts_at, s.id

-- name: price_insert
INSERT INTO performance_schedule_price (schedule_id, category, name, color, amount, currency, seats) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: prices_of
SELECT category, name, color, amount, currency, seats FROM performance_schedule_price WHERE schedule_id = ? ORDER BY category
