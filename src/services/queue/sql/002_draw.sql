-- draws: those who join before the sale starts get their places by lot; mode 1 is then shown as "draw". draining: nobody may join any more.
ALTER TABLE queue_room ADD COLUMN draws INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_room ADD COLUMN draining INTEGER NOT NULL DEFAULT 0;
-- What is sold, as those who wait see it. prices: an amount a line, of the grades in their order.
ALTER TABLE queue_room ADD COLUMN title VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE queue_room ADD COLUMN currency VARCHAR(3) NOT NULL DEFAULT '';
ALTER TABLE queue_room ADD COLUMN prices VARCHAR(2000) NOT NULL DEFAULT '';

-- A draw: closed with so many entries and this root; then drawn. In such a room queue_place.id counts those who join, and all other ids count
-- places once it is drawn. beacon: 0 none, 1 missed, 2 used.
CREATE TABLE queue_draw (
    schedule_id      INTEGER PRIMARY KEY,
    closed_at        BIGINT NOT NULL,
    entries          BIGINT NOT NULL CHECK (entries >= 0),
    root             BINARY(32) NOT NULL,
    beacon_round     BIGINT,
    beacon_url       VARCHAR(255) NOT NULL,
    drawn_at         BIGINT,
    beacon           INTEGER CHECK (beacon IN (0, 1, 2)),
    randomness       BINARY(32),
    beacon_signature VARCHAR(255),
    seed             BINARY(32)
);

-- Hashes of 1,024 entries each, made as they fill up: id = schedule * 2^24 + number of the block, from 0.
CREATE TABLE queue_block (
    id   INTEGER PRIMARY KEY,
    hash BINARY(32) NOT NULL
);

-- Entries that were given up before the draw. They take part in it like all others, and their places are over.
CREATE TABLE queue_withdrawn (
    id      INTEGER PRIMARY KEY,
    left_at BIGINT NOT NULL
);

-- Places whose turn came while nobody asked for them. They may come in until ten minutes later; then with the state of the room after it.
CREATE TABLE queue_parked (
    id               INTEGER PRIMARY KEY,
    parked_at        BIGINT NOT NULL,
    admitted_at      BIGINT,
    expires_at       BIGINT,
    active           BIGINT,
    admit_per_minute BIGINT,
    active_limit     BIGINT
);
