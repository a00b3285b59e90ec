-- A schedule's waiting room: whose it is, what he chose, how far the line has come, and what the rate still allows. grades: a line each.
CREATE TABLE queue_room (
    schedule_id      INTEGER PRIMARY KEY,
    owner_id         BIGINT NOT NULL,
    sale_starts_at   BIGINT NOT NULL,
    sale_ends_at     BIGINT NOT NULL,
    grades           TEXT NOT NULL,
    mode             INTEGER NOT NULL CHECK (mode IN (0, 1)),
    admit_per_minute BIGINT NOT NULL CHECK (admit_per_minute > 0),
    active_limit     BIGINT NOT NULL CHECK (active_limit > 0),
    pass_seconds     BIGINT NOT NULL CHECK (pass_seconds > 0),
    opens_at         BIGINT,
    paused           INTEGER NOT NULL CHECK (paused IN (0, 1)),
    message          VARCHAR(200) NOT NULL,
    serving          BIGINT NOT NULL,
    credit           BIGINT NOT NULL,
    credit_at        BIGINT NOT NULL
);

-- Places in line. Here and below: id = schedule * 2^24 + place.
CREATE TABLE queue_place (
    id        INTEGER PRIMARY KEY,
    user_id   BIGINT NOT NULL,
    joined_at BIGINT NOT NULL
);

-- Admissions: all places from first_place up to that of the id, but those who had left, came in together; with the state of the room after it.
CREATE TABLE queue_step (
    id               INTEGER PRIMARY KEY,
    first_place      BIGINT NOT NULL,
    admitted_at      BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    admitted         BIGINT NOT NULL CHECK (admitted > 0),
    active           BIGINT NOT NULL,
    admit_per_minute BIGINT NOT NULL,
    active_limit     BIGINT NOT NULL
);

-- Places that ended before their time. how: 1 left the line, 2 left inside, 3 bought.
CREATE TABLE queue_end (
    id         INTEGER PRIMARY KEY,
    how        INTEGER NOT NULL CHECK (how IN (1, 2, 3)),
    ended_at   BIGINT NOT NULL,
    booking_id BIGINT UNIQUE
);
