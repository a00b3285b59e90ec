-- A booking with benefits: pricing 1 while they are being reserved (then nothing may be paid yet, and mileage_used is what was asked for).
-- coupon_id: the user's own piece, 0: none. seats: as in booking_hold, with person types and their prices; NULL: as the hold has them.
ALTER TABLE booking_booking ADD COLUMN pricing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_booking ADD COLUMN coupon_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_booking ADD COLUMN discount INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_booking ADD COLUMN mileage_used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_booking ADD COLUMN seats BLOB;

-- person: whom the ticket is for (enum person_type), 0: an adult; proof: 1: to be proven at the door
ALTER TABLE booking_ticket ADD COLUMN person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_ticket ADD COLUMN proof INTEGER NOT NULL DEFAULT 0;

-- Person types, early prices and presale, as struct sale_terms is written; empty: none.
ALTER TABLE booking_schedule ADD COLUMN terms TEXT NOT NULL DEFAULT '';

-- Who has entered a presale, and with which of its codes (counted from 0): what bounds a code's use.
CREATE TABLE booking_presale_use (
    schedule_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    code        INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, user_id)
) WITHOUT ROWID;
