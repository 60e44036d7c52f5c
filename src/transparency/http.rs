//! The newest checkpoint, for anybody to keep: whoever holds one can prove later that what it covers was changed.

use super::checkpoint::Checkpoint;
use super::records::{self, Signed};
use crate::access::{Allowed, ReadLog};
use crate::clock::UtcTime;
use crate::command;
use crate::edge::{Query, Registry, shown_by_content};
use crate::problem::{Problem, ProblemBody};
use actix_web::{HttpRequest, HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// A signed checkpoint of the transparency log
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LogCheckpoint {
    /// Events that it covers.
    #[schema(minimum = 0)]
    tree_size: i64,
    /// Root of the Merkle tree (RFC 6962) over them, in base64.
    #[schema(max_length = 44)]
    root_hash: String,
    /// The signed note (C2SP tlog-checkpoint) as it stands in the file of checkpoints.
    #[schema(max_length = 2000)]
    note: String,
    /// Checks the note's signature: name, id and Ed25519 key (C2SP signed-note). Learn it once by another way.
    #[schema(max_length = 400)]
    verifier_key: String,
    signed_at: UtcTime,
}

impl LogCheckpoint {
    fn of(signed: Signed) -> Option<Self> {
        let (text, _) = signed.note.split_once("\n\n")?;
        let checkpoint = Checkpoint::parse(&format!("{text}\n"))?;
        Some(Self {
            tree_size: signed.size,
            root_hash: STANDARD.encode(checkpoint.point.root),
            note: signed.note,
            verifier_key: signed.verifier_key,
            signed_at: signed.signed_at,
        })
    }
}

/// Show the newest checkpoint
///
/// Size and root of the transparency log over all events, signed at most ten seconds or a thousand events after the one
/// before. Keep what you are shown: a log that later does not contain it was rewritten.
#[utoipa::path(
    tag = "transparency", operation_id = "checkpoint_show",
    responses((status = 200, description = "The checkpoint", body = LogCheckpoint),
        (status = 304, description = "Unchanged since the ETag sent"),
        (status = 404, description = "None was signed yet", body = ProblemBody)),
)]
#[get("/checkpoints/latest")]
async fn checkpoint_show(who: Allowed<ReadLog>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Query::of(&request)?.end()?;
    let newest = command::read(who, |act| records::newest(act.conn)).await?;
    let shown = newest.and_then(LogCheckpoint::of).ok_or_else(Problem::not_found)?;
    shown_by_content(&request, &shown)
}

pub fn routes(config: &mut impl Registry) {
    config.operation(checkpoint_show);
}
