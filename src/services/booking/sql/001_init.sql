-- What booking knows of a schedule: its own copy of what a hold needs (performance owns the original).
CREATE TABLE booking_schedule (
    id             INTEGER PRIMARY KEY,
    performance_id INTEGER NOT NULL,
    hall_id        INTEGER NOT NULL,
    owner_id       INTEGER NOT NULL,
    starts_at      INTEGER NOT NULL,
    ends_at        INTEGER NOT NULL,
    sale_starts_at INTEGER NOT NULL,
    sale_ends_at   INTEGER NOT NULL,
    max_per_user   INTEGER NOT NULL,
    seat_count     INTEGER NOT NULL,
    currency       TEXT    NOT NULL,
    prices         BLOB    NOT NULL, -- a 64-bit amount for each category of the plan
    blocked        BLOB    NOT NULL, -- bit i: seat i is not for sale
    title          TEXT    NOT NULL,
    hall_name      TEXT    NOT NULL
);

-- status: 1 active, 2 booked (a booking owns it), 3 released, 4 expired
CREATE TABLE booking_hold (
    id          INTEGER PRIMARY KEY,
    schedule_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    seat_count  INTEGER NOT NULL,
    seats       BLOB    NOT NULL    -- 12 bytes a seat: number in map order (32 bits), price (64 bits)
);

-- Who has a seat now. Only live claims are here: a seat without a row is free. The key is the guard behind the memory of the writer.
CREATE TABLE booking_claim (
    schedule_id INTEGER NOT NULL,
    seat        INTEGER NOT NULL,
    hold_id     INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, seat)
) WITHOUT ROWID;

-- status: 0 pending, 1 confirmed, 2 cancelled, 3 expired, 4 refund_due, 5 refunded
CREATE TABLE booking_booking (
    id           INTEGER PRIMARY KEY,
    hold_id      INTEGER NOT NULL,
    schedule_id  INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    payment_id   INTEGER NOT NULL,  -- the payment that paid it; 0: none
    total        INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    CONSTRAINT booking_once UNIQUE (hold_id)
);
CREATE INDEX booking_booking_user ON booking_booking (user_id, id);

-- status: 1 valid, 2 used, 3 void
CREATE TABLE booking_ticket (
    id         INTEGER PRIMARY KEY,
    booking_id INTEGER NOT NULL,
    seat       INTEGER NOT NULL,
    price      INTEGER NOT NULL,
    issue      INTEGER NOT NULL,    -- counts reissues; part of the signed code
    status     INTEGER NOT NULL,
    issued_at  INTEGER NOT NULL
);
CREATE INDEX booking_ticket_booking ON booking_ticket (booking_id);
