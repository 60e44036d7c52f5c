//! One caller's doing inside one transaction.

use crate::access::{self, Authorized, Caller, Facts, Permission, Scope};
use crate::clock::UtcTime;
use crate::ids::{EventId, IdSource, MessageId, StreamId};
use crate::journal::{self, NewAccess, NewEvent, Recorded, StreamKind};
use crate::outbox::{self, About, Audience};
use crate::problem::Problem;
use crate::store::Conn;
use serde_json::Value;

/// What a use case works with: the transaction, who acts, the time and the ids drawn for it.
pub struct Act<'c> {
    pub conn: &'c mut Conn,
    pub caller: &'c Caller,
    pub now: UtcTime,
    pub ids: IdSource,
    /// Under which look-up keys are made.
    pub pepper: &'c [u8; 32],
}

impl Act<'_> {
    pub fn authorize<P: Permission, T>(
        &self,
        facts: &Facts,
        subject: T,
    ) -> Result<Authorized<P, T>, Problem> {
        access::authorize(self.caller, facts, subject)
    }

    pub fn scope<P: Permission>(&self) -> Result<Scope, Problem> {
        access::scope::<P>(self.caller)
    }

    /// Records an event of this change.
    pub fn record(
        &mut self,
        kind: StreamKind,
        stream: StreamId,
        what: &str,
        data: Value,
    ) -> Result<Recorded, Problem> {
        self.record_with_texts(kind, stream, what, data, Vec::new())
    }

    /// Records the first event of a stream.
    pub fn open_stream(
        &mut self,
        kind: StreamKind,
        stream: StreamId,
        what: &str,
        data: Value,
    ) -> Result<Recorded, Problem> {
        self.append(true, kind, stream, what, data, Vec::new())
    }

    /// Records an event that binds confidential texts without showing them.
    pub fn record_with_texts(
        &mut self,
        kind: StreamKind,
        stream: StreamId,
        what: &str,
        data: Value,
        texts: Vec<(&'static str, String)>,
    ) -> Result<Recorded, Problem> {
        self.append(false, kind, stream, what, data, texts)
    }

    fn append(
        &mut self,
        is_first: bool,
        kind: StreamKind,
        stream: StreamId,
        what: &str,
        data: Value,
        texts: Vec<(&'static str, String)>,
    ) -> Result<Recorded, Problem> {
        let id = EventId(self.ids.draw());
        let texts = texts.into_iter().map(|(name, text)| (name, self.salt(), text)).collect();
        journal::append(
            self.conn,
            NewEvent {
                is_first,
                id,
                stream,
                stream_kind: kind,
                kind: what,
                actor: self.caller.principal(),
                at: self.now,
                data,
                texts,
            },
        )
    }

    /// Sixteen bytes nobody can guess: an id's hidden half is hashed under the pepper.
    fn salt(&mut self) -> [u8; 16] {
        let drawn = self.ids.draw();
        let digest = access::keyed_digest(self.pepper, "onewindow/salt/v1", &[drawn.as_bytes()]);
        let mut salt = [0; 16];
        salt.copy_from_slice(&digest[..16]);
        salt
    }

    /// Leaves an entry in the access stream: confidential content is about to be shown.
    pub fn record_access(&mut self, kind: StreamKind, stream: StreamId, action: &str) -> Result<(), Problem> {
        let id = EventId(self.ids.draw());
        let access = NewAccess {
            id,
            stream,
            stream_kind: kind,
            principal: self.caller.principal(),
            action,
            at: self.now,
        };
        journal::record_access(self.conn, &access)
    }

    /// Puts a message into the outbox.
    pub fn tell(
        &mut self,
        event: Recorded,
        topic: &str,
        audience: &Audience,
        about: &About,
    ) -> Result<(), Problem> {
        let id = MessageId(self.ids.draw());
        outbox::push(self.conn, id, event.id, topic, audience, about, self.now)
    }
}
