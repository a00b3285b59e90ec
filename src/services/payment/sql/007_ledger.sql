-- What is taken of a payment, with the rates that held when its money came: a later change of the configuration changes nothing here.
-- retained_to is the organizer who gets the fees of cancelled seats; 0: the platform keeps them. ticket_vat is the tax that the price contains, in
-- permille; 0: tickets are exempt.
CREATE TABLE payment_fee (
    payment_id     INTEGER PRIMARY KEY,
    platform_bp    BIGINT NOT NULL,
    platform_fixed BIGINT NOT NULL,
    vat_permille   BIGINT NOT NULL,
    provider_bp    BIGINT NOT NULL,
    provider_fixed BIGINT NOT NULL,
    platform_fee   BIGINT NOT NULL CHECK (platform_fee >= 0),
    tax            BIGINT NOT NULL CHECK (tax >= 0),
    provider_fee   BIGINT NOT NULL CHECK (provider_fee >= 0),
    retained_to    BIGINT NOT NULL,
    ticket_vat     BIGINT NOT NULL,
    at             BIGINT NOT NULL
);
-- Payments from before bore no fees: all that was sold is the organizer's.
INSERT INTO payment_fee (payment_id, platform_bp, platform_fixed, vat_permille, provider_bp, provider_fixed, platform_fee, tax, provider_fee, retained_to,
    ticket_vat, at)
SELECT id, 0, 0, 0, 0, 0, 0, 0, 0, organizer_id, 0, updated_at FROM payment_intent WHERE captured > 0;

-- Fees that were kept of cancelled seats, once a cancellation.
CREATE TABLE payment_retained (
    cancellation_id INTEGER PRIMARY KEY,
    payment_id      BIGINT NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    at              BIGINT NOT NULL
);
CREATE INDEX payment_retained_payment ON payment_retained (payment_id);

-- The ledger knows whose an account is (organizer_id; 0: the platform's, a provider's, a buyer's), and entries that come from a cancellation. An entry
-- has one source: the state that a payment or a refund entered, or a cancellation.
ALTER TABLE payment_ledger RENAME TO payment_ledger_002;
CREATE TABLE payment_ledger (
    move_id         BIGINT NOT NULL,
    account         VARCHAR(12) NOT NULL,
    organizer_id    BIGINT NOT NULL,
    payment_id      BIGINT NOT NULL,
    refund_id       BIGINT NOT NULL,
    cancellation_id BIGINT NOT NULL,
    source          VARCHAR(12) NOT NULL,
    amount          BIGINT NOT NULL,
    currency        CHAR(3) NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (move_id, account),
    CONSTRAINT payment_ledger_source UNIQUE (payment_id, refund_id, cancellation_id, source, account)
);
INSERT INTO payment_ledger (move_id, account, organizer_id, payment_id, refund_id, cancellation_id, source, amount, currency, at)
SELECT l.move_id, CASE l.account WHEN 'revenue' THEN 'organizer' ELSE l.account END, CASE l.account WHEN 'revenue' THEN p.organizer_id ELSE 0 END,
       l.payment_id, l.refund_id, 0, l.source, l.amount, l.currency, l.at
  FROM payment_ledger_002 l JOIN payment_intent p ON p.id = l.payment_id;
DROP TABLE payment_ledger_002;

CREATE INDEX payment_intent_organizer ON payment_intent (organizer_id, performance_id);
