//! The client tools of PostgreSQL, `pg_dump` and `pg_restore`: found on this machine, run without showing a password.

use super::StoreError;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A tool that was found, and its major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    program: PathBuf,
    pub major: u32,
}

/// The oldest tool that is new enough: a newer one may say things that an older server does not understand.
pub fn find(name: &str, at_least: u32) -> Result<Tool, StoreError> {
    let found: Vec<Tool> = folders()
        .into_iter()
        .filter_map(|folder| {
            let program = folder.join(name);
            let major = major_of(&program)?;
            Some(Tool { program, major })
        })
        .collect();
    choose(&found, at_least).ok_or_else(|| StoreError::Refused(missing(name, at_least, &found)))
}

fn choose(found: &[Tool], at_least: u32) -> Option<Tool> {
    found.iter().filter(|tool| tool.major >= at_least).min_by_key(|tool| tool.major).cloned()
}

fn missing(name: &str, at_least: u32, found: &[Tool]) -> String {
    let there = match found.iter().map(|tool| tool.major).max() {
        Some(major) => format!("the newest here is of {major}"),
        None => "there is none on this machine".to_owned(),
    };
    format!(
        "{name} of PostgreSQL {at_least} or newer is needed and {there}. Debian and Ubuntu: apt-get install \
         postgresql-client-{at_least}; Red Hat: dnf install postgresql{at_least}; or put the folder that has it on the PATH"
    )
}

/// Where packages put the tools, then the search path, then what `pg_config` names.
fn folders() -> Vec<PathBuf> {
    let versions = |root: &str, bin: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().join(bin)).filter(|folder| folder.is_dir()).collect()
    };
    let mut folders = versions("/usr/lib/postgresql", "bin");
    folders.extend(versions("/usr", "bin").into_iter().filter(|folder| is_red_hat(folder)));
    if let Some(path) = env::var_os("PATH") {
        folders.extend(env::split_paths(&path));
    }
    let named = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output();
    let named = named.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    folders.extend(named.map(|text| PathBuf::from(text.trim())));
    folders
}

/// `/usr/pgsql-15/bin`
fn is_red_hat(folder: &Path) -> bool {
    folder.to_str().is_some_and(|name| name.starts_with("/usr/pgsql-"))
}

fn major_of(program: &Path) -> Option<u32> {
    if !program.is_file() {
        return None;
    }
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    major_in(&String::from_utf8(output.stdout).ok()?)
}

/// `pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` → 15
fn major_in(line: &str) -> Option<u32> {
    let version = line.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Tool {
    /// The tool on a database. The password goes by the environment, which only its owner can read; where the address
    /// has none, the tool looks where libpq does (`PGPASSWORD`, `PGPASSFILE`), and never asks.
    pub fn on(&self, url: &str) -> Result<Command, StoreError> {
        let (address, password) = without_password(url)?;
        let mut command = Command::new(&self.program);
        command.arg("--no-password").arg(format!("--dbname={address}")).stdin(Stdio::null());
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        Ok(command)
    }
}

/// Runs a tool to its end; what it says on standard error is the reason when it fails.
pub fn run(command: &mut Command) -> Result<(), StoreError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdout(Stdio::null()).output();
    let output = output.map_err(|error| StoreError::Refused(format!("{name} cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(StoreError::Refused(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// An address as everybody on the machine may see it, and the password that stood in it. Cut as libpq reads it.
fn without_password(url: &str) -> Result<(String, Option<String>), StoreError> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let mut password = None;
    let credentials = rest.find(['@', '/']).filter(|&at| rest[at..].starts_with('@'));
    let (user, place) = credentials.map_or(("", rest), |at| rest.split_at(at));
    let (place, query) = place.split_once('?').map_or((place, None), |(place, query)| (place, Some(query)));
    let user = user.split_once(':').map_or(user, |(user, secret)| {
        password = Some(decoded(secret));
        user
    });
    let mut kept = Vec::new();
    for parameter in query.into_iter().flat_map(|query| query.split('&')) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match decoded(name).as_str() {
            "password" => password = Some(decoded(value)),
            "sslpassword" => {
                return Err(StoreError::Refused(
                    "the database URL has an sslpassword, which the client tools could only be told in sight of all: \
                     use a key file without one"
                        .to_owned(),
                ));
            }
            _ => kept.push(parameter),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok((format!("{scheme}://{user}{place}{query}"), password))
}

/// Percent-decoded (RFC 3986); what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = (*first == b'%').then(|| escaped(tail)).flatten();
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escaped(digits: &[u8]) -> Option<u8> {
    let pair = digits.get(..2)?;
    let all = pair.iter().all(u8::is_ascii_hexdigit);
    all.then(|| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(major: u32) -> Tool {
        Tool { program: PathBuf::from(format!("/opt/{major}/pg_dump")), major }
    }

    #[test]
    fn the_oldest_tool_that_is_new_enough_is_chosen() {
        let found = [tool(17), tool(14), tool(16)];
        assert_eq!(choose(&found, 15), Some(tool(16)));
        assert_eq!(choose(&found, 18), None);
        let said = missing("pg_dump", 18, &found);
        assert!(said.contains("the newest here is of 17") && said.contains("postgresql-client-18"), "{said}");
        assert!(missing("pg_dump", 15, &[]).contains("there is none"));
    }

    #[test]
    fn versions_are_read_from_what_the_tools_say() {
        assert_eq!(major_in("pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major_in("pg_restore (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_in("something else"), None);
    }

    #[test]
    fn a_password_never_stands_among_the_arguments() {
        for (url, address, password) in [
            ("postgres://u:p%40ss%@h:5432/d", "postgres://u@h:5432/d", Some("p@ss%")),
            ("postgresql://u@h1,h2/d?sslmode=require", "postgresql://u@h1,h2/d?sslmode=require", None),
            ("postgres://h/d?password=s%2Fx&user=u", "postgres://h/d?user=u", Some("s/x")),
            ("postgres:///d?host=/run/@here", "postgres:///d?host=/run/@here", None),
            ("postgres://u:a?b@h/d", "postgres://u@h/d", Some("a?b")),
            ("postgres://u:@h/d?pass%77ord=s", "postgres://u@h/d", Some("s")),
        ] {
            let command = tool(15).on(url).unwrap();
            let arguments: Vec<_> =
                command.get_args().map(|word| word.to_str().unwrap().to_owned()).collect();
            assert_eq!(arguments, ["--no-password".to_owned(), format!("--dbname={address}")], "{url}");
            let told = command.get_envs().find_map(|(name, value)| (name == "PGPASSWORD").then_some(value?));
            assert_eq!(told.map(|value| value.to_str().unwrap()), password, "{url}");
        }
        assert!(tool(15).on("postgres://h/d?sslpassword=x").is_err());
    }
}
