-- The audit log: who changed what, when, from where. One row for every request that changed something in somebody's name or with a role, written
-- in the transaction of the change. Rows are never changed or deleted.
CREATE TABLE trail (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    roles      INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    object     TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    body       TEXT    NOT NULL
);
CREATE INDEX trail_user ON trail (user_id, id);
CREATE INDEX trail_action ON trail (action, id);
CREATE INDEX trail_object ON trail (object, id);

CREATE TRIGGER trail_kept BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;
CREATE TRIGGER trail_unchanged BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;
