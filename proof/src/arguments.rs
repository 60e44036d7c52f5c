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

    /// A whole run of the full tier takes long and is what the pages speak of: it is written to its place in the
    /// repository if no other is named.
    pub fn kept_as(mut self, name: &str) -> Self {
        let is_whole = self.full && self.only.is_empty() && self.engines.len() == Engine::ALL.len();
        if is_whole && self.results.is_none() {
            let place = self.repository.join("docs/results").join(format!("{name}-full.json"));
            self.picture = self.picture.or_else(|| Some(place.with_extension("svg")));
            self.results = Some(place);
        }
        self
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(words: &str) -> Option<PathBuf> {
        let words = format!("--server s --postgres p --repository r {words}");
        parse(words.split_whitespace().map(str::to_owned)).unwrap().kept_as("bench").results
    }

    #[test]
    fn a_whole_full_run_is_kept_and_no_other_replaces_it() {
        assert_eq!(kept("--full"), Some("r/docs/results/bench-full.json".into()));
        assert_eq!(kept("--full --results other.json"), Some("other.json".into()));
        for part in ["--quick", "--full --only growth", "--full --engine sqlite"] {
            assert_eq!(kept(part), None, "{part}");
        }
    }
}
