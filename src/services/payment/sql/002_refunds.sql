-- Money that goes back, each time an object of its own: created (decided) -> pending (asked of the provider) -> done, or failed. What states there
-- are and how they follow each other: refund_state.c. source and source_id say what it is for, once: the cancellation of a booking, the payment
-- itself (it came too late, or in another amount), or somebody of the staff (then source_id is its own id).
CREATE TABLE payment_refund (
    id         INTEGER PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    source     VARCHAR(12) NOT NULL,
    source_id  BIGINT NOT NULL,
    state      VARCHAR(12) NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0),
    reason     VARCHAR(800) NOT NULL,
    actor_id   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT payment_refund_source UNIQUE (source, source_id)
);
CREATE INDEX payment_refund_payment ON payment_refund (payment_id);
CREATE INDEX payment_refund_state ON payment_refund (state);

-- Refunds were the payment's own before: the payment's id was the key that the provider knows them by, so it becomes theirs.
INSERT INTO payment_refund (id, payment_id, source, source_id, state, amount, reason, actor_id, created_at, updated_at)
SELECT id, id, 'payment', id, CASE WHEN state = 'refunded' THEN 'done' ELSE 'pending' END, captured, '', 0, updated_at, updated_at
  FROM payment_intent WHERE state IN ('refund_due', 'quarantined', 'refunded') AND captured > 0;

-- What all its refunds that have not failed come to: so that never more is promised than was captured.
ALTER TABLE payment_intent ADD COLUMN promised BIGINT NOT NULL DEFAULT 0 CHECK (promised <= captured);
UPDATE payment_intent SET promised = captured WHERE state IN ('refund_due', 'quarantined', 'refunded');

-- The trail and the ledger know refunds too: refund_id is 0 for a move of the payment itself.
ALTER TABLE payment_move ADD COLUMN refund_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_ledger RENAME TO payment_ledger_001;
CREATE TABLE payment_ledger (
    move_id    BIGINT NOT NULL,
    account    VARCHAR(12) NOT NULL,
    payment_id BIGINT NOT NULL,
    refund_id  BIGINT NOT NULL,
    source     VARCHAR(12) NOT NULL,
    amount     BIGINT NOT NULL,
    currency   CHAR(3) NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (move_id, account),
    UNIQUE (payment_id, refund_id, source, account)
);
INSERT INTO payment_ledger (move_id, account, payment_id, refund_id, source, amount, currency, at)
SELECT move_id, account, payment_id, 0, source, amount, currency, at FROM payment_ledger_001;
DROP TABLE payment_ledger_001;
