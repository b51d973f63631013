-- What the operator keeps for a session, and what the program remembers of itself.

ALTER TABLE session ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN archived_at TEXT;
ALTER TABLE session ADD COLUMN acknowledged_at TEXT;
ALTER TABLE session ADD COLUMN acknowledged TEXT NOT NULL DEFAULT ''; -- reasons, separated by single spaces
ALTER TABLE session ADD COLUMN snoozed_until TEXT;
ALTER TABLE session ADD COLUMN looked_at TEXT;
ALTER TABLE session ADD COLUMN own_history TEXT NOT NULL DEFAULT ''; -- JSON, see persist/own.rs

CREATE TABLE state (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
