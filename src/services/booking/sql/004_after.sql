-- What comes after a booking is confirmed. Times are ms since 1970 UTC; amounts are in minor units of the schedule's currency.

-- Seats of a confirmed booking that were given up, and what comes back for them. reason: 0 buyer, 1 staff, 2 the schedule was cancelled.
CREATE TABLE booking_cancellation (
    id           INTEGER PRIMARY KEY,
    booking_id   BIGINT NOT NULL,
    reason       INTEGER NOT NULL,
    note         VARCHAR(800) NOT NULL,     -- what the person who cancelled wrote
    actor_id     BIGINT NOT NULL,
    whole        INTEGER NOT NULL,          -- 1: nothing of the booking is left
    seat_count   INTEGER NOT NULL,
    seats        BLOB NOT NULL,             -- as in booking_hold
    refund       BIGINT NOT NULL CHECK (refund >= 0),
    fee          BIGINT NOT NULL CHECK (fee >= 0),
    mileage_back BIGINT NOT NULL CHECK (mileage_back >= 0),
    created_at   BIGINT NOT NULL,
    refunded_at  BIGINT                     -- since when nothing of the refund is open; NULL: it still is
);
CREATE INDEX booking_cancellation_booking ON booking_cancellation (booking_id);

-- Terms of cancelling, by performance. Never changed: a booking keeps those that were in force when it was made.
CREATE TABLE booking_policy (
    id             INTEGER PRIMARY KEY,
    performance_id BIGINT NOT NULL,
    actor_id       BIGINT NOT NULL,
    body           VARCHAR(4000) NOT NULL,  -- JSON, as the field table writes it
    created_at     BIGINT NOT NULL
);
CREATE INDEX booking_policy_performance ON booking_policy (performance_id, id);
