CREATE TABLE submissions (
    submission_id uuid NOT NULL PRIMARY KEY,
    owner_id uuid REFERENCES parties (party_id),
    creator_id uuid NOT NULL,
    channel text NOT NULL,
    intake_node text NOT NULL,
    state text NOT NULL,
    bundle_code text,
    receipt_number text UNIQUE,
    external_reference text,
    form bytea NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    submitted_at timestamptz
);

CREATE UNIQUE INDEX submissions_external_reference_key ON submissions (creator_id, external_reference);
CREATE INDEX submissions_owner_id_idx ON submissions (owner_id, submission_id);
CREATE INDEX submissions_intake_node_idx ON submissions (intake_node, submission_id);

CREATE TABLE cases (
    case_id uuid NOT NULL PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES parties (party_id),
    creator_id uuid NOT NULL,
    case_number text NOT NULL UNIQUE,
    submission_id uuid NOT NULL REFERENCES submissions (submission_id),
    item_key text NOT NULL,
    service_code text NOT NULL,
    submission_kind text NOT NULL,
    right_kind text NOT NULL,
    track text NOT NULL,
    node_code text NOT NULL,
    queue_code text NOT NULL,
    intake_node text NOT NULL,
    channel text NOT NULL,
    field_code text,
    state text NOT NULL,
    is_open boolean NOT NULL,
    assignee_id uuid REFERENCES users (user_id),
    examiner_id uuid REFERENCES users (user_id),
    due_on date,
    due_provisional boolean NOT NULL,
    sort_due date NOT NULL,
    pack_version integer NOT NULL REFERENCES pack_versions (version),
    workflow_code text NOT NULL,
    external_reference text,
    right_key bytea,
    reroutes integer NOT NULL,
    content bytea NOT NULL,
    version bigint NOT NULL,
    received_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX cases_external_reference_key ON cases (creator_id, external_reference);
CREATE UNIQUE INDEX cases_submission_id_key ON cases (submission_id, item_key);
CREATE INDEX cases_queue_idx ON cases (queue_code, is_open, sort_due, case_id);
CREATE INDEX cases_waiting_idx ON cases (queue_code, sort_due, case_id) WHERE is_open AND assignee_id IS NULL;
CREATE INDEX cases_owner_id_idx ON cases (owner_id, case_id);
CREATE INDEX cases_node_code_idx ON cases (node_code, case_id);
CREATE INDEX cases_intake_node_idx ON cases (intake_node, case_id);
CREATE INDEX cases_assignee_id_idx ON cases (assignee_id, case_id);
CREATE INDEX cases_examiner_id_idx ON cases (examiner_id);
CREATE INDEX cases_right_key_idx ON cases (right_key);
CREATE INDEX cases_pack_version_idx ON cases (pack_version);

CREATE TABLE case_links (
    case_id uuid NOT NULL REFERENCES cases (case_id),
    other_id uuid NOT NULL REFERENCES cases (case_id),
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, other_id, kind)
);

CREATE INDEX case_links_other_id_idx ON case_links (other_id);

CREATE TABLE correction_rounds (
    case_id uuid NOT NULL REFERENCES cases (case_id),
    round integer NOT NULL,
    defects bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    answered_at timestamptz,
    PRIMARY KEY (case_id, round)
);

CREATE TABLE routing_decisions (
    decision_id uuid NOT NULL PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (case_id),
    position integer NOT NULL,
    table_code text NOT NULL,
    table_version integer NOT NULL,
    pack_version integer NOT NULL REFERENCES pack_versions (version),
    cause text NOT NULL,
    queue_code text NOT NULL,
    explanation text NOT NULL,
    decided_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX routing_decisions_case_id_key ON routing_decisions (case_id, position);
CREATE INDEX routing_decisions_pack_version_idx ON routing_decisions (pack_version);

CREATE TABLE deadlines (
    deadline_id uuid NOT NULL PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (case_id),
    clock text NOT NULL,
    round integer NOT NULL,
    amount integer NOT NULL,
    unit text NOT NULL,
    roll boolean NOT NULL,
    source text NOT NULL,
    started_on date NOT NULL,
    due_on date,
    provisional boolean NOT NULL,
    state text NOT NULL,
    trace text NOT NULL
);

CREATE UNIQUE INDEX deadlines_case_id_key ON deadlines (case_id, clock, round);
CREATE INDEX deadlines_state_idx ON deadlines (state, due_on);

CREATE TABLE suspensions (
    deadline_id uuid NOT NULL REFERENCES deadlines (deadline_id),
    from_on date NOT NULL,
    position integer NOT NULL,
    until_on date,
    reason text NOT NULL,
    PRIMARY KEY (deadline_id, position)
);

CREATE TABLE notices (
    notice_id uuid NOT NULL PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES messages (message_id),
    party_id uuid REFERENCES parties (party_id),
    node_code text,
    kind text NOT NULL,
    case_id uuid REFERENCES cases (case_id),
    submission_id uuid REFERENCES submissions (submission_id),
    created_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX notices_message_id_key ON notices (message_id);
CREATE INDEX notices_party_id_idx ON notices (party_id, notice_id);
CREATE INDEX notices_node_code_idx ON notices (node_code, notice_id);
CREATE INDEX notices_case_id_idx ON notices (case_id);
CREATE INDEX notices_submission_id_idx ON notices (submission_id);
