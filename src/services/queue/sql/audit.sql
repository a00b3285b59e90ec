-- name: W1_order
-- help: places are admitted in their order
SELECT id FROM (
    SELECT id, first_place, admitted_at, LAG(id) OVER line AS before_id, LAG(admitted_at) OVER line AS before_at
    FROM queue_step WINDOW line AS (PARTITION BY id >> 24 ORDER BY id)
) AS steps
WHERE first_place > (id & 16777215) OR (before_id IS NOT NULL AND (first_place <= (before_id & 16777215) OR admitted_at < before_at))

-- name: W2_rate
-- help: no more people come in within a minute than the rate and what may be saved up (docs/waiting-room.md)
SELECT id, came_in FROM (
    SELECT id, SUM(admitted) OVER minute AS came_in, MAX(admit_per_minute) OVER minute AS rate
    FROM (SELECT id, admitted_at, admitted, admit_per_minute FROM queue_step
          UNION ALL SELECT id, admitted_at, 1, admit_per_minute FROM queue_parked WHERE admitted_at IS NOT NULL) AS arrivals
    WINDOW minute AS (PARTITION BY id >> 24 ORDER BY admitted_at RANGE BETWEEN 60000 PRECEDING AND CURRENT ROW)
) AS minutes
WHERE came_in * 60000 > rate * 60000 + CASE WHEN rate >= 120 THEN rate * 1000 WHEN rate >= 60 THEN 119999 ELSE rate * 1000 + 59999 END

-- name: W2_limit
-- help: no more people are let in than may be inside at the same time, and one more for each who was seen not to come, at most twice as many
SELECT id, active, active_limit FROM queue_step WHERE active * (1000 - no_show) > active_limit * 1000 OR no_show NOT BETWEEN 0 AND 500
UNION ALL
SELECT id, active, active_limit FROM queue_parked WHERE active * (1000 - no_show) > active_limit * 1000 OR no_show NOT BETWEEN 0 AND 500

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
SELECT e.id, e.how FROM queue_end e
LEFT JOIN queue_parked k ON k.id = e.id
LEFT JOIN queue_step s ON s.id = (SELECT MIN(t.id) FROM queue_step t WHERE t.id >= e.id) AND k.id IS NULL
WHERE (e.how = 1 AND ((s.id >> 24 = e.id >> 24 AND s.first_place <= (e.id & 16777215) AND s.admitted_at < e.ended_at)
                      OR (k.admitted_at IS NOT NULL AND k.admitted_at < e.ended_at)))
   OR (e.how <> 1 AND k.id IS NULL AND (s.id IS NULL OR s.id >> 24 <> e.id >> 24 OR s.first_place > (e.id & 16777215)
                                        OR s.admitted_at > e.ended_at OR s.expires_at <= e.ended_at))
   OR (e.how <> 1 AND k.id IS NOT NULL AND (k.admitted_at IS NULL OR k.admitted_at > e.ended_at OR k.expires_at <= e.ended_at))

-- name: W3_parked
-- help: who was away came in within ten minutes after his turn, or not at all, and had not left before
SELECT k.id FROM queue_parked k LEFT JOIN queue_end e ON e.id = k.id
WHERE k.admitted_at < k.parked_at OR k.admitted_at >= k.parked_at + 600000 OR e.ended_at < k.parked_at

-- name: W3_served
-- help: the line has come as far as its last admission, not past its last place
SELECT schedule_id, serving FROM (
    SELECT r.schedule_id, r.serving,
           COALESCE((SELECT MAX(s.id) FROM queue_step s WHERE s.id BETWEEN (r.schedule_id << 24) AND ((r.schedule_id << 24) | 16777215)), 0)
           % 16777216 AS stepped,
           COALESCE((SELECT MAX(k.id) FROM queue_parked k WHERE k.id BETWEEN (r.schedule_id << 24) AND ((r.schedule_id << 24) | 16777215)), 0)
           % 16777216 AS parked,
           COALESCE((SELECT MAX(p.id) FROM queue_place p WHERE p.id BETWEEN (r.schedule_id << 24) AND ((r.schedule_id << 24) | 16777215)), 0)
           % 16777216 AS last
    FROM queue_room r
) AS rooms
WHERE serving <> CASE WHEN stepped > parked THEN stepped ELSE parked END OR serving > last

