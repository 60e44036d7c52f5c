//! What was seen, kept as JSON line by line: hours of faults are not lost with the last of them, and one fault can be run
//! again without the others. Every line says what it was seen on.

use crate::arguments::Options;
use serde_json::{Value, json};
use std::path::PathBuf;

pub struct Results {
    path: Option<PathBuf>,
    stamp: Value,
    runs: Vec<Value>,
}

impl Results {
    /// Goes on with the file, if there is one.
    pub fn open(options: &Options) -> Result<Self, String> {
        let stamp = json!({ "seed": options.seed, "full": options.full, "commit": options.commit });
        let mut runs = Vec::new();
        if let Some(path) = options.results.as_ref().filter(|path| path.exists()) {
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
            let told =
                text.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
            let told = told.map_err(|error| format!("{}: {error}", path.display()))?;
            runs = told["runs"].as_array().cloned().unwrap_or_default();
        }
        Ok(Self { path: options.results.clone(), stamp, runs })
    }

    /// A line takes the place of an earlier one of the same fault or control.
    pub fn add(&mut self, mut line: Value) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        for (name, value) in self.stamp.as_object().into_iter().flatten() {
            line[name] = value.clone();
        }
        let of = |line: &Value| ["fault", "control", "broken", "engine"].map(|name| line[name].clone());
        match self.runs.iter_mut().find(|earlier| of(earlier) == of(&line)) {
            Some(earlier) => *earlier = line,
            None => self.runs.push(line),
        }
        let sum = |name: &str| self.runs.iter().filter_map(|line| line[name].as_u64()).sum::<u64>();
        let text = json!({ "checked": sum("checked"), "faults": sum("faults"), "runs": self.runs });
        let text = serde_json::to_string_pretty(&text).map_err(|error| error.to_string())?;
        std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }
}
