-- The providers' books as they were read: a line for each charge and refund, by the provider's own name of it. refund: 0 for a charge. payment_id is
-- the payment that it names, 0 when none of ours.
CREATE TABLE payment_book_line (
    id         INTEGER PRIMARY KEY,
    provider   VARCHAR(16) NOT NULL,
    account_id BIGINT NOT NULL,
    refund     INTEGER NOT NULL CHECK (refund IN (0, 1)),
    ref        VARCHAR(200) NOT NULL,
    payment_id BIGINT NOT NULL,
    amount     BIGINT NOT NULL,
    currency   CHAR(3) NOT NULL,
    at         BIGINT NOT NULL,
    CONSTRAINT payment_book_line_ref UNIQUE (provider, account_id, refund, ref)
);
CREATE INDEX payment_book_line_payment ON payment_book_line (payment_id, refund);
CREATE INDEX payment_book_line_at ON payment_book_line (provider, account_id, at);

-- A day of a provider's books compared with ours. day: since 1970 in Korea. state: reading (page_cursor: what comes next), comparing, done.
-- compared_at: since when it is being compared, for the last time. capped: there were more differences than are kept.
CREATE TABLE payment_reconciliation (
    id          INTEGER PRIMARY KEY,
    provider    VARCHAR(16) NOT NULL,
    account_id  BIGINT NOT NULL,
    day         BIGINT NOT NULL,
    state       VARCHAR(12) NOT NULL,
    page_cursor VARCHAR(400) NOT NULL,
    compared_at BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    capped      INTEGER NOT NULL,
    CONSTRAINT payment_reconciliation_day UNIQUE (provider, account_id, day)
);
CREATE INDEX payment_reconciliation_state ON payment_reconciliation (state);

-- What moved that day, on both sides.
CREATE TABLE payment_reconciliation_sum (
    reconciliation_id BIGINT NOT NULL,
    currency          CHAR(3) NOT NULL,
    charged_there     BIGINT NOT NULL,
    charged_here      BIGINT NOT NULL,
    refunded_there    BIGINT NOT NULL,
    refunded_here     BIGINT NOT NULL,
    PRIMARY KEY (reconciliation_id, currency)
);

-- What is not the same in both. seen_at: when it was last found; settled_at: when it was no longer, 0 while it is open.
CREATE TABLE payment_difference (
    id                INTEGER PRIMARY KEY,
    reconciliation_id BIGINT NOT NULL,
    provider          VARCHAR(16) NOT NULL,
    account_id        BIGINT NOT NULL,
    kind              VARCHAR(20) NOT NULL,
    payment_id        BIGINT NOT NULL,
    ref               VARCHAR(200) NOT NULL,
    here              BIGINT NOT NULL,
    here_currency     VARCHAR(3) NOT NULL,
    there             BIGINT NOT NULL,
    there_currency    VARCHAR(3) NOT NULL,
    found_at          BIGINT NOT NULL,
    seen_at           BIGINT NOT NULL,
    settled_at        BIGINT NOT NULL,
    CONSTRAINT payment_difference_once UNIQUE (provider, account_id, kind, payment_id, ref)
);
CREATE INDEX payment_difference_reconciliation ON payment_difference (reconciliation_id, id);
CREATE INDEX payment_difference_open ON payment_difference (settled_at, reconciliation_id);

-- What moved in a day.
CREATE INDEX payment_move_at ON payment_move (at);
