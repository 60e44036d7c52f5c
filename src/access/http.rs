//! Signing in: web sessions for people, access tokens for partner systems.

use super::action::{AskForToken, ReadSession, SignIn};
use super::caller::{Caller, Grant, Place};
use super::credentials::{Credentials, require_same_site};
use super::load::load;
use super::permission::{Allowed, Open};
use super::role::Role;
use super::token::{self, Claims, PublicKey};
use super::window::Window;
use super::{password, session};
use crate::clock::UtcTime;
use crate::edge::{Body, Patience, RawBody, Registry, listed, no_content};
use crate::identifiers::unsafe_character;
use crate::ids::{ClientId, PartyId, PrincipalId, SessionId, StreamId, UserId};
use crate::journal::{self, NewEvent, StreamKind};
use crate::language::Text;
use crate::problem::{Code, Problem, ProblemBody};
use crate::store::schema::{clients, users};
use crate::store::{Conn, Sealed, lock_user};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::FixedOffset;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

/// User name and password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PasswordSignIn {
    #[schema(example = "clerk.ntipc", max_length = 100)]
    user_name: String,
    #[schema(example = "a long pass phrase", max_length = 128)]
    password: String,
}

/// A session, without its token: that stands in the cookie only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    session_id: SessionId,
    user_id: UserId,
    #[schema(example = "恒棉家纺 成员乙", max_length = 200)]
    display_name: String,
    #[schema(max_items = 200)]
    grants: Vec<GrantView>,
    expires_at: UtcTime,
}

/// A role and where it holds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GrantView {
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "NTIPC", max_length = 40)]
    node_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    party_id: Option<PartyId>,
}

fn grants(caller: &Caller) -> Vec<GrantView> {
    let view = |grant: &Grant| {
        let (node_code, party_id) = match &grant.place {
            Place::Node(node) => (Some(node.clone()), None),
            Place::Party(party) | Place::Agency { agency: party, .. } => (None, Some(*party)),
            Place::Client | Place::Nowhere => return None,
        };
        Some(GrantView { role: grant.role, node_code, party_id })
    };
    caller.grants().iter().filter_map(view).collect()
}

/// The form under which a user name is kept and looked up: NFKC, lower case.
pub fn normal_user_name(name: &str) -> Option<String> {
    let fits = (1..=100).contains(&name.chars().count()) && unsafe_character(name).is_none();
    fits.then(|| name.trim().nfkc().collect::<String>().to_lowercase())
}

async fn hashed<T: Send + 'static>(
    window: &Window,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    // Waiting costs no thread, so a crowd that signs in at nine may wait as long as any request.
    let patience = Patience::left().unwrap_or_default();
    let permit = tokio::time::timeout(patience, window.hashing.clone().acquire_owned()).await;
    let _permit = permit.ok().and_then(Result::ok).ok_or_else(|| Problem::new(Code::Unavailable))?;
    actix_web::web::block(work).await.map_err(|_| Problem::internal("a hash was abandoned"))
}

/// Sign in
///
/// Opens a web session. The token stands in an `HttpOnly` `__Host-` cookie and nowhere else; the cookie with a matching
/// Origin header authorises web calls. Whether the account is unknown or the password wrong, the answer is the same.
#[utoipa::path(
    tag = "sessions", operation_id = "session_create",
    request_body(content = PasswordSignIn,
        example = json!({"userName": "clerk.ntipc", "password": "a long pass phrase"})),
    responses((status = 201, description = "Signed in", body = SessionView, headers(("Set-Cookie" = String,
            description = "The session: `__Host-session`, Secure, HttpOnly, SameSite=Strict."))),
        (status = 401, description = "User name or password is not right", body = ProblemBody)),
)]
#[post("/sessions")]
async fn session_create(
    who: Allowed<SignIn>,
    request: HttpRequest,
    body: Body<PasswordSignIn>,
) -> Result<HttpResponse, Problem> {
    let window = who.window;
    if request.headers().contains_key(header::ORIGIN) {
        require_same_site(request.method(), request.headers(), &window.settings)?;
    }
    let PasswordSignIn { user_name, password } = body.value;
    let name = normal_user_name(&user_name).ok_or_else(|| {
        Problem::invalid("/userName", "", Text::new("1 至 100 个可见字符", "1 to 100 visible characters"))
    })?;
    if password.len() > 512 {
        return Err(Problem::new(Code::BadCredentials));
    }
    let found: Option<(UserId, String)> = window
        .store
        .reserved()
        .read(move |conn| -> Result<_, Problem> {
            Ok(users::table
                .filter(users::user_name.eq(name).and(users::state.eq("ACTIVE")))
                .select((users::user_id, users::password_hash))
                .first(conn)
                .optional()?)
        })
        .await?;
    let phc = found.as_ref().map(|(_, phc)| phc.clone());
    let right = hashed(&window, move || password::matches(&password, phc.as_deref())).await?;
    let Some((user, _)) = found.filter(|_| right) else { return Err(Problem::new(Code::BadCredentials)) };
    let token = session::token_text(&window.entropy.bytes());
    let view = begin(&window, user, token.clone()).await?;
    let cookie = format!("{}={token}; Path=/; Secure; HttpOnly; SameSite=Strict", session::COOKIE);
    Ok(HttpResponse::Created()
        .insert_header((header::SET_COOKIE, cookie))
        .insert_header((header::LOCATION, "/api/v1/sessions/current"))
        .json(view))
}

