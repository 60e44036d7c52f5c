//! The Nantong pack, carried in the program so that the demo needs no folder beside it.

use crate::casework;
use crate::catalogue::{self, Imported, PackFiles};
use crate::command::Act;
use crate::ids::StreamId;
use crate::journal::StreamKind;
use crate::problem::Problem;
use rust_embed::RustEmbed;
use serde_json::json;

#[derive(RustEmbed)]
#[folder = "packs/nantong"]
struct Nantong;

/// The files of the pack that the program carries.
pub fn carried_pack() -> PackFiles {
    let file = |name: std::borrow::Cow<'static, str>| {
        let content = Nantong::get(&name)?;
        Some((name.to_string(), String::from_utf8_lossy(&content.data).into_owned()))
    };
    PackFiles(Nantong::iter().filter_map(file).collect())
}

/// Loads a pack as the next version, records that, and derives open dates afresh. Answers what came of it and how many
/// dates changed.
pub fn load_pack(act: &mut Act<'_>, files: &PackFiles) -> Result<(Imported, usize), Problem> {
    let imported = catalogue::import(act.conn, files, act.now)?;
    let Imported::Version(version) = imported else { return Ok((imported, 0)) };
    let stream = StreamId(uuid::Uuid::from_u128(u128::from(version.unsigned_abs())));
    act.record(StreamKind::Pack, stream, "PACK_LOADED", json!({ "version": version }))?;
    Ok((imported, casework::recalculate(act)?))
}

/// Gives a database that has no pack yet the one the program carries.
pub fn ensure_pack(act: &mut Act<'_>) -> Result<(), Problem> {
    if catalogue::current_if_any(act.conn)?.is_some() {
        return Ok(());
    }
    match load_pack(act, &carried_pack())? {
        (Imported::Refused(faults), _) => {
            Err(Problem::internal(format!("the carried pack is not valid: {} faults", faults.len())))
        }
        _ => Ok(()),
    }
}
