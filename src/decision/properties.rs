//! Properties of decisions and of the analysis, on random tables against exhaustive enumeration.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::analyse::analyse;
use super::cell::{Cell, ClassRange};
use super::classification::{Classification, Scheme};
use super::column::Column;
use super::domain::{Presence, RightDomain, ServiceDomain};
use super::evaluate::{Outcome, Verdict, decide};
use super::facts::{Facts, Forum};
use super::fields::FieldLists;
use super::findings::Finding;
use super::table::{Row, Table, Target, Track};
use crate::language::Bilingual;

const FIELDS: &str = r#"[
    {"code":"F1","node":"N","scheme":"LOCARNO","entries":[{"prefix":"06","from":"2020-01-01"},{"prefix":"05","from":"2030-01-01"}]},
    {"code":"F2","node":"N","scheme":"IPC","entries":[{"prefix":"D03D 15","from":"2020-01-01"}]},
    {"code":"F3","node":"N","scheme":"LOCARNO","entries":[{"prefix":"05","from":"2020-01-01","to":"2021-01-01"},
                                               {"prefix":"06-13","from":"2020-01-01"}]}]"#;

fn fields() -> FieldLists {
    serde_json::from_str(FIELDS).unwrap()
}

fn today() -> NaiveDate {
    "2026-11-22".parse().unwrap()
}

fn symbol(scheme: Scheme, text: &str) -> Classification {
    Classification::parse(scheme, text).unwrap()
}

// The world: every value here that a condition below can tell from the others.

const PLACES: [&str; 6] = ["320612", "320601", "321000", "310115", "310101", "110101"];
const CODES: [&str; 3] = ["A", "B", "C"];
const RIGHTS: [(&str, Scheme); 3] =
    [("DESIGN", Scheme::Locarno), ("INVENTION", Scheme::Ipc), ("TRADEMARK", Scheme::Nice)];

fn symbols_of(scheme: Scheme) -> Vec<Classification> {
    let texts: &[&str] = match scheme {
        Scheme::Locarno => &["05-01", "06-01", "06-13", "06", "20-01"],
        Scheme::Ipc => &["D03D 15/00", "D03D 16/00", "D03D 150/00", "D03C 1/00", "D03D", "A61K 8/00"],
        Scheme::Nice => &["3", "5", "15", "24", "25", "35"],
    };
    texts.iter().map(|text| symbol(scheme, text)).collect()
}

fn all_facts(service: &ServiceDomain, right: Option<&RightDomain>) -> Vec<Facts> {
    let start = Facts {
        service: service.service.clone(),
        right_kind: right.map(|right| right.code.clone()),
        ..Facts::default()
    };
    let scheme = right.and_then(|right| right.scheme);
    service.facts.iter().fold(vec![start], |all, (column, presence)| {
        let filled: Vec<Facts> = all.iter().flat_map(|facts| every_value(*column, facts, scheme)).collect();
        if filled.is_empty() || *presence == Presence::Optional { [all, filled].concat() } else { filled }
    })
}

fn every_value(column: Column, facts: &Facts, scheme: Option<Scheme>) -> Vec<Facts> {
    fn with<T: Copy>(facts: &Facts, values: &[T], set: fn(&mut Facts, T)) -> Vec<Facts> {
        let one = |value: &T| {
            let mut facts = facts.clone();
            set(&mut facts, *value);
            facts
        };
        values.iter().map(one).collect()
    }
    match column {
        Column::Classification => scheme
            .map_or(vec![], symbols_of)
            .into_iter()
            .map(|symbol| Facts { classification: Some(symbol), ..facts.clone() })
            .collect(),
        Column::ApplicantSeat => with(facts, &PLACES, |f, v| f.applicant_seat = Some(v.to_owned())),
        Column::PlaceOfAct => with(facts, &PLACES, |f, v| f.place_of_act = Some(v.to_owned())),
        Column::RespondentSeat => with(facts, &PLACES, |f, v| f.respondent_seat = Some(v.to_owned())),
        Column::SellerSeat => with(facts, &PLACES, |f, v| f.seller_seat = Some(v.to_owned())),
        Column::IntakeNode => with(facts, &CODES, |f, v| f.intake_node = Some(v.to_owned())),
        Column::Channel => with(facts, &CODES, |f, v| f.channel = Some(v.to_owned())),
        Column::ChosenForum => with(facts, &Forum::ALL, |f, v| f.chosen_forum = Some(v)),
        Column::OnPlatform => with(facts, &[true, false], |f, v| f.on_platform = Some(v)),
        Column::RecordedEntity => with(facts, &[true, false], |f, v| f.recorded_entity = Some(v)),
        Column::Service | Column::RightKind | Column::CompetentPlace => vec![],
    }
}

