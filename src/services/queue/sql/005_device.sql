-- device_binding: 0 passes are bound to the device where that can be, 1 never, 2 always.
ALTER TABLE queue_room ADD COLUMN device_binding INTEGER NOT NULL DEFAULT 0;

-- Places of one device: the thumbprint of its key (RFC 7638), and the sign-in that bound it. id as in queue_place. moves: how often another device
-- has taken it over.
CREATE TABLE queue_device (
    id         INTEGER PRIMARY KEY,
    device     BINARY(32) NOT NULL,
    session_id BIGINT NOT NULL,
    bound_at   BIGINT NOT NULL,
    moves      INTEGER NOT NULL DEFAULT 0 CHECK (moves BETWEEN 0 AND 5)
);

-- Places whose passes are good for nothing any more, since staff said so.
CREATE TABLE queue_revoked (
    id         INTEGER PRIMARY KEY,
    reason     VARCHAR(200) NOT NULL,
    staff_id   BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);
