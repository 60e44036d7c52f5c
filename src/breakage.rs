//! Faults put into the program on purpose, one at a time, to prove that the fault tests find them. They exist in builds
//! with the feature `breakable` only, which no release can have.

#[cfg(all(feature = "breakable", not(debug_assertions)))]
compile_error!("the feature breakable is for proofs: it cannot be built without debug assertions");

/// What can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakage {
    /// The caller is told before the transaction is committed.
    AckBeforeCommit,
    /// The claim of a queue takes its candidate without looking again under a lock.
    ClaimWithoutLock,
    /// No row says that a request was done already.
    NoIdempotencyRow,
    /// Commits do not wait for the disk (`synchronous = NORMAL`, `synchronous_commit = off`).
    CommitWithoutSync,
    /// Who comes at a bad moment is told that the program is at fault (500, not 503).
    ShedAsInternal,
    /// The journal of SQLite keeps the size that it once had.
    JournalWithoutLimit,
    /// A commit whose answer was lost is told as if nothing had been stored.
    OutcomeGuessed,
    /// Told to end, the server is gone, whoever waits for an answer.
    EndAtOnce,
    /// Every statement of a migration is committed by itself.
    MigrationWithoutTransaction,
    /// Whatever the clock shows is acted on at once, though it leapt.
    ClockBelieved,
    /// Work that failed keeps its place at the database.
    PlaceKept,
    /// `verify` compares the log with no checkpoint.
    VerifyWithoutCheckpoints,
    /// A backup is not of one moment: SQLite's file without its journal, PostgreSQL's tables later than they were counted.
    BackupWithoutSnapshot,
    /// The outbox is looked through from the newest message that was delivered.
    OutboxByHighestId,
}

impl Breakage {
    pub const ALL: [Self; 14] = [
        Self::AckBeforeCommit,
        Self::ClaimWithoutLock,
        Self::NoIdempotencyRow,
        Self::CommitWithoutSync,
        Self::ShedAsInternal,
        Self::JournalWithoutLimit,
        Self::OutcomeGuessed,
        Self::EndAtOnce,
        Self::MigrationWithoutTransaction,
        Self::ClockBelieved,
        Self::PlaceKept,
        Self::VerifyWithoutCheckpoints,
        Self::BackupWithoutSnapshot,
        Self::OutboxByHighestId,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::AckBeforeCommit => "ack-before-commit",
            Self::ClaimWithoutLock => "claim-without-lock",
            Self::NoIdempotencyRow => "no-idempotency-row",
            Self::CommitWithoutSync => "commit-without-sync",
            Self::ShedAsInternal => "shed-as-internal",
            Self::JournalWithoutLimit => "journal-without-limit",
            Self::OutcomeGuessed => "outcome-guessed",
            Self::EndAtOnce => "end-at-once",
            Self::MigrationWithoutTransaction => "migration-without-transaction",
            Self::ClockBelieved => "clock-believed",
            Self::PlaceKept => "place-kept",
            Self::VerifyWithoutCheckpoints => "verify-without-checkpoints",
            Self::BackupWithoutSnapshot => "backup-without-snapshot",
            Self::OutboxByHighestId => "outbox-by-highest-id",
        }
    }
}

#[cfg(feature = "breakable")]
static CHOSEN: std::sync::OnceLock<Breakage> = std::sync::OnceLock::new();

/// Breaks the program for as long as it runs.
#[cfg(feature = "breakable")]
pub fn choose(name: &str) -> Result<(), String> {
    let known = || Breakage::ALL.map(Breakage::name).join(", ");
    let chosen = Breakage::ALL.into_iter().find(|breakage| breakage.name() == name);
    let chosen = chosen.ok_or_else(|| format!("what can be broken is one of {}, not {name}", known()))?;
    CHOSEN.set(chosen).map_err(|_| "one thing at a time can be broken".to_owned())
}

/// Whether this is broken now; never, in a build without the feature.
#[cfg(feature = "breakable")]
pub fn is(breakage: Breakage) -> bool {
    CHOSEN.get() == Some(&breakage)
}

/// Whether this is broken now; never, in a build without the feature.
#[cfg(not(feature = "breakable"))]
pub const fn is(_: Breakage) -> bool {
    false
}

/// Waits as a slow disk would, so that what is broken has time to show.
#[expect(clippy::disallowed_methods, reason = "only a broken program waits")]
pub fn linger() {
    std::thread::sleep(std::time::Duration::from_millis(50));
}
