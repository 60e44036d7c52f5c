//! The one SQLite writer: a thread fed by a bounded queue. It drains what waits into one transaction, a savepoint
//! each, and acknowledges all after the one fsync (group commit). First come, first served, so nobody starves.

use super::admission::{Place, RESERVED_QUEUE};
use super::conn::{Conn, Target, Use, open};
use super::measures::Measures;
use super::{StoreError, transaction};
use crate::breakage::{self, Breakage};
use diesel::r2d2;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;
use tokio::sync::oneshot;

/// How many commands may wait, those of the reserve among them; one more is shed.
const QUEUE: usize = 256 + RESERVED_QUEUE;
/// How many commands share one fsync at most.
const GROUP: usize = 64;

/// Runs inside the group's transaction and keeps its own result; told afterwards whether the group was committed.
type Job = Box<dyn FnOnce(&mut Conn) -> Done + Send>;
type Acknowledge = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A job that has run, and whether the group's transaction still stands.
struct Done {
    acknowledge: Acknowledge,
    group: Result<(), Failed>,
}

#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Job>,
    measures: Measures,
}

impl Writer {
    pub fn start(target: Target, measures: Measures) -> Result<Self, r2d2::Error> {
        let conn = open(&target, Use::Write)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let counted = measures.clone();
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(conn, &target, &jobs, &counted))
            .map_err(|_| {
                r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection("no thread".into()))
            })?;
        Ok(Self { queue, measures })
    }

    /// Runs `f` in a savepoint of the next group and waits for the group's commit; the place is held until then.
    pub async fn write<T, E>(
        &self,
        place: Place,
        f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let (measures, begun) = (self.measures.clone(), Instant::now());
        let job: Job = Box::new(move |conn| {
            measures.taken_from_queue(begun.elapsed());
            let (outcome, group) = in_savepoint(conn, &f);
            let acknowledge: Acknowledge = Box::new(move |committed| {
                let done = committed.is_ok() && outcome.is_ok();
                let _ = answer.send(match (committed, outcome) {
                    (Ok(()), outcome) => outcome,
                    (Err(error), Ok(_)) => Err(error.into()),
                    // A refusal may rest on what an earlier command of the group did, and falls with the group; it
                    // has stored nothing whatever became of the commit.
                    (Err(_), Err(_)) => Err(StoreError::Busy.into()),
                });
                place.leave(done);
            });
            Done { acknowledge, group }
        });
        // Counted before it can be taken out again.
        self.measures.queued();
        match self.queue.try_send(job) {
            Ok(()) => result.await.unwrap_or_else(|_| Err(StoreError::OutcomeUnknown.into())),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.measures.queue_depth.dec();
                Err(StoreError::Busy.into())
            }
        }
    }
}

/// A command that fails or panics loses its own savepoint and nobody else's. When the savepoint cannot be ended, the
/// engine may have rolled back the whole group by itself (full disk, failed read), and the group is lost.
fn in_savepoint<T, E: From<StoreError>>(
    conn: &mut Conn,
    f: &impl Fn(&mut Conn) -> Result<T, E>,
) -> (Result<T, E>, Result<(), Failed>) {
    if let Err(error) = transaction::begin_savepoint(conn) {
        return (Err(error.into()), Err(Failed::Nothing));
    }
    let lost = |_| Failed::Nothing;
    let (outcome, ended) = match catch_unwind(AssertUnwindSafe(|| f(conn))) {
        Ok(Ok(value)) => match transaction::commit(conn) {
            Ok(()) => (Ok(value), Ok(())),
            Err(error) => match transaction::roll_back(conn) {
                Ok(()) => (Err(error.into()), Ok(())),
                // It went on after the engine had ended the transaction: what it then wrote may be stored.
                Err(_) => (Ok(value), Err(Failed::Unknown)),
            },
        },
        Ok(Err(error)) => (Err(error), transaction::roll_back(conn).map_err(lost)),
        Err(_) => (Err(StoreError::Abandoned.into()), transaction::roll_back(conn).map_err(lost)),
    };
    let stands = if transaction::is_at_group(conn) { Ok(()) } else { Err(Failed::Unknown) };
    (outcome, ended.and(stands))
}

