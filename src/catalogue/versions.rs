//! Versions of the pack in the database. Servers read only these, so nodes never differ; a case keeps the version it
//! began under.

use super::files::{Fault, PackFiles};
use super::model::Pack;
use super::parse::parse;
use crate::calendar::WorkingCalendar;
use crate::clock::UtcTime;
use crate::decision::FieldLists;
use crate::problem::{Code, Problem};
use crate::store::schema::{pack_files, pack_versions};
use crate::store::{Conn, StoreError, on_engine};
use chrono::{FixedOffset, NaiveDate};
use diesel::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// One version of the pack, ready to be asked.
#[derive(Debug)]
pub struct Catalogue {
    pub version: i32,
    pub pack: Pack,
    pub calendar: WorkingCalendar,
    pub fields: FieldLists,
    pub offset: FixedOffset,
}

impl Catalogue {
    fn new(version: i32, pack: Pack) -> Result<Self, Problem> {
        let broken = |what: &str| Problem::internal(format!("pack version {version}: {what}"));
        let revision = u32::try_from(version).unwrap_or_default();
        let calendar = WorkingCalendar::new(pack.calendars.iter().cloned(), revision)
            .map_err(|error| broken(&error.to_string()))?;
        let offset = pack.city.utc_offset.parse().map_err(|_| broken("offset"))?;
        let fields = FieldLists::new(pack.fields.clone());
        Ok(Self { version, pack, calendar, fields, offset })
    }

    /// The local date in the city.
    pub fn today(&self, now: UtcTime) -> NaiveDate {
        now.date(self.offset)
    }
}

/// Version and digest of files → what they parse to.
type Parsed = HashMap<(i32, Vec<u8>), Arc<Catalogue>>;

/// Parsed packs by the digest of their files: a pure function's results, remembered.
static PARSED: LazyLock<RwLock<Parsed>> = LazyLock::new(RwLock::default);

/// The version in force. Without one the service cannot answer anything of substance.
pub fn current(conn: &mut Conn) -> Result<Arc<Catalogue>, Problem> {
    current_if_any(conn)?.ok_or_else(|| Problem {
        internal: Some("no city pack is loaded".to_owned()),
        ..Problem::new(Code::Unavailable)
    })
}

/// The version in force, if a pack was ever loaded.
pub fn current_if_any(conn: &mut Conn) -> Result<Option<Arc<Catalogue>>, Problem> {
    let latest: Option<(i32, Vec<u8>)> = on_engine!(conn => pack_versions::table
        .order(pack_versions::version.desc())
        .select((pack_versions::version, pack_versions::digest))
        .first(conn))
    .optional()?;
    latest.map(|(version, digest)| remembered(conn, version, digest)).transpose()
}

/// Every version there is, the newest first.
pub fn versions(conn: &mut Conn) -> Result<Vec<i32>, Problem> {
    Ok(pack_versions::table.order(pack_versions::version.desc()).select(pack_versions::version).load(conn)?)
}

/// A version that a case began under.
pub fn at_version(conn: &mut Conn, version: i32) -> Result<Arc<Catalogue>, Problem> {
    let digest =
        on_engine!(conn => pack_versions::table.find(version).select(pack_versions::digest).first(conn))?;
    remembered(conn, version, digest)
}

fn remembered(conn: &mut Conn, version: i32, digest: Vec<u8>) -> Result<Arc<Catalogue>, Problem> {
    let key = (version, digest);
    if let Some(found) = PARSED.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(found.clone());
    }
    let pack = parse(&files(conn, version)?).map_err(|faults| {
        Problem::internal(format!("pack version {version} is not valid any more: {} faults", faults.len()))
    })?;
    let catalogue = Arc::new(Catalogue::new(version, pack)?);
    PARSED.write().unwrap_or_else(PoisonError::into_inner).insert(key, catalogue.clone());
    Ok(catalogue)
}

/// The files of a version, for export.
pub fn files(conn: &mut Conn, version: i32) -> Result<PackFiles, Problem> {
    let rows: Vec<(String, String)> = pack_files::table
        .filter(pack_files::version.eq(version))
        .select((pack_files::path, pack_files::content))
        .load(conn)?;
    Ok(PackFiles(rows.into_iter().collect()))
}

/// What came of an import.
#[derive(Debug, PartialEq, Eq)]
pub enum Imported {
    Version(i32),
    /// These very files are the version in force.
    Unchanged(i32),
    Refused(Vec<Fault>),
}

/// Validates files and keeps them as the next version, in the caller's transaction.
pub fn import(conn: &mut Conn, files: &PackFiles, now: UtcTime) -> Result<Imported, Problem> {
    let pack = match parse(files) {
        Ok(pack) => pack,
        Err(faults) => return Ok(Imported::Refused(faults)),
    };
    let digest = files.digest().to_vec();
    let latest: Option<(i32, Vec<u8>, String)> = pack_versions::table
        .order(pack_versions::version.desc())
        .select((pack_versions::version, pack_versions::digest, pack_versions::city_code))
        .first(conn)
        .optional()?;
    let version = match latest {
        Some((version, same, _)) if same == digest => return Ok(Imported::Unchanged(version)),
        Some((_, _, city)) if city != pack.city.code => {
            let message = format!("this database serves {city}, the pack is of {}", pack.city.code);
            return Ok(Imported::Refused(vec![Fault { file: "pack.toml".to_owned(), line: 1, message }]));
        }
        Some((version, _, _)) => version + 1,
        None => 1,
    };
    diesel::insert_into(pack_versions::table)
        .values((
            pack_versions::version.eq(version),
            pack_versions::city_code.eq(&pack.city.code),
            pack_versions::digest.eq(digest),
            pack_versions::loaded_at.eq(now),
        ))
        .execute(conn)
        .map_err(|error| StoreError::from(error).lost_race("pack_versions"))?;
    for (path, content) in &files.0 {
        diesel::insert_into(pack_files::table)
            .values((
                pack_files::version.eq(version),
                pack_files::path.eq(path),
                pack_files::content.eq(content),
            ))
            .execute(conn)?;
    }
    Ok(Imported::Version(version))
}
