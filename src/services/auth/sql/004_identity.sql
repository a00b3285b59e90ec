-- Who somebody is at the provider they sign in with (OpenID Connect): subject is the provider's own word for them.
CREATE TABLE auth_identity (
    issuer     VARCHAR(255) NOT NULL,
    subject    VARCHAR(255) NOT NULL,
    user_id    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX auth_identity_user ON auth_identity (user_id);
