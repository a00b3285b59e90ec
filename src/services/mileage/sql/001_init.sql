-- What each customer can spend, and what he owes because mileage that had to be taken back was spent already.
CREATE TABLE mileage_account (
    user_id INTEGER PRIMARY KEY,
    balance BIGINT NOT NULL CHECK (balance >= 0),
    owed    BIGINT NOT NULL CHECK (owed >= 0)
);

-- What happened. kind: 0 earned, 1 reserved, 2 released, 3 spent, 4 returned, 5 taken back, 6 expired, 7 adjusted. source_id: of what it came from, once
-- a kind (a booking, reservation, cancellation or lot; of an adjustment the entry itself). delta: of the balance.
CREATE TABLE mileage_entry (
    id            INTEGER PRIMARY KEY,
    user_id       BIGINT NOT NULL,
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 7),
    source_id     BIGINT NOT NULL,
    delta         BIGINT NOT NULL,
    balance_after BIGINT NOT NULL CHECK (balance_after >= 0),
    booking_id    BIGINT,
    actor_id      BIGINT,
    note          VARCHAR(200) NOT NULL,
    at            BIGINT NOT NULL,
    CONSTRAINT mileage_entry_once UNIQUE (kind, source_id)
);
CREATE INDEX mileage_entry_user ON mileage_entry (user_id, id);

-- The double-entry ledger: the lines of an entry sum to 0. account: 0 balance, 1 reserved, 2 redeemed, 3 issued, 4 expired, 5 adjusted, 6 owed.
CREATE TABLE mileage_ledger (
    entry_id BIGINT NOT NULL,
    account  INTEGER NOT NULL CHECK (account BETWEEN 0 AND 6),
    amount   BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry_id, account)
);

-- What a balance consists of: only what is left of it.
CREATE TABLE mileage_lot (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    remaining  BIGINT NOT NULL CHECK (remaining > 0),
    expires_at BIGINT NOT NULL
);
CREATE INDEX mileage_lot_user ON mileage_lot (user_id, expires_at);
CREATE INDEX mileage_lot_expires ON mileage_lot (expires_at);

-- Mileage taken for a booking. state: 0 reserved, 1 spent, 2 released. live_booking: the booking unless released. returned: of what was spent.
CREATE TABLE mileage_reservation (
    id           INTEGER PRIMARY KEY,
    booking_id   BIGINT NOT NULL,
    live_booking BIGINT UNIQUE,
    user_id      BIGINT NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    state        INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    returned     BIGINT NOT NULL CHECK (returned BETWEEN 0 AND amount),
    CHECK ((live_booking IS NULL) = (state = 2))
);

-- When the mileage of a reservation would have expired.
CREATE TABLE mileage_part (
    reservation_id BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount > 0),
    returned       BIGINT NOT NULL CHECK (returned BETWEEN 0 AND amount),
    PRIMARY KEY (reservation_id, expires_at)
);

-- A confirmed booking: what was paid in money, and what it has earned that was not taken back.
CREATE TABLE mileage_purchase (
    booking_id INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    paid       BIGINT NOT NULL,
    earned     BIGINT NOT NULL CHECK (earned >= 0)
);

-- A cancellation that was heard of: of what was paid, how much no longer stands for seats.
CREATE TABLE mileage_cancellation (
    id         INTEGER PRIMARY KEY,
    booking_id BIGINT NOT NULL,
    gone       BIGINT NOT NULL CHECK (gone >= 0),
    whole      INTEGER NOT NULL CHECK (whole IN (0, 1))
);
CREATE INDEX mileage_cancellation_booking ON mileage_cancellation (booking_id);
