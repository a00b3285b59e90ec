-- What the organizer chose for a whole performance, all its dates together, those made later too. mode: 0 off, 1 in order, 2 by lot.
CREATE TABLE queue_wish (
    performance_id   INTEGER PRIMARY KEY,
    mode             INTEGER NOT NULL CHECK (mode IN (0, 1, 2)),
    admit_per_minute BIGINT NOT NULL CHECK (admit_per_minute > 0),
    active_limit     BIGINT NOT NULL CHECK (active_limit > 0),
    pass_seconds     BIGINT NOT NULL CHECK (pass_seconds > 0),
    opens_at         BIGINT,
    paused           INTEGER NOT NULL CHECK (paused IN (0, 1)),
    draining         INTEGER NOT NULL CHECK (draining IN (0, 1)),
    device_binding   INTEGER NOT NULL,
    work             INTEGER NOT NULL,
    message          VARCHAR(200) NOT NULL,
    message_en       VARCHAR(200) NOT NULL,
    chosen_at        BIGINT NOT NULL
);

-- performance_id: 0 of rooms made before it was kept. own: set up by itself after the performance was.
ALTER TABLE queue_room ADD COLUMN performance_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queue_room ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
