CREATE TABLE users (
    user_id uuid NOT NULL PRIMARY KEY,
    user_name text NOT NULL UNIQUE,
    display_name bytea NOT NULL,
    password_hash text NOT NULL,
    state text NOT NULL,
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE parties (
    party_id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    name bytea NOT NULL,
    identifier_scheme text NOT NULL,
    identifier bytea NOT NULL,
    identifier_key bytea NOT NULL UNIQUE,
    seat_division text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE recordals (
    party_id uuid NOT NULL REFERENCES parties (party_id),
    node_code text NOT NULL,
    state text NOT NULL,
    recorded_on date,
    suspended_until date,
    PRIMARY KEY (party_id, node_code)
);

CREATE TABLE node_roles (
    user_id uuid NOT NULL REFERENCES users (user_id),
    node_code text NOT NULL,
    role text NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, node_code, role)
);

CREATE TABLE memberships (
    user_id uuid NOT NULL REFERENCES users (user_id),
    party_id uuid NOT NULL REFERENCES parties (party_id),
    role text NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, party_id, role)
);

CREATE INDEX memberships_party_id_idx ON memberships (party_id);

CREATE TABLE mandates (
    mandate_id uuid NOT NULL PRIMARY KEY,
    agency_id uuid NOT NULL REFERENCES parties (party_id),
    owner_id uuid NOT NULL REFERENCES parties (party_id),
    valid_from date NOT NULL,
    valid_until date,
    revoked_at timestamptz
);

CREATE INDEX mandates_agency_id_idx ON mandates (agency_id);
CREATE INDEX mandates_owner_id_idx ON mandates (owner_id);

CREATE TABLE sessions (
    token_digest bytea NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL UNIQUE,
    user_id uuid NOT NULL REFERENCES users (user_id),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE clients (
    client_id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    party_id uuid REFERENCES parties (party_id),
    secret_hash text NOT NULL,
    scopes text NOT NULL,
    state text NOT NULL,
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX clients_party_id_idx ON clients (party_id);

CREATE TABLE signing_keys (
    key_id text NOT NULL PRIMARY KEY,
    private_key bytea NOT NULL,
    public_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);

CREATE TABLE recusals (
    user_id uuid NOT NULL REFERENCES users (user_id),
    party_id uuid NOT NULL REFERENCES parties (party_id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, party_id)
);

CREATE INDEX recusals_party_id_idx ON recusals (party_id);
