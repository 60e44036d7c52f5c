//! What was seen, kept as JSON after each fault: hours are not lost with the last of them, and one fault can be run again
//! without the others. Every line says what it was seen on.

use crate::arguments::Options;
use serde_json::{Value, json};
use std::path::PathBuf;

pub struct Results {
    path: Option<PathBuf>,
    stamp: Value,
    runs: Vec<Value>,
}

impl Results {
    /// Goes on with the file, if there is one; one of the other tier is not gone on with.
    pub fn open(options: &Options) -> Result<Self, String> {
        let stamp = json!({ "seed": options.seed, "full": options.full, "commit": options.commit });
        let mut runs = Vec::new();
        if let Some(path) = options.results.as_ref().filter(|path| path.exists()) {
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
            let told =
                text.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
            let told = told.map_err(|error| format!("{}: {error}", path.display()))?;
            runs = told["runs"].as_array().cloned().unwrap_or_default();
            if runs.iter().any(|line| line["full"] != stamp["full"]) {
                return Err(format!("{} holds results of the other tier", path.display()));
            }
        }
        Ok(Self { path: options.results.clone(), stamp, runs })
    }

    /// Forgets what was seen of a fault before: what cannot be seen again is not kept either.
    pub fn begin(&mut self, fault: &str, engine: &str) -> Result<(), String> {
        self.runs
            .retain(|line| line["engine"] != engine || (line["fault"] != fault && line["control"] != fault));
        self.write()
    }

    pub fn add(&mut self, mut line: Value) -> Result<(), String> {
        for (name, value) in self.stamp.as_object().into_iter().flatten() {
            line[name] = value.clone();
        }
        self.runs.push(line);
        self.write()
    }

    /// Beside the old file and then in its place: an end midway leaves one that can be read.
    fn write(&self) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let sum = |name: &str| self.runs.iter().filter_map(|line| line[name].as_u64()).sum::<u64>();
        let count = |of: &dyn Fn(&Value) -> bool| self.runs.iter().filter(|line| of(line)).count();
        let text = json!({
            "checked": sum("checked"), "faults": sum("faults"),
            "controls": count(&|line| line["found"].is_boolean()),
            "controlsFound": count(&|line| line["found"] == true),
            "runs": self.runs,
        });
        let text = serde_json::to_string_pretty(&text).map_err(|error| error.to_string())? + "\n";
        let aside = path.with_extension("json.new");
        let written = std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, path));
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}
