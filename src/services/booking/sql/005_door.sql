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
