//! How the server is: whether it lives, and whether requests should be sent to it.

use crate::access::Window;
use crate::catalogue;
use crate::clock::UtcTime;
use crate::edge::Door;
use crate::language::Text;
use crate::problem::{Code, Detail, Problem};
use crate::store::{Conn, missing_migrations};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// So long an answer of the database stands for the next who asks.
const FRESH: chrono::Duration = chrono::Duration::seconds(1);
/// A database that takes longer is not one to send requests to.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub struct Health {
    window: Data<Window>,
    door: Arc<Door>,
    /// What was found and when. Whoever asks meanwhile waits for the one who looks.
    seen: Mutex<Option<(UtcTime, Result<i32, Fault>)>>,
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Draining,
    Database,
    Schema,
    Pack,
}

impl Health {
    pub fn of(window: Data<Window>, door: Arc<Door>) -> Self {
        Self { window, door, seen: Mutex::default() }
    }

    /// The version of the pack in force, when all is well.
    async fn look(&self) -> Result<i32, Fault> {
        if self.door.is_closed() {
            return Err(Fault::Draining);
        }
        let mut seen = self.seen.lock().await;
        let now = self.window.now();
        if let Some((at, found)) = *seen
            // A clock that was set back makes no answer fresh.
            && at <= now
            && now < at.plus(FRESH)
        {
            return found;
        }
        let store = self.window.store().reserved();
        let found = match tokio::time::timeout(ANSWERS_WITHIN, store.read(examine)).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Err(Fault::Database),
        };
        *seen = Some((now, found));
        found
    }
}

fn examine(conn: &mut Conn) -> Result<Result<i32, Fault>, Problem> {
    if !missing_migrations(conn)?.is_empty() {
        return Ok(Err(Fault::Schema));
    }
    Ok(catalogue::current_if_any(conn)?.map(|catalogue| catalogue.version).ok_or(Fault::Pack))
}

impl Fault {
    fn problem(self) -> Problem {
        let (code, message) = match self {
            Self::Draining => ("DRAINING", Text::new("服务正在停止", "The server is ending")),
            Self::Database => ("DATABASE", Text::new("数据库没有应答", "The database does not answer")),
            Self::Schema => (
                "SCHEMA",
                Text::new("数据库结构落后于本程序", "The database is behind this program's schema"),
            ),
            Self::Pack => ("PACK", Text::new("尚未载入城市包", "No city pack is loaded")),
        };
        let detail = Detail {
            code: code.to_owned(),
            message: message.into(),
            target: "server".to_owned(),
            value: None,
            allowed: None,
            source: None,
        };
        Problem::new(Code::Unavailable).with_details(vec![detail])
    }
}

/// Paths that are answered whatever the load, and also while the server is ending.
pub fn is_probe(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz")
}

pub fn routes(config: &mut ServiceConfig) {
    config.service(livez).service(readyz);
}

/// Whether the process lives: touches nothing.
#[get("/livez")]
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// Whether requests can be served: the database answers, at this program's schema, a city pack is loaded, and the
/// server is not about to end.
#[get("/readyz")]
async fn readyz(health: Data<Health>) -> Result<HttpResponse, Problem> {
    let version = health.look().await.map_err(Fault::problem)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready", "packVersion": version })))
}
