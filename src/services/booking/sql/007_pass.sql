-- The place whose pass was shown when the seats were taken: until the hold's end it is good for paying them. 0: none was asked for; -1: an offer's.
ALTER TABLE booking_hold ADD COLUMN pass BIGINT NOT NULL DEFAULT 0;
