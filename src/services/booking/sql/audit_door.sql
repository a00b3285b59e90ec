-- name: T1_one_admission
-- help: a ticket lets in one
SELECT ticket_id FROM booking_admission WHERE admits = 1 GROUP BY ticket_id HAVING COUNT(*) > 1

-- name: T1_used_was_admitted
-- help: a used ticket has an admission that counts, a valid one has none
SELECT t.id FROM booking_ticket t LEFT JOIN booking_admission a ON a.ticket_id = t.id AND a.admits = 1
 WHERE (t.status = 2 AND a.id IS NULL) OR (t.status = 1 AND a.id IS NOT NULL)

-- name: T2_earliest_counts
-- help: of all who were let in on a ticket the earliest counts
SELECT a.ticket_id FROM booking_admission a
  LEFT JOIN (SELECT ticket_id, MIN(scanned_at) AS first_at FROM booking_admission
              WHERE result = 0 OR (result = 1 AND offline = 1) GROUP BY ticket_id) f ON f.ticket_id = a.ticket_id
 WHERE a.admits = 1 AND a.scanned_at > f.first_at

-- name: T1_only_ok_admits
-- help: what counts as an admission was answered with ok
SELECT id FROM booking_admission WHERE admits = 1 AND result <> 0
