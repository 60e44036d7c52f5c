//! Both engines have the same schema, and every migration can be taken back and run again.

use crate::support::database::{Database, Engine};
use diesel::prelude::*;
use diesel::sql_types::Text;
use onewindow::store;
use std::collections::{BTreeMap, BTreeSet};

/// A column as both engines can tell it: table, name, kind, and whether it may be empty.
type Columns = BTreeSet<(String, String, &'static str, bool)>;
/// Columns of unique rules (primary keys included), and of references, by table.
type Rules = BTreeSet<(String, Vec<String>)>;

#[derive(Debug, PartialEq, Eq)]
struct Schema {
    columns: Columns,
    unique: Rules,
    references: BTreeSet<(String, String, String, String)>,
    indexes: Rules,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[expect(clippy::disallowed_methods, reason = "tests look behind the program's back")]
fn lines(url: &str, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = match url.strip_prefix("sqlite://") {
        Some(path) => diesel::sql_query(sql).load(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => diesel::sql_query(sql).load(&mut PgConnection::establish(url).unwrap()).unwrap(),
    };
    rows.into_iter().map(|row| row.line).collect()
}

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

fn kind(sql_type: &str) -> &'static str {
    match sql_type.to_lowercase().as_str() {
        "uuid" | "bytea" | "blob" => "bytes",
        "bigint" | "integer" => "integer",
        "boolean" => "boolean",
        "text" | "timestamp with time zone" | "date" => "text",
        other => panic!("an unexpected type {other}"),
    }
}

const NOT_OURS: &str = "('__diesel_schema_migrations', 'migration_turn')";

fn sqlite_schema(url: &str) -> Schema {
    let columns = lines(
        url,
        &format!(
            "SELECT m.name || '|' || c.name || '|' || c.type || '|' || (c.\"notnull\" = 0) AS line \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT IN {NOT_OURS} AND m.name NOT LIKE 'sqlite_%'"
        ),
    );
    let keys = lines(
        url,
        &format!(
            "SELECT m.name || '|' || group_concat(c.name, ',') AS line FROM sqlite_master m JOIN (SELECT * FROM sqlite_master) x ON x.name = m.name \
         JOIN pragma_table_info(m.name) c WHERE c.pk > 0 AND m.type = 'table' AND m.name NOT IN {NOT_OURS} GROUP BY m.name"
        ),
    );
    let indexes = lines(
        url,
        &format!(
            "SELECT m.name || '|' || i.\"unique\" || '|' || (SELECT group_concat(n.name, ',') FROM pragma_index_info(i.name) n) AS line \
         FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND m.name NOT IN {NOT_OURS}"
        ),
    );
    let references = lines(
        url,
        &format!(
            "SELECT m.name || '|' || f.\"from\" || '|' || f.\"table\" || '|' || f.\"to\" AS line \
         FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND m.name NOT IN {NOT_OURS}"
        ),
    );
    assemble(&columns, &keys, &indexes, &references)
}

fn postgres_schema(url: &str) -> Schema {
    let columns = lines(
        url,
        &format!(
            "SELECT table_name || '|' || column_name || '|' || data_type || '|' || (CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END) AS line \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN {NOT_OURS}"
        ),
    );
    let index = |primary: bool, shown: &str| {
        lines(
            url,
            &format!(
                "SELECT t.relname || {shown} || '|' || (SELECT string_agg(a.attname, ',' ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY k(col, at) \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.col) AS line \
             FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
             WHERE n.nspname = 'public' AND i.indisprimary = {primary} AND t.relname NOT IN {NOT_OURS}"
            ),
        )
    };
    let references = lines(
        url,
        "SELECT t.relname || '|' || a.attname || '|' || r.relname || '|' || b.attname AS line FROM pg_constraint c \
         JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = c.confkey[1] \
         WHERE c.contype = 'f'",
    );
    assemble(&columns, &index(true, "''"), &index(false, "'|' || i.indisunique::int"), &references)
}

fn assemble(columns: &[String], keys: &[String], indexes: &[String], references: &[String]) -> Schema {
    let mut unique = Rules::new();
    let mut all = Rules::new();
    let mut add = |table: &str, columns: &str, is_unique: bool| {
        let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
        if is_unique {
            unique.insert((table.to_owned(), columns.clone()));
        }
        all.insert((table.to_owned(), columns));
    };
    for key in keys.iter().map(|line| cells(line)) {
        add(&key[0], &key[1], true);
    }
    for index in indexes.iter().map(|line| cells(line)) {
        add(&index[0], &index[2], index[1] == "1");
    }
    Schema {
        columns: columns
            .iter()
            .map(|line| cells(line))
            .map(|c| (c[0].clone(), c[1].clone(), kind(&c[2]), c[3] == "1"))
            .collect(),
        unique,
        references: references
            .iter()
            .map(|l| cells(l))
            .map(|c| (c[0].clone(), c[1].clone(), c[2].clone(), c[3].clone()))
            .collect(),
        indexes: all,
    }
}

fn schema(database: &Database) -> Schema {
    match database.engine {
        Engine::Sqlite => sqlite_schema(&database.url),
        Engine::Postgres => postgres_schema(&database.url),
    }
}

#[test]
fn both_engines_have_the_same_schema() {
    let [sqlite, postgres] = [Engine::Sqlite, Engine::Postgres].map(|engine| {
        let database = Database::empty(engine);
        store::migrate(&database.url).unwrap();
        schema(&database)
    });
    assert!(sqlite.columns.len() > 150);
    assert_eq!(sqlite.columns, postgres.columns);
    assert_eq!(sqlite.unique, postgres.unique);
    assert_eq!(sqlite.references, postgres.references);
    assert_eq!(sqlite.indexes, postgres.indexes);
}

#[test]
fn every_reference_has_an_index_that_begins_with_it() {
    let database = Database::empty(Engine::Sqlite);
    store::migrate(&database.url).unwrap();
    let schema = schema(&database);
    for (table, column, ..) in &schema.references {
        let indexed =
            schema.indexes.iter().any(|(of, columns)| of == table && columns.first() == Some(column));
        assert!(indexed, "{table}.{column} refers elsewhere and has no index");
    }
}

fn up_down_up(engine: Engine) {
    let database = Database::empty(engine);
    let ran = store::migrate(&database.url).unwrap();
    let first = schema(&database);
    assert_eq!(store::migrate(&database.url).unwrap(), 0, "nothing is left to run");
    assert_eq!(store::revert(&database.url).unwrap(), ran);
    assert_eq!(schema(&database).columns, Columns::new(), "nothing is left behind");
    assert_eq!(store::migrate(&database.url).unwrap(), ran);
    assert_eq!(schema(&database), first);
    let state = store::migration_state(&database.url).unwrap();
    assert_eq!((state.applied.len(), state.pending.len(), state.unknown.len()), (ran, 0, 0));
}

#[test]
fn migrations_go_up_down_and_up_again_on_sqlite() {
    up_down_up(Engine::Sqlite);
}

#[test]
fn migrations_go_up_down_and_up_again_on_postgres() {
    up_down_up(Engine::Postgres);
}

/// Several programs that start at once leave one schema, and each ends well.
fn migrate_together(engine: Engine) {
    let database = Database::empty(engine);
    let ran: usize = std::thread::scope(|scope| {
        let programs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| store::migrate(&database.url).unwrap())).collect();
        programs.into_iter().map(|program| program.join().unwrap()).sum()
    });
    assert_eq!(ran, store::migration_state(&database.url).unwrap().applied.len());
}

#[test]
fn four_programs_migrate_together_on_sqlite() {
    migrate_together(Engine::Sqlite);
}

#[test]
fn four_programs_migrate_together_on_postgres() {
    migrate_together(Engine::Postgres);
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let database = Database::empty(Engine::Sqlite);
    store::migrate(&database.url).unwrap();
    database.meddle("INSERT INTO __diesel_schema_migrations (version) VALUES ('99999999999999')");
    let refusal = store::migrate(&database.url).unwrap_err().to_string();
    assert!(refusal.contains("newer than this program"), "{refusal}");
}

/// The folders hold the same names, each with both directions.
#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeMap<String, BTreeSet<String>> {
        std::fs::read_dir(format!("migrations/{engine}"))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let files = std::fs::read_dir(&path)
                    .unwrap()
                    .map(|f| f.unwrap().file_name().into_string().unwrap())
                    .collect();
                (path.file_name().unwrap().to_str().unwrap().to_owned(), files)
            })
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").values().all(|files| files.contains("up.sql") && files.contains("down.sql")));
}
