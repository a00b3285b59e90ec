-- What each subscription has heard through Kafka, which may tell of an event more than once: written in the transaction of the effect.
CREATE TABLE bus_inbox (
    subscription TEXT    NOT NULL,
-- mysql:     subscription VARCHAR(96) NOT NULL,
    event_id     INTEGER NOT NULL,
    PRIMARY KEY (subscription, event_id)
) WITHOUT ROWID;

-- A parked message that is none of our events (event_id 0) is kept as it came, and where it stands: "topic/partition/offset".
ALTER TABLE bus_parked ADD COLUMN message BLOB;
ALTER TABLE bus_parked ADD COLUMN origin TEXT;
-- mysql: ALTER TABLE bus_parked ADD COLUMN origin VARCHAR(300);
CREATE INDEX bus_parked_origin ON bus_parked (origin);
