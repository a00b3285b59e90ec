-- What an account says of itself and what was shown of it. lang: 0 English, 1 Korean.
ALTER TABLE auth_user ADD COLUMN lang INTEGER NOT NULL DEFAULT 0;
ALTER TABLE auth_user ADD COLUMN verified_at BIGINT;
ALTER TABLE auth_user ADD COLUMN suspended_at BIGINT;

-- Where a session was opened, for its owner to recognise it.
ALTER TABLE auth_session ADD COLUMN device VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE auth_session ADD COLUMN address VARCHAR(46) NOT NULL DEFAULT '';

-- Mails that are to be sent; kind is enum auth_mail_kind. token_hash is that of the secret in the one that went out last; a link works once and
-- until expires_at. The address of a closed account is kept until then, for the mail that says so.
CREATE TABLE auth_mail (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),
    address    VARCHAR(254) NOT NULL,
    name       VARCHAR(50) NOT NULL,
    lang       INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token_hash BINARY(32) UNIQUE,
    used_at    BIGINT
);
CREATE INDEX auth_mail_user ON auth_mail (user_id);
CREATE INDEX auth_mail_expiry ON auth_mail (expires_at);

-- Addresses for which somebody has forgotten the password. Whether an account has one is looked up later, so that asking takes the same time.
CREATE TABLE auth_forgot (
    id    INTEGER PRIMARY KEY,
    email VARCHAR(254) NOT NULL
);

-- Passwords tried in vain of late, by e-mail address and by network address: who is a hash, known to somebody or not.
CREATE TABLE auth_attempt (
    who     BINARY(16) PRIMARY KEY,
    failed  INTEGER NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX auth_attempt_age ON auth_attempt (last_at);
