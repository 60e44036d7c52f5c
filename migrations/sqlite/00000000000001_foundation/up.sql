CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE idempotency_keys (
    principal_id BLOB NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    resource_id BLOB,
    event_id BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (principal_id, key)
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE events (
    stream_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    event_id BLOB NOT NULL UNIQUE,
    stream_kind TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_id BLOB NOT NULL,
    body TEXT NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (stream_id, sequence)
);

CREATE TABLE event_texts (
    event_id BLOB NOT NULL REFERENCES events (event_id),
    name TEXT NOT NULL,
    salt BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (event_id, name)
);

CREATE TABLE accesses (
    access_id BLOB NOT NULL PRIMARY KEY,
    stream_id BLOB NOT NULL,
    stream_kind TEXT NOT NULL,
    principal_id BLOB NOT NULL,
    action TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX accesses_stream_id_idx ON accesses (stream_id, at);

CREATE TABLE messages (
    message_id BLOB NOT NULL PRIMARY KEY,
    event_id BLOB NOT NULL REFERENCES events (event_id),
    topic TEXT NOT NULL,
    audience TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    delivered_at TEXT
);

CREATE INDEX messages_state_idx ON messages (state, created_at);
CREATE INDEX messages_event_id_idx ON messages (event_id);

CREATE TABLE number_series (
    series TEXT NOT NULL PRIMARY KEY,
    next_number INTEGER NOT NULL
);
