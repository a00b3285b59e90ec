-- Events for other services, written in the transaction of the change they tell of.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    topic      TEXT    NOT NULL,
    event_key  INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);

-- The latest time that was written, to the second: after a restart time does not begin before it, whatever the machine's clock says.
CREATE TABLE clock_seen (
    id     INTEGER PRIMARY KEY,
    now_ms INTEGER NOT NULL
);
INSERT INTO clock_seen (id, now_ms) VALUES (1, 0);

-- How far each subscription has come.
CREATE TABLE bus_cursor (
    subscription TEXT    NOT NULL PRIMARY KEY,
-- mysql:     subscription VARCHAR(96) NOT NULL PRIMARY KEY,
    event_id     INTEGER NOT NULL
);

-- Events that a subscriber refused for good: kept for a person to look at.
CREATE TABLE bus_parked (
    id           INTEGER PRIMARY KEY,
    subscription TEXT    NOT NULL,
    event_id     INTEGER NOT NULL,
    code         TEXT    NOT NULL,
    detail       TEXT    NOT NULL,
    parked_at    INTEGER NOT NULL
);

-- Answers given under an Idempotency-Key, a row for those of one group of commands (platform/call/idem_batch.h). Keys are found through memory
-- (platform/call/idem.c), so rows are only appended.
CREATE TABLE idempotency (
    id         INTEGER PRIMARY KEY,
    keys       BLOB    NOT NULL,
    answers    BLOB    NOT NULL,
    length     INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
