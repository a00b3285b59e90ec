-- Keys of organizers at providers, sealed. A row is closed, never deleted: payments that were made with its keys still need them.
-- closed_id is 0 while it is in use and its own id after: so an organizer has at most one in use for each provider.
CREATE TABLE payment_account (
    id         INTEGER PRIMARY KEY,
    owner_id   BIGINT NOT NULL,
    provider   VARCHAR(16) NOT NULL,
    sealed     BLOB NOT NULL,
    merchant   VARCHAR(800) NOT NULL,
    closed_id  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT payment_account_in_use UNIQUE (owner_id, provider, closed_id)
);

-- Where money of a payment goes back to when it came by transfer, as the buyer has named it: sealed.
CREATE TABLE payment_refund_account (
    payment_id INTEGER PRIMARY KEY,
    sealed     BLOB NOT NULL,
    updated_at BIGINT NOT NULL
);

-- How the buyer wants to pay: one of payment_method_words.
ALTER TABLE payment_intent ADD COLUMN method VARCHAR(16) NOT NULL DEFAULT '';