fn serve(mut conn: Conn, target: &Target, jobs: &Receiver<Job>, measures: &Measures) {
    while let Ok(first) = jobs.recv() {
        let mut acknowledgements = Vec::new();
        let committed = commit_group(&mut conn, first, jobs, &mut acknowledgements);
        measures.grouped(acknowledgements.len());
        if committed.is_err() {
            // Start the next group on a clean connection; when none can be had the old one keeps failing in words.
            if let Ok(fresh) = open(target, Use::Write) {
                conn = fresh;
            }
        }
        for acknowledge in acknowledgements {
            acknowledge(committed.map_err(Failed::for_caller));
        }
        if matches!(committed, Err(Failed::Disk)) {
            // After a failed fsync nobody knows what the disk holds: recovery at the next start finds out.
            tracing::error!("the disk failed a commit; stopping, so that recovery decides what was stored");
            std::process::exit(EXIT_DISK);
        }
    }
}

/// Exit status when the disk failed a commit (`EX_IOERR` of sysexits.h).
const EXIT_DISK: i32 = 74;

/// What became of a group that was not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    /// Nothing of it is stored.
    Nothing,
    /// It may be stored.
    Unknown,
    /// It may be stored, and the disk is not to be trusted.
    Disk,
}

impl Failed {
    fn for_caller(self) -> StoreError {
        match self {
            Self::Nothing => StoreError::Busy,
            Self::Unknown | Self::Disk => StoreError::OutcomeUnknown,
        }
    }
}

