-- A mail to one person about one event: who and what, never the address or a secret, which are asked for when it is sent. Unique by event and
-- recipient, so that an event heard twice is told once. source_id: the row of another service that the event is about, by its kind. facts: what the event
-- said, as JSON. due_at is NULL once nothing is left to be done.
CREATE TABLE notify_mail (
    id         INTEGER PRIMARY KEY,
    kind       VARCHAR(24) NOT NULL,
    source_id  BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    facts      TEXT NOT NULL,
    status     VARCHAR(8) NOT NULL CHECK (status IN ('queued', 'sent', 'dropped', 'dead')),
    attempts   INTEGER NOT NULL,
    why        VARCHAR(200) NOT NULL,
    due_at     BIGINT,
    created_at BIGINT NOT NULL,
    done_at    BIGINT,
    UNIQUE (kind, source_id, user_id)
);
CREATE INDEX notify_mail_due ON notify_mail (due_at);
CREATE INDEX notify_mail_status ON notify_mail (status, id);
CREATE INDEX notify_mail_done ON notify_mail (done_at);

-- What somebody does not want to be told by mail: bit i of `off` for row i of switches (settings.c). No row: everything is wanted.
CREATE TABLE notify_setting (
    user_id    BIGINT NOT NULL PRIMARY KEY,
    off        INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Where an organizer wants to hear of events. The secret is not kept: it is made of `salt` and a key of the installation (signature.c).
CREATE TABLE notify_webhook (
    id            INTEGER PRIMARY KEY,
    owner_id      BIGINT NOT NULL,
    url           VARCHAR(500) NOT NULL,
    events        INTEGER NOT NULL,
    salt          BLOB NOT NULL,
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    why           VARCHAR(16) NOT NULL,
    failing_since BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX notify_webhook_owner ON notify_webhook (owner_id);

-- One event for one webhook, with the body that is sent unchanged with every try. retry_until: after that it is given up.
CREATE TABLE notify_delivery (
    id          INTEGER PRIMARY KEY,
    webhook_id  BIGINT NOT NULL,
    event       INTEGER NOT NULL,
    source_id   BIGINT NOT NULL,
    event_id    VARCHAR(40) NOT NULL,
    body        TEXT NOT NULL,
    status      VARCHAR(10) NOT NULL CHECK (status IN ('queued', 'delivered', 'failed')),
    attempts    INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    why         VARCHAR(24) NOT NULL,
    answer      BLOB NOT NULL,
    due_at      BIGINT,
    retry_until BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    done_at     BIGINT,
    UNIQUE (webhook_id, event, source_id)
);
CREATE INDEX notify_delivery_due ON notify_delivery (due_at);
CREATE INDEX notify_delivery_done ON notify_delivery (done_at);
