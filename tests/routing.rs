//! Where cases go: every example arrives where its line says, with an explanation that names table, row and cells.

use crate::on_both_engines;
use crate::support::forms::{cases, example, hand_in, index};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

on_both_engines! {
    /// All example files, unchanged, by the users named beside them.
    fn every_example_arrives_where_its_line_says(app) {
        let mut files: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for line in index() {
            files.entry(line.file.clone()).or_default().push(line);
        }
        let on_disk: HashSet<String> = std::fs::read_dir("examples/nantong")
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "json"))
            .collect();
        assert_eq!(on_disk, files.keys().cloned().collect(), "every file has lines and every line a file");
        assert!(files.len() >= 20);
        let mut services = HashSet::new();
        for (file, lines) in files {
            let user = app.user(&lines[0].user);
            let submission = hand_in(&user, &example(&file));
            let cases = cases(&user, &submission);
            assert_eq!(cases.len(), lines.len(), "{file}");
            for line in lines {
                let case = cases.iter().find(|case| case["itemKey"] == line.item.as_str()).unwrap();
                let found = (case["track"].as_str().unwrap(), case["nodeCode"].as_str().unwrap(), case["queueCode"].as_str().unwrap());
                assert_eq!(found, (line.track.as_str(), line.node.as_str(), line.queue.as_str()), "{file} {}: {}", line.item, line.why);
                services.insert(case["serviceCode"].as_str().unwrap().to_owned());
                let id = case["caseId"].as_str().unwrap();
                let decisions = user.get(&format!("/api/v1/routing-decisions?caseId={id}")).expect(200);
                let decision = &decisions["items"][0];
                assert_eq!(decision["queueCode"], line.queue.as_str());
                let outcome = &decision["explanation"]["decision"]["outcome"];
                if line.why.starts_with("(no row)") {
                    assert_eq!((outcome["kind"].as_str(), line.queue.as_str()), (Some("UNMATCHED"), "NTIPC-MANUAL"));
                    continue;
                }
                assert_eq!(outcome["kind"], "MATCHED", "{file} {}", line.item);
                let row = outcome["rowId"].as_str().unwrap();
                assert!(line.why.contains(row), "{file} {}: `{}` does not name the row {row}", line.item, line.why);
                let reason = decision["explanation"]["reason"]["en"].as_str().unwrap();
                assert!(reason.contains(row) && decision["tableVersion"].as_i64() > Some(0), "{reason}");
                let verdicts = decision["explanation"]["decision"]["rows"].as_array().unwrap();
                let hit = verdicts.iter().find(|verdict| verdict["rowId"] == row).unwrap();
                assert!(hit["cells"].as_array().unwrap().iter().all(|cell| cell["holds"] == true));
            }
        }
        let all = app.anybody().get("/api/v1/services?limit=200").expect(200);
        let listed: HashSet<String> =
            all["items"].as_array().unwrap().iter().map(|s| s["serviceCode"].as_str().unwrap().to_owned()).collect();
        assert_eq!(services, listed, "every service is asked for at least once");
    }

    /// A simulation says the same as the real way, and writes nothing.
    fn a_simulation_explains_and_writes_nothing(app) {
        let facts = json!({ "facts": { "service": "PRE_EXAMINATION_DESIGN", "rightKind": "DESIGN",
            "classification": { "scheme": "LOCARNO", "symbol": "06-13" } } });
        let answer = app.anybody().with("Content-Type", "application/json")
            .send("POST", "/api/v1/routing-simulations", Some(facts.to_string().into_bytes()));
        let body = answer.expect(200);
        assert_eq!((body["nodeCode"].as_str(), body["track"].as_str()), (Some("TZHT"), Some("PRE_EXAMINATION")));
        assert!(body["decision"]["rows"].as_array().unwrap().iter().any(|row| row["verdict"] == "NOT_REACHED"));
        let auditor = app.user("auditor.ntipc");
        assert_eq!(auditor.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 0);
        let unknown = json!({ "facts": { "service": "NO_SUCH_SERVICE" } });
        app.anybody().with("Content-Type", "application/json")
            .send("POST", "/api/v1/routing-simulations", Some(unknown.to_string().into_bytes()))
            .refused(400, "INVALID_VALUE");
    }

    /// The tables in force, with nothing in them that forbids publishing.
    fn the_tables_in_force_have_no_gap_and_no_dead_row(app) {
        let tables = app.user("centre-admin.ntipc").get("/api/v1/routing-tables").expect(200);
        for finding in tables["items"][0]["findings"].as_array().unwrap() {
            // Where the seller on a platform is not known nobody is competent yet: people at the centre find out.
            let example = &finding["example"];
            let by_design = example["onPlatform"] == true && example.get("sellerSeat").is_none();
            assert!(finding["kind"] == "OVERLAP" || (finding["kind"] == "GAP" && by_design), "{finding}");
        }
        app.user("hengmian.admin").get("/api/v1/routing-tables").refused(403, "FORBIDDEN");
    }
}
