//! Which statements of lists a connection keeps prepared: those of which roles alone make few texts, and no others.

use super::*;
use crate::ids::{PartyId, PrincipalId};
use crate::store::{Store, migrate};
use diesel::connection::{Instrumentation, InstrumentationEvent};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// What a connection was asked, and how many statements it kept.
#[derive(Default, Clone)]
struct Seen {
    kept: usize,
    asked: Vec<String>,
}

struct Watching(Arc<Mutex<Seen>>);

impl Instrumentation for Watching {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let mut seen = self.0.lock().unwrap();
        match event {
            InstrumentationEvent::CacheQuery { .. } => seen.kept += 1,
            InstrumentationEvent::StartQuery { query, .. } => seen.asked.push(query.to_string()),
            _ => {}
        }
    }
}

fn scope(relation: Holds) -> Scope {
    let clause = Clause { relation, track: None, phase: PhaseRule::Any };
    Scope { clauses: vec![clause], recused_from: Vec::new() }
}

fn queue(code: &str) -> Filter {
    Filter { queue: Some(code.to_owned()), open: Some(true), ..Filter::default() }
}

/// What is seen of this on a database without cases.
fn seen(ask: impl FnOnce(&mut Conn) -> Result<(), Problem> + Send + 'static) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("a.db").display());
    migrate(&url).unwrap();
    let store = Store::open(&url).unwrap();
    let watched = store.read(move |conn| {
        let seen = Arc::new(Mutex::new(Seen::default()));
        conn.set_instrumentation(Watching(seen.clone()));
        ask(conn)?;
        let seen = seen.lock().unwrap().clone();
        Ok::<_, Problem>(seen)
    });
    actix_web::rt::System::new().block_on(watched).unwrap()
}

fn first_page(conn: &mut Conn, filter: &Filter, scope: &Scope, after: Option<&After>) -> Result<(), Problem> {
    let sort = Sort { field: "dueDate", direction: Direction::Ascending };
    page(conn, filter, scope, &sort, after, 0, 50).map(|_| ())
}

#[test]
fn the_page_of_a_queue_is_prepared_once_whatever_the_caller_holds() {
    let node = || "NTIPC".to_owned();
    let (user, principal) = (UserId(Uuid::nil()), PrincipalId(Uuid::nil()));
    for relation in [
        Holds::Always,
        Holds::Creator { principal, owner: Some(PartyId(Uuid::nil())), intake_node: Some(node()) },
        Holds::Node(node()),
        Holds::NodeNotExaminer { node: node(), examiner: user },
        Holds::IntakeNode(node()),
        Holds::Assignee { user, node: node() },
    ] {
        let scope = scope(relation.clone());
        let seen = seen(move |conn| {
            first_page(conn, &queue("A"), &scope, None)?;
            first_page(conn, &queue("B"), &scope, None)
        });
        assert_eq!(seen.kept, 1, "{relation:?}");
    }
}

/// SQLite never keeps a list of values, PostgreSQL does: there it is the literal that keeps the statement out.
#[test]
fn nothing_that_a_caller_can_vary_at_will_is_kept() {
    let party = PartyId(Uuid::nil());
    let numbered = Filter { number: Some("NT".to_owned()), ..Filter::default() };
    let after = After { due: NaiveDate::default(), case: CaseId(Uuid::nil()) };
    let of_many = scope(Holds::OwnerIn(vec![party; 2]));
    let recused = Scope { recused_from: vec![party], ..scope(Holds::Always) };
    let seen = seen(move |conn| {
        for scope in [&of_many, &recused] {
            first_page(conn, &queue("A"), scope, None)?;
            count(conn, &queue("A"), scope)?;
            waiting(conn, "A", scope, None, 1)?;
        }
        first_page(conn, &numbered, &scope(Holds::Always), None)?;
        count(conn, &numbered, &scope(Holds::Always))?;
        first_page(conn, &queue("A"), &scope(Holds::Always), Some(&after))
    });
    assert_eq!((seen.kept, seen.asked.len()), (0, 9));
    for statement in seen.asked {
        assert!(statement.contains("1 = 1"), "{statement}");
    }
}
