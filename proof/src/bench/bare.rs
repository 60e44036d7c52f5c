//! The least a server could do: actix and diesel, the SQL of a read, its rows as JSON. No caller, no policy, no
//! history, no headers.

use crate::world::Engine;
use actix_web::web::{self, Data, Path};
use actix_web::{App, HttpResponse, HttpServer};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::Serialize;
use std::net::TcpListener;

/// The columns that a case is shown with.
#[derive(QueryableByName, Serialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    #[diesel(sql_type = Text)]
    case_id: String,
    #[diesel(sql_type = Text)]
    case_number: String,
    #[diesel(sql_type = Text)]
    submission_id: String,
    #[diesel(sql_type = Text)]
    item_key: String,
    #[diesel(sql_type = Text)]
    service_code: String,
    #[diesel(sql_type = Text)]
    submission_kind: String,
    #[diesel(sql_type = Text)]
    right_kind: String,
    #[diesel(sql_type = Text)]
    track: String,
    #[diesel(sql_type = Text)]
    node_code: String,
    #[diesel(sql_type = Text)]
    queue_code: String,
    #[diesel(sql_type = Text)]
    intake_node: String,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    due_on: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    assignee_id: Option<String>,
    #[diesel(sql_type = Text)]
    received_at: String,
    #[diesel(sql_type = Text)]
    updated_at: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// Ids and instants leave the database as text: on SQLite a blob in hex is what costs least.
fn columns(engine: Engine) -> String {
    let id = |column: &str| match engine {
        Engine::Sqlite => format!("hex({column}) AS {column}"),
        Engine::Postgres => format!("{column}::text AS {column}"),
    };
    let text = |column: &str| match engine {
        Engine::Sqlite => column.to_owned(),
        Engine::Postgres => format!("{column}::text AS {column}"),
    };
    let assignee = match engine {
        Engine::Sqlite => {
            "CASE WHEN assignee_id IS NULL THEN NULL ELSE hex(assignee_id) END AS assignee_id".to_owned()
        }
        Engine::Postgres => id("assignee_id"),
    };
    format!(
        "{}, case_number, {}, item_key, service_code, submission_kind, right_kind, track, node_code, queue_code,
         intake_node, channel, {}, state, {}, {assignee}, {}, {}, version",
        id("case_id"),
        id("submission_id"),
        id("owner_id"),
        text("due_on"),
        text("received_at"),
        text("updated_at"),
    )
}

type Reader = dyn Fn(&Question) -> QueryResult<Vec<Case>> + Send + Sync;

enum Question {
    /// One case, by the hexadecimal digits of its id.
    Case(String),
    /// The first fifty open cases of a queue.
    Queue(String),
}

impl Question {
    fn sql(&self, engine: Engine) -> String {
        let columns = columns(engine);
        let parameter = if engine == Engine::Postgres { "$1" } else { "?1" };
        match (self, engine) {
            (Self::Case(_), Engine::Sqlite) => {
                format!("SELECT {columns} FROM cases WHERE case_id = unhex({parameter})")
            }
            (Self::Case(_), Engine::Postgres) => {
                format!("SELECT {columns} FROM cases WHERE case_id = {parameter}::uuid")
            }
            (Self::Queue(_), _) => format!(
                "SELECT {columns} FROM cases WHERE queue_code = {parameter} AND is_open = TRUE
                 ORDER BY cases.sort_due, cases.case_id LIMIT 50"
            ),
        }
    }

    fn parameter(&self) -> &str {
        match self {
            Self::Case(text) | Self::Queue(text) => text,
        }
    }
}

/// Connections, and the same number of threads that use them, as many as the program has for reads.
fn reader(engine: Engine, url: &str) -> Result<Box<Reader>, String> {
    let said = |error: diesel::r2d2::PoolError| error.to_string();
    let gone = |_| diesel::result::Error::BrokenTransactionManager;
    Ok(match engine {
        Engine::Sqlite => {
            let file = url.strip_prefix("sqlite://").unwrap_or(url);
            let pool = Pool::builder().max_size(4).build(ConnectionManager::<SqliteConnection>::new(file));
            let pool = pool.map_err(said)?;
            Box::new(move |question| {
                diesel::sql_query(question.sql(engine))
                    .bind::<Text, _>(question.parameter())
                    .load(&mut *pool.get().map_err(gone)?)
            })
        }
        Engine::Postgres => {
            let pool = Pool::builder().max_size(13).build(ConnectionManager::<PgConnection>::new(url));
            let pool = pool.map_err(said)?;
            Box::new(move |question| {
                diesel::sql_query(question.sql(engine))
                    .bind::<Text, _>(question.parameter())
                    .load(&mut *pool.get().map_err(gone)?)
            })
        }
    })
}

async fn answer(reader: Data<Reader>, question: Question) -> HttpResponse {
    match web::block(move || reader(&question)).await {
        Ok(Ok(cases)) => HttpResponse::Ok().json(cases),
        _ => HttpResponse::InternalServerError().finish(),
    }
}

/// Serves until it is killed; says its address first.
pub fn serve(engine: Engine, url: &str) -> Result<(), String> {
    let reader: Data<Reader> = Data::from(std::sync::Arc::<Reader>::from(reader(engine, url)?));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    println!("{}", listener.local_addr().map_err(|error| error.to_string())?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(reader.clone())
            .route(
                "/cases/{id}",
                web::get().to(|reader: Data<Reader>, id: Path<String>| {
                    answer(reader, Question::Case(id.into_inner().replace('-', "")))
                }),
            )
            .route(
                "/queues/{code}",
                web::get().to(|reader: Data<Reader>, code: Path<String>| {
                    answer(reader, Question::Queue(code.into_inner()))
                }),
            )
    })
    .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    .worker_max_blocking_threads(20)
    .listen(listener)
    .map_err(|error| error.to_string())?;
    actix_web::rt::System::new().block_on(server.run()).map_err(|error| error.to_string())
}
