-- name: overview_get
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview WHERE id = ?

-- name: overview_page
-- (0, before this id, owner, user, performance (each 0: any, and twice), status (-1: any, twice), from, to, words, one booking, patterns, rows):
-- like the others below, which begin with the schedule, performance, user or owner
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview
 WHERE ? = 0
   AND id < ? AND (? = 0 OR owner_id = ?) AND (? = 0 OR user_id = ?) AND (? = 0 OR performance_id = ?)
   AND (? < 0 OR status = ?) AND created_at >= ? AND created_at < ?
   AND (? = '' OR id = ? OR title LIKE ? ESCAPE '!' OR buyer_name LIKE ? ESCAPE '!' OR buyer_phone LIKE ? ESCAPE '!')
 ORDER BY id DESC LIMIT ?

-- name: overview_page_schedule
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview
 WHERE schedule_id = ?
   AND id < ? AND (? = 0 OR owner_id = ?) AND (? = 0 OR user_id = ?) AND (? = 0 OR performance_id = ?)
   AND (? < 0 OR status = ?) AND created_at >= ? AND created_at < ?
   AND (? = '' OR id = ? OR title LIKE ? ESCAPE '!' OR buyer_name LIKE ? ESCAPE '!' OR buyer_phone LIKE ? ESCAPE '!')
 ORDER BY id DESC LIMIT ?

-- name: overview_page_performance
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview
 WHERE schedule_id IN (SELECT id FROM booking_schedule WHERE performance_id = ?)
   AND id < ? AND (? = 0 OR owner_id = ?) AND (? = 0 OR user_id = ?) AND (? = 0 OR performance_id = ?)
   AND (? < 0 OR status = ?) AND created_at >= ? AND created_at < ?
   AND (? = '' OR id = ? OR title LIKE ? ESCAPE '!' OR buyer_name LIKE ? ESCAPE '!' OR buyer_phone LIKE ? ESCAPE '!')
 ORDER BY id DESC LIMIT ?

-- name: overview_page_user
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview
 WHERE user_id = ?
   AND id < ? AND (? = 0 OR owner_id = ?) AND (? = 0 OR user_id = ?) AND (? = 0 OR performance_id = ?)
   AND (? < 0 OR status = ?) AND created_at >= ? AND created_at < ?
   AND (? = '' OR id = ? OR title LIKE ? ESCAPE '!' OR buyer_name LIKE ? ESCAPE '!' OR buyer_phone LIKE ? ESCAPE '!')
 ORDER BY id DESC LIMIT ?

-- name: overview_page_owner
SELECT id, schedule_id, performance_id, user_id, status, payment_id, total, discount, mileage_used, due, created_at, seats, method, buyer_name, buyer_phone,
       reason, staff_id, refund
  FROM booking_overview
 WHERE schedule_id IN (SELECT id FROM booking_schedule WHERE owner_id = ?)
   AND id < ? AND (? = 0 OR owner_id = ?) AND (? = 0 OR user_id = ?) AND (? = 0 OR performance_id = ?)
   AND (? < 0 OR status = ?) AND created_at >= ? AND created_at < ?
   AND (? = '' OR id = ? OR title LIKE ? ESCAPE '!' OR buyer_name LIKE ? ESCAPE '!' OR buyer_phone LIKE ? ESCAPE '!')
 ORDER BY id DESC LIMIT ?

-- name: counter_insert
INSERT INTO booking_counter (booking_id, staff_id, method, buyer_name, buyer_phone, reason) VALUES (?, ?, ?, ?, ?, ?)

-- name: note_max
SELECT COALESCE(MAX(id), 0) FROM booking_note

-- name: note_insert
INSERT INTO booking_note (id, booking_id, author_id, text, created_at) VALUES (?, ?, ?, ?, ?)

-- name: notes_of
-- (booking, before this id, rows)
SELECT id, author_id, text, created_at FROM booking_note WHERE booking_id = ? AND id < ? ORDER BY id DESC LIMIT ?