// A second implementation of the conditions, by other means.

fn naive_takes(row: &Row, facts: &Facts) -> bool {
    row.cells.iter().all(|(column, cell)| {
        let found = match column {
            Column::CompetentPlace => naive_competent_place(facts),
            _ => column.value(facts).map(|fact| fact.to_string()),
        };
        let Some(found) = found else { return *cell == Cell::Present(false) };
        let in_field = |list: &str| {
            let prefixes: &[&str] = match list {
                "F1" => &["LOCARNO 06"],
                "F2" => &["IPC D03D 15"],
                "F3" => &["LOCARNO 06-13"],
                _ => &[],
            };
            prefixes.iter().any(|prefix| levels(&found).starts_with(&levels(prefix)))
        };
        match cell {
            Cell::Is(wanted) => found == if *wanted { "true" } else { "false" },
            Cell::OneOf(codes) => codes.contains(&found),
            Cell::NoneOf(codes) => !codes.contains(&found),
            Cell::Division(prefixes) => prefixes.iter().any(|prefix| found.find(prefix.as_str()) == Some(0)),
            Cell::Within(prefixes) => {
                prefixes.iter().any(|prefix| levels(&found).starts_with(&levels(&prefix.to_string())))
            }
            Cell::Field(list) => in_field(list),
            Cell::Range(ClassRange { min, max }) => found
                .strip_prefix("NICE ")
                .is_some_and(|class| (*min..=*max).contains(&class.parse().unwrap())),
            Cell::Present(wanted) => *wanted,
        }
    })
}

fn naive_competent_place(facts: &Facts) -> Option<String> {
    if facts.chosen_forum == Some(Forum::RespondentSeat) {
        facts.respondent_seat.clone()
    } else if facts.chosen_forum.is_none() && facts.on_platform == Some(true) {
        facts.seller_seat.clone()
    } else {
        facts.place_of_act.clone()
    }
}

/// Runs of letters and runs of digits, each a level.
fn levels(text: &str) -> Vec<String> {
    let mut levels: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        match levels.last_mut() {
            Some(level)
                if c.is_alphanumeric() && c.is_ascii_digit() == last.is_ascii_digit() && last != ' ' =>
            {
                level.push(c);
            }
            _ if c.is_alphanumeric() => levels.push(c.to_string()),
            _ => {}
        }
        last = if c.is_alphanumeric() { c } else { ' ' };
    }
    levels
}

// Random tables and services.

fn texts(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    subsequence(pool, 1..pool.len()).prop_map(|codes| codes.into_iter().map(str::to_owned).collect())
}

fn codes(pool: &'static [&'static str]) -> BoxedStrategy<Cell> {
    prop_oneof![
        4 => texts(pool).prop_map(Cell::OneOf),
        2 => texts(pool).prop_map(Cell::NoneOf),
        1 => any::<bool>().prop_map(Cell::Present)
    ]
    .boxed()
}

fn cell(column: Column) -> BoxedStrategy<Cell> {
    let within = |scheme: Scheme, pool: &'static [&'static str]| {
        texts(pool)
            .prop_map(move |texts| Cell::Within(texts.iter().map(|text| symbol(scheme, text)).collect()))
    };
    match column {
        Column::Service => codes(&["S1", "S2", "S3"]),
        Column::RightKind => codes(&["DESIGN", "INVENTION", "TRADEMARK", "NONE"]),
        Column::Classification => prop_oneof![
            within(Scheme::Locarno, &["05", "06", "06-13"]),
            within(Scheme::Ipc, &["D", "D03D", "D03D 15"]),
            within(Scheme::Nice, &["5", "24"]),
            select(vec!["F1", "F2", "F3", "F4"]).prop_map(|list| Cell::Field(list.to_owned())),
            (select(vec![1, 10, 20]), select(vec![9, 19, 29, 45]))
                .prop_map(|(min, max)| Cell::Range(ClassRange { min, max })),
            any::<bool>().prop_map(Cell::Present)
        ]
        .boxed(),
        Column::ApplicantSeat
        | Column::PlaceOfAct
        | Column::RespondentSeat
        | Column::SellerSeat
        | Column::CompetentPlace => prop_oneof![
            codes(&["320612", "310115"]),
            texts(&["32", "3206", "320612", "31"]).prop_map(Cell::Division)
        ]
        .boxed(),
        Column::IntakeNode | Column::Channel => codes(&["A", "B"]),
        Column::ChosenForum => codes(&["PLACE_OF_ACT", "RESPONDENT_SEAT"]),
        Column::OnPlatform | Column::RecordedEntity => {
            prop_oneof![3 => any::<bool>().prop_map(Cell::Is), 1 => any::<bool>().prop_map(Cell::Present)]
                .boxed()
        }
    }
}

