//! Passwords and client secrets: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane).

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of a password.
pub fn hash(password: &str, salt: &[u8; 16]) -> String {
    let salt = SaltString::encode_b64(salt).expect("sixteen bytes make a salt");
    hasher().hash_password(password.as_bytes(), &salt).expect("hashing with valid parameters").to_string()
}

/// Whether the password is the one behind the PHC string. An unknown account is compared with a hash of nothing, so
/// that it takes as long as a known one.
pub fn matches(password: &str, phc: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                          6xhbHOYHMJuePS5s5j3VJhUqJPKuw+BbHCYZEHlKQXo";
    let known = PasswordHash::new(phc.unwrap_or(NOBODY));
    let holds = known.is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
    holds && phc.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_account_matches() {
        let phc = hash("通州湾-2026", &[7; 16]);
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches("通州湾-2026", Some(&phc)));
        assert!(!matches("通州湾-2025", Some(&phc)));
        assert!(!matches("通州湾-2026", None));
        assert!(!matches("x", Some("not a phc string")));
    }
}
