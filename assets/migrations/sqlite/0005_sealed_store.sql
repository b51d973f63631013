-- Everything but session IDs is sealed (persist/key.rs), and the header tells what belongs here.
-- A body begins with a byte for its kind: 0 not sealed, 1 sealed, 2 an answer that schema 4 sealed.
-- What stands in the tables of schema 4 is moved by persist/schema.rs, which then drops them.

ALTER TABLE session RENAME TO session_4;
ALTER TABLE answer RENAME TO answer_4;
ALTER TABLE event RENAME TO event_4;
ALTER TABLE post RENAME TO post_4;
ALTER TABLE state RENAME TO state_4;
DROP INDEX post_session;
DROP INDEX answer_not_sealed;

CREATE TABLE header (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    store TEXT NOT NULL,                         -- UUID, part of the place of every sealed body
    body  BLOB NOT NULL                          -- JSON, see persist/header.rs
) STRICT;

CREATE TABLE keyring (
    recipient TEXT PRIMARY KEY,                  -- names an application's key
    wrapped   BLOB NOT NULL                      -- the data key, sealed with it
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    position INTEGER PRIMARY KEY,                -- order of adding
    id       TEXT NOT NULL UNIQUE,               -- UUID, lower case
    version  INTEGER NOT NULL,                   -- from the header's counter, never used twice
    body     BLOB NOT NULL                       -- JSON, see persist/rows.rs
) STRICT;

CREATE INDEX session_version ON session (id, version); -- the digest is checked without the bodies

CREATE TABLE answer (
    session INTEGER NOT NULL REFERENCES session (position) ON DELETE CASCADE,
    part    TEXT NOT NULL,
    version INTEGER NOT NULL,                    -- the one that the session's body names
    body    BLOB NOT NULL,                       -- JSON, secrets removed
    PRIMARY KEY (session, part)
) STRICT;

CREATE TABLE event (
    session INTEGER NOT NULL REFERENCES session (position) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    body    BLOB NOT NULL,                       -- JSON of a TimelineEvent
    PRIMARY KEY (session, number)
) STRICT;

CREATE TABLE state (
    name    TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE post (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,   -- in the order of posting, never used twice
    session TEXT NOT NULL,                       -- UUID, lower case; empty: all of the list
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,                    -- 0: left by a process without the key
    body    BLOB NOT NULL                        -- JSON, see persist/posts.rs
) STRICT;

CREATE INDEX post_session ON post (session);
