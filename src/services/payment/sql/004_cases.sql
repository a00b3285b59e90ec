-- What people have to look at, once each: source says what it is about. state: open, until somebody has decided; rows are never deleted.
-- payment_id, refund_id, booking_id: 0 where there is none. told is what the provider said, stored what is known here.
CREATE TABLE payment_case (
    id          INTEGER PRIMARY KEY,
    source      VARCHAR(200) NOT NULL,
    kind        VARCHAR(16) NOT NULL,
    state       VARCHAR(8) NOT NULL,
    provider    VARCHAR(16) NOT NULL,
    payment_id  BIGINT NOT NULL,
    refund_id   BIGINT NOT NULL,
    booking_id  BIGINT NOT NULL,
    about       VARCHAR(16) NOT NULL,
    told        VARCHAR(400) NOT NULL,
    stored      VARCHAR(400) NOT NULL,
    proposed    VARCHAR(12) NOT NULL,
    opened_at   BIGINT NOT NULL,
    resolution  VARCHAR(12) NOT NULL,
    resolved_by BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL,
    note        VARCHAR(2000) NOT NULL,
    CONSTRAINT payment_case_source UNIQUE (source)
);
CREATE INDEX payment_case_payment ON payment_case (payment_id);
CREATE INDEX payment_case_state ON payment_case (state, id);
