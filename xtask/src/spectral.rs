//! The OpenAPI linter, installed from the lock file in `contract/`.

use std::process::Stdio;

use crate::json::Json;
use crate::workspace::Workspace;

const PROGRAM: &str = "contract/node_modules/@stoplight/spectral-cli/dist/index.js";

pub struct Finding {
    pub rule: String,
    pub is_error: bool,
    /// Where in the document, and what is wrong there.
    pub text: String,
}

/// All that the rules of `contract/spectral.yaml` find in a document, of every severity.
pub fn lint(workspace: &Workspace, document: &str) -> Result<Vec<Finding>, String> {
    let mut node = workspace.command("node");
    node.args([
        PROGRAM,
        "lint",
        "--quiet",
        "--format",
        "json",
        "--ruleset",
        "contract/spectral.yaml",
        document,
    ]);
    let output = node.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("node could not be started: {error}"))?;
    // 1 says that errors were found; 2 that the linter itself failed.
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(format!("Spectral failed:\n{}", String::from_utf8_lossy(&output.stdout)));
    }
    findings(&String::from_utf8_lossy(&output.stdout))
}

fn findings(printed: &str) -> Result<Vec<Finding>, String> {
    let finding = |entry: &Json| {
        let place: Vec<String> = entry.list("path").iter().map(step).collect();
        Some(Finding {
            rule: entry.text("code")?.to_owned(),
            is_error: entry.number("severity")? == 0.0,
            text: format!("{}: {}", place.join("."), entry.text("message")?),
        })
    };
    let all: Option<Vec<Finding>> = Json::parse(printed)?.items().iter().map(finding).collect();
    all.ok_or_else(|| "Spectral printed a finding without code, severity or message".to_owned())
}

fn step(step: &Json) -> String {
    match step {
        Json::Text(name) => name.clone(),
        Json::Number(index) => index.to_string(),
        _ => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rule_severity_and_place() {
        let printed = r#"[{"code":"oas3-schema","path":["paths","/a",0],"message":"bad","severity":0},
            {"code":"house-x","path":[],"message":"so-so","severity":1}]"#;
        let found = findings(printed).unwrap();
        assert_eq!((found[0].rule.as_str(), found[0].is_error), ("oas3-schema", true));
        assert_eq!(found[0].text, "paths./a.0: bad");
        assert!(!found[1].is_error);
        assert!(findings(r#"[{"code":"x"}]"#).is_err());
        assert!(findings("[]").unwrap().is_empty());
    }
}