async fn begin(window: &Data<Window>, user: UserId, token: String) -> Result<SessionView, Problem> {
    let now = window.now();
    let ids = window.ids(now);
    let issuer = window.settings.issuer.clone();
    window
        .store
        .reserved()
        .write(move |conn| -> Result<_, Problem> {
            let mut ids = ids.clone();
            let id = SessionId(ids.draw());
            session::open(conn, &token, id, user, now)?;
            let view = describe(conn, &token, &issuer, now)?;
            // Last, because it takes the lock of the account, which others who sign in wait for.
            record(conn, ids.draw(), user, "SIGNED_IN", id, now)?;
            Ok(view)
        })
        .await
}

fn record(
    conn: &mut Conn,
    event: uuid::Uuid,
    user: UserId,
    kind: &str,
    session: SessionId,
    now: UtcTime,
) -> Result<(), Problem> {
    lock_user(conn, user)?;
    journal::append(
        conn,
        NewEvent {
            is_first: false,
            id: crate::ids::EventId(event),
            stream: StreamId(user.0),
            stream_kind: StreamKind::User,
            kind,
            actor: PrincipalId(user.0),
            at: now,
            data: serde_json::json!({ "sessionId": session }),
            texts: Vec::new(),
        },
    )
    .map(|_| ())
}

fn describe(conn: &mut Conn, token: &str, issuer: &str, now: UtcTime) -> Result<SessionView, Problem> {
    let live = session::find(conn, token, now)?;
    let today =
        now.date(FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc)));
    let loaded = load(conn, &Credentials::Session(token.to_owned()), issuer, now, today)?;
    let sealed: Sealed = users::table.find(live.user).select(users::display_name).first(conn)?;
    let name = sealed.open().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(SessionView {
        session_id: live.id,
        user_id: live.user,
        display_name: String::from_utf8_lossy(name).into_owned(),
        grants: grants(&loaded.caller),
        expires_at: live.expires_at,
    })
}

fn cookie_of(credentials: &Credentials) -> Result<String, Problem> {
    match credentials {
        Credentials::Session(token) => Ok(token.clone()),
        _ => Err(Problem::not_found()),
    }
}

/// Show my session
///
/// Who is signed in, with which roles and where.
#[utoipa::path(
    tag = "sessions", operation_id = "session_show",
    responses((status = 200, description = "The session", body = SessionView),
        (status = 404, description = "A token is not a session", body = ProblemBody)),
)]
#[get("/sessions/current")]
async fn session_show(who: Allowed<ReadSession>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    crate::edge::Query::refuse_any(&request)?;
    let token = cookie_of(&who.credentials)?;
    let (now, issuer) = (who.window.now(), who.window.settings.issuer.clone());
    let view = who.window.store.read(move |conn| describe(conn, &token, &issuer, now)).await?;
    Ok(listed(&view))
}

/// Sign out
///
/// Ends the session on every server at once.
#[utoipa::path(
    tag = "sessions", operation_id = "session_delete",
    responses((status = 204, description = "Signed out",
            headers(("Set-Cookie" = String, description = "Takes the session cookie away."))),
        (status = 404, description = "A token is not a session", body = ProblemBody)),
)]
#[delete("/sessions/current")]
async fn session_delete(who: Allowed<ReadSession>) -> Result<HttpResponse, Problem> {
    let token = cookie_of(&who.credentials)?;
    let now = who.window.now();
    let ids = who.window.ids(now);
    who.window
        .store
        .write(move |conn| -> Result<_, Problem> {
            let live = session::find(conn, &token, now)?;
            session::revoke(conn, live.id, now)?;
            record(conn, ids.clone().draw(), live.user, "SIGNED_OUT", live.id, now)
        })
        .await?;
    let gone = format!("{}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0", session::COOKIE);
    let mut response = no_content();
    if let Ok(value) = header::HeaderValue::from_str(&gone) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// An access token (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
struct TokenAnswer {
    #[schema(
        example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkzNmY1ZSJ9.c2lnbmF0dXJl",
        max_length = 4000
    )]
    access_token: String,
    #[schema(example = "Bearer", max_length = 20)]
    token_type: &'static str,
    /// Seconds.
    #[schema(example = 600, minimum = 1, maximum = 600)]
    expires_in: i64,
    #[schema(example = "submissions:write cases:read", max_length = 1000)]
    scope: String,
}

/// What RFC 6749 §5.2 answers when a token is refused.
#[derive(Serialize, ToSchema)]
struct TokenRefusal {
    #[schema(example = "invalid_client", max_length = 60)]
    error: &'static str,
}

