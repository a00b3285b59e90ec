-- name: W1_order
-- help: places are admitted in their order
SELECT id FROM (
    SELECT id, first_place, admitted_at, LAG(id) OVER line AS before_id, LAG(admitted_at) OVER line AS before_at
    FROM queue_step WINDOW line AS (PARTITION BY id >> 24 ORDER BY id)
) AS steps
WHERE first_place > (id & 16777215) OR (before_id IS NOT NULL AND (first_place <= (before_id & 16777215) OR admitted_at < before_at))

-- name: W2_rate
-- help: no more people come in within a minute than the rate and one second's worth
SELECT id, came_in FROM (
    SELECT id, SUM(admitted) OVER minute AS came_in, MAX(admit_per_minute) OVER minute AS rate
    FROM queue_step WINDOW minute AS (PARTITION BY id >> 24 ORDER BY admitted_at RANGE BETWEEN 60000 PRECEDING AND CURRENT ROW)
) AS minutes
WHERE came_in * 60000 > rate * 60000 + CASE WHEN rate > 60 THEN rate * 1000 ELSE 60000 END

-- name: W2_limit
-- help: no more people are let in than may be inside at the same time
SELECT id, active, active_limit FROM queue_step WHERE active > active_limit

-- name: W3_no_gap
-- help: the places of a room are 1, 2, 3, ... and none is missing
SELECT id >> 24 AS schedule_id, COUNT(*), MAX(id & 16777215) FROM queue_place
GROUP BY id >> 24 HAVING COUNT(*) <> MAX(id & 16777215)

-- name: W3_known
-- help: whatever is admitted or over was a place in line
SELECT e.id FROM queue_end e LEFT JOIN queue_place p ON p.id = e.id WHERE p.id IS NULL
UNION ALL
SELECT s.id FROM queue_step s LEFT JOIN queue_place p ON p.id = s.id WHERE p.id IS NULL

-- name: W3_one_state
-- help: who left the line was not let in, who left inside or bought had been let in before and not expired
SELECT e.id, e.how FROM queue_end e LEFT JOIN queue_step s ON s.id = (SELECT MIN(t.id) FROM queue_step t WHERE t.id >= e.id)
WHERE (e.how = 1 AND s.id >> 24 = e.id >> 24 AND s.first_place <= (e.id & 16777215) AND s.admitted_at < e.ended_at)
   OR (e.how <> 1 AND (s.id IS NULL OR s.id >> 24 <> e.id >> 24 OR s.first_place > (e.id & 16777215)
                       OR s.admitted_at > e.ended_at OR s.expires_at <= e.ended_at))

-- name: W3_served
-- help: the line has come as far as its last admission, not past its last place
SELECT r.schedule_id, r.serving FROM queue_room r
WHERE r.serving <> COALESCE((SELECT MAX(s.id) FROM queue_step s WHERE s.id BETWEEN (r.schedule_id << 24) AND ((r.schedule_id << 24) | 16777215)), 0)
                   % 16777216
   OR r.serving > COALESCE((SELECT MAX(p.id) FROM queue_place p WHERE p.id BETWEEN (r.schedule_id << 24) AND ((r.schedule_id << 24) | 16777215)), 0)
                  % 16777216

-- name: W3_count
-- help: everybody in the places of an admission was let in, but those who had left the line
SELECT s.id, s.admitted FROM queue_step s
WHERE s.admitted <> (s.id & 16777215) - s.first_place + 1
      - (SELECT COUNT(*) FROM queue_end e WHERE e.how = 1 AND e.id BETWEEN s.id - (s.id & 16777215) + s.first_place AND s.id)

-- name: W3_one_place
-- help: nobody has two places at once: the former one was over when the next was taken
SELECT later.id, later.before_id FROM (
    SELECT id, joined_at, LAG(id) OVER (PARTITION BY id >> 24, user_id ORDER BY id) AS before_id FROM queue_place
) AS later
LEFT JOIN queue_end e ON e.id = later.before_id AND e.ended_at <= later.joined_at
LEFT JOIN queue_step s ON s.id = (SELECT MIN(t.id) FROM queue_step t WHERE t.id >= later.before_id)
                      AND s.id >> 24 = later.id >> 24 AND s.first_place <= (later.before_id & 16777215) AND s.expires_at <= later.joined_at
WHERE later.before_id IS NOT NULL AND e.id IS NULL AND s.id IS NULL
