//! `onewindow backup` and `onewindow restore`: what was acknowledged before a backup began is in it, byte for byte; what
//! is no sound backup is refused, and the target stays as it was.

use crate::support::Caller;
use crate::support::database::{Database, Engine};
use crate::support::forms::{DESIGN, cases, example, filer, hand_in, path_of};
use crate::support::process::{Process, command, run};
use diesel::prelude::*;
use onewindow::journal::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn back_up(database: &Database, to: &Path) -> Output {
    run(database, &["backup", "--to", to.to_str().unwrap()])
}

fn restore(from: &Path, database: &Database) -> Output {
    run(database, &["restore", "--from", from.to_str().unwrap()])
}

/// Whether there is still nothing where a backup was to be restored.
#[expect(clippy::disallowed_methods, reason = "tests look behind the program's back")]
fn is_untouched(target: &Database) -> bool {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    match target.engine {
        Engine::Sqlite => fs::read_dir(target.folder()).unwrap().next().is_none(),
        Engine::Postgres => {
            let things = "SELECT count(*) AS count FROM pg_class WHERE relnamespace = 'public'::regnamespace";
            let mut conn = PgConnection::establish(&target.url).unwrap();
            diesel::sql_query(things).get_result::<Count>(&mut conn).unwrap().count == 0
        }
    }
}

/// Refused with these words, and nothing was done to the target.
#[track_caller]
fn refused(output: &Output, words: &str, target: &Database) {
    assert!(!output.status.success() && said(output).contains(words), "{words}: {}", said(output));
    assert!(is_untouched(target), "{words}: the target was touched");
}

/// Everything that can be read of a submission: addresses, and what they answered.
type Seen = Vec<(String, String)>;

fn see(caller: &Caller, submission: &Value) -> Seen {
    let id = submission["submissionId"].as_str().unwrap();
    let mut paths = vec![format!("/api/v1/submissions/{id}?expand=form")];
    for case in cases(caller, submission) {
        let case_id = case["caseId"].as_str().unwrap();
        paths.push(format!("{}?expand=particulars", path_of(&case)));
        paths.extend(
            ["case-events", "routing-decisions", "deadlines"]
                .map(|kind| format!("/api/v1/{kind}?caseId={case_id}")),
        );
    }
    see_again(caller, paths)
}

fn see_again(caller: &Caller, paths: Vec<String>) -> Seen {
    paths
        .into_iter()
        .map(|path| {
            let answer = caller.get(&path);
            answer.expect(200);
            (path, answer.text)
        })
        .collect()
}

fn file_until(stop: &AtomicBool, caller: &Caller, filed: &Sender<Seen>) {
    while !stop.load(Ordering::SeqCst) {
        let seen = see(caller, &hand_in(caller, &example(DESIGN)));
        filed.send(seen).unwrap();
    }
}

fn a_backup_under_load_holds_all_that_was_acknowledged(engine: Engine) {
    let database = Database::seeded(engine);
    let server = Process::serve(&database);
    let user = Caller::new(&server.address).sign_in(&filer(DESIGN));
    let five = Caller::new(&server.address).sign_in(&filer("five-rights.json"));
    let bundle = see(&five, &hand_in(&five, &example("five-rights.json")));
    let folder = database.folder().join("backup");
    let (stop, (tell, filed)) = (AtomicBool::new(false), channel());
    let before: Vec<Seen> = std::thread::scope(|scope| {
        scope.spawn(|| file_until(&stop, &user, &tell));
        let first = filed.recv().unwrap();
        let before = std::iter::once(first).chain(filed.try_iter()).collect();
        let told = succeeds(&back_up(&database, &folder));
        assert!(told.contains("acknowledged before"), "{told}");
        // One more after the backup: it held up nobody.
        filed.try_iter().for_each(drop);
        filed.recv().unwrap();
        stop.store(true, Ordering::SeqCst);
        before
    });
    drop(server);

    let target = Database::empty(engine);
    let told = succeeds(&restore(&folder, &target));
    assert!(told.contains("2 sessions ended") && told.contains("verify finds no fault"), "{told}");
    assert_eq!(succeeds(&run(&target, &["verify"])), "");
    let server = Process::serve(&target);
    let anybody = Caller::new(&server.address);
    let reads = |user: &str, seen: &Seen| {
        let caller = anybody.sign_in(user);
        assert_eq!(see_again(&caller, seen.iter().map(|(path, _)| path.clone()).collect()), *seen);
    };
    reads(&filer("five-rights.json"), &bundle);
    for seen in &before {
        reads(&filer(DESIGN), seen);
    }
    // Who was signed in when it was taken is not any more; who signs in anew can work.
    let path = &before[0][0].0;
    user.at(&server.address).get(path).refused(401, "UNAUTHENTICATED");
    hand_in(&anybody.sign_in(&filer(DESIGN)), &example(DESIGN));
    assert_eq!(succeeds(&run(&target, &["verify"])), "");
}

#[test]
fn a_backup_under_load_is_complete_on_sqlite() {
    a_backup_under_load_holds_all_that_was_acknowledged(Engine::Sqlite);
}

