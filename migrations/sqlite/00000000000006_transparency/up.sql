-- Whether the event has its place in the transparency log. Servers of the version before leave it FALSE, as is right.
ALTER TABLE events ADD COLUMN logged BOOLEAN NOT NULL DEFAULT FALSE;

-- The sequencer asks twice a second for what waits; the index holds nothing else.
CREATE INDEX events_unlogged_idx ON events (event_id) WHERE NOT logged;

CREATE TABLE log_leaves (
    position INTEGER NOT NULL PRIMARY KEY,
    event_id BLOB NOT NULL UNIQUE REFERENCES events (event_id),
    leaf_hash BLOB NOT NULL
);

-- One row: size and frontier of the tree. Whoever appends holds its lock.
CREATE TABLE log_heads (
    log TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL
);

INSERT INTO log_heads (log, size, frontier) VALUES ('EVENTS', 0, x'');

-- The newest checkpoint of every signing key. All of them are kept outside the database.
CREATE TABLE log_checkpoints (
    verifier_key TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    signed_at TEXT NOT NULL
);