const PLACE_COLUMNS: [Column; 5] =
    [Column::PlaceOfAct, Column::RespondentSeat, Column::SellerSeat, Column::ChosenForum, Column::OnPlatform];
const OTHER_COLUMNS: [Column; 6] = [
    Column::Classification,
    Column::ApplicantSeat,
    Column::PlaceOfAct,
    Column::IntakeNode,
    Column::Channel,
    Column::RecordedEntity,
];

/// Few columns at a time, so that everything can be enumerated: those of competence, or some of the others.
fn columns() -> impl Strategy<Value = Vec<Column>> {
    prop_oneof![subsequence(&PLACE_COLUMNS, 2..=5), subsequence(&OTHER_COLUMNS, 1..=3)]
}

fn row(columns: &[Column]) -> impl Strategy<Value = (BTreeMap<Column, Cell>, Target)> + use<> {
    let always = [Column::Service, Column::RightKind, Column::CompetentPlace];
    let columns: Vec<_> = always.into_iter().chain(columns.iter().copied()).collect();
    let most = columns.len().min(3);
    let cells = subsequence(columns, 0..=most).prop_flat_map(|columns| {
        columns.into_iter().map(|column| (Just(column), cell(column))).collect::<Vec<_>>()
    });
    let target = select(vec!["Q1", "Q2"]).prop_map(|queue| Target {
        track: Track::Guidance,
        queue: queue.to_owned(),
        node: "N".to_owned(),
    });
    (cells.prop_map(|cells| cells.into_iter().collect()), target)
}

fn table(columns: &[Column]) -> impl Strategy<Value = Table> + use<> {
    vec(row(columns), 0..7).prop_map(|rows| {
        let row = |(at, (cells, target))| Row {
            id: format!("R{at}"),
            name: Bilingual::new("行", "Row"),
            basis: "Rule 1".to_owned(),
            cells,
            target,
        };
        Table {
            code: "T".to_owned(),
            version: 1,
            effective_from: today(),
            effective_to: None,
            name: Bilingual::new("表", "Table"),
            columns: vec![],
            rows: rows.into_iter().enumerate().map(row).collect(),
        }
    })
}

fn services(columns: Vec<Column>) -> impl Strategy<Value = Vec<ServiceDomain>> {
    let presence = select(vec![Presence::Required, Presence::Optional]);
    let facts = vec(presence, columns.len())
        .prop_map(move |presences| columns.iter().copied().zip(presences).collect());
    facts.prop_map(|facts: BTreeMap<_, _>| {
        let classified =
            |(code, scheme): &(&str, _)| RightDomain { code: (*code).to_owned(), scheme: Some(*scheme) };
        let first = RIGHTS.iter().map(classified).collect();
        vec![
            ServiceDomain { service: "S1".to_owned(), right_kinds: first, facts: facts.clone() },
            ServiceDomain { service: "S2".to_owned(), right_kinds: vec![], facts },
        ]
    })
}

fn world() -> impl Strategy<Value = (Table, Vec<ServiceDomain>)> {
    columns().prop_flat_map(|columns| (table(&columns), services(columns)))
}

type RightOfService = (String, Option<String>);

/// What the analysis should say, without the examples.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    gaps: BTreeSet<RightOfService>,
    /// Pairs of rows with different targets, and whether the first is nested in the second.
    overlaps: BTreeMap<(String, String), bool>,
    unreachable: BTreeMap<String, BTreeSet<String>>,
}

