//! A client of the window: one applicant and one officer who take submissions through their life, one after the other.
//! Whatever was not answered it asks again, byte for byte, as every client of the contract may.

use crate::http::Session;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::operation::{self, Kind, Request, Who};
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub struct Client {
    /// Which of the clients it is, from 0.
    pub number: usize,
    applicant: Session,
    officer: Session,
    form: Arc<Value>,
    random: SmallRng,
    /// What comes next.
    step: Step,
    /// Asked and not answered yet.
    pub pending: Option<Request>,
    /// All that was asked and what came of it, in order.
    pub entries: Vec<Entry>,
    /// The longest it waited for an answer, or for the end of the connection.
    pub slowest: Duration,
}

#[derive(Debug, Clone)]
enum Step {
    Draft,
    Submit { submission: String, version: i64 },
    Claim { case: String },
    Act { kind: Kind, case: String, version: i64 },
}

/// Why a client stopped.
#[derive(Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was told to.
    Told,
    /// No answer came: the server is gone, or the outcome is not known.
    NoAnswer,
}

/// What came of one request.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    Done,
    /// Not now: the same request comes again.
    Shed,
    /// No answer came, or none that says what came of it.
    NoAnswer,
}

impl Client {
    pub fn new(number: usize, applicant: Session, officer: Session, form: Arc<Value>, seed: u64) -> Self {
        let random = SmallRng::seed_from_u64(seed);
        let (step, pending, entries, slowest) = (Step::Draft, None, Vec::new(), Duration::ZERO);
        Self { number, applicant, officer, form, random, step, pending, entries, slowest }
    }

    fn key(&mut self) -> String {
        format!("{:016x}{:016x}", self.random.next_u64(), self.random.next_u64())
    }

    fn next(&mut self) -> Request {
        let key = self.key();
        match &self.step {
            Step::Draft => operation::draft(key, self.form.clone()),
            Step::Submit { submission, version } => operation::submit(key, submission, *version),
            Step::Claim { case } => operation::claim(key, case),
            Step::Act { kind, case, version } => operation::act(key, *kind, case, *version),
        }
    }

    pub fn send(&self, address: &str, request: &Request) -> Outcome {
        match request.who {
            Who::Applicant => self.applicant.send(address, request),
            Who::Officer => self.officer.send(address, request),
        }
    }

    /// Signs both in again; what was asked last comes again if nobody was signed in.
    pub fn renew(&mut self, address: &str) -> Result<(), String> {
        self.applicant = self.applicant.again(address)?;
        self.officer = self.officer.again(address)?;
        if let Some(Entry { request, outcome: Outcome::Refused(401, _), .. }) = self.entries.last() {
            self.pending = Some(request.clone());
        }
        Ok(())
    }

    /// Leaves what it was at, and begins with a draft.
    pub fn begin_anew(&mut self) {
        self.step = Step::Draft;
    }

    pub fn officer(&self) -> &Session {
        &self.officer
    }

    pub fn applicant(&self) -> &Session {
        &self.applicant
    }

    /// This client as it was at an instant: it knows of what it had asked by then, and not of what came later.
    pub fn as_of(&self, instant: Instant) -> Self {
        let mut entries: Vec<Entry> =
            self.entries.iter().filter(|entry| entry.asked <= instant).cloned().collect();
        let mut pending = None;
        if let Some(last) = entries.last_mut().filter(|last| last.answered > instant) {
            last.outcome = Outcome::Unknown;
            pending = Some(last.request.clone());
        }
        let (applicant, officer) = (self.applicant.clone(), self.officer.clone());
        let (form, random) = (self.form.clone(), self.random.clone());
        let (number, step, slowest) = (self.number, Step::Draft, self.slowest);
        Self { number, applicant, officer, form, random, step, pending, entries, slowest }
    }

    /// Goes on until it is told to stop or gets no answer.
    pub fn work(&mut self, address: &str, ledger: &Ledger, stop: &AtomicBool) -> Result<Stopped, String> {
        while !stop.load(Ordering::Relaxed) {
            if self.step(address, ledger)? == After::NoAnswer {
                return Ok(Stopped::NoAnswer);
            }
        }
        Ok(Stopped::Told)
    }

    /// Takes one submission through its life: every kind of operation once. Answers whether it came to the end.
    pub fn one_life(&mut self, address: &str, ledger: &Ledger) -> Result<bool, String> {
        loop {
            if self.step(address, ledger)? == After::NoAnswer {
                return Ok(false);
            }
            if self.is_between_lives() {
                return Ok(true);
            }
        }
    }

    /// Whether nothing is pending and a new submission comes next.
    pub fn is_between_lives(&self) -> bool {
        matches!(self.step, Step::Draft) && self.pending.is_none()
    }

    /// One request: the pending one, or the next.
    pub fn step(&mut self, address: &str, ledger: &Ledger) -> Result<After, String> {
        let request = match self.pending.take() {
            Some(request) => request,
            None => self.next(),
        };
        ledger.ask(&request);
        let asked = Instant::now();
        let outcome = self.send(address, &request);
        let answered = Instant::now();
        self.slowest = self.slowest.max(answered - asked);
        ledger.answer(&request, &outcome);
        self.entries.push(Entry { request: request.clone(), outcome: outcome.clone(), asked, answered });
        match outcome {
            Outcome::Done(_, body) => self.advance(&request, &body)?,
            Outcome::Unknown => {
                self.pending = Some(request);
                return Ok(After::NoAnswer);
            }
            // Shed: nothing was stored, and the same request may come again.
            Outcome::Refused(503 | 429, _) => {
                self.pending = Some(request);
                crate::pause(Duration::from_millis(20));
                return Ok(After::Shed);
            }
            Outcome::Refused(status, body) => {
                return Err(format!("{} was refused with {status}: {body}", request.kind.name()));
            }
        }
        Ok(After::Done)
    }

    /// From an answer to what comes next.
    fn advance(&mut self, request: &Request, body: &Value) -> Result<(), String> {
        let text =
            |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("no id in {body}"));
        let version = |value: &Value| value.as_i64().ok_or_else(|| format!("no version in {body}"));
        let case = || text(&body["case"]["caseId"]);
        let act = |kind| -> Result<Step, String> {
            Ok(Step::Act { kind, case: case()?, version: version(&body["case"]["version"])? })
        };
        self.step = match request.kind {
            Kind::Draft => {
                Step::Submit { submission: text(&body["submissionId"])?, version: version(&body["version"])? }
            }
            Kind::Submit => Step::Claim { case: text(&body["submission"]["items"][0]["caseId"])? },
            Kind::Claim => act(Kind::AskCorrection)?,
            Kind::AskCorrection => act(Kind::AnswerCorrection)?,
            Kind::AnswerCorrection => act(Kind::Accept)?,
            Kind::Accept => Step::Draft,
        };
        Ok(())
    }
}
