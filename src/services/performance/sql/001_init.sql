-- The catalogue. Times are ms since 1970 UTC; amounts are in minor units.
CREATE TABLE performance_hall (
    id         INTEGER PRIMARY KEY,
    owner_id   BIGINT NOT NULL,
    name       VARCHAR(100) NOT NULL,
    address    VARCHAR(300) NOT NULL,
    region     VARCHAR(50) NOT NULL,
    seat_count INTEGER NOT NULL CHECK (seat_count BETWEEN 1 AND 100000),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    warnings   LONGTEXT NOT NULL,          -- of the import, a line each
    plan       LONGBLOB NOT NULL
);

CREATE TABLE performance_show (
    id                   INTEGER PRIMARY KEY,
    owner_id             BIGINT NOT NULL,
    title                VARCHAR(200) NOT NULL,
    genre                VARCHAR(20) NOT NULL,
    age_rating           INTEGER NOT NULL CHECK (age_rating IN (0, 7, 12, 15, 19)),
    runtime_minutes      INTEGER NOT NULL,
    max_tickets_per_user INTEGER NOT NULL CHECK (max_tickets_per_user BETWEEN 1 AND 1000000),
    poster_url           VARCHAR(1000) NOT NULL,
    cast_names           VARCHAR(5100) NOT NULL,   -- a line each
    description          TEXT NOT NULL,
    created_at           BIGINT NOT NULL
);
CREATE INDEX performance_show_title ON performance_show (title, id);

CREATE TABLE performance_schedule (
    id             INTEGER PRIMARY KEY,
    performance_id BIGINT NOT NULL,
    hall_id        BIGINT NOT NULL,
    starts_at      BIGINT NOT NULL,
    ends_at        BIGINT NOT NULL,
    sale_starts_at BIGINT NOT NULL,
    sale_ends_at   BIGINT NOT NULL,
    cancelled      INTEGER NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL,
    CHECK (starts_at < ends_at AND sale_starts_at < sale_ends_at AND sale_ends_at <= ends_at)
);
CREATE INDEX performance_schedule_of ON performance_schedule (performance_id, starts_at);
CREATE INDEX performance_schedule_hall ON performance_schedule (hall_id, starts_at);

-- A price for each category of the plan that is in use. seats: how many it has, without those not for sale.
CREATE TABLE performance_schedule_price (
    schedule_id BIGINT NOT NULL,
    category    INTEGER NOT NULL,                  -- index in the plan
    name        VARCHAR(100) NOT NULL,
    color       VARCHAR(7) NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount >= 0),
    currency    VARCHAR(3) NOT NULL,
    seats       INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, category)
);
