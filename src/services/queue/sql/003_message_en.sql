-- What the organizer says to those who wait, in English; message is then the Korean one.
ALTER TABLE queue_room ADD COLUMN message_en VARCHAR(200) NOT NULL DEFAULT '';
