-- name: attended
-- (user, performance, now): a booking of theirs for what has been played
SELECT b.id
  FROM booking_booking b JOIN booking_schedule s ON s.id = b.schedule_id
 WHERE b.user_id = ? AND b.status = 1 AND s.performance_id = ? AND s.ends_at <= ?
   AND EXISTS (SELECT 1 FROM booking_ticket t WHERE t.booking_id = b.id AND t.status IN (1, 2))
 ORDER BY b.id LIMIT 1
