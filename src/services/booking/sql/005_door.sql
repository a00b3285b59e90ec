-- Every code shown at a door, and what was said to it. Rows are never changed but for `admits`: with scans that come in late, from a gate that had
-- no network, the earliest of those who were let in on a ticket is the one that counts.
CREATE TABLE booking_admission (
    id          INTEGER PRIMARY KEY,
    ticket_id   BIGINT,                    -- NULL: not a code of ours
    schedule_id BIGINT,
    seat        INTEGER,
    gate        VARCHAR(50) NOT NULL,
    nonce       VARCHAR(128) NOT NULL,
    question    BINARY(16) NOT NULL,       -- digest of what was asked: the same nonce must not be used for another code
    actor_id    BIGINT NOT NULL,
    result      INTEGER NOT NULL,          -- enum checkin_result
    offline     INTEGER NOT NULL,          -- 1: the gate had decided before it told us
    scanned_at  BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    earlier_id  BIGINT,                    -- of `already_used`: the row by which it was
    admits      INTEGER CHECK (admits = 1),
    CONSTRAINT booking_admission_nonce UNIQUE (nonce),
    CONSTRAINT booking_admission_once UNIQUE (ticket_id, admits)
);
CREATE INDEX booking_admission_schedule ON booking_admission (schedule_id, id);

-- Who waits for seats of a grade that is sold out, in the order of id. status: 0 waiting, 1 offered (hold_id keeps the seats), 2 accepted, 3 lapsed, 4 left
CREATE TABLE booking_waiting (
    id          INTEGER PRIMARY KEY,
    schedule_id BIGINT NOT NULL,
    grade       INTEGER NOT NULL,          -- category of the plan
    user_id     BIGINT NOT NULL,
    seat_count  INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    live        INTEGER CHECK (live = 1),  -- while waiting or offered: one a user and grade
    hold_id     BIGINT,
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    CONSTRAINT booking_waiting_once UNIQUE (schedule_id, grade, user_id, live)
);
CREATE INDEX booking_waiting_line ON booking_waiting (schedule_id, grade, status, id);
CREATE INDEX booking_waiting_user ON booking_waiting (user_id, id);
