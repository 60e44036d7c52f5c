//! The house: imports go one way, files stay short, the engine is known in one folder only.

use std::path::Path;

/// Folders and files by layer, the outermost first. What stands in one layer may use only what stands below it, and
/// not its neighbours.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["backup"],
    &["demo", "verify", "start", "metrics"],
    &["worker"],
    &["server", "openapi", "docs"],
    &["health", "drain"],
    &["intake"],
    &["casework"],
    &["routing", "deadlines", "parties", "forms", "transparency"],
    &["catalogue"],
    &["command"],
    &["access"],
    &["journal", "outbox"],
    &["store"],
    &["edge"],
    &["page"],
    &["shape"],
    &["problem", "calendar", "decision", "identifiers"],
    &["ids", "clock", "language", "config", "breakage"],
];

/// What a lower layer may use of a higher one all the same, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "server",
        "openapi",
        "the contract lists what the server registers, and the server registers what the contract lists",
    ),
    ("openapi", "server", "the same"),
    ("server", "docs", "pages beside the operations"),
    ("docs", "openapi", "shows the contract"),
    ("ids", "store", "ids declare how they stand in a column, by a macro of the store"),
    ("config", "access", "settings name the profile"),
];

pub struct Source {
    pub path: String,
    pub text: String,
}

pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(Path::new(folder), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(Source { path: path.to_str().unwrap().to_owned(), text });
        }
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module a source file belongs to.
fn module(path: &str) -> &str {
    path.split('/').nth(1).unwrap().trim_end_matches(".rs")
}

/// The modules that a source names by `crate::`.
fn used(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let code = text.split("#[cfg(test)]").next().unwrap();
    for part in code.split("crate::").skip(1) {
        let name: String =
            part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '{').collect();
        if let Some(list) = part.strip_prefix('{') {
            let list = list.split("};").next().unwrap();
            let mut depth = 0;
            let mut word = String::new();
            for character in list.chars().chain([',']) {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        let first: String = word.trim().split("::").next().unwrap().to_owned();
                        modules.push(first);
                        word.clear();
                        continue;
                    }
                    _ => {}
                }
                word.push(character);
            }
        } else {
            modules.push(name);
        }
    }
    modules.retain(|name| layer(name).is_some());
    modules
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let from = module(&source.path);
        let Some(own) = layer(from) else {
            assert!(matches!(from, "lib" | "main"), "{} belongs to no layer", source.path);
            continue;
        };
        for to in used(&source.text) {
            let allowed = from == to
                || layer(&to).unwrap() > own
                || EXCEPTIONS.iter().any(|(f, t, _)| *f == from && *t == to);
            if !allowed {
                wrong.push(format!("{} uses {to}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_stay_short() {
    let mut lengths: Vec<(usize, String)> = sources("src")
        .into_iter()
        .chain(sources("proof"))
        .chain(sources("xtask"))
        .map(|s| (s.text.lines().count(), s.path))
        .collect();
    lengths.retain(|(_, path)| path != "src/store/schema.rs");
    lengths.sort();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > 500).collect();
    assert!(long.is_empty(), "{long:?}");
    let median = lengths[lengths.len() / 2].0;
    assert!(median < 120, "the median file has {median} lines");
}

/// `match` on the engine stands in the store only; everything else is written once for both.
#[test]
fn the_engine_is_known_in_the_store_only() {
    for source in sources("src") {
        let names_engine = ["Conn::Pg", "Conn::Sqlite", "PgConnection", "SqliteConnection"];
        let found = names_engine.iter().find(|name| source.text.contains(**name));
        assert!(
            found.is_none() || source.path.starts_with("src/store/"),
            "{} names {}",
            source.path,
            found.unwrap()
        );
    }
}

/// Pure models name neither the database library nor the web framework.
#[test]
fn pure_folders_are_pure() {
    for source in sources("src") {
        let pure = ["src/decision/", "src/calendar/", "src/identifiers/", "src/forms/"];
        if pure.iter().any(|folder| source.path.starts_with(folder)) {
            assert!(!source.text.contains("diesel") && !source.text.contains("actix"), "{}", source.path);
        }
    }
}
