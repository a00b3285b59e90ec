-- name: S1_house_seats_have_no_claim
-- help: a seat that the house keeps is a seat of its schedule and nobody else's
SELECT h.schedule_id, h.seat FROM booking_house_seat h
  LEFT JOIN booking_schedule s ON s.id = h.schedule_id
  LEFT JOIN booking_claim c ON c.schedule_id = h.schedule_id AND c.seat = h.seat
 WHERE s.id IS NULL OR h.seat < 0 OR h.seat >= s.seat_count OR c.hold_id IS NOT NULL

-- name: S8_cancelled_is_swept
-- help: nobody has a seat of a cancelled schedule whose bookings have all been cancelled
SELECT c.schedule_id, c.seat FROM booking_claim c JOIN booking_schedule s ON s.id = c.schedule_id WHERE s.swept_at > 0

-- name: S7_limit_is_kept
-- help: the limit of a schedule is never above the largest it ever had
SELECT id FROM booking_schedule WHERE max_per_user > limit_max
