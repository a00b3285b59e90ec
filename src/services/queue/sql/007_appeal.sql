-- work: what is asked of those who join: 0 nothing, 1 little, 2 more.
ALTER TABLE queue_room ADD COLUMN work INTEGER NOT NULL DEFAULT 0;

-- What those say who were refused a place, and what was decided. state: 0 open, 1 granted, 2 denied.
CREATE TABLE queue_appeal (
    id          INTEGER PRIMARY KEY,
    schedule_id BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    refused     VARCHAR(40) NOT NULL,
    said        VARCHAR(1000) NOT NULL,
    state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    made_at     BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by BIGINT,
    answer      VARCHAR(1000) NOT NULL DEFAULT '',
    UNIQUE (schedule_id, user_id)
);
CREATE INDEX queue_appeal_user ON queue_appeal (user_id);
