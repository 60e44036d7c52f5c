//! The tables of both engines, kept by hand; a test compares them with what the migrations make.

diesel::table! {
    use crate::clock::Moment;
    use diesel::sql_types::{Binary, Text};

    secrets (name) {
        name -> Text,
        value -> Binary,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Binary, Integer, Nullable, Text};

    idempotency_keys (principal_id, key) {
        principal_id -> Uid,
        key -> Text,
        digest -> Binary,
        status -> Integer,
        location -> Nullable<Text>,
        resource_id -> Nullable<Uid>,
        event_id -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{BigInt, Binary, Bool, Text};

    events (stream_id, sequence) {
        stream_id -> Uid,
        sequence -> BigInt,
        event_id -> Uid,
        stream_kind -> Text,
        kind -> Text,
        at -> Moment,
        actor_id -> Uid,
        body -> Text,
        previous_hash -> Binary,
        hash -> Binary,
        logged -> Bool,
    }
}

diesel::table! {
    use crate::ids::Uid;
    use diesel::sql_types::{BigInt, Binary};

    log_leaves (position) {
        position -> BigInt,
        event_id -> Uid,
        leaf_hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Text};

    log_heads (log) {
        log -> Text,
        size -> BigInt,
        frontier -> Binary,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use diesel::sql_types::{BigInt, Text};

    log_checkpoints (verifier_key) {
        verifier_key -> Text,
        size -> BigInt,
        note -> Text,
        signed_at -> Moment,
    }
}

diesel::table! {
    use crate::ids::Uid;
    use diesel::sql_types::{Binary, Text};

    event_texts (event_id, name) {
        event_id -> Uid,
        name -> Text,
        salt -> Binary,
        content -> Binary,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::Text;

    accesses (access_id) {
        access_id -> Uid,
        stream_id -> Uid,
        stream_kind -> Text,
        principal_id -> Uid,
        action -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Integer, Nullable, Text};

    messages (message_id) {
        message_id -> Uid,
        event_id -> Uid,
        topic -> Text,
        audience -> Text,
        payload -> Text,
        state -> Text,
        attempts -> Integer,
        created_at -> Moment,
        delivered_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    number_series (series) {
        series -> Text,
        next_number -> BigInt,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Binary, Bool, Text};

    users (user_id) {
        user_id -> Uid,
        user_name -> Text,
        display_name -> Binary,
        password_hash -> Text,
        state -> Text,
        demo -> Bool,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};

    parties (party_id) {
        party_id -> Uid,
        kind -> Text,
        name -> Binary,
        identifier_scheme -> Text,
        identifier -> Binary,
        identifier_key -> Binary,
        seat_division -> Nullable<Text>,
        version -> BigInt,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::ids::Uid;
    use diesel::sql_types::{Date, Nullable, Text};

    recordals (party_id, node_code) {
        party_id -> Uid,
        node_code -> Text,
        state -> Text,
        recorded_on -> Nullable<Date>,
        suspended_until -> Nullable<Date>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::Text;

    node_roles (user_id, node_code, role) {
        user_id -> Uid,
        node_code -> Text,
        role -> Text,
        granted_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::Text;

    memberships (user_id, party_id, role) {
        user_id -> Uid,
        party_id -> Uid,
        role -> Text,
        state -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Date, Nullable};

    mandates (mandate_id) {
        mandate_id -> Uid,
        agency_id -> Uid,
        owner_id -> Uid,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Binary, Nullable};

    sessions (token_digest) {
        token_digest -> Binary,
        session_id -> Uid,
        user_id -> Uid,
        created_at -> Moment,
        last_seen_at -> Moment,
        expires_at -> Moment,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Bool, Nullable, Text};

    clients (client_id) {
        client_id -> Uid,
        name -> Text,
        party_id -> Nullable<Uid>,
        secret_hash -> Text,
        scopes -> Text,
        state -> Text,
        demo -> Bool,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use diesel::sql_types::{Binary, Nullable, Text};

    signing_keys (key_id) {
        key_id -> Text,
        private_key -> Binary,
        public_key -> Binary,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{};

    recusals (user_id, party_id) {
        user_id -> Uid,
        party_id -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use diesel::sql_types::{Binary, Integer, Text};

    pack_versions (version) {
        version -> Integer,
        city_code -> Text,
        digest -> Binary,
        loaded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};

    pack_files (version, path) {
        version -> Integer,
        path -> Text,
        content -> Text,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};

    submissions (submission_id) {
        submission_id -> Uid,
        owner_id -> Nullable<Uid>,
        creator_id -> Uid,
        channel -> Text,
        intake_node -> Text,
        state -> Text,
        bundle_code -> Nullable<Text>,
        receipt_number -> Nullable<Text>,
        external_reference -> Nullable<Text>,
        form -> Binary,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        submitted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    cases (case_id) {
        case_id -> Uid,
        owner_id -> Uid,
        creator_id -> Uid,
        case_number -> Text,
        submission_id -> Uid,
        item_key -> Text,
        service_code -> Text,
        submission_kind -> Text,
        right_kind -> Text,
        track -> Text,
        node_code -> Text,
        queue_code -> Text,
        intake_node -> Text,
        channel -> Text,
        field_code -> Nullable<Text>,
        state -> Text,
        is_open -> Bool,
        assignee_id -> Nullable<Uid>,
        examiner_id -> Nullable<Uid>,
        due_on -> Nullable<Date>,
        due_provisional -> Bool,
        sort_due -> Date,
        pack_version -> Integer,
        workflow_code -> Text,
        external_reference -> Nullable<Text>,
        right_key -> Nullable<Binary>,
        reroutes -> Integer,
        content -> Binary,
        version -> BigInt,
        received_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::Text;

    case_links (case_id, other_id, kind) {
        case_id -> Uid,
        other_id -> Uid,
        kind -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Binary, Integer, Nullable};

    correction_rounds (case_id, round) {
        case_id -> Uid,
        round -> Integer,
        defects -> Binary,
        asked_at -> Moment,
        answered_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Integer, Text};

    routing_decisions (decision_id) {
        decision_id -> Uid,
        case_id -> Uid,
        position -> Integer,
        table_code -> Text,
        table_version -> Integer,
        pack_version -> Integer,
        cause -> Text,
        queue_code -> Text,
        explanation -> Text,
        decided_at -> Moment,
    }
}

diesel::table! {
    use crate::ids::Uid;
    use diesel::sql_types::{Bool, Date, Integer, Nullable, Text};

    deadlines (deadline_id) {
        deadline_id -> Uid,
        case_id -> Uid,
        clock -> Text,
        round -> Integer,
        amount -> Integer,
        unit -> Text,
        roll -> Bool,
        source -> Text,
        started_on -> Date,
        due_on -> Nullable<Date>,
        provisional -> Bool,
        state -> Text,
        trace -> Text,
    }
}

diesel::table! {
    use crate::ids::Uid;
    use diesel::sql_types::{Date, Integer, Nullable, Text};

    suspensions (deadline_id, position) {
        deadline_id -> Uid,
        from_on -> Date,
        position -> Integer,
        until_on -> Nullable<Date>,
        reason -> Text,
    }
}

diesel::table! {
    use crate::clock::Moment;
    use crate::ids::Uid;
    use diesel::sql_types::{Nullable, Text};

    notices (notice_id) {
        notice_id -> Uid,
        message_id -> Uid,
        party_id -> Nullable<Uid>,
        node_code -> Nullable<Text>,
        kind -> Text,
        case_id -> Nullable<Uid>,
        submission_id -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    secrets,
    idempotency_keys,
    events,
    log_leaves,
    log_heads,
    log_checkpoints,
    event_texts,
    accesses,
    messages,
    number_series,
    users,
    parties,
    recordals,
    node_roles,
    memberships,
    mandates,
    sessions,
    clients,
    signing_keys,
    recusals,
    pack_versions,
    pack_files,
    submissions,
    cases,
    case_links,
    correction_rounds,
    routing_decisions,
    deadlines,
    suspensions,
    notices
);
