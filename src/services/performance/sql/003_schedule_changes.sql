-- What an organizer changes of a schedule after it was made.
-- revision counts the changes, for those who are told of them. max_tickets_per_user: of this schedule; NULL: as the performance says.
ALTER TABLE performance_schedule ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE performance_schedule ADD COLUMN max_tickets_per_user INTEGER;
ALTER TABLE performance_schedule ADD COLUMN cancelled_at BIGINT;
ALTER TABLE performance_schedule ADD COLUMN cancel_reason VARCHAR(500);

-- A plan that some schedule moved to after it was made; its id is also drawn from the halls' (decision 008). plan_id NULL: the hall's own.
ALTER TABLE performance_schedule ADD COLUMN plan_id BIGINT;
CREATE TABLE performance_plan (
    id         INTEGER PRIMARY KEY,
    hall_id    BIGINT NOT NULL,
    seat_count INTEGER NOT NULL CHECK (seat_count BETWEEN 1 AND 100000),
    created_at BIGINT NOT NULL,
    warnings   LONGTEXT NOT NULL,
    plan       LONGBLOB NOT NULL
);
