-- name: schedule_change
-- (the new values, schedule, hall, schedule, ends_at, starts_at): one command decides that the hall is free then
UPDATE performance_schedule
SET starts_at = ?, ends_at = ?, sale_starts_at = ?, sale_ends_at = ?, max_tickets_per_user = ?, revision = revision + 1
WHERE id = ? AND NOT EXISTS (SELECT 1 FROM (SELECT s.id, s.starts_at, s.ends_at FROM performance_schedule s WHERE s.hall_id = ? AND s.cancelled = 0) AS o
    WHERE o.id <> ? AND o.starts_at < ? AND o.ends_at > ?)

-- name: price_change
UPDATE performance_schedule_price SET amount = ? WHERE schedule_id = ? AND category = ?

-- name: schedule_cancel
UPDATE performance_schedule SET cancelled = 1, cancelled_at = ?, cancel_reason = ? WHERE id = ? AND cancelled = 0

-- name: plans_of_hall
SELECT COUNT(*) FROM performance_plan WHERE hall_id = ?

-- name: plan_insert
INSERT INTO performance_plan (id, hall_id, seat_count, created_at, warnings, plan) VALUES (?, ?, ?, ?, ?, ?)

-- name: schedule_move
-- (plan, schedule, the revision that was looked at)
UPDATE performance_schedule SET plan_id = ?, revision = revision + 1 WHERE id = ? AND revision = ? AND cancelled = 0

-- name: prices_delete
DELETE FROM performance_schedule_price WHERE schedule_id = ?
