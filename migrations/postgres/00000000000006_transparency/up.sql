-- Whether the event has its place in the transparency log. Servers of the version before leave it FALSE, as is right.
ALTER TABLE events ADD COLUMN logged boolean NOT NULL DEFAULT FALSE;

-- The sequencer asks twice a second for what waits; the index holds nothing else.
CREATE INDEX events_unlogged_idx ON events (event_id) WHERE NOT logged;

CREATE TABLE log_leaves (
    position bigint NOT NULL PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE REFERENCES events (event_id),
    leaf_hash bytea NOT NULL
);

-- One row: size and frontier of the tree. Whoever appends holds its lock.
CREATE TABLE log_heads (
    log text NOT NULL PRIMARY KEY,
    size bigint NOT NULL,
    frontier bytea NOT NULL
);

INSERT INTO log_heads (log, size, frontier) VALUES ('EVENTS', 0, '');

-- The newest checkpoint of every signing key. All of them are kept outside the database.
CREATE TABLE log_checkpoints (
    verifier_key text NOT NULL PRIMARY KEY,
    size bigint NOT NULL,
    note text NOT NULL,
    signed_at timestamptz NOT NULL
);
