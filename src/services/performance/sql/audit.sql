-- name: hall_overlap
-- help: No hall is used by two schedules at the same time
SELECT a.id, b.id, a.hall_id FROM performance_schedule a JOIN performance_schedule b ON b.hall_id = a.hall_id AND b.id > a.id
WHERE a.cancelled = 0 AND b.cancelled = 0 AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at

-- name: schedule_owner
-- help: Every schedule belongs to a performance and a hall
SELECT s.id, s.performance_id, s.hall_id FROM performance_schedule s
LEFT JOIN performance_show p ON p.id = s.performance_id LEFT JOIN performance_hall h ON h.id = s.hall_id
WHERE p.id IS NULL OR h.id IS NULL

-- name: schedule_seats
-- help: The categories of a schedule together have no more seats than its plan
SELECT s.id, h.seat_count, p.seat_count, SUM(c.seats) FROM performance_schedule s JOIN performance_hall h ON h.id = s.hall_id
LEFT JOIN performance_plan p ON p.id = s.plan_id JOIN performance_schedule_price c ON c.schedule_id = s.id
GROUP BY s.id, h.seat_count, p.seat_count HAVING SUM(c.seats) > COALESCE(p.seat_count, h.seat_count)

-- name: schedule_plan
-- help: A schedule that has moved to another plan has one of its own hall
SELECT s.id, s.plan_id FROM performance_schedule s LEFT JOIN performance_plan p ON p.id = s.plan_id
WHERE s.plan_id IS NOT NULL AND (p.id IS NULL OR p.hall_id <> s.hall_id)

-- name: schedule_currency
-- help: All prices of a schedule are in one currency, and there is at least one
SELECT s.id, COUNT(DISTINCT c.currency) FROM performance_schedule s LEFT JOIN performance_schedule_price c ON c.schedule_id = s.id
GROUP BY s.id HAVING COUNT(DISTINCT c.currency) <> 1

-- name: hall_in_use
-- help: No schedule that is still to be played is in a deleted hall
SELECT s.id, s.hall_id FROM performance_schedule s JOIN performance_hall h ON h.id = s.hall_id
WHERE s.cancelled = 0 AND h.deleted_at IS NOT NULL AND s.ends_at > h.deleted_at

-- name: purchase_returned
-- help: No more seats of a booking come back than were sold
SELECT booking_id, sold, returned FROM performance_purchase WHERE sold > 0 AND returned > sold

-- name: deleted_performance_played
-- help: No schedule that is still to be played is of a deleted performance
SELECT s.id, s.performance_id FROM performance_schedule s JOIN performance_show p ON p.id = s.performance_id
WHERE s.cancelled = 0 AND p.deleted_at IS NOT NULL AND s.ends_at > p.deleted_at
