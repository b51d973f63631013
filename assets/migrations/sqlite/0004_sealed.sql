-- Answers are sealed with a key that is derived from the application's (persist/seal.rs).

CREATE TABLE answer_sealed (
    session    INTEGER NOT NULL REFERENCES session (position) ON DELETE CASCADE,
    part       TEXT NOT NULL CHECK (part IN ('session', 'configuration', 'letter')),
    sealed     INTEGER NOT NULL CHECK (sealed IN (0, 1)), -- 0: no key has been known since
    body       BLOB NOT NULL,                             -- JSON, secrets removed; sealed or not
    fetched_at TEXT NOT NULL,
    PRIMARY KEY (session, part)
) STRICT, WITHOUT ROWID;

INSERT INTO answer_sealed SELECT session, part, 0, CAST(raw AS BLOB), fetched_at FROM answer;

DROP TABLE answer;

ALTER TABLE answer_sealed RENAME TO answer;

CREATE INDEX answer_not_sealed ON answer (session) WHERE sealed = 0;
