-- name: waiting_once
-- help: nobody stands twice in the line of a grade
SELECT schedule_id, grade, user_id FROM booking_waiting WHERE status IN (0, 1) GROUP BY schedule_id, grade, user_id HAVING COUNT(*) > 1

-- name: waiting_is_live
-- help: an entry is live while it waits or has an offer
SELECT id FROM booking_waiting WHERE (live IS NOT NULL) <> (status IN (0, 1))

-- name: waiting_offer_is_held
-- help: what is offered is held for who has the offer: as many seats as asked for
SELECT w.id FROM booking_waiting w LEFT JOIN booking_hold h ON h.id = w.hold_id
 WHERE w.status = 1
   AND (h.id IS NULL OR h.status <> 1 OR h.user_id <> w.user_id OR h.schedule_id <> w.schedule_id OR h.seat_count <> w.seat_count)

-- name: waiting_fits_a_hold
-- help: an entry is for as many seats as a hold can have
SELECT w.id FROM booking_waiting w JOIN booking_schedule s ON s.id = w.schedule_id
 WHERE w.status IN (0, 1) AND (w.seat_count < 1 OR w.seat_count > 50)
