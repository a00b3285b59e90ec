-- name: own_settings
-- help: settings of its own has a date whose performance has settings too
SELECT r.schedule_id FROM queue_room r LEFT JOIN queue_wish w ON w.performance_id = r.performance_id
WHERE r.own = 1 AND r.performance_id <> 0 AND w.performance_id IS NULL