fn commit_group(
    conn: &mut Conn,
    first: Job,
    jobs: &Receiver<Job>,
    acknowledgements: &mut Vec<Acknowledge>,
) -> Result<(), Failed> {
    let begun = transaction::begin(conn).is_ok();
    let mut group = if begun { Ok(()) } else { Err(Failed::Nothing) };
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // Without a transaction the savepoint fails at once, and all who wait are told so: each on its own would wait
        // for the lock in turn.
        let done = job(conn);
        acknowledgements.push(done.acknowledge);
        group = group.and(done.group);
        if (group.is_ok() || !begun) && acknowledgements.len() < GROUP {
            next = jobs.try_recv().ok();
        }
    }
    if let Err(failed) = group {
        let _ = transaction::roll_back(conn);
        return Err(failed);
    }
    if breakage::is(Breakage::AckBeforeCommit) {
        acknowledgements.drain(..).for_each(|acknowledge| acknowledge(Ok(())));
        breakage::linger();
    }
    transaction::commit(conn).map_err(|error| match error {
        // Busy is said before the first byte of the commit is written; full, when one of its pages could not be, and
        // it is the last page that makes a commit.
        StoreError::Busy | StoreError::Full => Failed::Nothing,
        disk if disk.is_disk_failure() => Failed::Disk,
        _ => Failed::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::super::admission::{Admission, Lane, Room};
    use super::*;
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use std::sync::mpsc::channel;

    type Written = Result<(), StoreError>;

    /// Runs the statements as one group, in this order; an `Err` member is a command that refuses after its statement.
    fn group(writer: &Writer, members: [Result<&'static str, &'static str>; 3]) -> Vec<Written> {
        actix_web::rt::System::new().block_on(async {
            let (open_gate, gate) = channel::<()>();
            let [first, second, third] = members.map(|member| {
                move |conn: &mut Conn| -> Written {
                    let (Ok(sql) | Err(sql)) = member;
                    conn.batch_execute(sql)?;
                    if member.is_ok() { Ok(()) } else { Err(StoreError::LockTimeout) }
                }
            });
            let gated = move |conn: &mut Conn| {
                // The others are queued before the first one ends.
                let _ = gate.recv();
                first(conn)
            };
            let open = async move {
                open_gate.send(()).unwrap();
            };
            let (first, second, third, ()) =
                tokio::join!(write(writer, gated), write(writer, second), write(writer, third), open);
            vec![first, second, third]
        })
    }

    async fn write(writer: &Writer, f: impl Fn(&mut Conn) -> Written + Send + 'static) -> Written {
        let room = Room { reads: 9, writes: 9 };
        let place = Admission::to_queue(room, Measures::default()).enter(Lane::Write).await?;
        writer.write(place, f).await
    }

    fn with_writer(test: impl FnOnce(&Writer, &mut dyn FnMut() -> Vec<i32>)) {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Integer)]
            id: i32,
        }
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("a.db").display().to_string());
        let mut conn = open(&target, Use::Write).unwrap();
        conn.batch_execute("CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t)").unwrap();
        let writer = Writer::start(target, Measures::default()).unwrap();
        test(&writer, &mut || {
            let rows: Vec<Row> = diesel::sql_query("SELECT id FROM t ORDER BY id").load(&mut conn).unwrap();
            rows.into_iter().map(|row| row.id).collect()
        });
    }

    const ONE: Result<&str, &str> = Ok("INSERT INTO t (id) VALUES (1)");
    const THREE: Result<&str, &str> = Ok("INSERT INTO t (id) VALUES (3)");

    #[test]
    fn a_refusal_takes_nothing_of_the_others() {
        with_writer(|writer, rows| {
            let answers = group(writer, [ONE, Err("INSERT INTO t (id) VALUES (2)"), THREE]);
            assert!(matches!(answers[..], [Ok(()), Err(StoreError::LockTimeout), Ok(())]), "{answers:?}");
            assert_eq!(rows(), [1, 3]);
        });
    }

    /// SQLite rolls back by itself when the disk is full; `ROLLBACK` stands for that here.
    #[test]
    fn when_the_engine_ends_the_transaction_the_group_is_lost_and_the_next_is_whole() {
        with_writer(|writer, rows| {
            let answers = group(writer, [ONE, Err("ROLLBACK"), THREE]);
            assert!(
                matches!(answers[..], [Err(StoreError::Busy), Err(StoreError::Busy), Ok(())]),
                "{answers:?}"
            );
            assert_eq!(rows(), [3]);
        });
    }

    /// The engine's own word for a full disk: the group is lost, and with room again the next is whole.
    #[test]
    fn a_full_disk_loses_the_group_and_the_writer_goes_on_when_there_is_room() {
        with_writer(|writer, rows| {
            let too_much = Ok("PRAGMA max_page_count = 1;
                 CREATE TABLE blobs (content BLOB); INSERT INTO blobs VALUES (zeroblob(100000))");
            let answers = group(writer, [ONE, too_much, Ok("SELECT 1")]);
            assert!(
                answers
                    .iter()
                    .filter(|answer| matches!(answer, Err(StoreError::Busy | StoreError::Full)))
                    .count()
                    >= 1,
                "{answers:?}"
            );
            assert!(
                !answers.iter().any(|answer| matches!(answer, Err(StoreError::OutcomeUnknown))),
                "{answers:?}"
            );
            assert_eq!(rows().contains(&1), answers[0].is_ok());
            assert!(group(writer, [Ok("SELECT 1"), Ok("SELECT 1"), THREE]).iter().all(Result::is_ok));
        });
    }

    #[test]
    fn what_was_written_after_the_transaction_had_ended_is_not_called_lost() {
        with_writer(|writer, rows| {
            let answers = group(writer, [ONE, Ok("ROLLBACK; INSERT INTO t (id) VALUES (2)"), THREE]);
            assert!(
                matches!(
                    answers[..],
                    [Err(StoreError::OutcomeUnknown), Err(StoreError::OutcomeUnknown), Ok(())]
                ),
                "{answers:?}"
            );
            assert_eq!(rows(), [2, 3]);
        });
    }

    /// A reference checked at the commit makes the commit itself fail.
    #[test]
    fn a_commit_that_fails_is_not_called_undone_and_the_writer_goes_on() {
        with_writer(|writer, rows| {
            let dangling = Ok("PRAGMA defer_foreign_keys = ON; INSERT INTO t VALUES (2, 99)");
            let answers = group(writer, [ONE, dangling, Err("SELECT 1")]);
            assert!(
                matches!(
                    answers[..],
                    [Err(StoreError::OutcomeUnknown), Err(StoreError::OutcomeUnknown), Err(StoreError::Busy)]
                ),
                "{answers:?}"
            );
            assert_eq!(rows(), Vec::<i32>::new());
            assert!(group(writer, [ONE, Ok("SELECT 1"), THREE]).iter().all(Result::is_ok));
        });
    }
}