#[test]
fn a_backup_under_load_is_complete_on_postgres() {
    a_backup_under_load_holds_all_that_was_acknowledged(Engine::Postgres);
}

/// A copy of a backup, to be damaged.
fn copied(backup: &Path, name: &str) -> PathBuf {
    let copy = backup.with_file_name(name);
    fs::create_dir(&copy).unwrap();
    for file in fs::read_dir(backup).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    copy
}

fn manifest(backup: &Path) -> Value {
    serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

/// Rewrites the manifest; with its own digest made right again, when asked.
fn edit(backup: &Path, resealed: bool, change: impl FnOnce(&mut Value)) {
    let mut manifest = manifest(backup);
    change(&mut manifest["backup"]);
    if resealed {
        let digest = Sha256::digest(manifest["backup"].to_string());
        manifest["sha256"] = hex(&digest).into();
    }
    fs::write(backup.join("manifest.json"), manifest.to_string()).unwrap();
}

fn what_is_no_sound_backup_is_refused(engine: Engine) {
    let database = Database::seeded(engine);
    let backup = database.folder().join("backup");
    succeeds(&back_up(&database, &backup));
    let again = back_up(&database, &backup);
    assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
    let data = manifest(&backup)["backup"]["files"][0]["name"].as_str().unwrap().to_owned();
    let target = Database::empty(engine);
    let refuses = |name: &str, words: &str, damage: &dyn Fn(&Path)| {
        let copy = copied(&backup, name);
        damage(&copy);
        refused(&restore(&copy, &target), words, &target);
    };

    let length = usize::try_from(fs::metadata(backup.join(&data)).unwrap().len()).unwrap();
    for at in [0, length / 2, length - 1] {
        refuses(&format!("flipped-{at}"), "SHA-256", &|copy| {
            let mut bytes = fs::read(copy.join(&data)).unwrap();
            bytes[at] ^= 1;
            fs::write(copy.join(&data), bytes).unwrap();
        });
    }
    refuses("truncated", "bytes", &|copy| {
        let bytes = fs::read(copy.join(&data)).unwrap();
        fs::write(copy.join(&data), &bytes[..length - 1]).unwrap();
    });
    refuses("missing", "missing", &|copy| fs::remove_file(copy.join(&data)).unwrap());
    refuses("unfinished", "never finished", &|copy| fs::remove_file(copy.join("manifest.json")).unwrap());
    refuses("no-manifest", "damaged", &|copy| fs::write(copy.join("manifest.json"), "{").unwrap());
    refuses("edited", "changed after it was written", &|copy| {
        edit(copy, false, |backup| backup["begunAt"] = json!("2026-01-01T00:00:00.000000Z"));
    });
    // Whoever makes the digest right as well is still caught by what was counted.
    refuses("recounted", "cases has 0 rows, and had 1", &|copy| {
        edit(copy, true, |backup| backup["tables"]["cases"] = json!(1));
    });
    let unreadable = match engine {
        Engine::Sqlite => "malformed",
        Engine::Postgres => "pg_restore failed",
    };
    refuses("cut-and-resealed", unreadable, &|copy| {
        let mut bytes = fs::read(copy.join(&data)).unwrap();
        bytes.truncate(length / 2);
        fs::write(copy.join(&data), &bytes).unwrap();
        edit(copy, true, |backup| {
            backup["files"][0]["bytes"] = json!(bytes.len());
            backup["files"][0]["sha256"] = hex(&Sha256::digest(&bytes)).into();
        });
    });
    refuses("another-last-event", "last event", &|copy| {
        edit(copy, true, |backup| backup["events"]["last"] = json!("00"));
    });
    refuses("newer", "newer than this program", &|copy| {
        edit(copy, true, |backup| {
            backup["migrations"].as_array_mut().unwrap().push(json!("99999999999999"));
        });
    });
    refuses("newer-format", "format 2", &|copy| edit(copy, true, |backup| backup["format"] = json!(2)));
    refuses("elsewhere", "does not name", &|copy| {
        edit(copy, true, |backup| backup["files"][0]["name"] = json!("../backup/onewindow.sqlite"));
    });

    let foreign = Database::empty(match engine {
        Engine::Sqlite => Engine::Postgres,
        Engine::Postgres => Engine::Sqlite,
    });
    refused(&restore(&backup, &foreign), "the backup is of", &foreign);
    let taken = Database::seeded(engine);
    let output = restore(&backup, &taken);
    assert!(!output.status.success() && said(&output).contains("where nothing is"), "{}", said(&output));
    assert_eq!(succeeds(&run(&taken, &["verify"])), "", "what was there is there still");

    let told = succeeds(&restore(&backup, &target));
    assert!(told.contains("0 migrations run"), "{told}");
}

#[test]
fn what_is_no_sound_backup_is_refused_on_sqlite() {
    what_is_no_sound_backup_is_refused(Engine::Sqlite);
}

#[test]
fn what_is_no_sound_backup_is_refused_on_postgres() {
    what_is_no_sound_backup_is_refused(Engine::Postgres);
}

/// A database that does not hold together is backed up as it is, and restored only by whoever knows.
fn faults_are_restored_only_on_demand(engine: Engine) {
    let database = Database::seeded(engine);
    database.meddle("UPDATE events SET kind = 'X' WHERE sequence = 1");
    let backup = database.folder().join("backup");
    succeeds(&back_up(&database, &backup));
    let target = Database::empty(engine);
    refused(&restore(&backup, &target), "event 1", &target);
    let output = run(&target, &["restore", "--despite-faults", "--from", backup.to_str().unwrap()]);
    succeeds(&output);
    assert!(said(&output).contains("event 1"), "{}", said(&output));
}

#[test]
fn faults_are_restored_only_on_demand_on_sqlite() {
    faults_are_restored_only_on_demand(Engine::Sqlite);
}

#[test]
fn faults_are_restored_only_on_demand_on_postgres() {
    faults_are_restored_only_on_demand(Engine::Postgres);
}

/// A backup of the schema before is brought to this program's; one of a schema to come is not even taken.
fn an_older_schema_is_migrated(engine: Engine) {
    let database = Database::seeded(engine);
    let folder = Path::new("migrations").join(match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    });
    let last = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let version = last.file_name().unwrap().to_str().unwrap().split('_').next().unwrap().to_owned();
    database.meddle(&fs::read_to_string(last.join("down.sql")).unwrap());
    let applied = "__diesel_schema_migrations";
    database.meddle(&format!("DELETE FROM {applied} WHERE version = '{version}'"));
    let backup = database.folder().join("backup");
    succeeds(&back_up(&database, &backup));
    let target = Database::empty(engine);
    let told = succeeds(&restore(&backup, &target));
    assert!(told.contains("1 migrations run"), "{told}");
    assert_eq!(succeeds(&run(&target, &["verify"])), "");

    database.meddle(&format!("INSERT INTO {applied} (version) VALUES ('99999999999999')"));
    let newer = back_up(&database, &database.folder().join("newer"));
    assert!(!newer.status.success() && said(&newer).contains("newer than this program"), "{}", said(&newer));
}