fn by_enumeration(table: &Table, services: &[ServiceDomain]) -> Said {
    let mut said = Said::default();
    let mut fitting = BTreeSet::new();
    for (service, right) in services.iter().flat_map(ServiceDomain::rights) {
        for facts in all_facts(service, right) {
            let rows: Vec<_> =
                (0..table.rows.len()).filter(|at| naive_takes(&table.rows[*at], &facts)).collect();
            if rows.is_empty() {
                said.gaps.insert((facts.service, facts.right_kind));
            }
            fitting.insert(rows);
        }
    }
    let id = |at: usize| table.rows[at].id.clone();
    for (later, row) in table.rows.iter().enumerate() {
        let sets_with = |at: usize| fitting.iter().filter(move |rows| rows.contains(&at));
        for earlier in (0..later).filter(|at| table.rows[*at].target != row.target) {
            if sets_with(earlier).any(|rows| rows.contains(&later)) {
                let nested = sets_with(earlier).all(|rows| rows.contains(&later));
                said.overlaps.insert((id(earlier), id(later)), nested);
            }
        }
        if sets_with(later).all(|rows| rows[0] != later) {
            said.unreachable.insert(id(later), sets_with(later).map(|rows| id(rows[0])).collect());
        }
    }
    said
}

fn by_analysis(findings: &[Finding]) -> Said {
    let mut said = Said::default();
    for finding in findings.iter().cloned() {
        match finding {
            Finding::Gap { example } => {
                said.gaps.insert((example.service, example.right_kind));
            }
            Finding::Overlap { first_row_id, second_row_id, nested, .. } => {
                said.overlaps.insert((first_row_id, second_row_id), nested);
            }
            Finding::Unreachable { row_id, taken_by } => {
                said.unreachable.insert(row_id, taken_by.into_iter().collect());
            }
            Finding::UnknownField { field, .. } => assert_eq!(field, "F4"),
            Finding::TooLarge { .. } => panic!("small tables are never too large"),
        }
    }
    said
}

/// Whether items of these services can have the facts.
fn possible(services: &[ServiceDomain], facts: &Facts) -> bool {
    let right_fits = |right: Option<&RightDomain>| {
        right.map(|right| &right.code) == facts.right_kind.as_ref()
            && facts
                .classification
                .as_ref()
                .is_none_or(|c| right.and_then(|right| right.scheme) == Some(c.scheme()))
    };
    services.iter().flat_map(ServiceDomain::rights).any(|(service, right)| {
        let optional = |column: Column| match service.facts.get(&column) {
            None => column.value(facts).is_none(),
            Some(Presence::Optional) => true,
            Some(Presence::Required) => {
                column.value(facts).is_some()
                    || column == Column::Classification && right.is_none_or(|right| right.scheme.is_none())
            }
        };
        service.service == facts.service
            && right_fits(right)
            && PLACE_COLUMNS.into_iter().chain(OTHER_COLUMNS).all(optional)
    })
}

