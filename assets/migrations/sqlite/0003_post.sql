-- What processes that do not hold the store leave for the one that does.

CREATE TABLE post (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,   -- in the order of posting, never used twice
    session TEXT NOT NULL,                       -- UUID, lower case; empty: all of the list
    kind    TEXT NOT NULL,
    body    TEXT NOT NULL                        -- JSON, see persist/posts.rs
) STRICT;

CREATE INDEX post_session ON post (session);

DELETE FROM state WHERE name = 'list_version';
