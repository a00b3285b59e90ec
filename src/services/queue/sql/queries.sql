-- name: room_all
SELECT schedule_id, owner_id, sale_starts_at, sale_ends_at, grades, mode, admit_per_minute, active_limit, pass_seconds, opens_at, paused, message,
       serving, credit, credit_at, draws, draining, title, currency, prices, message_en, device_binding, group_name, work,
       performance_id, own
FROM queue_room ORDER BY schedule_id

-- name: room_insert
INSERT INTO queue_room (schedule_id, owner_id, sale_starts_at, sale_ends_at, grades, mode, admit_per_minute, active_limit, pass_seconds, opens_at,
                        paused, message, serving, credit, credit_at, title, currency, prices, group_name,
                        performance_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: room_update
UPDATE queue_room SET mode = ?, draws = ?, admit_per_minute = ?, active_limit = ?, pass_seconds = ?, opens_at = ?, paused = ?, draining = ?, work = ?,
                      message = ?, message_en = ?, credit = ?, credit_at = ?, device_binding = ?, own = ?
WHERE schedule_id = ?

-- name: room_window
UPDATE queue_room SET sale_starts_at = ?, sale_ends_at = ? WHERE schedule_id = ?

-- name: room_offer
UPDATE queue_room SET grades = ?, title = ?, currency = ?, prices = ? WHERE schedule_id = ?

-- name: room_serve
UPDATE queue_room SET serving = ?, credit = ?, credit_at = ? WHERE schedule_id = ?

-- name: place_insert
INSERT INTO queue_place (id, user_id, joined_at) VALUES (?, ?, ?)

-- name: place_range
SELECT id, user_id, joined_at FROM queue_place WHERE id BETWEEN ? AND ? ORDER BY id

-- name: end_insert
INSERT INTO queue_end (id, how, ended_at, booking_id) VALUES (?, ?, ?, ?)

-- name: end_range
SELECT id, how, ended_at FROM queue_end WHERE id BETWEEN ? AND ?

-- name: end_of_booking
SELECT id FROM queue_end WHERE booking_id = ?

-- name: step_insert
INSERT INTO queue_step (id, first_place, admitted_at, expires_at, admitted, active, admit_per_minute, active_limit, no_show)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: step_range
SELECT id, first_place, admitted_at, expires_at, admitted FROM queue_step WHERE id BETWEEN ? AND ? ORDER BY id

-- name: parked_insert
INSERT INTO queue_parked (id, parked_at) VALUES (?, ?)

-- name: parked_admit
UPDATE queue_parked SET admitted_at = ?, expires_at = ?, active = ?, admit_per_minute = ?, active_limit = ?, no_show = ? WHERE id = ?

-- name: parked_range
SELECT id, parked_at, expires_at, admitted_at FROM queue_parked WHERE id BETWEEN ? AND ? ORDER BY id
