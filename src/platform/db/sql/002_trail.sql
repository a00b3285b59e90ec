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
-- mysql:     action VARCHAR(96) NOT NULL,
    object     TEXT    NOT NULL,
-- mysql:     object VARCHAR(255) NOT NULL,
    path       TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    body       TEXT    NOT NULL
);
CREATE INDEX trail_user ON trail (user_id, id);
CREATE INDEX trail_action ON trail (action, id);
CREATE INDEX trail_object ON trail (object, id);

CREATE TRIGGER trail_kept BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;
-- mysql: CREATE TRIGGER trail_kept BEFORE DELETE ON trail FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is only appended to';
CREATE TRIGGER trail_unchanged BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;
-- mysql: CREATE TRIGGER trail_unchanged BEFORE UPDATE ON trail FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is only appended to';
