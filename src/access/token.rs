//! Access tokens for partner systems: short JWTs signed with Ed25519 (RFC 8037, RFC 9068). The keys are rows, so every
//! node signs and checks with the same ones.

use crate::clock::UtcTime;
use crate::problem::{Code, Problem};
use crate::store::schema::signing_keys;
use crate::store::{Conn, Sealed};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Seconds a token lives.
pub const LIFETIME: i64 = 600;
const LEEWAY: i64 = 30;
const TYPE: &str = "at+jwt";

/// The claims of RFC 9068, all of them required and typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub iss: String,
    pub sub: Uuid,
    pub aud: String,
    pub client_id: Uuid,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub jti: Uuid,
    pub scope: String,
}

#[derive(Queryable)]
struct Key {
    id: String,
    private: Sealed,
    public: Vec<u8>,
}

/// A new key pair, to be stored.
pub struct FreshKey {
    private: Vec<u8>,
    public: Vec<u8>,
}

impl FreshKey {
    pub fn generate() -> Result<Self, Problem> {
        let failed = |_| Problem::internal("an Ed25519 key could not be made");
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(failed)?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref())
            .map_err(|_| Problem::internal("a fresh key is unreadable"))?;
        Ok(Self { private: document.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() })
    }

    /// Named by its thumbprint, so that a name never stands for two keys.
    fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(&self.public)[..12])
    }
}

/// Stores a first key if there is none yet.
pub fn ensure_key(conn: &mut Conn, fresh: &FreshKey, now: UtcTime) -> Result<(), Problem> {
    let live: i64 =
        signing_keys::table.filter(signing_keys::retired_at.is_null()).count().get_result(conn)?;
    if live == 0 {
        diesel::insert_into(signing_keys::table)
            .values((
                signing_keys::key_id.eq(fresh.id()),
                signing_keys::private_key.eq(Sealed::seal(&fresh.private)),
                signing_keys::public_key.eq(&fresh.public),
                signing_keys::created_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn live_keys(conn: &mut Conn) -> Result<Vec<Key>, Problem> {
    Ok(signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order(signing_keys::created_at.desc())
        .select((signing_keys::key_id, signing_keys::private_key, signing_keys::public_key))
        .load(conn)?)
}

pub fn sign(conn: &mut Conn, claims: &Claims) -> Result<String, Problem> {
    let keys = live_keys(conn)?;
    let key = keys.first().ok_or_else(|| Problem::internal("there is no signing key"))?;
    let private = key.private.open().map_err(|error| Problem::internal(error.to_string()))?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(private))
        .map_err(|error| Problem::internal(format!("a token could not be signed: {error}")))
}

/// Checks a token by the keys stored here and nothing the token says of itself; every fault answers alike.
pub fn verify(conn: &mut Conn, text: &str, issuer: &str, now: UtcTime) -> Result<Claims, Problem> {
    let refused = || Problem::new(Code::Unauthenticated);
    let header = jsonwebtoken::decode_header(text).map_err(|_| refused())?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return Err(refused());
    }
    let kid = header.kid.ok_or_else(refused)?;
    let keys = live_keys(conn)?;
    let key = keys.iter().find(|key| key.id == kid).ok_or_else(refused)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    // Times are checked below, against the clock that was handed in.
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    rules.set_audience(&[issuer]);
    rules.set_issuer(&[issuer]);
    let claims = jsonwebtoken::decode::<Claims>(text, &DecodingKey::from_ed_der(&key.public), &rules)
        .map_err(|_| refused())?
        .claims;
    let seconds = now.seconds();
    let in_time = claims.nbf <= seconds + LEEWAY
        && seconds < claims.exp + LEEWAY
        && claims.exp - claims.iat <= LIFETIME
        && claims.iat <= claims.exp;
    if in_time && claims.aud == issuer { Ok(claims) } else { Err(refused()) }
}

/// A public key as JWKS states it (RFC 7517, RFC 8037).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PublicKey {
    #[schema(example = "OKP", max_length = 10)]
    pub kty: &'static str,
    #[schema(example = "Ed25519", max_length = 10)]
    pub crv: &'static str,
    #[schema(example = "EdDSA", max_length = 10)]
    pub alg: &'static str,
    #[schema(example = "sig", max_length = 10)]
    pub r#use: &'static str,
    #[schema(example = "qRcw3T4kX5L9HegW", max_length = 60)]
    pub kid: String,
    #[schema(example = "bRJTIgKEZW_AWg-Ucctqh3uFbZNFE5NfuQQ0sKHjLJ4", max_length = 60)]
    pub x: String,
}

pub fn public_keys(conn: &mut Conn) -> Result<Vec<PublicKey>, Problem> {
    Ok(live_keys(conn)?
        .into_iter()
        .map(|key| PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.id,
            x: URL_SAFE_NO_PAD.encode(key.public),
        })
        .collect())
}
