-- The watch-list, the last answers with secrets removed, and the timeline of observed changes.
-- Answers have a table of their own: a list of sessions loads without reading them.

CREATE TABLE session (
    position      INTEGER PRIMARY KEY,           -- order of adding
    id            TEXT NOT NULL UNIQUE,          -- UUID, lower case
    reference     TEXT,
    tags          TEXT NOT NULL DEFAULT '',      -- separated by single spaces
    added_at      TEXT NOT NULL,                 -- RFC 3339, as all times here
    deadline      TEXT,
    resources_ttl INTEGER,                       -- seconds
    missing_since TEXT,
    visit_at      TEXT,
    letter_not_set_at TEXT,
    last_ok       TEXT
) STRICT;

CREATE TABLE answer (
    session    INTEGER NOT NULL REFERENCES session (position) ON DELETE CASCADE,
    part       TEXT NOT NULL CHECK (part IN ('session', 'configuration', 'letter')),
    raw        TEXT NOT NULL,                    -- JSON, secrets removed
    fetched_at TEXT NOT NULL,
    PRIMARY KEY (session, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    session INTEGER NOT NULL REFERENCES session (position) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    body    TEXT NOT NULL,                       -- JSON, see persist/event.rs
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
