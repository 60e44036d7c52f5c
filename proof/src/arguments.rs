//! What is asked for on the command line; `cargo xtask fault` writes it.

use crate::world::Engine;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Options {
    pub server: PathBuf,
    /// The same program, built so that it can be broken.
    pub breakable: PathBuf,
    pub postgres: String,
    /// Data folder and programs of that server, which belongs to the proof.
    pub postgres_data: PathBuf,
    pub postgres_programs: PathBuf,
    pub repository: PathBuf,
    /// The library that moves a program's clock, where there is one.
    pub faketime: Option<PathBuf>,
    pub full: bool,
    pub seed: u64,
    /// Only these faults; all when empty.
    pub only: Vec<String>,
    pub engines: Vec<Engine>,
    /// Where the results go as JSON.
    pub results: Option<PathBuf>,
    /// Where the bench's picture goes.
    pub picture: Option<PathBuf>,
    /// How many cases the bench's city has.
    pub cases: usize,
    /// What was built, for the results.
    pub commit: Option<String>,
}

impl Options {
    /// Whether this is asked for: by its name, or because nothing is named.
    pub fn ask_for(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        server: PathBuf::new(),
        breakable: PathBuf::new(),
        postgres: String::new(),
        postgres_data: PathBuf::new(),
        postgres_programs: PathBuf::new(),
        repository: PathBuf::from("."),
        faketime: None,
        full: false,
        seed: 1,
        only: Vec::new(),
        engines: Engine::ALL.to_vec(),
        results: None,
        picture: None,
        cases: 10_000,
        commit: None,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--server" => options.server = value()?.into(),
            "--breakable" => options.breakable = value()?.into(),
            "--postgres" => options.postgres = value()?,
            "--postgres-data" => options.postgres_data = value()?.into(),
            "--postgres-programs" => options.postgres_programs = value()?.into(),
            "--repository" => options.repository = value()?.into(),
            "--faketime" => options.faketime = Some(value()?.into()),
            "--results" => options.results = Some(value()?.into()),
            "--picture" => options.picture = Some(value()?.into()),
            "--commit" => options.commit = Some(value()?),
            "--cases" => {
                let cases = value()?.replace(['_', ','], "").parse().ok().filter(|cases| *cases >= 10_000);
                options.cases = cases.ok_or("--cases needs a number of 10000 or more")?;
            }
            "--seed" => options.seed = value()?.parse().map_err(|_| "a seed is a number".to_owned())?,
            "--only" => options.only.push(value()?),
            "--engine" => {
                let name = value()?;
                let engine = Engine::ALL.into_iter().find(|engine| engine.name() == name);
                options.engines = vec![engine.ok_or_else(|| format!("no engine is called {name}"))?];
            }
            "--full" => options.full = true,
            "--short" | "--quick" => options.full = false,
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    if options.server.as_os_str().is_empty() || options.postgres.is_empty() {
        return Err("--server and --postgres are needed: run cargo xtask fault".to_owned());
    }
    Ok(options)
}
