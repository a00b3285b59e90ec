-- What a rehearsal takes over from a shop, attached as `shop`: one schedule as it is sold, its plan, the seats that the house keeps, the rules of its
-- waiting room. No account, no booking, no place. A presale is left out: everybody comes to the sale. Both files have the same version, which is asked
-- first, and so the same columns in the same order.

-- name: versions_differ
SELECT CASE WHEN EXISTS (SELECT service, version FROM schema_migration WHERE service IN ('performance', 'booking', 'queue')
                         EXCEPT SELECT service, version FROM shop.schema_migration)
              OR EXISTS (SELECT service, version FROM shop.schema_migration WHERE service IN ('performance', 'booking', 'queue')
                         EXCEPT SELECT service, version FROM schema_migration)
            THEN 1 ELSE 0 END

-- name: sale_times
SELECT sale_starts_at, sale_ends_at, cancelled_at FROM shop.booking_schedule WHERE id = ?

-- name: copy_hall
INSERT INTO performance_hall SELECT * FROM shop.performance_hall WHERE id = (SELECT hall_id FROM shop.booking_schedule WHERE id = ?)

-- name: copy_plan
INSERT INTO performance_plan SELECT * FROM shop.performance_plan WHERE id = (SELECT hall_id FROM shop.booking_schedule WHERE id = ?)

-- name: copy_schedule
INSERT INTO booking_schedule SELECT * FROM shop.booking_schedule WHERE id = ?

-- name: copy_house
INSERT INTO booking_house_seat SELECT * FROM shop.booking_house_seat WHERE schedule_id = ?

-- name: copy_room
INSERT INTO queue_room SELECT * FROM shop.queue_room WHERE schedule_id = ?

-- name: without_presale
UPDATE booking_schedule SET terms = json_remove(terms, '$.presale') WHERE id = ? AND terms <> ''

-- name: empty_room
UPDATE queue_room SET paused = 0, draining = 0, message = '', serving = 0, credit = 0, credit_at = 0 WHERE schedule_id = ?

-- name: sold_twice
SELECT COUNT(*) FROM (SELECT t.seat FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
                       WHERE b.schedule_id = ? AND b.status = 1 AND t.status <> 3 GROUP BY t.seat HAVING COUNT(*) > 1)
