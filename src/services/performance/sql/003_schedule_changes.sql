-- What an organizer changes of a schedule after it was made.
-- revision counts the changes, for those who are told of them. max_tickets_per_user: of this schedule; NULL: as the performance says.
ALTER TABLE performance_schedule ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE performance_schedule ADD COLUMN max_tickets_per_user INTEGER;
ALTER TABLE performance_schedule ADD COLUMN cancelled_at BIGINT;
ALTER TABLE performance_schedule ADD COLUMN cancel_reason VARCHAR(500);
