CREATE TABLE submissions (
    submission_id BLOB NOT NULL PRIMARY KEY,
    owner_id BLOB REFERENCES parties (party_id),
    creator_id BLOB NOT NULL,
    channel TEXT NOT NULL,
    intake_node TEXT NOT NULL,
    state TEXT NOT NULL,
    bundle_code TEXT,
    receipt_number TEXT UNIQUE,
    external_reference TEXT,
    form BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    submitted_at TEXT
);

CREATE UNIQUE INDEX submissions_external_reference_key ON submissions (creator_id, external_reference);
CREATE INDEX submissions_owner_id_idx ON submissions (owner_id, submission_id);
CREATE INDEX submissions_intake_node_idx ON submissions (intake_node, submission_id);

CREATE TABLE cases (
    case_id BLOB NOT NULL PRIMARY KEY,
    owner_id BLOB NOT NULL REFERENCES parties (party_id),
    creator_id BLOB NOT NULL,
    case_number TEXT NOT NULL UNIQUE,
    submission_id BLOB NOT NULL REFERENCES submissions (submission_id),
    item_key TEXT NOT NULL,
    service_code TEXT NOT NULL,
    submission_kind TEXT NOT NULL,
    right_kind TEXT NOT NULL,
    track TEXT NOT NULL,
    node_code TEXT NOT NULL,
    queue_code TEXT NOT NULL,
    intake_node TEXT NOT NULL,
    channel TEXT NOT NULL,
    field_code TEXT,
    state TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    assignee_id BLOB REFERENCES users (user_id),
    examiner_id BLOB REFERENCES users (user_id),
    due_on TEXT,
    due_provisional BOOLEAN NOT NULL,
    sort_due TEXT NOT NULL,
    pack_version INTEGER NOT NULL REFERENCES pack_versions (version),
    workflow_code TEXT NOT NULL,
    external_reference TEXT,
    right_key BLOB,
    reroutes INTEGER NOT NULL,
    content BLOB NOT NULL,
    version INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
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
    case_id BLOB NOT NULL REFERENCES cases (case_id),
    other_id BLOB NOT NULL REFERENCES cases (case_id),
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (case_id, other_id, kind)
);

CREATE INDEX case_links_other_id_idx ON case_links (other_id);

CREATE TABLE correction_rounds (
    case_id BLOB NOT NULL REFERENCES cases (case_id),
    round INTEGER NOT NULL,
    defects BLOB NOT NULL,
    asked_at TEXT NOT NULL,
    answered_at TEXT,
    PRIMARY KEY (case_id, round)
);

CREATE TABLE routing_decisions (
    decision_id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (case_id),
    position INTEGER NOT NULL,
    table_code TEXT NOT NULL,
    table_version INTEGER NOT NULL,
    pack_version INTEGER NOT NULL REFERENCES pack_versions (version),
    cause TEXT NOT NULL,
    queue_code TEXT NOT NULL,
    explanation TEXT NOT NULL,
    decided_at TEXT NOT NULL
);

CREATE UNIQUE INDEX routing_decisions_case_id_key ON routing_decisions (case_id, position);
CREATE INDEX routing_decisions_pack_version_idx ON routing_decisions (pack_version);

CREATE TABLE deadlines (
    deadline_id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (case_id),
    clock TEXT NOT NULL,
    round INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    unit TEXT NOT NULL,
    roll BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    started_on TEXT NOT NULL,
    due_on TEXT,
    provisional BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    trace TEXT NOT NULL
);

CREATE UNIQUE INDEX deadlines_case_id_key ON deadlines (case_id, clock, round);
CREATE INDEX deadlines_state_idx ON deadlines (state, due_on);

CREATE TABLE suspensions (
    deadline_id BLOB NOT NULL REFERENCES deadlines (deadline_id),
    from_on TEXT NOT NULL,
    position INTEGER NOT NULL,
    until_on TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (deadline_id, position)
);

CREATE TABLE notices (
    notice_id BLOB NOT NULL PRIMARY KEY,
    message_id BLOB NOT NULL REFERENCES messages (message_id),
    party_id BLOB REFERENCES parties (party_id),
    node_code TEXT,
    kind TEXT NOT NULL,
    case_id BLOB REFERENCES cases (case_id),
    submission_id BLOB REFERENCES submissions (submission_id),
    created_at TEXT NOT NULL
);

CREATE UNIQUE INDEX notices_message_id_key ON notices (message_id);
CREATE INDEX notices_party_id_idx ON notices (party_id, notice_id);
CREATE INDEX notices_node_code_idx ON notices (node_code, notice_id);
CREATE INDEX notices_case_id_idx ON notices (case_id);
CREATE INDEX notices_submission_id_idx ON notices (submission_id);
