-- A refund that failed is followed by another one for the same source: attempt counts them. ref is the provider's name of it, waiting_since the time
-- at which it said that the refund will take a while (0: it has not). A failed refund's money stays promised: it is still owed. Those that failed
-- before this had their promise taken back, and count as none: attempt 0.
ALTER TABLE payment_refund RENAME TO payment_refund_004;
CREATE TABLE payment_refund (
    id            INTEGER PRIMARY KEY,
    payment_id    BIGINT NOT NULL,
    source        VARCHAR(12) NOT NULL,
    source_id     BIGINT NOT NULL,
    attempt       BIGINT NOT NULL,
    state         VARCHAR(12) NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount > 0),
    reason        VARCHAR(800) NOT NULL,
    ref           VARCHAR(200) NOT NULL,
    actor_id      BIGINT NOT NULL,
    waiting_since BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    CONSTRAINT payment_refund_source UNIQUE (source, source_id, attempt)
);
INSERT INTO payment_refund (id, payment_id, source, source_id, attempt, state, amount, reason, ref, actor_id, waiting_since, created_at, updated_at)
SELECT id, payment_id, source, source_id, CASE WHEN state = 'failed' THEN 0 ELSE 1 END, state, amount, reason, ref, actor_id, 0, created_at, updated_at
  FROM payment_refund_004;
DROP TABLE payment_refund_004;
CREATE INDEX payment_refund_payment ON payment_refund (payment_id);
CREATE INDEX payment_refund_state ON payment_refund (state);

-- refused: what the provider would not give back, though it is owed. let_go_at: when the provider is to be told that nobody wants this charge any
-- more; 0: not, or it has been told.
ALTER TABLE payment_intent ADD COLUMN refused BIGINT NOT NULL DEFAULT 0 CHECK (refused >= 0);
ALTER TABLE payment_intent ADD COLUMN let_go_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX payment_intent_let_go ON payment_intent (let_go_at);
