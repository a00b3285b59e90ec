-- Since when somebody is an ADMIN: so long they have to set up a second factor.
ALTER TABLE auth_user ADD COLUMN admin_since BIGINT;
UPDATE auth_user SET admin_since = updated_at WHERE (roles & 16) <> 0;

-- The second factor (TOTP). secret is sealed with a key of the installation; last_step is that of the last code taken, none works twice.
CREATE TABLE auth_factor (
    user_id      INTEGER PRIMARY KEY,
    secret       VARBINARY(64) NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step    BIGINT NOT NULL
);

-- What stands in for it once each, as hashes.
CREATE TABLE auth_recovery (
    hash    BINARY(32) PRIMARY KEY,
    user_id BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX auth_recovery_user ON auth_recovery (user_id);

-- Keys for programs. hint is the beginning of the key, by which its owner tells it from others; scopes are bits of enum scope.
CREATE TABLE auth_api_key (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    hash       BINARY(32) NOT NULL UNIQUE,
    name       VARCHAR(50) NOT NULL,
    hint       VARCHAR(12) NOT NULL,
    scopes     INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX auth_api_key_user ON auth_api_key (user_id);
