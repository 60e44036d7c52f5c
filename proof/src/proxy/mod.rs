//! The line between the program and PostgreSQL, and what can happen to it. It understands as much of PostgreSQL's
//! protocol (version 3, "Message Formats") as it takes to count what the program says and to know a COMMIT.

mod message;

use message::Messages;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weather {
    Fair,
    /// Everything the program says arrives so much later.
    Late(Duration),
    /// Bytes a second, for all connections and both ways together.
    Narrow(u32),
    /// Bytes are taken and not delivered, until the weather changes.
    Silent,
    /// Every so many pieces of answers, half of one arrives and the connection is reset.
    Tearing(usize),
    /// Every so many commits, the answer is kept: PostgreSQL has given it, and the connection is reset.
    Forgetful(usize),
    /// Connections are reset before the message with this number, counted from the first of all.
    Ending(usize),
}

/// A piece of an answer: small enough that a narrow line does not stand still for long.
const PIECE: usize = 4096;

/// Ends with everything on it when it is dropped.
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    database: String,
    sky: Mutex<Sky>,
    changed: Condvar,
    ended: AtomicBool,
    messages: AtomicUsize,
    commits: AtomicUsize,
    pieces: AtomicUsize,
    connections: Mutex<Vec<Weak<Connection>>>,
}

struct Sky {
    weather: Weather,
    /// When a narrow line has room again.
    free: Instant,
}

struct Connection {
    program: TcpStream,
    database: TcpStream,
    cut: AtomicBool,
    /// What PostgreSQL says from now on is kept from the program, which has sent a COMMIT.
    kept: AtomicBool,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    ToDatabase,
    ToProgram,
}

impl Line {
    /// A line to the database at this `host:port`.
    pub fn to(database: &str) -> Result<Self, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let shared = Arc::new(Shared {
            database: database.to_owned(),
            sky: Mutex::new(Sky { weather: Weather::Fair, free: Instant::now() }),
            changed: Condvar::new(),
            ended: AtomicBool::new(false),
            messages: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            pieces: AtomicUsize::new(0),
            connections: Mutex::default(),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for program in listener.incoming() {
                if accepting.ended.load(Ordering::SeqCst) {
                    return;
                }
                // A database that is not there: the program's connection ends as it began.
                let _ = program.and_then(|program| accepting.connect(program));
            }
        });
        Ok(Self { address, shared })
    }

    /// The address of the same database by way of this line.
    pub fn url(&self, url: &str) -> String {
        url.replacen(&self.shared.database, &self.address.to_string(), 1)
    }

    pub fn set(&self, weather: Weather) {
        *self.shared.sky() = Sky { weather, free: Instant::now() };
        self.shared.changed.notify_all();
    }

    /// Resets every connection.
    pub fn cut(&self) {
        let connections = std::mem::take(&mut *held(&self.shared.connections));
        connections.iter().filter_map(Weak::upgrade).for_each(|connection| connection.cut());
        self.shared.changed.notify_all();
    }

    /// How many messages the program has sent.
    pub fn messages(&self) -> usize {
        self.shared.messages.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Whoever waits for the next connection gets one, and sees that it is the last.
        let _ = TcpStream::connect(self.address);
        self.cut();
    }
}

impl Shared {
    fn sky(&self) -> MutexGuard<'_, Sky> {
        held(&self.sky)
    }

    fn connect(self: &Arc<Self>, program: TcpStream) -> std::io::Result<()> {
        let database = TcpStream::connect(&self.database)?;
        program.set_nodelay(true)?;
        database.set_nodelay(true)?;
        let cut = AtomicBool::new(false);
        let connection = Arc::new(Connection { program, database, cut, kept: AtomicBool::new(false) });
        let mut connections = held(&self.connections);
        connections.retain(|other| other.strong_count() > 0);
        connections.push(Arc::downgrade(&connection));
        for way in [Way::ToDatabase, Way::ToProgram] {
            let (shared, connection) = (self.clone(), connection.clone());
            std::thread::spawn(move || {
                // An error on either side is the end of both, in whatever way it came.
                let _ = match way {
                    Way::ToDatabase => shared.ask(&connection),
                    Way::ToProgram => shared.answer(&connection),
                };
            });
        }
        Ok(())
    }

    /// What the program says, message by message.
    fn ask(&self, connection: &Connection) -> std::io::Result<()> {
        let mut messages = Messages::of(&connection.program);
        while let Some(message) = messages.next()? {
            let number = self.messages.fetch_add(1, Ordering::SeqCst) + 1;
            if matches!(self.sky().weather, Weather::Ending(at) if number >= at) {
                connection.cut();
            }
            if message.is_commit() && self.keeps_answer() {
                connection.kept.store(true, Ordering::SeqCst);
            }
            if !self.pass(Way::ToDatabase, message.bytes().len(), connection) {
                return Ok(());
            }
            (&connection.database).write_all(message.bytes())?;
        }
        connection.database.shutdown(Shutdown::Write)
    }

    fn keeps_answer(&self) -> bool {
        match self.sky().weather {
            Weather::Forgetful(every) => self.commits.fetch_add(1, Ordering::SeqCst).is_multiple_of(every),
            _ => false,
        }
    }

    /// What the database answers, piece by piece.
    fn answer(&self, connection: &Connection) -> std::io::Result<()> {
        let mut piece = [0; PIECE];
        loop {
            let length = (&connection.database).read(&mut piece)?;
            if length == 0 {
                return connection.program.shutdown(Shutdown::Write);
            }
            let piece = &piece[..length];
            if connection.kept.load(Ordering::SeqCst) {
                // ReadyForQuery is the last message of every answer: the commit is done.
                if piece.ends_with(b"Z\0\0\0\x05I") {
                    connection.cut();
                    return Ok(());
                }
                continue;
            }
            if self.tears() {
                (&connection.program).write_all(&piece[..length / 2])?;
                connection.cut();
                return Ok(());
            }
            if !self.pass(Way::ToProgram, length, connection) {
                return Ok(());
            }
            (&connection.program).write_all(piece)?;
        }
    }

    fn tears(&self) -> bool {
        match self.sky().weather {
            Weather::Tearing(every) => (self.pieces.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(every),
            _ => false,
        }
    }

    /// Holds so many bytes as long as the weather asks; whether the connection is still there.
    fn pass(&self, way: Way, length: usize, connection: &Connection) -> bool {
        let begun = Instant::now();
        let mut sky = self.sky();
        if let Weather::Narrow(rate) = sky.weather {
            let takes = Duration::from_secs_f64(
                f64::from(u32::try_from(length).unwrap_or(u32::MAX)) / f64::from(rate),
            );
            sky.free = sky.free.max(begun) + takes;
        }
        let room = sky.free;
        loop {
            if connection.cut.load(Ordering::SeqCst) {
                return false;
            }
            let left = match sky.weather {
                Weather::Late(time) if way == Way::ToDatabase => time.saturating_sub(begun.elapsed()),
                Weather::Narrow(_) => room.saturating_duration_since(Instant::now()),
                Weather::Silent => Duration::MAX,
                _ => Duration::ZERO,
            };
            if left.is_zero() {
                return true;
            }
            let waited = self.changed.wait_timeout(sky, left.min(Duration::from_secs(1)));
            sky = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Connection {
    /// Resets both ends. Nothing is sent by that which still could be: with reading shut down both threads leave, and
    /// the sockets close without lingering, which is a reset.
    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for end in [&self.program, &self.database] {
            let _ = socket2::SockRef::from(end).set_linger(Some(Duration::ZERO));
            let _ = end.shutdown(Shutdown::Read);
        }
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
