-- What an organizer changes after the sale was opened.
-- revision: of performance's, so that an older word never undoes a newer one. limit_max: the largest max_per_user that was ever in force.
-- cancelled_at: 0 unless cancelled. swept_at: when the last hold and booking of a cancelled schedule had been ended.
ALTER TABLE booking_schedule ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_schedule ADD COLUMN limit_max INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_schedule ADD COLUMN cancelled_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_schedule ADD COLUMN swept_at INTEGER NOT NULL DEFAULT 0;
UPDATE booking_schedule SET limit_max = max_per_user;

-- Seats that the house keeps for itself. A seat has a claim or stands here, never both. release_at: when it goes on sale by itself; 0: never;
-- -1: the schedule's plan no longer has it.
CREATE TABLE booking_house_seat (
    schedule_id INTEGER NOT NULL,
    seat        INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    release_at  INTEGER NOT NULL,
    held_at     INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, seat)
) WITHOUT ROWID;
CREATE INDEX booking_house_release ON booking_house_seat (release_at);

-- The bits of booking_schedule.blocked become rows of it.
INSERT INTO booking_house_seat (schedule_id, seat, reason, release_at, held_at)
WITH RECURSIVE
    plan (id, seats, bits) AS (SELECT id, seat_count, HEX(blocked) FROM booking_schedule),
    seat (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM seat WHERE n + 1 < (SELECT MAX(seats) FROM plan))
SELECT plan.id, seat.n, '', 0, 0 FROM plan JOIN seat ON seat.n < plan.seats
 WHERE (INSTR('0123456789ABCDEF', SUBSTR(plan.bits, seat.n / 8 * 2 + CASE WHEN seat.n % 8 < 4 THEN 2 ELSE 1 END, 1)) - 1) >> (seat.n % 4) & 1;
ALTER TABLE booking_schedule DROP COLUMN blocked;
