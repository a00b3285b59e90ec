-- Titles in English, roles, performances that are gone, who plays when, posters, and what was sold.
ALTER TABLE performance_show ADD COLUMN title_en VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE performance_show ADD COLUMN cast_roles VARCHAR(5100) NOT NULL DEFAULT '';    -- line i: what line i of cast_names plays
ALTER TABLE performance_show ADD COLUMN deleted_at BIGINT;

CREATE TABLE performance_schedule_cast (
    schedule_id INTEGER PRIMARY KEY,
    names       VARCHAR(5100) NOT NULL,            -- as in performance_show
    roles       VARCHAR(5100) NOT NULL
);

-- The pictures of a poster, one a width. An upload has a number of its own: what is behind an address never changes.
CREATE TABLE performance_poster (
    id             BIGINT NOT NULL,
    width          INTEGER NOT NULL,
    performance_id BIGINT NOT NULL,
    picture        LONGBLOB NOT NULL,              -- JPEG
    PRIMARY KEY (id, width)
);
CREATE INDEX performance_poster_of ON performance_poster (performance_id);

-- Confirmed bookings, as told by booking: for the ranking and for recommendations. Events may come twice, and a cancellation before its
-- confirmation: `sold` is set, `returned` grows with each cancellation that is newer than the last one seen.
CREATE TABLE performance_purchase (
    booking_id        INTEGER PRIMARY KEY,
    performance_id    BIGINT NOT NULL,
    user_id           BIGINT NOT NULL,
    at                BIGINT NOT NULL,
    sold              INTEGER NOT NULL,
    returned          INTEGER NOT NULL,
    last_cancellation BIGINT NOT NULL
);
CREATE INDEX performance_purchase_at ON performance_purchase (at);
CREATE INDEX performance_purchase_user ON performance_purchase (user_id, at);
CREATE INDEX performance_purchase_of ON performance_purchase (performance_id, at);

-- Who bought one also bought the other: the strongest few of each performance.
CREATE TABLE performance_affinity (
    performance_id BIGINT NOT NULL,
    other_id       BIGINT NOT NULL,
    buyers         INTEGER NOT NULL,
    PRIMARY KEY (performance_id, other_id)
);
