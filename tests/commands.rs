//! The commands: exit 0 is success, anything else is said on standard error in words.

use crate::support::Caller;
use crate::support::database::{Database, Engine};
use crate::support::process::{Process, command, run};
use serde_json::Value;
use std::fs::File;
use std::process::Output;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

/// Refused, with these words on standard error.
fn refused(output: &Output, words: &str) {
    assert!(!output.status.success() && said(output).contains(words), "{}", said(output));
}

fn from_nothing_to_verified(engine: Engine) {
    let database = Database::empty(engine);
    let seed = ["seed", "--demo", "--json"];
    refused(&run(&database, &seed), "onewindow migrate");
    refused(&run(&database, &["serve"]), "onewindow migrate");
    succeeds(&run(&database, &["migrate"]));
    refused(&run(&database, &["serve", "--profile", "festive"]), "demo or production");
    refused(&run(&database, &["pack", "load", "packs/nowhere"]), "packs/nowhere");
    let first = run(&database, &seed);
    succeeds(&first);
    let logins: Value = serde_json::from_slice(&first.stdout).unwrap();
    let logins = logins.as_array().unwrap();
    assert!(logins.len() > 100);
    for login in logins {
        let person = login["userName"].is_string() && login["password"].is_string();
        let client = login["clientId"].is_string() && login["clientSecret"].is_string();
        let somewhere = login["nodeId"].is_string() || login["partyId"].is_string() || client;
        assert!((person || client) && somewhere && login["roles"].is_array(), "{login}");
    }
    let again = run(&database, &seed);
    assert_eq!(again.stdout, first.stdout, "seeding again changes nothing and tells the same");
    let same = run(&database, &["pack", "load", "packs/nantong"]);
    assert!(
        String::from_utf8_lossy(&same.stdout).contains("already"),
        "the program carries the pack of the repository"
    );
    succeeds(&run(&database, &["verify"]));
    refused(&run(&database, &["serve", "--profile", "production"]), "demo accounts");
    refused(&run(&database, &["doctor"]), "demo accounts");
    succeeds(&run(&database, &["doctor", "--profile", "demo"]));
    database.meddle("UPDATE events SET kind = 'X' WHERE sequence = 1");
    refused(&run(&database, &["verify"]), "event 1");
}

#[test]
fn a_database_goes_from_nothing_to_verified_on_sqlite() {
    from_nothing_to_verified(Engine::Sqlite);
}

#[test]
fn a_database_goes_from_nothing_to_verified_on_postgres() {
    from_nothing_to_verified(Engine::Postgres);
}

#[test]
fn a_first_admin_is_made_from_the_command_line_and_doctor_says_how_things_stand() {
    let database = Database::empty(Engine::Sqlite);
    succeeds(&run(&database, &["migrate"]));
    succeeds(&run(&database, &["pack", "load", "packs/nantong"]));
    let add = |role: &str, password: &str| {
        let words = [
            "user",
            "add",
            "--user-name",
            "First.Admin",
            "--display-name",
            "张三",
            "--role",
            role,
            "--node",
            "NTIPC",
        ];
        // From a file: a pipe would break under a command that refuses before it reads.
        let typed = database.folder().join("typed");
        std::fs::write(&typed, password).unwrap();
        command(&database, &words).stdin(File::open(&typed).unwrap()).output().unwrap()
    };
    refused(&add("CENTRE_ADMIN", "short\n"), "8 to 128");
    refused(&add("KING", "long enough\n"), "no role of staff");
    succeeds(&add("CENTRE_ADMIN", "long enough\n"));
    refused(&add("CENTRE_ADMIN", "long enough\n"), "exists already");
    refused(&run(&database, &["seed", "--demo"]), "real accounts");
    let doctor = run(&database, &["doctor"]);
    succeeds(&doctor);
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(told.contains("NANTONG version 1") && told.contains("2026"), "{told}");
    succeeds(&run(&database, &["verify"]));
}

/// Two servers that start at the same moment on an empty database agree on its schema, pack and secrets.
#[test]
fn two_servers_start_together_on_an_empty_database() {
    let database = Database::empty(Engine::Postgres);
    std::thread::scope(|scope| {
        let servers: Vec<_> = (0..2).map(|_| scope.spawn(|| Process::serve(&database))).collect();
        let servers: Vec<Process> = servers.into_iter().map(|server| server.join().unwrap()).collect();
        let keys: Vec<String> =
            servers.iter().map(|server| Caller::new(&server.address).get("/oauth2/jwks").text).collect();
        assert_eq!(keys[0], keys[1]);
        assert!(keys[0].contains("Ed25519"));
        for server in &servers {
            Caller::new(&server.address).get("/readyz").expect(200);
        }
    });
    succeeds(&run(&database, &["verify"]));
}
