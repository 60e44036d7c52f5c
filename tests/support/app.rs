//! A running server on a port of its own, with a clock that stands until it is moved.

use super::caller::Caller;
use super::database::{Database, Engine, morning};
use actix_web::web::Data;
use onewindow::access::{Profile, Window};
use onewindow::clock::Clock;
use onewindow::edge::{Patience, Quotas};
use onewindow::problem::{Code, Problem};
use onewindow::server::{self, Listening, Shared};
use onewindow::transparency::{Notary, read_checkpoints};
use onewindow::verify::{Checkpoints, Verified};
use onewindow::{start, verify, worker};
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;

pub struct App {
    pub database: Database,
    pub clock: Clock,
    server: Serving,
}

/// One server; an `App` has one, and a test can start others beside it on the same database.
pub struct Serving {
    pub address: String,
    window: Data<Window>,
    runtime: tokio::runtime::Handle,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl App {
    pub fn on_sqlite() -> Self {
        Self::on(Engine::Sqlite)
    }

    pub fn on_postgres() -> Self {
        Self::on(Engine::Postgres)
    }

    pub fn on(engine: Engine) -> Self {
        Self::in_database(Database::seeded(engine))
    }

    pub fn in_database(database: Database) -> Self {
        let clock = Clock::set_to(morning());
        let server = Serving::start(&database.url, &clock, Patience::default());
        Self { database, clock, server }
    }

    /// Another server on the same database, with its own patience.
    pub fn beside(&self, patience: Patience) -> Serving {
        Serving::start(&self.database.url, &self.clock, patience)
    }

    /// Runs a transaction inside the server that panics, and says how that is told.
    pub fn panic_inside(&self, write: bool) -> Code {
        let serving = &self.server;
        let store = serving.window.store().clone();
        serving.ask(async move {
            let ended: Result<(), Problem> = if write {
                store.write(|_| panic!("on purpose")).await
            } else {
                store.read(|_| panic!("on purpose")).await
            };
            ended.unwrap_err().code
        })
    }

    /// Runs a test, then verifies everything in the database: no test may leave a fault behind.
    pub fn test(self, test: impl FnOnce(&Self)) {
        test(&self);
        assert_eq!(self.verify(), Vec::<String>::new(), "onewindow verify is not silent after this test");
    }

    /// Somebody who has not signed in.
    pub fn anybody(&self) -> Caller {
        Caller::new(&self.server.address)
    }

    /// A demo login, signed in.
    pub fn user(&self, name: &str) -> Caller {
        self.anybody().sign_in(name)
    }

    pub fn address(&self) -> &str {
        &self.server.address
    }

    pub fn move_clock_to(&self, time: &str) {
        self.clock.move_to(time.parse().unwrap());
    }

    /// What the worker would do now, without a failure.
    pub fn work(&self) -> worker::Round {
        let round = self.try_to_work();
        assert_eq!(round.failed, 0, "the worker failed");
        round
    }

    pub fn try_to_work(&self) -> worker::Round {
        let serving = &self.server;
        let window = serving.window.clone();
        serving.ask(async move { worker::round(&window).await })
    }

    /// What `onewindow verify` finds.
    pub fn verify(&self) -> Vec<String> {
        let serving = &self.server;
        let window = serving.window.clone();
        serving.ask(async move { window.store().read(verify::verify).await.unwrap() })
    }

    /// Where this server's checkpoints lie.
    pub fn checkpoints(&self) -> PathBuf {
        self.database.folder().join("checkpoints").join("events.notes")
    }

    fn checkpoint_key(&self) -> PathBuf {
        self.database.folder().join("checkpoint.key")
    }

    /// Who signs checkpoints, as after a start of the server.
    pub fn notary(&self) -> Notary {
        Notary::open(&self.checkpoint_key(), &self.checkpoints(), "window.example.cn/log", [5; 32]).unwrap()
    }

    /// What the worker would do now, checkpoints included.
    pub fn work_with(&self, notary: &Notary) -> worker::Round {
        let serving = &self.server;
        let (window, notary) = (serving.window.clone(), notary.clone());
        serving.ask(async move { worker::round_with(&window, &notary).await })
    }

    /// What `onewindow verify` finds with the checkpoints that lie beside the database.
    pub fn verify_with_checkpoints(&self) -> Verified {
        self.verify_by(self.kept_checkpoints())
    }

    /// The file of checkpoints as it is now.
    pub fn kept_checkpoints(&self) -> Checkpoints {
        let key = Notary::verifier_at(&self.checkpoint_key()).unwrap().unwrap();
        let kept = read_checkpoints(&self.checkpoints(), &key).unwrap();
        Checkpoints::kept_by_server(self.checkpoints(), key, kept)
    }

    /// What `onewindow verify` finds with checkpoints that were read before.
    pub fn verify_by(&self, known: Checkpoints) -> Verified {
        let serving = &self.server;
        let window = serving.window.clone();
        serving.ask(async move {
            window.store().read(move |conn| verify::verify_with_checkpoints(conn, &known)).await.unwrap()
        })
    }

    /// Runs something inside the server, such as loading a pack.
    pub fn inside<T: Send + 'static>(
        &self,
        f: impl Fn(&mut onewindow::command::Act<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> T {
        let serving = &self.server;
        let window = serving.window.clone();
        serving.ask(async move { onewindow::command::by_program(&window, f).await.unwrap() })
    }
}

impl Serving {
    fn start(url: &str, clock: &Clock, patience: Patience) -> Self {
        let (url, clock) = (url.to_owned(), clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = mpsc::channel();
        let origin = address.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let window = start::window(&url, clock, Profile::Demo, &origin).await.unwrap();
                let listening = Listening {
                    origin,
                    quotas: Quotas { caller: NonZeroU32::new(1_000_000).unwrap(), address: None },
                    workers: 2,
                    patience,
                };
                let shared = Shared::of(Data::new(window), &listening);
                let server = server::serve(shared.clone(), &listening, listener).unwrap();
                tell.send((shared.window, server.handle(), tokio::runtime::Handle::current())).unwrap();
                server.await.unwrap();
            });
        });
        let (window, handle, runtime) = told.recv().unwrap();
        Self { address, window, runtime, handle, thread: Some(thread) }
    }

    /// Returns when nothing is under way in its store.
    pub fn until_at_rest(&self) {
        let window = self.window.clone();
        self.ask(async move { window.store().emptied().await });
    }

    /// Runs a future on the server's own runtime and waits for it.
    fn ask<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let (tell, told) = mpsc::channel();
        self.runtime.spawn(async move {
            let _ = tell.send(work.await);
        });
        told.recv().expect("the server's runtime lives")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let stopping = self.handle.stop(false);
        self.runtime.spawn(stopping);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
