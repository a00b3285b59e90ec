-- What a rehearsal takes over from a shop, attached as `shop`: one schedule as it is sold, its plan, the seats that the house keeps, the rules of its
-- waiting room. No account, no booking, no place. A presale is left out: everybody comes to the sale.

-- name: versions_differ
SELECT CASE WHEN EXISTS (SELECT service, version FROM schema_migration WHERE service IN ('performance', 'booking', 'queue')
                         EXCEPT SELECT service, version FROM shop.schema_migration)
              OR EXISTS (SELECT service, version FROM shop.schema_migration WHERE service IN ('performance', 'booking', 'queue')
                         EXCEPT SELECT service, version FROM schema_migration)
            THEN 1 ELSE 0 END

-- name: sale_times
SELECT sale_starts_at, sale_ends_at, cancelled_at FROM shop.booking_schedule WHERE id = ?

-- name: copy_hall
INSERT INTO performance_hall (id, owner_id, name, address, region, seat_count, created_at, deleted_at, warnings, plan)
SELECT h.id, h.owner_id, h.name, h.address, h.region, h.seat_count, h.created_at, h.deleted_at, h.warnings, h.plan
  FROM shop.performance_hall h JOIN shop.booking_schedule s ON s.hall_id = h.id WHERE s.id = ?

-- name: copy_plan
INSERT INTO performance_plan (id, hall_id, seat_count, created_at, warnings, plan)
SELECT p.id, p.hall_id, p.seat_count, p.created_at, p.warnings, p.plan
  FROM shop.performance_plan p JOIN shop.booking_schedule s ON s.hall_id = p.id WHERE s.id = ?

-- name: copy_schedule
INSERT INTO booking_schedule (id, performance_id, hall_id, owner_id, starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, seat_count,
                              currency, prices, title, hall_name, revision, limit_max, terms)
SELECT id, performance_id, hall_id, owner_id, starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, seat_count, currency, prices, title,
       hall_name, revision, limit_max, CASE WHEN terms = '' THEN '' ELSE json_remove(terms, '$.presale') END
  FROM shop.booking_schedule WHERE id = ?

-- name: copy_house
INSERT INTO booking_house_seat (schedule_id, seat, reason, release_at, held_at)
SELECT schedule_id, seat, reason, release_at, held_at FROM shop.booking_house_seat WHERE schedule_id = ?

-- name: copy_room
INSERT INTO queue_room (schedule_id, owner_id, sale_starts_at, sale_ends_at, grades, mode, admit_per_minute, active_limit, pass_seconds, opens_at,
                        paused, message, serving, credit, credit_at, draws, draining, title, currency, prices)
SELECT schedule_id, owner_id, sale_starts_at, sale_ends_at, grades, mode, admit_per_minute, active_limit, pass_seconds, opens_at, 0, '', 0, 0, 0,
       draws, 0, title, currency, prices
  FROM shop.queue_room WHERE schedule_id = ?

-- name: sold_twice
SELECT COUNT(*) FROM (SELECT t.seat FROM booking_ticket t JOIN booking_booking b ON b.id = t.booking_id
                       WHERE b.schedule_id = ? AND b.status = 1 AND t.status <> 3 GROUP BY t.seat HAVING COUNT(*) > 1)
