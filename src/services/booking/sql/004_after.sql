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

-- A booking that was sold at the box office: its money is none of payment's, its buyer has no account (user_id 0).
-- method: 1 cash, 2 card terminal, 3 complimentary.
CREATE TABLE booking_counter (
    booking_id  INTEGER PRIMARY KEY,
    staff_id    BIGINT NOT NULL,
    method      INTEGER NOT NULL,
    buyer_name  VARCHAR(400) NOT NULL,
    buyer_phone VARCHAR(80) NOT NULL,
    reason      VARCHAR(800) NOT NULL
);

-- What staff writes about a booking; never changed.
CREATE TABLE booking_note (
    id         INTEGER PRIMARY KEY,
    booking_id BIGINT NOT NULL,
    author_id  BIGINT NOT NULL,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX booking_note_booking ON booking_note (booking_id, id);

CREATE INDEX booking_booking_schedule ON booking_booking (schedule_id, id);

-- A booking as staff sees it.
CREATE VIEW booking_overview AS
SELECT b.id AS id, b.schedule_id AS schedule_id, s.performance_id AS performance_id, s.owner_id AS owner_id, s.title AS title, b.user_id AS user_id,
       b.status AS status, b.payment_id AS payment_id, b.total AS total, b.discount AS discount,
       CASE WHEN b.pricing = 1 THEN 0 ELSE b.mileage_used END AS mileage_used, b.due AS due, b.created_at AS created_at,
       COALESCE(b.seats, h.seats) AS seats, COALESCE(c.method, 0) AS method, COALESCE(c.buyer_name, '') AS buyer_name,
       COALESCE(c.buyer_phone, '') AS buyer_phone, COALESCE(c.reason, '') AS reason, COALESCE(c.staff_id, 0) AS staff_id,
       (SELECT COALESCE(SUM(x.refund), 0) FROM booking_cancellation x WHERE x.booking_id = b.id) AS refund
  FROM booking_booking b
  JOIN booking_hold h ON h.id = b.hold_id
  JOIN booking_schedule s ON s.id = b.schedule_id
  LEFT JOIN booking_counter c ON c.booking_id = b.id;
