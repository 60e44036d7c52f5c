CREATE TABLE secrets (
    name text NOT NULL PRIMARY KEY,
    value bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
    principal_id uuid NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status integer NOT NULL,
    location text,
    resource_id uuid,
    event_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (principal_id, key)
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE events (
    stream_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    stream_kind text NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL,
    body text NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (stream_id, sequence)
);

CREATE TABLE event_texts (
    event_id uuid NOT NULL REFERENCES events (event_id),
    name text NOT NULL,
    salt bytea NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (event_id, name)
);

CREATE TABLE accesses (
    access_id uuid NOT NULL PRIMARY KEY,
    stream_id uuid NOT NULL,
    stream_kind text NOT NULL,
    principal_id uuid NOT NULL,
    action text NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX accesses_stream_id_idx ON accesses (stream_id, at);

CREATE TABLE messages (
    message_id uuid NOT NULL PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES events (event_id),
    topic text NOT NULL,
    audience text NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    created_at timestamptz NOT NULL,
    delivered_at timestamptz
);

CREATE INDEX messages_state_idx ON messages (state, created_at);
CREATE INDEX messages_event_id_idx ON messages (event_id);

CREATE TABLE number_series (
    series text NOT NULL PRIMARY KEY,
    next_number bigint NOT NULL
);