#[test]
fn an_older_schema_is_migrated_on_sqlite() {
    an_older_schema_is_migrated(Engine::Sqlite);
}

#[test]
fn an_older_schema_is_migrated_on_postgres() {
    an_older_schema_is_migrated(Engine::Postgres);
}

/// Killed while it waits for a table, a backup leaves what nobody takes for one.
#[test]
fn a_backup_that_was_killed_is_no_backup() {
    let database = Database::seeded(Engine::Postgres);
    let backup = database.folder().join("backup");
    let mut held = database.hold("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE");
    let mut child = command(&database, &["backup", "--to", backup.to_str().unwrap()]).spawn().unwrap();
    held.until_somebody_waits(1);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(held);
    assert!(fs::read_dir(&backup).unwrap().next().is_some(), "it was killed before it had begun");
    let target = Database::empty(Engine::Postgres);
    refused(&restore(&backup, &target), "never finished", &target);
    let again = back_up(&database, &backup);
    assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
}

/// What stands beside a SQLite database under its name would be taken for its own journal.
#[test]
fn nothing_is_restored_beside_leftovers_or_from_nothing() {
    let database = Database::seeded(Engine::Sqlite);
    let backup = database.folder().join("backup");
    succeeds(&back_up(&database, &backup));
    for suffix in ["-wal", "-journal", ".restoring", ".restoring-wal"] {
        let target = Database::empty(Engine::Sqlite);
        let left = format!("{}{suffix}", target.url.strip_prefix("sqlite://").unwrap());
        fs::write(&left, "of another time").unwrap();
        let output = restore(&backup, &target);
        assert!(!output.status.success() && said(&output).contains(suffix), "{}", said(&output));
        let names: Vec<_> =
            fs::read_dir(target.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(names, [PathBuf::from(&left)]);
        assert_eq!(fs::read_to_string(&left).unwrap(), "of another time");
    }
    let nothing = Database::empty(Engine::Sqlite);
    let output = back_up(&nothing, &database.folder().join("of-nothing"));
    assert!(!output.status.success() && said(&output).contains("there is no database"), "{}", said(&output));
    assert!(is_untouched(&nothing));
}

/// A backup holds everything confidential: nobody but its owner reads it.
#[test]
fn a_backup_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::seeded(Engine::Sqlite);
    let backup = database.folder().join("backup");
    succeeds(&back_up(&database, &backup));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&backup), 0o700);
    for name in ["onewindow.sqlite", "manifest.json"] {
        assert_eq!(mode(&backup.join(name)), 0o600, "{name}");
    }
    let target = Database::empty(Engine::Sqlite);
    succeeds(&restore(&backup, &target));
    let restored = target.url.strip_prefix("sqlite://").unwrap();
    assert_eq!(mode(Path::new(restored)), 0o600);
    assert_eq!(fs::read_dir(target.folder()).unwrap().count(), 1, "one file, nothing beside it");
}
