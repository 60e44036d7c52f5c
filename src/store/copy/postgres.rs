//! PostgreSQL: its own client tools write and read the file. The snapshot that is counted is the one that is dumped.

use super::client_tools::{self, Tool};
use super::{StoreError, Taken, connect, count, texts};
use crate::breakage::{self, Breakage};
use crate::store::conn::{Conn, Target};
use crate::store::{dialect, transaction};
use diesel::connection::SimpleConnection;
use std::path::Path;

/// Whatever is neither the server's own nor an extension's.
const THINGS: &str = "SELECT format('%I.%I', n.nspname, c.relname) AS shown
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    AND c.relkind IN ";

fn open(url: &str) -> Result<Conn, StoreError> {
    connect(&Target::Postgres(url.to_owned()))
}

fn major(conn: &mut Conn) -> Result<u32, StoreError> {
    let number = count(conn, "SELECT current_setting('server_version_num')::bigint AS rows")?;
    Ok(u32::try_from(number / 10_000).unwrap_or(u32::MAX))
}

pub fn take<T, E: From<StoreError>>(
    url: &str,
    to: &Path,
    look: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<Taken<T>, E> {
    let mut conn = open(url)?;
    let pg_dump = client_tools::find("pg_dump", major(&mut conn)?)?;
    transaction::read(&mut conn, |conn| {
        let snapshot = texts(conn, "SELECT pg_export_snapshot() AS shown")?.concat();
        let seen = look(conn)?;
        dump(&pg_dump, url, &snapshot, to)?;
        Ok(Taken { seen, tool: Some(pg_dump.major) })
    })
}

fn dump(pg_dump: &Tool, url: &str, snapshot: &str, to: &Path) -> Result<(), StoreError> {
    let mut command = pg_dump.on(url)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]);
    if !breakage::is(Breakage::BackupWithoutSnapshot) {
        command.arg(format!("--snapshot={snapshot}"));
    }
    command.arg("--file").arg(to);
    client_tools::run(&mut command)
}

pub fn require_nothing(url: &str) -> Result<(), StoreError> {
    let mut conn = open(url)?;
    dialect::check_engine(&mut conn)?;
    let there = texts(&mut conn, &format!("{THINGS} ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1"))?;
    match there.first() {
        None => Ok(()),
        Some(first) => Err(StoreError::Refused(format!(
            "the database is not empty, it holds {} tables such as {first}: a backup is restored where nothing is",
            there.len()
        ))),
    }
}

pub fn put<T, E: From<StoreError>>(
    url: &str,
    from: &Path,
    made_by: Option<u32>,
    settle: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, E> {
    require_nothing(url)?;
    let needed = major(&mut open(url)?)?.max(made_by.unwrap_or_default());
    let pg_restore = client_tools::find("pg_restore", needed)?;
    let mut command = pg_restore.on(url)?;
    command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(from);
    client_tools::run(&mut command)?;
    settle(url).map_err(|refusal| match take_away(url) {
        Ok(()) => refusal,
        Err(error) => StoreError::Refused(format!(
            "what was restored does not hold, and it could not be taken away again ({error}): drop the database"
        ))
        .into(),
    })
}

/// Nothing was there before, so every table is the copy's.
fn take_away(url: &str) -> Result<(), StoreError> {
    let mut conn = open(url)?;
    let tables = texts(&mut conn, &format!("{THINGS} ('r', 'p') ORDER BY 1"))?;
    if let Conn::Pg(pg) = &mut conn
        && !tables.is_empty()
    {
        pg.batch_execute(&format!("DROP TABLE {} CASCADE", tables.join(", ")))?;
    }
    Ok(())
}