/// Client credentials (RFC 6749 §4.4), in a form or with HTTP Basic.
#[derive(Default, Deserialize, ToSchema)]
struct TokenRequest {
    #[schema(example = "client_credentials", max_length = 60)]
    grant_type: Option<String>,
    #[schema(example = "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11", max_length = 36)]
    client_id: Option<String>,
    #[schema(example = "a long random secret", max_length = 200)]
    client_secret: Option<String>,
    /// Asks for less than the client has.
    #[schema(example = "cases:read", max_length = 1000)]
    scope: Option<String>,
}

fn refusal(status: actix_web::http::StatusCode, error: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(TokenRefusal { error })
}

fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let encoded = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))?.1;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// Get an access token
///
/// Client credentials for partner systems: a short-lived EdDSA token (RFC 9068). No refresh token is given; ask again.
#[utoipa::path(
    post, path = "/oauth2/token", tag = "sessions", operation_id = "token_create",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded",
        example = json!({"grant_type": "client_credentials", "client_id": "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11",
            "client_secret": "a long random secret"})),
    responses((status = 200, description = "A token", body = TokenAnswer),
        (status = 400, description = "The request is malformed", body = TokenRefusal),
        (status = 401, description = "Client or secret is not right", body = TokenRefusal)),
)]
#[post("/oauth2/token")]
async fn token_create(
    who: Open<AskForToken>,
    request: HttpRequest,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    use actix_web::http::StatusCode;
    let window = who.window;
    let asked = form(&body.0);
    if asked.grant_type.as_deref() != Some("client_credentials") {
        return Ok(refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let credentials = basic(&request).or_else(|| asked.client_id.clone().zip(asked.client_secret.clone()));
    let Some((id, secret)) = credentials else {
        return Ok(refusal(StatusCode::UNAUTHORIZED, "invalid_client"));
    };
    let id: Option<ClientId> = id.parse().ok();
    let found: Option<(String, String)> = window
        .store
        .reserved()
        .read(move |conn| -> Result<_, Problem> {
            let Some(id) = id else { return Ok(None) };
            Ok(clients::table
                .filter(clients::client_id.eq(id).and(clients::state.eq("ACTIVE")))
                .select((clients::secret_hash, clients::scopes))
                .first(conn)
                .optional()?)
        })
        .await?;
    let phc = found.as_ref().map(|(phc, _)| phc.clone());
    let right = hashed(&window, move || password::matches(&secret, phc.as_deref())).await?;
    let (Some(id), Some((_, granted))) = (id, found.filter(|_| right)) else {
        return Ok(refusal(StatusCode::UNAUTHORIZED, "invalid_client"));
    };
    let Some(scope) = narrowed(&granted, asked.scope.as_deref()) else {
        return Ok(refusal(StatusCode::BAD_REQUEST, "invalid_scope"));
    };
    let now = window.now();
    let claims = Claims {
        iss: window.settings.issuer.clone(),
        sub: id.0,
        aud: window.settings.issuer.clone(),
        client_id: id.0,
        iat: now.seconds(),
        nbf: now.seconds(),
        exp: now.seconds() + token::LIFETIME,
        jti: window.ids(now).draw(),
        scope: scope.clone(),
    };
    let access_token = window.store.reserved().read(move |conn| token::sign(conn, &claims)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: token::LIFETIME,
        scope,
    }))
}

/// The scopes asked for, if the client has them all; all it has when none are asked for.
fn narrowed(granted: &str, asked: Option<&str>) -> Option<String> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Some(granted.to_owned()) };
    let all = asked.split_whitespace().all(|scope| granted.split_whitespace().any(|have| have == scope));
    all.then(|| asked.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn form(body: &[u8]) -> TokenRequest {
    let mut request = TokenRequest::default();
    for pair in String::from_utf8_lossy(body).split('&') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let Ok(value) = crate::edge::decode(value) else { continue };
        match name {
            "grant_type" => request.grant_type = Some(value),
            "client_id" => request.client_id = Some(value),
            "client_secret" => request.client_secret = Some(value),
            "scope" => request.scope = Some(value),
            _ => {}
        }
    }
    request
}

/// The keys that access tokens are checked with (RFC 7517).
#[derive(Serialize, ToSchema)]
struct KeySet {
    #[schema(max_items = 20)]
    keys: Vec<PublicKey>,
}

/// Get the token keys
///
/// Public keys (JWKS) to check access tokens with.
#[utoipa::path(
    get, path = "/oauth2/jwks", tag = "sessions", operation_id = "token_key_list",
    responses((status = 200, description = "The keys", body = KeySet)),
)]
#[get("/oauth2/jwks")]
async fn token_key_list(who: Open<AskForToken>) -> Result<HttpResponse, Problem> {
    let keys = who.window.store.read(token::public_keys).await?;
    Ok(listed(&KeySet { keys }))
}

/// What stands under `/api/v1`.
pub fn routes(config: &mut impl Registry) {
    config.operation(session_create).operation(session_show).operation(session_delete);
}

/// What stands at the root.
pub fn root_routes(config: &mut impl Registry) {
    config.operation(token_create).operation(token_key_list);
}
