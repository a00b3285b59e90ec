-- The state of the room also tells how many of a thousand people had not come of late: so many more were let in.
ALTER TABLE queue_step ADD COLUMN no_show INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_parked ADD COLUMN no_show INTEGER NOT NULL DEFAULT 0;
