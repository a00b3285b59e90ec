-- Accounts. The e-mail address is in its normal form; NULL once the owner has erased the account.
CREATE TABLE auth_user (
    id                INTEGER PRIMARY KEY,
    email             VARCHAR(254) UNIQUE,
    name              VARCHAR(50) NOT NULL,
    phone             VARCHAR(20) NOT NULL,
    password_hash     VARCHAR(128) NOT NULL,
    roles             INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 31),
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    tokens_valid_from BIGINT NOT NULL
);

-- A session is one sign-in: the family of all refresh tokens that followed from it. refresh_hash is that of the only one that works.
CREATE TABLE auth_session (
    id           INTEGER PRIMARY KEY,
    user_id      BIGINT NOT NULL,
    refresh_hash BINARY(32) NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    rotated_at   BIGINT NOT NULL,
    revoked_at   BIGINT
);
CREATE INDEX auth_session_user ON auth_session (user_id);
CREATE INDEX auth_session_expiry ON auth_session (expires_at);
CREATE INDEX auth_session_revoked ON auth_session (revoked_at);

-- Refresh tokens that were used up: seen again, one of them was stolen.
CREATE TABLE auth_refresh (
    hash       BINARY(32) PRIMARY KEY,
    session_id BIGINT NOT NULL,
    spent_at   BIGINT NOT NULL
);
CREATE INDEX auth_refresh_session ON auth_refresh (session_id);