-- name: W3_count
-- help: everybody in the places of an admission was let in, but those who had left the line or were away
SELECT s.id, s.admitted FROM queue_step s
WHERE s.admitted <> (s.id & 16777215) - s.first_place + 1
      - (SELECT COUNT(*) FROM queue_end e LEFT JOIN queue_parked k ON k.id = e.id
         WHERE e.how = 1 AND k.id IS NULL AND e.id BETWEEN s.id - (s.id & 16777215) + s.first_place AND s.id)
      - (SELECT COUNT(*) FROM queue_parked k WHERE k.id BETWEEN s.id - (s.id & 16777215) + s.first_place AND s.id)

-- name: W3_one_place
-- help: nobody has two places at once, in all lines of a schedule: the former one was over when the next was taken
SELECT later.id, later.before_id FROM (
    SELECT id, joined_at, LAG(id) OVER (PARTITION BY (id >> 24) & 4294967295, user_id ORDER BY joined_at, id) AS before_id FROM queue_place
) AS later
LEFT JOIN queue_draw d ON d.schedule_id = later.before_id >> 24 AND (later.before_id & 16777215) <= d.entries AND d.drawn_at IS NOT NULL
LEFT JOIN queue_withdrawn w ON w.id = later.before_id AND w.left_at <= later.joined_at
LEFT JOIN queue_end e ON e.id = later.before_id AND e.ended_at <= later.joined_at
LEFT JOIN queue_parked k ON k.id = later.before_id
LEFT JOIN queue_step s ON s.id = (SELECT MIN(t.id) FROM queue_step t WHERE t.id >= later.before_id) AND k.id IS NULL
                      AND s.id >> 24 = later.before_id >> 24 AND s.first_place <= (later.before_id & 16777215) AND s.expires_at <= later.joined_at
WHERE later.before_id IS NOT NULL AND w.id IS NULL
  AND CASE WHEN d.schedule_id IS NOT NULL THEN later.joined_at < d.drawn_at     -- after the draw the former place has another number
           ELSE e.id IS NULL AND s.id IS NULL
                AND (k.id IS NULL OR COALESCE(k.expires_at, k.parked_at + 600000) > later.joined_at) END

-- name: W4_one_draw
-- help: a draw covers the entries that there were, and was made after they were closed
SELECT d.schedule_id FROM queue_draw d
WHERE d.drawn_at < d.closed_at OR (d.drawn_at IS NOT NULL AND d.seed IS NULL)
   OR d.entries > (SELECT COUNT(*) FROM queue_place p WHERE p.id BETWEEN (d.schedule_id << 24) AND ((d.schedule_id << 24) | 16777215))

-- name: W4_draw_before_admission
-- help: in a room that draws nobody is admitted or passed over before the draw
SELECT s.id FROM queue_step s JOIN queue_room r ON r.schedule_id = s.id >> 24 LEFT JOIN queue_draw d ON d.schedule_id = r.schedule_id
WHERE r.draws = 1 AND (d.drawn_at IS NULL OR s.admitted_at < d.drawn_at)
UNION ALL
SELECT k.id FROM queue_parked k JOIN queue_room r ON r.schedule_id = k.id >> 24 LEFT JOIN queue_draw d ON d.schedule_id = r.schedule_id
WHERE r.draws = 1 AND (d.drawn_at IS NULL OR k.parked_at < d.drawn_at)

-- name: W4_blocks
-- help: entries are hashed in blocks without a gap, and none is hashed that was not there
SELECT schedule_id, blocks FROM (
    SELECT id >> 24 AS schedule_id, COUNT(*) AS blocks, MAX(id & 16777215) AS newest FROM queue_block GROUP BY id >> 24
) AS hashed
WHERE blocks <> newest + 1 OR blocks * 1024 > (SELECT COUNT(*) FROM queue_place p WHERE p.id >> 24 = hashed.schedule_id)

-- name: appeal_decided
-- help: a decision about an appeal says when and by whom
SELECT id FROM queue_appeal
WHERE (state = 0 AND (resolved_at IS NOT NULL OR resolved_by IS NOT NULL)) OR (state <> 0 AND (resolved_at IS NULL OR resolved_by IS NULL))
