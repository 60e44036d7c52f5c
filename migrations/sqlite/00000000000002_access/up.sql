CREATE TABLE users (
    user_id BLOB NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL UNIQUE,
    display_name BLOB NOT NULL,
    password_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE parties (
    party_id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name BLOB NOT NULL,
    identifier_scheme TEXT NOT NULL,
    identifier BLOB NOT NULL,
    identifier_key BLOB NOT NULL UNIQUE,
    seat_division TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE recordals (
    party_id BLOB NOT NULL REFERENCES parties (party_id),
    node_code TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_on TEXT,
    suspended_until TEXT,
    PRIMARY KEY (party_id, node_code)
);

CREATE TABLE node_roles (
    user_id BLOB NOT NULL REFERENCES users (user_id),
    node_code TEXT NOT NULL,
    role TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    PRIMARY KEY (user_id, node_code, role)
);

CREATE TABLE memberships (
    user_id BLOB NOT NULL REFERENCES users (user_id),
    party_id BLOB NOT NULL REFERENCES parties (party_id),
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, party_id, role)
);

CREATE INDEX memberships_party_id_idx ON memberships (party_id);

CREATE TABLE mandates (
    mandate_id BLOB NOT NULL PRIMARY KEY,
    agency_id BLOB NOT NULL REFERENCES parties (party_id),
    owner_id BLOB NOT NULL REFERENCES parties (party_id),
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    revoked_at TEXT
);

CREATE INDEX mandates_agency_id_idx ON mandates (agency_id);
CREATE INDEX mandates_owner_id_idx ON mandates (owner_id);

CREATE TABLE sessions (
    token_digest BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (user_id),
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE clients (
    client_id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    party_id BLOB REFERENCES parties (party_id),
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    state TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX clients_party_id_idx ON clients (party_id);

CREATE TABLE signing_keys (
    key_id TEXT NOT NULL PRIMARY KEY,
    private_key BLOB NOT NULL,
    public_key BLOB NOT NULL,
    created_at TEXT NOT NULL,
    retired_at TEXT
);

CREATE TABLE recusals (
    user_id BLOB NOT NULL REFERENCES users (user_id),
    party_id BLOB NOT NULL REFERENCES parties (party_id),
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, party_id)
);

CREATE INDEX recusals_party_id_idx ON recusals (party_id);
