//! What must be on the machine before anything is compiled.

use std::env;
use std::net::{Ipv4Addr, TcpListener};

use crate::arguments::RunOptions;
use crate::child;
use crate::node;
use crate::version::Version;
use crate::workspace::Workspace;

/// A debug build of the server with all it depends on, and room for the demo data.
const GIB_NEEDED: u64 = 3;

/// One line for a person: what is present, or as error all that is missing and how to get it.
pub fn survey(workspace: &Workspace, options: &RunOptions) -> Result<String, String> {
    let mut checks = vec![
        rust(workspace, "rustc", "RUSTC"),
        rust(workspace, "cargo", "CARGO"),
        c_compiler(),
        disk(workspace),
        free_port(options.port),
    ];
    if node::is_project(&workspace.path("web")) {
        checks.push(node::check());
    }
    let (present, missing): (Vec<_>, Vec<_>) = checks.into_iter().partition(Result::is_ok);
    let join = |checks: Vec<Result<String, String>>| {
        checks.into_iter().map(|check| check.unwrap_or_else(|what| what)).collect::<Vec<_>>().join("; ")
    };
    if missing.is_empty() {
        Ok(format!("all tools present: {}", join(present)))
    } else {
        Err(format!("missing: {}", join(missing)))
    }
}

fn rust(workspace: &Workspace, tool: &str, variable: &str) -> Result<String, String> {
    let program = env::var(variable).unwrap_or_else(|_| tool.to_owned());
    let needed = needed_rust(workspace)?;
    let found = child::version_line(&program).as_deref().and_then(Version::found_in);
    match found {
        Some(version) if version >= needed => Ok(format!("{tool} {version}")),
        Some(version) => {
            Err(format!("{tool} {needed} or newer (this one is {version}): rustup update stable"))
        }
        None => Err(format!("{tool} {needed} or newer: install Rust with rustup")),
    }
}

/// The `rust-version` of the workspace.
fn needed_rust(workspace: &Workspace) -> Result<Version, String> {
    let manifest = workspace.path("Cargo.toml");
    let text =
        std::fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let line = text.lines().find_map(|line| line.strip_prefix("rust-version = "));
    line.and_then(|quoted| Version::found_in(quoted.trim_matches('"')))
        .ok_or_else(|| "a rust-version in Cargo.toml".to_owned())
}

/// SQLite, libpq and the cryptography are compiled from source.
fn c_compiler() -> Result<String, String> {
    let chosen = env::var("CC").ok();
    let candidates = chosen.as_deref().into_iter().chain(["cc", "gcc", "clang"]);
    candidates
        .into_iter()
        .find(|program| child::is_present(program))
        .map(|program| format!("C compiler {program}"))
        .ok_or_else(|| {
            "a C compiler: install gcc or clang (Debian: apt-get install gcc libc6-dev)".to_owned()
        })
}

fn disk(workspace: &Workspace) -> Result<String, String> {
    let mut df = workspace.command("df");
    let text = child::text_of(df.args(["-Pk", "."]))?;
    let gib = free_gib(&text).ok_or("a `df` that tells the free disk space")?;
    if gib >= GIB_NEEDED {
        Ok(format!("{gib} GiB of disk free"))
    } else {
        Err(format!("{GIB_NEEDED} GiB of free disk space (there are {gib})"))
    }
}

/// The fourth column of the line below the header is what is free, in KiB (POSIX `df -Pk`).
fn free_gib(df: &str) -> Option<u64> {
    let kib: u64 = df.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib >> 20)
}

/// Asked before compiling, and because another server there would be taken for ours.
fn free_port(port: u16) -> Result<String, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(|_| format!("port {port} free"))
        .map_err(|error| format!("port {port} ({error}): choose another with --port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_df_says_is_free() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
            /dev/vda 263174212 13631488 82837504 15% /\n";
        assert_eq!(free_gib(text), Some(79));
        assert_eq!(free_gib("nothing"), None);
    }

    #[test]
    fn a_port_in_use_is_missing() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(free_port(taken.local_addr().unwrap().port()).is_err());
    }

    #[test]
    fn the_workspace_says_which_rust_it_needs() {
        assert!(needed_rust(&Workspace::of_this_package()).is_ok());
    }
}
