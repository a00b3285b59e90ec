-- Whose money it is: the organizer who sells, for what, and with whose keys at the provider (0: the platform's). ref is the provider's own name of
-- the charge. charged_currency is that of what was captured: the payment's own, unless the provider took something else.
ALTER TABLE payment_intent ADD COLUMN organizer_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_intent ADD COLUMN performance_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_intent ADD COLUMN schedule_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_intent ADD COLUMN account_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_intent ADD COLUMN ref VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE payment_intent ADD COLUMN title VARCHAR(800) NOT NULL DEFAULT '';
ALTER TABLE payment_intent ADD COLUMN charged_currency CHAR(3) NOT NULL DEFAULT '';
UPDATE payment_intent SET charged_currency = currency WHERE captured > 0;
ALTER TABLE payment_refund ADD COLUMN ref VARCHAR(200) NOT NULL DEFAULT '';
