-- name: admission_max
SELECT COALESCE(MAX(id), 0) FROM booking_admission

-- name: admission_by_nonce
SELECT a.id, a.ticket_id, a.schedule_id, a.seat, a.gate, a.nonce, a.question, a.result, a.offline, a.scanned_at, a.admits, e.gate, e.scanned_at,
       t.person, t.proof
  FROM booking_admission a LEFT JOIN booking_admission e ON e.id = a.earlier_id LEFT JOIN booking_ticket t ON t.id = a.ticket_id
 WHERE a.nonce = ?

-- name: admission_that_counts
SELECT id, scanned_at FROM booking_admission WHERE ticket_id = ? AND admits = 1

-- name: admissions_besides
-- (ticket, id): others that were let in on the same ticket
SELECT id FROM booking_admission WHERE ticket_id = ? AND id <> ? AND (result = 0 OR (result = 1 AND offline = 1)) LIMIT 1

-- name: admissions_of_schedule
-- (schedule, id, limit)
SELECT a.id, a.ticket_id, a.schedule_id, a.seat, a.gate, a.nonce, a.question, a.result, a.offline, a.scanned_at, a.admits, e.gate, e.scanned_at,
       t.person, t.proof
  FROM booking_admission a LEFT JOIN booking_admission e ON e.id = a.earlier_id LEFT JOIN booking_ticket t ON t.id = a.ticket_id
 WHERE a.schedule_id = ? AND a.id < ? ORDER BY a.id DESC LIMIT ?

-- name: admission_insert
INSERT INTO booking_admission (id, ticket_id, schedule_id, seat, gate, nonce, question, actor_id, result, offline, scanned_at, recorded_at, earlier_id,
                               admits)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: admission_displace
UPDATE booking_admission SET admits = NULL WHERE id = ?

-- name: ticket_use
UPDATE booking_ticket SET status = 2 WHERE id = ? AND status = 1 AND issue = ?

-- name: ticket_reissue
UPDATE booking_ticket SET issue = issue + 1, issued_at = ? WHERE id = ? AND status = 1 AND issue = ?

-- name: tickets_refused
-- (schedule, ticket, limit): what a gate without network must not let in, and the issues that are not the first
SELECT t.id, t.issue, t.status
  FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
 WHERE b.schedule_id = ? AND t.id > ? AND (t.status <> 1 OR t.issue > 0) ORDER BY t.id LIMIT ?
