//! Web sessions: an opaque 256-bit token in a `__Host-` cookie, a row here. Revoking the row ends it on every node.

use crate::clock::UtcTime;
use crate::ids::{SessionId, UserId};
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::schema::{sessions, users};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

pub const COOKIE: &str = "__Host-session";
const IDLE: Duration = Duration::minutes(30);
const ABSOLUTE: Duration = Duration::hours(12);
/// How far the clocks of two servers may be apart. A session that begins later than that was opened by a clock that was
/// wrong, and would live until its end.
const SKEW: Duration = Duration::minutes(1);
/// The row is touched at most this often, so that reading does not become writing.
const TOUCH: Duration = Duration::minutes(1);

/// Text of the cookie for these random bytes.
pub fn token_text(random: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// What stands in the row: whoever reads the database cannot sign in with it.
pub fn token_digest(text: &str) -> Vec<u8> {
    Sha256::new().chain_update(b"onewindow/session/v1\0").chain_update(text.as_bytes()).finalize().to_vec()
}

pub fn open(
    conn: &mut Conn,
    token: &str,
    id: SessionId,
    user: UserId,
    now: UtcTime,
) -> Result<UtcTime, Problem> {
    let expires = now.plus(ABSOLUTE);
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_digest.eq(token_digest(token)),
            sessions::session_id.eq(id),
            sessions::user_id.eq(user),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(expires),
        ))
        .execute(conn)?;
    Ok(expires)
}

/// A live session.
#[derive(Debug, Clone)]
pub struct Live {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: UtcTime,
    pub expires_at: UtcTime,
    /// Whether the row should be touched so that the idle limit starts again.
    pub wants_touch: bool,
}

/// A session as it stands, with the state of its account.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    session_id: SessionId,
    user_id: UserId,
    created_at: UtcTime,
    last_seen_at: UtcTime,
    expires_at: UtcTime,
    revoked_at: Option<UtcTime>,
    #[diesel(select_expression = users::state)]
    account: String,
}

impl Session {
    /// The session, if it is live at this time.
    pub fn live(self, now: UtcTime) -> Option<Live> {
        let is_live = self.revoked_at.is_none()
            && self.created_at <= now.plus(SKEW)
            && now < self.expires_at
            && now < self.last_seen_at.plus(IDLE)
            && self.account == "ACTIVE";
        is_live.then(|| Live {
            id: self.session_id,
            user: self.user_id,
            created_at: self.created_at,
            expires_at: self.expires_at,
            wants_touch: self.last_seen_at.plus(TOUCH) <= now,
        })
    }
}

pub fn find(conn: &mut Conn, token: &str, now: UtcTime) -> Result<Live, Problem> {
    let session: Option<Session> = sessions::table
        .inner_join(users::table.on(users::user_id.eq(sessions::user_id)))
        .filter(sessions::token_digest.eq(token_digest(token)))
        .select(Session::as_select())
        .first(conn)
        .optional()?;
    session.and_then(|session| session.live(now)).ok_or_else(|| Problem::new(Code::Unauthenticated))
}

pub fn touch(conn: &mut Conn, id: SessionId, now: UtcTime) -> Result<(), Problem> {
    diesel::update(sessions::table.filter(sessions::session_id.eq(id)))
        .set(sessions::last_seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}

pub fn revoke(conn: &mut Conn, id: SessionId, now: UtcTime) -> Result<(), Problem> {
    diesel::update(sessions::table.filter(sessions::session_id.eq(id)))
        .set(sessions::revoked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Ends every session that is not ended yet; answers how many.
pub fn revoke_all(conn: &mut Conn, now: UtcTime) -> Result<usize, Problem> {
    Ok(diesel::update(sessions::table.filter(sessions::revoked_at.is_null()))
        .set(sessions::revoked_at.eq(now))
        .execute(conn)?)
}

/// How long an ended session's row is kept.
const KEPT: Duration = Duration::days(7);

/// Whether any row is older than it needs to be.
pub fn is_forgettable(conn: &mut Conn, now: UtcTime) -> Result<bool, Problem> {
    let first: Option<UtcTime> = sessions::table
        .order(sessions::expires_at.asc())
        .select(sessions::expires_at)
        .first(conn)
        .optional()?;
    Ok(first.is_some_and(|expired| expired.plus(KEPT) < now))
}

/// Forgets the rows that are; answers how many.
pub fn forget(conn: &mut Conn, now: UtcTime) -> Result<usize, Problem> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.lt(now.plus(-KEPT)))).execute(conn)?)
}
