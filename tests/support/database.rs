//! Databases for tests: a template of each engine is migrated, loaded and seeded once, and copied for every test.

use onewindow::access::{Entropy, Profile};
use onewindow::clock::{Clock, UtcTime};
use onewindow::command::by_program;
use onewindow::{catalogue, demo, start, store};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The day on which every test begins: a Monday in Nantong.
pub const MORNING: &str = "2026-11-23T01:00:00Z";

pub fn morning() -> UtcTime {
    MORNING.parse().unwrap()
}

/// Which engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database that goes away with its test.
pub struct Database {
    pub engine: Engine,
    pub url: String,
    folder: TempDir,
}

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name no other test of this or another run uses.
fn fresh_name(of: &str) -> String {
    format!("ow_{of}_{}_{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed))
}

/// The PostgreSQL server that `cargo xtask test` has started.
fn server() -> String {
    std::env::var("TEST_DATABASE_URL")
        .expect("TEST_DATABASE_URL names no PostgreSQL server: run the tests with `cargo xtask test`")
}

/// The same server, another database.
fn on_server(database: &str) -> String {
    let server = server();
    let (base, _) = server.rsplit_once('/').expect("a PostgreSQL URL has a path");
    format!("{base}/{database}")
}

impl Database {
    /// A seeded copy of the template.
    pub fn seeded(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => {
                let file = folder.path().join("onewindow.sqlite");
                std::fs::copy(sqlite_template(), &file).unwrap();
                format!("sqlite://{}", file.display())
            }
            Engine::Postgres => {
                let name = fresh_name("test");
                administer(&format!("CREATE DATABASE {name} TEMPLATE {}", postgres_template()));
                on_server(&name)
            }
        };
        Self { engine, url, folder }
    }

    /// An empty one, without any table.
    pub fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("empty.sqlite").display()),
            Engine::Postgres => {
                let name = fresh_name("empty");
                administer(&format!("CREATE DATABASE {name}"));
                on_server(&name)
            }
        };
        Self { engine, url, folder }
    }

    /// A folder that goes away with the test, too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs statements past the program, as an intruder or a failing disk would.
    pub fn meddle(&self, sql: &str) {
        statement(&self.url, sql);
    }

    /// Runs statements in a transaction that stays open, as another program would, until what is returned is dropped.
    #[must_use = "it is rolled back when it is dropped"]
    pub fn hold(&self, sql: &str) -> Held {
        Held::begin(&self.url, sql)
    }

    /// Makes the database fail on every case after the fourth, in the middle of whatever writes it.
    pub fn break_fifth_case(&self) {
        self.meddle(match self.engine {
            Engine::Sqlite => {
                "CREATE TRIGGER break_fifth_case BEFORE INSERT ON cases WHEN (SELECT count(*) FROM cases) >= 4
                 BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
            }
            Engine::Postgres => {
                "CREATE FUNCTION break_fifth_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF (SELECT count(*) FROM cases) >= 4 THEN RAISE EXCEPTION 'broken on purpose'; END IF;
                   RETURN NEW;
                 END $$;
                 CREATE TRIGGER break_fifth_case BEFORE INSERT ON cases
                   FOR EACH ROW EXECUTE FUNCTION break_fifth_case()"
            }
        });
    }

    pub fn mend_fifth_case(&self) {
        self.meddle(match self.engine {
            Engine::Sqlite => "DROP TRIGGER break_fifth_case",
            Engine::Postgres => "DROP TRIGGER break_fifth_case ON cases",
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres
            && let Some((_, name)) = self.url.rsplit_once('/')
        {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn administer(sql: &str) {
    statement(&server(), sql);
}

#[expect(clippy::disallowed_methods, reason = "tests look behind the program's back")]
fn statement(url: &str, sql: &str) {
    use diesel::Connection;
    use diesel::connection::SimpleConnection;
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut conn = diesel::SqliteConnection::establish(path).unwrap();
            conn.batch_execute(&format!("PRAGMA busy_timeout = 10000; {sql}")).unwrap();
        }
        None => diesel::PgConnection::establish(url).unwrap().batch_execute(sql).unwrap(),
    }
}

/// A transaction left open; it is rolled back with its connection.
pub enum Held {
    Sqlite { conn: diesel::SqliteConnection },
    Postgres { conn: diesel::PgConnection },
}

impl Held {
    /// Ends it well, so that others see what it did.
    pub fn commit(self) {
        use diesel::connection::SimpleConnection;
        match self {
            Self::Sqlite { mut conn } => conn.batch_execute("COMMIT").unwrap(),
            Self::Postgres { mut conn } => conn.batch_execute("COMMIT").unwrap(),
        }
    }

    /// Returns once so many other transactions wait for a lock; only PostgreSQL can say.
    pub fn until_somebody_waits(&mut self, how_many: i64) {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Waiting {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let Self::Postgres { conn } = self else { return };
        let question = "SELECT count(*) AS count FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let begun = std::time::Instant::now();
        loop {
            // Within one transaction a connection that has come since is seen only after this.
            diesel::sql_query("SELECT pg_stat_clear_snapshot()").execute(conn).unwrap();
            if diesel::sql_query(question).get_result::<Waiting>(conn).unwrap().count >= how_many {
                return;
            }
            assert!(begun.elapsed().as_secs() < 30, "nobody waits");
            std::thread::yield_now();
        }
    }

    #[expect(clippy::disallowed_methods, reason = "tests look behind the program's back")]
    fn begin(url: &str, sql: &str) -> Self {
        use diesel::Connection;
        use diesel::connection::SimpleConnection;
        if let Some(path) = url.strip_prefix("sqlite://") {
            let mut conn = diesel::SqliteConnection::establish(path).unwrap();
            conn.batch_execute(&format!("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE; {sql}")).unwrap();
            Self::Sqlite { conn }
        } else {
            let mut conn = diesel::PgConnection::establish(url).unwrap();
            conn.batch_execute(&format!("BEGIN; {sql}")).unwrap();
            Self::Postgres { conn }
        }
    }
}

fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let live = format!("sqlite://{}", folder.path().join("live.sqlite").display());
        populate(&live);
        // One file without a journal beside it, so that it can be copied.
        let file = folder.path().join("template.sqlite");
        statement(&live, &format!("VACUUM INTO '{}'", file.display()));
        (folder, file)
    });
    file
}

fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = fresh_name("template");
        administer(&format!("CREATE DATABASE {name}"));
        populate(&on_server(&name));
        name
    })
}

/// Migrates, loads the Nantong pack, seeds the demo world.
fn populate(url: &str) {
    store::migrate(url).unwrap();
    let url = url.to_owned();
    actix_web::rt::System::new().block_on(async move {
        let clock = Clock::set_to(morning());
        let window = start::window(&url, clock, Profile::Demo, "http://127.0.0.1").await.unwrap();
        let window = actix_web::web::Data::new(window);
        let files = catalogue::PackFiles::read(Path::new("packs/nantong")).unwrap();
        let imported =
            by_program(&window, move |act| catalogue::import(act.conn, &files, act.now)).await.unwrap();
        assert!(matches!(imported, catalogue::Imported::Version(1)), "{imported:?}");
        let hashes = demo::Hashes::make(&Entropy::System.bytes());
        by_program(&window, move |act| demo::seed(act, &hashes)).await.unwrap();
    });
}
