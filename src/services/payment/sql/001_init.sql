-- A payment: the intent to pay one booking's due through one provider. What states there are and how they follow each other: state.c.
-- paid_booking is the booking once it is paid, so that no booking can be paid twice.
CREATE TABLE payment_intent (
    id           INTEGER PRIMARY KEY,
    booking_id   BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    provider     VARCHAR(16) NOT NULL,
    state        VARCHAR(12) NOT NULL,
    why          VARCHAR(16) NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    currency     CHAR(3) NOT NULL,
    payment_key  VARCHAR(200) NOT NULL,
    captured     BIGINT NOT NULL,
    refunded     BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    paid_booking BIGINT UNIQUE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX payment_intent_booking ON payment_intent (booking_id);
CREATE INDEX payment_intent_user ON payment_intent (user_id);
CREATE INDEX payment_intent_state ON payment_intent (state);

-- The audit trail: every move of every payment, the first one from nothing.
CREATE TABLE payment_move (
    id         INTEGER PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    from_state VARCHAR(12) NOT NULL,
    to_state   VARCHAR(12) NOT NULL,
    why        VARCHAR(16) NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX payment_move_payment ON payment_move (payment_id);

-- The double-entry ledger. The lines of one move are one entry and sum to 0: debits are positive. source is the state that was entered.
CREATE TABLE payment_ledger (
    move_id    BIGINT NOT NULL,
    account    VARCHAR(12) NOT NULL,
    payment_id BIGINT NOT NULL,
    source     VARCHAR(12) NOT NULL,
    amount     BIGINT NOT NULL,
    currency   CHAR(3) NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (move_id, account),
    UNIQUE (payment_id, source, account)
);

-- Events of providers that have had their effect.
CREATE TABLE payment_webhook_event (
    provider   VARCHAR(16) NOT NULL,
    event      VARCHAR(64) NOT NULL,
    payment_id BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (provider, event)
);

-- The books of the sandbox, kept as those of another company: nobody but sandbox.c writes or reads them, the audit compares.
CREATE TABLE payment_sandbox_charge (
    id              INTEGER PRIMARY KEY,
    idempotency_key BIGINT NOT NULL UNIQUE,
    state           VARCHAR(8) NOT NULL,
    amount          BIGINT NOT NULL,
    currency        CHAR(3) NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE TABLE payment_sandbox_refund (
    id              INTEGER PRIMARY KEY,
    idempotency_key BIGINT NOT NULL UNIQUE,
    charge_id       BIGINT NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    created_at      BIGINT NOT NULL
);
CREATE INDEX payment_sandbox_refund_charge ON payment_sandbox_refund (charge_id);

-- Its webhooks; due_at is NULL once one has been delivered. times: how often the same event is sent.
CREATE TABLE payment_sandbox_webhook (
    id        INTEGER PRIMARY KEY,
    charge_id BIGINT NOT NULL,
    times     INTEGER NOT NULL,
    failures  INTEGER NOT NULL,
    due_at    BIGINT
);
CREATE INDEX payment_sandbox_webhook_due ON payment_sandbox_webhook (due_at);
