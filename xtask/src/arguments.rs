//! The command line, parsed into what is to be done.

use std::path::PathBuf;

use crate::stages::Stage;

pub const HELP: &str = "\
cargo xtask run [--port 8080] [--data-dir data] [--release]
    Build the server, load the Nantong pack and a demo world into SQLite, and serve it until Ctrl-C.
    A relative data folder is taken from the root of the repository.

cargo xtask test [--only STAGE]... [--skip STAGE]... [FILTER]
    Everything CI runs. Stages, in order: format lint doc rust fault contract supply clean.
    A FILTER runs only the Rust tests whose names contain it.
    TEST_DATABASE_URL=postgres://… uses that PostgreSQL instead of starting one.

cargo xtask fault [--short|--full] [--only FAULT]... [--engine sqlite|postgres] [--seed N] [--results FILE]
    Try to make the server lose, double or tear a write, on both engines, and prove each try on a broken build.
    docs/reliability.md lists the faults. A whole run with --full goes to docs/results/fault-full.json.

cargo xtask bench [--quick|--full] [--only submissions|claims|reads|growth|overload] [--cases 10000]
                  [--engine sqlite|postgres] [--results FILE] [--picture FILE]
    Measure the server beside what the machine could do: a table of ratios, and JSON and an SVG if asked for. With more
    than 10000 cases also how queues and claims stand the growth; overload when it is named, or with --full. A whole run
    with --full goes to docs/results/bench-full.json and .svg.

cargo xtask fuzz [--requests 100000] [--seed N] [--results FILE]
    Send the server, as released, requests made up from the contract. None may end in an unexplained 5xx.

cargo xtask openapi
    Write openapi/openapi.json as the server generates it.

cargo xtask package [--debug]
    Build the server and pack it under target/package/ with city packs, units and pages, for a machine without internet.";

