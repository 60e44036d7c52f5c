//! The commands of the program. Exit 0 is success; anything else is said on standard error in words.

mod backup;
mod pack;
mod signed;

use crate::access::{NewStaff, Profile};
use crate::catalogue;
use crate::clock::Clock;
use crate::command::by_program;
use crate::config::{Config, Flags};
use crate::edge::{Patience, Quotas};
use crate::ids::{StreamId, UserId};
use crate::journal::StreamKind;
use crate::language::Text;
use crate::problem::Problem;
use crate::server::{Listening, Shared};
use crate::store;
use crate::transparency::VerifierKey;
use crate::{demo, drain, metrics, openapi, server, start, verify, worker};
use actix_web::web::Data;
use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Parser)]
#[command(
    name = "onewindow",
    version,
    about = "One-window (一窗通办) service for a city's intellectual-property network"
)]
pub struct Cli {
    /// TOML file of settings; ONEWINDOW_… variables and flags stand above it.
    #[arg(long, global = true, env = "ONEWINDOW_CONFIG")]
    config: Option<PathBuf>,
    /// Break something on purpose, for the proof that it is found.
    #[cfg(feature = "breakable")]
    #[arg(long = "break", global = true, value_name = "NAME")]
    broken: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone)]
struct Place {
    /// `sqlite://PATH` or `postgres://…`
    #[arg(long)]
    database: Option<String>,
    /// Folder for what is not in the database.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// demo or production
    #[arg(long)]
    profile: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the window. Outside the demo profile it migrates nothing by itself.
    Serve {
        #[command(flatten)]
        place: Place,
        /// HOST:PORT
        #[arg(long)]
        listen: Option<String>,
        /// HOST:PORT of the page of metrics, which is not for the public
        #[arg(long)]
        metrics_listen: Option<String>,
    },
    /// Bring the database to this program's schema.
    Migrate {
        #[command(flatten)]
        place: Place,
        /// Only say how far the database is.
        #[arg(long, conflicts_with = "revert")]
        status: bool,
        /// Take every migration back: all data is lost.
        #[arg(long)]
        revert: bool,
    },
    /// Load or write the city pack.
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
    /// Put made-up people and parties into the database, and the Nantong pack if it has none; refused
    /// where real accounts are.
    Seed {
        #[command(flatten)]
        place: Place,
        /// The demo world; the only one there is.
        #[arg(long, required = true)]
        demo: bool,
        /// Print the logins as one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Make a staff account; the password is read from standard input, one line.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Print the service description (OpenAPI 3.1).
    Openapi,
    /// Check chains, references, dates and the log against its checkpoints; silent when all holds.
    Verify {
        #[command(flatten)]
        place: Place,
        /// A file of checkpoints, such as a copy that lies elsewhere; this server's own when left out.
        #[arg(long)]
        checkpoints: Option<PathBuf>,
        /// Verifier key of that file, as `checkpoint-key` prints it; this server's own when left out.
        #[arg(long)]
        verifier_key: Option<VerifierKey>,
        /// Say how many events no checkpoint covers yet.
        #[arg(long)]
        count: bool,
    },
    /// Print the verifier key of this server's checkpoints.
    CheckpointKey {
        #[command(flatten)]
        place: Place,
    },
    /// Copy the whole database into a new folder, while servers write.
    Backup {
        /// A folder that is new or empty
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put a backup where nothing is, check it, and end the sessions in it.
    Restore {
        /// The folder of a backup
        #[arg(long)]
        from: PathBuf,
        /// Keep what was restored although verify finds faults that it already had.
        #[arg(long)]
        despite_faults: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Look over settings, database, pack and calendar, and say what needs attention.
    Doctor {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add somebody with one role at one node, such as the first centre admin.
    Add {
        #[arg(long)]
        user_name: String,
        #[arg(long)]
        display_name: String,
        /// `CENTRE_ADMIN`, `CLERK` …
        #[arg(long)]
        role: String,
        /// Code of a node of the city pack
        #[arg(long)]
        node: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum PackCommand {
    /// Validate a pack folder and load it as the next version.
    Load {
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Only validate a pack folder.
    Check { folder: PathBuf },
    /// Write the version in force into an empty folder.
    Export {
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

impl Place {
    fn flags(&self) -> Flags {
        Flags {
            database: self.database.clone(),
            data_dir: self.data_dir.clone(),
            profile: self.profile.clone(),
            ..Flags::default()
        }
    }
}

impl Cli {
    fn config(&self, place: &Place) -> Result<Config, String> {
        self.load(&place.flags())
    }

    /// The settings, with the log set up as they say.
    fn load(&self, flags: &Flags) -> Result<Config, String> {
        let config = Config::load(self.config.as_deref(), flags)?;
        log(&config.log);
        Ok(config)
    }

    /// Runs the command.
    pub async fn run(self) -> Result<(), String> {
        #[cfg(feature = "breakable")]
        if let Some(name) = &self.broken {
            crate::breakage::choose(name)?;
        }
        match &self.command {
            Command::Serve { place, listen, metrics_listen } => {
                let (listen, metrics_listen) = (listen.clone(), metrics_listen.clone());
                serve(self.load(&Flags { listen, metrics_listen, ..place.flags() })?).await
            }
            Command::Migrate { place, status, revert } => migrate(&self.config(place)?, *status, *revert),
            Command::Pack { command: PackCommand::Check { folder } } => pack::check(folder),
            Command::Pack { command: PackCommand::Load { folder, place } } => {
                pack::load(&self.config(place)?, folder).await
            }
            Command::Pack { command: PackCommand::Export { folder, place } } => {
                pack::export(&self.config(place)?, folder).await
            }
            Command::Seed { place, demo: _, json } => seed(&self.config(place)?, *json).await,
            Command::User { command: UserCommand::Add { user_name, display_name, role, node, place } } => {
                let person = NewStaff::parse(user_name, display_name, role, node)?;
                add_user(&self.config(place)?, person).await
            }
            Command::Openapi => {
                // A reader that has seen enough and closed the pipe is no failure.
                let _ = std::io::stdout().write_all(openapi::text().as_bytes());
                Ok(())
            }
            Command::Verify { place, checkpoints, verifier_key, count } => {
                let config = self.config(place)?;
                let known = signed::known(&config, checkpoints.as_deref(), verifier_key.as_ref())?;
                check(&config, &known, *count)
            }
            Command::CheckpointKey { place } => signed::print_key(&self.config(place)?),
            Command::Backup { to, place } => backup::take(&self.config(place)?, to),
            Command::Restore { from, despite_faults, place } => {
                backup::restore(&self.config(place)?, from, *despite_faults)
            }
            Command::Doctor { place } => doctor(&self.config(place)?).await,
        }
    }
}

fn said(problem: &Problem) -> String {
    let mut words =
        problem.message.as_ref().map_or_else(|| problem.code.title().en.to_owned(), |said| said.en.clone());
    for detail in &problem.details {
        let allowed = detail.allowed.as_ref().map_or("", |allowed| &allowed.en);
        words = format!(
            "{words}: {} {} (allowed: {allowed})",
            detail.target,
            detail.value.as_deref().unwrap_or("")
        );
    }
    problem.internal.as_ref().map_or_else(|| words.clone(), |cause| format!("{words}: {cause}"))
}

/// SQLite makes the file, but not the folder it lies in.
fn prepare(config: &Config) -> Result<(), String> {
    let made = |path: &Path| {
        std::fs::create_dir_all(path)
            .map_err(|error| format!("the folder {} cannot be made: {error}", path.display()))
    };
    made(&config.data_dir)?;
    match config.database.strip_prefix("sqlite://").map(Path::new).and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => made(folder),
        _ => Ok(()),
    }
}

fn migrate(config: &Config, status: bool, revert: bool) -> Result<(), String> {
    prepare(config)?;
    if status {
        let state = store::migration_state(&config.database).map_err(|error| error.to_string())?;
        println!("applied: {}\npending: {}", state.applied.join(", "), state.pending.join(", "));
        return if state.unknown.is_empty() {
            Ok(())
        } else {
            Err(format!("unknown here: {}", state.unknown.join(", ")))
        };
    }
    let ran = if revert { store::revert(&config.database) } else { store::migrate(&config.database) };
    let ran = ran.map_err(|error| error.to_string())?;
    println!("{ran} migrations {}", if revert { "taken back" } else { "run" });
    Ok(())
}

async fn window(config: &Config, profile: Profile) -> Result<Data<crate::access::Window>, String> {
    require_current(config)?;
    start::window(&config.database, Clock::System, profile, &config.origin())
        .await
        .map(Data::new)
        .map_err(|problem| said(&problem))
}

fn require_current(config: &Config) -> Result<(), String> {
    let state = store::migration_state(&config.database).map_err(|error| error.to_string())?;
    match (state.pending.first(), state.unknown.first()) {
        (_, Some(newer)) => {
            Err(format!("the database is newer than this program: it holds migration {newer}"))
        }
        (Some(_), None) => {
            Err("the database is not at this program's schema: run `onewindow migrate`".to_owned())
        }
        (None, None) => Ok(()),
    }
}

async fn seed(config: &Config, json: bool) -> Result<(), String> {
    prepare(config)?;
    let window = window(config, Profile::Demo).await?;
    let hashes = demo::Hashes::make(&crate::access::Entropy::System.bytes());
    let credentials =
        by_program(&window, move |act| demo::seed(act, &hashes)).await.map_err(|problem| said(&problem))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&credentials).map_err(|error| error.to_string())?);
    } else {
        println!("{} logins and clients; --json prints them", credentials.len());
    }
    Ok(())
}

async fn add_user(config: &Config, person: NewStaff) -> Result<(), String> {
    let mut password = String::new();
    std::io::stdin()
        .read_line(&mut password)
        .map_err(|error| format!("the password cannot be read: {error}"))?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    if !(8..=128).contains(&password.chars().count()) {
        return Err("the password has 8 to 128 characters, on one line of standard input".to_owned());
    }
    let window = window(config, config.profile()?).await?;
    let hash = crate::access::hash_password(&password, &crate::access::Entropy::System.bytes());
    let name = person.user_name.clone();
    by_program(&window, move |act| {
        if catalogue::current(act.conn)?.pack.node(&person.node).is_none() {
            return Err(Problem::invalid(
                "node",
                person.node.clone(),
                Text::new("城市包中的网点代码", "a node of the city pack"),
            ));
        }
        crate::access::add_staff(act.conn, &person, &hash, UserId(act.ids.draw()), act.now).and_then(|id| {
            act.record(StreamKind::User, StreamId(id.0), "USER_CREATED", serde_json::json!({ "demo": false }))
        })
    })
    .await
    .map_err(|problem| said(&problem))?;
    println!("{name} can sign in");
    Ok(())
}

/// By one connection of its own that may take as long as it needs: the pool's are for requests.
fn check(config: &Config, known: &verify::Checkpoints, count: bool) -> Result<(), String> {
    require_current(config)?;
    let verified = store::copy::read(&config.database, |conn| verify::verify_with_checkpoints(conn, known))
        .map_err(|problem: Problem| said(&problem))?;
    if count {
        println!("{} events are not under a checkpoint yet", verified.uncovered);
    }
    match verified.faults.as_slice() {
        [] => Ok(()),
        faults => Err(format!("{} faults:\n{}", faults.len(), faults.join("\n"))),
    }
}

async fn doctor(config: &Config) -> Result<(), String> {
    let mut shown = config.clone();
    shown.database = config.database.split('@').next_back().unwrap_or_default().to_owned();
    println!("settings: {}", serde_json::to_string(&shown).map_err(|error| error.to_string())?);
    require_current(config)?;
    println!("database: at this program's schema");
    let window = window(config, config.profile()?).await?;
    let catalogue = window.store().read(catalogue::current).await.map_err(|problem| said(&problem))?;
    println!("pack: {} version {}", catalogue.pack.city.code, catalogue.version);
    let last = catalogue.pack.calendars.iter().map(|calendar| calendar.year).max();
    println!(
        "calendar: known to the end of {}",
        last.map_or_else(|| "no year".to_owned(), |year| year.to_string())
    );
    if config.profile()? == Profile::Production
        && window.store().read(demo::is_seeded).await.map_err(|problem| said(&problem))?
    {
        return Err("demo accounts are in this database: production will not serve it".to_owned());
    }
    Ok(())
}

async fn serve(config: Config) -> Result<(), String> {
    let profile = config.profile()?;
    prepare(&config)?;
    if profile == Profile::Demo {
        store::migrate(&config.database).map_err(|error| error.to_string())?;
    }
    let listening = Listening {
        origin: config.origin(),
        quotas: Quotas {
            caller: config.requests_per_minute,
            address: NonZeroU32::new(config.address_requests_per_minute),
        },
        workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        patience: Patience::default(),
    };
    let window = window(&config, profile).await?;
    if profile == Profile::Demo {
        by_program(&window, demo::ensure_pack).await.map_err(|problem| said(&problem))?;
    }
    let seeded = window.store().read(demo::is_seeded).await.map_err(|problem| said(&problem))?;
    if profile == Profile::Production && seeded {
        return Err("demo accounts are in this database: the production profile does not serve it".to_owned());
    }
    let notary = signed::notary(&config)?;
    let (listener, address) = listen(&config.listen)?;
    let shared = Shared::of(window, &listening);
    let (window, door) = (shared.window.clone(), shared.door.clone());
    let failures = worker::Failures::default();
    let mut told = None;
    if let Some(place) = &config.metrics_listen {
        let (listener, address) = listen(place)?;
        let page = metrics::serve(&shared, &failures, listener).map_err(|error| error.to_string())?;
        told = Some(page.handle());
        actix_web::rt::spawn(page);
        tracing::info!(metrics = %address, "metrics");
    }
    let work = actix_web::rt::spawn(worker::run(window.clone(), notary, failures));
    let server = server::serve(shared, &listening, listener).map_err(|error| error.to_string())?;
    let (handle, linger) = (server.handle(), Duration::from_secs(config.linger_seconds.into()));
    actix_web::rt::spawn(async move {
        wait_for_signal().await;
        drain::end(door, handle, linger).await;
    });
    tracing::info!(%address, profile = config.profile, "serving");
    server.await.map_err(|error| error.to_string())?;
    work.abort();
    drain::rest(&window).await;
    if let Some(page) = told {
        page.stop(false).await;
    }
    Ok(())
}

fn listen(place: &str) -> Result<(TcpListener, SocketAddr), String> {
    let said = |error: std::io::Error| format!("{place} cannot be listened on: {error}");
    let listener = TcpListener::bind(place).map_err(said)?;
    let address = listener.local_addr().map_err(said)?;
    Ok((listener, address))
}

async fn wait_for_signal() {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    let terminated = async {
        match terminate.as_mut() {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}

/// Sets up the log: JSON lines on standard error, of what the settings name.
fn log(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_default();
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
