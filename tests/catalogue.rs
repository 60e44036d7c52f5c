//! The catalogue: public, bilingual, complete, and the same in the database as in the pack's files.

use crate::on_both_engines;
use onewindow::catalogue::{self, PackFiles};
use std::path::Path;

on_both_engines! {
    /// Everything the issue of a public guide asks for, for every service, to anybody.
    fn every_service_has_its_public_guide(app) {
        let anybody = app.anybody();
        let list = anybody.get("/api/v1/services?limit=200&count=true").expect(200);
        assert!(list["totalQuantity"].as_i64().unwrap() >= 33);
        for service in list["items"].as_array().unwrap() {
            let guide = &service["guide"];
            for part in ["basis", "conditions", "fee", "statutoryLimit", "promisedLimit", "place", "hours"] {
                let both = guide[part]["zh"].as_str().is_some_and(|zh| !zh.is_empty()) && guide[part]["en"].as_str().is_some_and(|en| !en.is_empty());
                assert!(both, "{} {part}", service["serviceCode"]);
            }
            assert!(guide["telephone"].is_string() && guide["complaintLine"].is_string());
            assert!(!guide["forms"].as_array().unwrap().is_empty());
        }
        let one = anybody.get("/api/v1/services/PRE_EXAMINATION_DESIGN");
        let tag = one.header("etag").unwrap().to_owned();
        assert_eq!(anybody.with("If-None-Match", &tag).get("/api/v1/services/PRE_EXAMINATION_DESIGN").status, 304);
        anybody.get("/api/v1/services/NO_SUCH").refused(404, "NOT_FOUND");
        assert_eq!(anybody.get("/api/v1/bundles").expect(200)["items"].as_array().unwrap().len(), 5);
        let enforcement = anybody.get("/api/v1/services?track=ENFORCEMENT&limit=200").expect(200);
        assert!(enforcement["items"].as_array().unwrap().iter().all(|service| service["track"] == "ENFORCEMENT"));
        assert_eq!(anybody.get("/api/v1/calendars/2026").expect(200)["year"], 2026);
        assert!(anybody.get("/api/v1/classifications").expect(200)["documentKinds"].as_array().unwrap().len() > 50);
    }

    /// What was loaded comes back byte for byte, and loading it again changes nothing.
    fn a_pack_comes_back_as_it_was_loaded(app) {
        let files = PackFiles::read(Path::new("packs/nantong")).unwrap();
        let loaded = files.clone();
        let (kept, again) = app.inside(move |act| {
            let version = catalogue::current(act.conn)?.version;
            Ok((catalogue::version_files(act.conn, version)?, catalogue::import(act.conn, &loaded, act.now)?))
        });
        assert_eq!(kept, files);
        assert_eq!(again, catalogue::Imported::Unchanged(1));
        let folder = tempfile::tempdir().unwrap();
        kept.write(folder.path()).unwrap();
        assert_eq!(PackFiles::read(folder.path()).unwrap(), files);
        assert!(kept.write(folder.path()).is_err(), "a folder that holds a pack is left alone");
    }
}

/// The network that the plan names: one protection centre, two fast-track centres, workstations, offices, departments.
#[test]
fn the_network_is_the_citys() {
    use onewindow::catalogue::NodeKind as K;
    let pack = catalogue::parse(&PackFiles::read(Path::new("packs/nantong")).unwrap()).unwrap();
    let count = |kind: K| pack.nodes.iter().filter(|node| node.kind == kind).count();
    assert_eq!((count(K::ProtectionCentre), count(K::FastTrackCentre)), (1, 2));
    assert!(count(K::Workstation) >= 8 && count(K::MarketRegulationOffice) >= 7 && count(K::Department) >= 8);
    let days = |year: i32| {
        let calendar = onewindow::calendar::WorkingCalendar::new(pack.calendars.clone(), 1).unwrap();
        let day = |text: String| text.parse().unwrap();
        onewindow::calendar::working_days_between(
            &calendar,
            day(format!("{}-12-31", year - 1)),
            day(format!("{year}-12-31")),
        )
    };
    assert_eq!([2024, 2025, 2026].map(days), [251, 248, 248]);
}
