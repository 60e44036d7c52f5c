//! Forms to hand in: the examples that the project ships, and short ways through the window.

use super::caller::Caller;
use serde_json::{Value, json};
use std::path::Path;

pub const DESIGN: &str = "pre-design-home-textile.json";

/// An example submission as it stands in the repository.
pub fn example(name: &str) -> Value {
    let path = Path::new("examples/nantong").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A line of `index.csv`.
#[derive(Debug, Clone)]
pub struct Expected {
    pub file: String,
    pub user: String,
    pub item: String,
    pub track: String,
    pub node: String,
    pub queue: String,
    pub why: String,
}

pub fn index() -> Vec<Expected> {
    let text = std::fs::read_to_string("examples/nantong/index.csv").unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("file,userName,item,track,nodeCode,queueCode,why"));
    lines
        .map(|line| {
            let mut cells = cells(line).into_iter();
            let mut next = || cells.next().unwrap_or_else(|| panic!("a cell is missing: {line}"));
            Expected {
                file: next(),
                user: next(),
                item: next(),
                track: next(),
                node: next(),
                queue: next(),
                why: next(),
            }
        })
        .collect()
}

/// The cells of a CSV line (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

/// Who posts an example.
pub fn filer(name: &str) -> String {
    index().into_iter().find(|line| line.file == name).unwrap().user
}

/// A draft made of a form: its path and version.
pub fn draft(caller: &Caller, form: &Value) -> (String, i64) {
    let answer = caller.post("/api/v1/submissions", form);
    let body = answer.expect(201);
    (answer.header("location").unwrap().to_owned(), body["version"].as_i64().unwrap())
}

/// Hands a form in and answers the submission.
pub fn hand_in(caller: &Caller, form: &Value) -> Value {
    let (path, version) = draft(caller, form);
    let answer = caller.act(&path, version, &json!({ "action": "SUBMIT" }));
    answer.expect(201)["submission"].clone()
}

/// The cases of a submission.
pub fn cases(caller: &Caller, submission: &Value) -> Vec<Value> {
    let id = submission["submissionId"].as_str().unwrap();
    caller.get(&format!("/api/v1/cases?submissionId={id}&limit=200")).expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

/// Hands the example design in and answers its one case.
pub fn one_case(caller: &Caller) -> Value {
    let submission = hand_in(caller, &example(DESIGN));
    cases(caller, &submission).remove(0)
}

pub fn path_of(case: &Value) -> String {
    format!("/api/v1/cases/{}", case["caseId"].as_str().unwrap())
}

pub fn version_of(case: &Value) -> i64 {
    case["version"].as_i64().unwrap()
}
