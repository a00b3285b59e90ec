-- What is given out: its terms, and how much of it has been. Either percent or amount_off is 0; max_off 0: no limit; currency is empty when no term is
-- an amount of money. code_key: the code in capitals, NULL when there is none or the coupon was deleted. open_codes: single-use codes that nobody has
-- redeemed; each keeps a piece. tidied: pieces left over at its end are marked.
CREATE TABLE coupon_offer (
    id             INTEGER PRIMARY KEY,
    name           VARCHAR(100) NOT NULL,
    code           VARCHAR(50) NOT NULL,
    code_key       VARCHAR(50) UNIQUE,
    percent        INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
    amount_off     BIGINT NOT NULL CHECK (amount_off >= 0),
    max_off        BIGINT NOT NULL CHECK (max_off >= 0),
    min_total      BIGINT NOT NULL CHECK (min_total >= 0),
    currency       VARCHAR(3) NOT NULL,
    performance_id BIGINT,
    listed         INTEGER NOT NULL CHECK (listed IN (0, 1)),
    quantity       BIGINT NOT NULL CHECK (quantity > 0),
    issued         BIGINT NOT NULL CHECK (issued >= 0),
    open_codes     BIGINT NOT NULL CHECK (open_codes >= 0),
    starts_at      BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    made_by        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    deleted_at     BIGINT,
    tidied         INTEGER NOT NULL CHECK (tidied IN (0, 1)),
    CHECK ((percent > 0) <> (amount_off > 0)),
    CHECK (issued + open_codes <= quantity),
    CHECK (starts_at < expires_at)
);

-- A customer's piece. state: 0 usable, 1 reserved, 2 used, 3 expired. booking_id: who has reserved or used it. code_id: the single-use code it came from.
CREATE TABLE coupon_piece (
    id         INTEGER PRIMARY KEY,
    coupon_id  BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    booking_id BIGINT UNIQUE,
    code_id    BIGINT UNIQUE,
    claimed_at BIGINT NOT NULL,
    CONSTRAINT coupon_once UNIQUE (coupon_id, user_id),
    CHECK ((booking_id IS NOT NULL) = (state IN (1, 2)))
);
CREATE INDEX coupon_piece_user ON coupon_piece (user_id, id);

-- What a booking has had to do with a piece. state: 0 reserved, 1 used, 2 released, 3 returned by a cancellation.
CREATE TABLE coupon_use (
    booking_id  INTEGER PRIMARY KEY,
    piece_id    BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    discount    BIGINT NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    reserved_at BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    CHECK (discount BETWEEN 0 AND total)
);
CREATE INDEX coupon_use_piece ON coupon_use (piece_id);

-- Single-use codes that were made together: first_id to last_id. A code is the public form of its number, so its text is kept nowhere.
CREATE TABLE coupon_batch (
    first_id  INTEGER PRIMARY KEY,
    last_id   BIGINT NOT NULL,
    coupon_id BIGINT NOT NULL,
    made_by   BIGINT NOT NULL,
    made_at   BIGINT NOT NULL,
    CHECK (first_id <= last_id)
);
CREATE INDEX coupon_batch_coupon ON coupon_batch (coupon_id);