#[derive(Debug, PartialEq, Eq)]
pub enum Invocation {
    Help,
    Run(RunOptions),
    Test(TestOptions),
    /// The words are those of `proof`.
    Fault(Vec<String>),
    /// So are these.
    Bench(Vec<String>),
    Fuzz(FuzzOptions),
    OpenApi,
    Package {
        debug: bool,
    },
    /// Started by `run` for itself: waits until the server on `port` is ready, then prints what it read from
    /// standard input.
    Announce {
        port: u16,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub struct RunOptions {
    pub port: u16,
    pub data_dir: PathBuf,
    pub release: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub struct FuzzOptions {
    pub requests: u64,
    pub seed: u64,
    /// Where the results go as JSON.
    pub results: Option<PathBuf>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct TestOptions {
    /// Never empty, in running order.
    pub stages: Vec<Stage>,
    pub filter: Option<String>,
}

pub fn parse(words: impl Iterator<Item = String>) -> Result<Invocation, String> {
    // `--flag=value` and `--flag value` are the same.
    let mut words = words.flat_map(|word| match word.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => vec![flag.to_owned(), value.to_owned()],
        _ => vec![word],
    });
    match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => Ok(Invocation::Help),
        Some("run") => parse_run(words),
        Some("test") => parse_test(words),
        Some("fault") => Ok(unless_help(words.collect(), Invocation::Fault)),
        Some("bench") => Ok(unless_help(words.collect(), Invocation::Bench)),
        Some("fuzz") => parse_fuzz(words),
        Some("openapi") => nothing_more(words, Invocation::OpenApi),
        Some("package") => match words.next().as_deref() {
            None => Ok(Invocation::Package { debug: false }),
            Some("--debug") => nothing_more(words, Invocation::Package { debug: true }),
            Some(other) => Err(format!("unknown argument: {other}")),
        },
        Some("announce") => {
            let port = port(words.next())?;
            nothing_more(words, Invocation::Announce { port })
        }
        Some(other) => Err(format!("unknown command: {other}")),
    }
}

/// What is passed on unread, but for a question about it.
fn unless_help(words: Vec<String>, invocation: fn(Vec<String>) -> Invocation) -> Invocation {
    let asks = words.iter().any(|word| matches!(word.as_str(), "--help" | "-h"));
    if asks { Invocation::Help } else { invocation(words) }
}

fn parse_run(mut words: impl Iterator<Item = String>) -> Result<Invocation, String> {
    let mut options = RunOptions { port: 8080, data_dir: PathBuf::from("data"), release: false };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => options.port = port(words.next())?,
            "--data-dir" => options.data_dir = words.next().ok_or("--data-dir needs a folder")?.into(),
            "--release" => options.release = true,
            "--help" | "-h" => return Ok(Invocation::Help),
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    Ok(Invocation::Run(options))
}

fn parse_test(mut words: impl Iterator<Item = String>) -> Result<Invocation, String> {
    let (mut only, mut skip, mut filter) = (Vec::new(), Vec::new(), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only.push(stage(words.next())?),
            "--skip" => skip.push(stage(words.next())?),
            "--help" | "-h" => return Ok(Invocation::Help),
            flag if flag.starts_with('-') => return Err(format!("unknown argument: {flag}")),
            _ if filter.is_some() => return Err(format!("one filter at a time, not also: {word}")),
            _ => filter = Some(word),
        }
    }
    if filter.is_some() && only.is_empty() {
        only.push(Stage::Rust);
    }
    let wanted = |stage: &Stage| (only.is_empty() || only.contains(stage)) && !skip.contains(stage);
    let stages: Vec<Stage> = Stage::ALL.into_iter().filter(wanted).collect();
    if stages.is_empty() {
        return Err("no stage is left to run".to_owned());
    }
    Ok(Invocation::Test(TestOptions { stages, filter }))
}

fn parse_fuzz(mut words: impl Iterator<Item = String>) -> Result<Invocation, String> {
    let mut options = FuzzOptions { requests: 100_000, seed: 1, results: None };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--requests" => options.requests = number(words.next())?,
            "--seed" => options.seed = number(words.next())?,
            "--results" => options.results = Some(words.next().ok_or("--results needs a file")?.into()),
            "--help" | "-h" => return Ok(Invocation::Help),
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    Ok(Invocation::Fuzz(options))
}

fn number(word: Option<String>) -> Result<u64, String> {
    word.and_then(|text| text.parse().ok()).ok_or_else(|| "--requests and --seed need a number".to_owned())
}

fn port(word: Option<String>) -> Result<u16, String> {
    word.and_then(|text| text.parse().ok())
        .filter(|&port| port != 0)
        .ok_or_else(|| "a port is a number from 1 to 65535".to_owned())
}

fn stage(word: Option<String>) -> Result<Stage, String> {
    let name = word.ok_or("--only and --skip need a stage")?;
    Stage::named(&name).ok_or_else(|| format!("unknown stage: {name}"))
}

fn nothing_more(mut words: impl Iterator<Item = String>, parsed: Invocation) -> Result<Invocation, String> {
    words.next().map_or(Ok(parsed), |word| Err(format!("unknown argument: {word}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Invocation, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn stages(line: &str) -> Vec<Stage> {
        match parsed(line).unwrap() {
            Invocation::Test(options) => options.stages,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn run_has_defaults_and_takes_both_forms_of_a_flag() {
        let plain = RunOptions { port: 8080, data_dir: "data".into(), release: false };
        assert_eq!(parsed("run"), Ok(Invocation::Run(plain)));
        let chosen = RunOptions { port: 9000, data_dir: "d".into(), release: true };
        assert_eq!(parsed("run --port=9000 --data-dir d --release"), Ok(Invocation::Run(chosen)));
    }

    #[test]
    fn stages_run_in_their_order_whatever_order_they_are_named_in() {
        assert_eq!(stages("test"), Stage::ALL);
        assert_eq!(stages("test --only supply --only format"), [Stage::Format, Stage::Supply]);
        assert!(!stages("test --skip rust").contains(&Stage::Rust));
    }

    #[test]
    fn a_filter_runs_the_rust_tests_only() {
        assert_eq!(stages("test claims"), [Stage::Rust]);
    }

    #[test]
    fn a_fuzzer_asks_as_often_as_it_is_told() {
        let asked = FuzzOptions { requests: 500, seed: 1, results: Some("r.json".into()) };
        assert_eq!(parsed("fuzz --requests 500 --results r.json"), Ok(Invocation::Fuzz(asked)));
        assert!(parsed("fuzz --requests many").is_err());
    }

    #[test]
    fn a_package_is_of_the_release_unless_it_is_a_trial() {
        assert_eq!(parsed("package"), Ok(Invocation::Package { debug: false }));
        assert_eq!(parsed("package --debug"), Ok(Invocation::Package { debug: true }));
        assert!(parsed("package --debug now").is_err());
    }

    #[test]
    fn every_command_explains_itself() {
        for line in ["", "help", "run --help", "test -h", "fault --full --help", "bench -h", "fuzz --help"] {
            assert_eq!(parsed(line), Ok(Invocation::Help), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in ["fly", "run --port 0", "run --port", "test --only moon", "test --only rust --skip rust"]
        {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