/// A table and any facts at all, well-formed or not for a service.
fn case() -> impl Strategy<Value = (Table, Facts)> {
    let every: Vec<_> =
        PLACE_COLUMNS.into_iter().chain(OTHER_COLUMNS).collect::<BTreeSet<_>>().into_iter().collect();
    let place = || option::of(select(PLACES.to_vec()).prop_map(str::to_owned));
    let classification =
        option::of(select(RIGHTS.iter().flat_map(|(_, scheme)| symbols_of(*scheme)).collect::<Vec<_>>()));
    let codes = (
        select(vec!["S1", "S2"]),
        option::of(select(vec!["DESIGN", "NONE"])),
        option::of(select(CODES.to_vec())),
    );
    let places = (place(), place(), place(), place());
    let rest = (option::of(select(Forum::ALL.to_vec())), any::<Option<bool>>(), any::<Option<bool>>());
    let facts =
        (codes, classification, places, rest).prop_map(|(codes, classification, places, rest)| Facts {
            service: codes.0.to_owned(),
            right_kind: codes.1.map(str::to_owned),
            classification,
            applicant_seat: places.0,
            place_of_act: places.1,
            respondent_seat: places.2,
            seller_seat: places.3,
            intake_node: None,
            chosen_forum: rest.0,
            channel: codes.2.map(str::to_owned),
            on_platform: rest.1,
            recorded_entity: rest.2,
        });
    (table(&every), facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_analysis_says_what_enumeration_finds((table, services) in world()) {
        let findings = analyse(&table, &fields(), &services, today());
        prop_assert_eq!(by_analysis(&findings), by_enumeration(&table, &services));
    }

    #[test]
    fn every_example_is_possible_and_shows_what_it_should((table, services) in world()) {
        let place = |id: &str| table.rows.iter().position(|row| row.id == id).unwrap();
        for finding in analyse(&table, &fields(), &services, today()) {
            match finding {
                Finding::Gap { example } => {
                    prop_assert!(possible(&services, &example), "{:?}", example);
                    prop_assert_eq!(decide(&table, &fields(), today(), &example).outcome, Outcome::Unmatched);
                }
                Finding::Overlap { first_row_id, second_row_id, example, .. } => {
                    prop_assert!(possible(&services, &example), "{:?}", example);
                    for id in [first_row_id, second_row_id] {
                        prop_assert!(table.rows[place(&id)].takes(&fields(), today(), &example));
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_last_row_for_everything_leaves_no_gap((mut table, services) in world()) {
        let target = Target { track: Track::Guidance, queue: "REST".to_owned(), node: "N".to_owned() };
        let (name, basis) = (Bilingual::new("其余", "Rest"), "Rule 2".to_owned());
        table.rows.push(Row { id: "REST".to_owned(), name, basis, cells: BTreeMap::new(), target });
        let gap = |finding: &Finding| matches!(finding, Finding::Gap { .. });
        prop_assert!(!analyse(&table, &fields(), &services, today()).iter().any(gap));
    }
}

proptest! {
    #[test]
    fn the_first_row_whose_conditions_all_hold_decides((table, facts) in case()) {
        let decision = decide(&table, &fields(), today(), &facts);
        let naive = table.rows.iter().find(|row| naive_takes(row, &facts));
        prop_assert_eq!(decision.target(), naive.map(|row| &row.target));
        let decided_by = match &decision.outcome {
            Outcome::Matched { row_id, .. } => Some(row_id),
            Outcome::Unmatched => None,
        };
        prop_assert_eq!(decided_by, naive.map(|row| &row.id));
    }

    #[test]
    fn the_verdicts_account_for_the_outcome((table, facts) in case()) {
        let decision = decide(&table, &fields(), today(), &facts);
        prop_assert_eq!(decision.rows.len(), table.rows.len());
        let mut decided = false;
        for (verdict, row) in decision.rows.iter().zip(&table.rows) {
            prop_assert_eq!(&verdict.row_id, &row.id);
            let columns: Vec<_> = verdict.cells.iter().map(|cell| cell.column).collect();
            let all_hold = verdict.cells.iter().all(|cell| cell.holds);
            if decided {
                prop_assert_eq!((verdict.verdict, columns), (Verdict::NotReached, vec![]));
            } else {
                decided = all_hold;
                prop_assert_eq!(verdict.verdict, if all_hold { Verdict::Matched } else { Verdict::Missed });
                prop_assert_eq!(columns, row.cells.keys().copied().collect::<Vec<_>>());
            }
        }
        prop_assert_eq!(decided, decision.target().is_some());
    }

    #[test]
    fn the_compact_form_says_the_same_in_less((table, facts) in case()) {
        let whole = decide(&table, &fields(), today(), &facts);
        let compact = whole.clone().compact();
        prop_assert_eq!(&compact.outcome, &whole.outcome);
        prop_assert_eq!(compact.reason(), whole.reason());
        for row in compact.rows.iter().filter(|row| row.verdict == Verdict::Missed) {
            prop_assert_eq!(row.cells.iter().map(|cell| cell.holds).collect::<Vec<_>>(), [false]);
        }
        prop_assert_eq!(compact.clone().compact(), compact);
    }

    #[test]
    fn what_is_written_is_read_back_the_same((table, facts) in case()) {
        prop_assert_eq!(&toml::from_str::<Table>(&toml::to_string(&table).unwrap()).unwrap(), &table);
        let decision = decide(&table, &fields(), today(), &facts).compact();
        let json = serde_json::to_string(&(&table, &facts, &decision)).unwrap();
        prop_assert!(!json.contains("null"), "{}", json);
        prop_assert_eq!(serde_json::from_str::<(Table, Facts, _)>(&json).unwrap(), (table, facts, decision));
    }
}
