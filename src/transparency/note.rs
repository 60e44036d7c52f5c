//! Signed notes (C2SP signed-note): a text, an empty line, and a line with an Ed25519 signature.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The mark of Ed25519 in keys of this form.
const ED25519_MARK: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// Whoever holds it can check notes: `NAME+ID+KEY`, the id in hex, mark and key in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

/// Signs notes. It is shown by its verifier key only.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl VerifierKey {
    fn new(name: &str, public: [u8; 32]) -> Option<Self> {
        let sound = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
        sound.then(|| Self { name: name.to_owned(), public })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a hash over name and key, so that a signature says whose it is.
    fn id(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519_MARK])
            .chain_update(self.public)
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The text of a note that this key signed.
    pub fn open<'n>(&self, note: &'n str) -> Option<&'n str> {
        let (text, signatures) = note.rsplit_once("\n\n").map(|(text, rest)| (&note[..=text.len()], rest))?;
        let holds = |line: &str| {
            let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
            let signature = STANDARD.decode(signature).ok()?;
            let (id, signature) = signature.split_first_chunk::<4>()?;
            let key = UnparsedPublicKey::new(&ED25519, self.public);
            (name == self.name && *id == self.id()).then(|| key.verify(text.as_bytes(), signature).ok())?
        };
        signatures.lines().any(|line| holds(line).is_some()).then_some(text)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, crate::journal::hex(&self.id()), marked(&self.public))
    }
}

impl FromStr for VerifierKey {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let (_, public) = rest.split_once('+')?;
            Self::new(name, unmarked(public)?)
        };
        // Written out again it must be the same, its id too.
        read().filter(|key| key.to_string() == text).ok_or("not a verifier key of the form NAME+ID+KEY")
    }
}

impl SigningKey {
    pub fn new(name: &str, seed: [u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let verifier = VerifierKey::new(name, pair.public_key().as_ref().try_into().ok()?)?;
        Some(Self { seed, pair, verifier })
    }

    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// As it is kept in its file.
    pub fn secret_text(&self) -> String {
        let id = crate::journal::hex(&self.verifier.id());
        format!("{PRIVATE}{}+{id}+{}", self.verifier.name, marked(&self.seed))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.strip_prefix(PRIVATE)?.split_once('+')?;
        let (_, seed) = rest.split_once('+')?;
        Self::new(name, unmarked(seed)?).filter(|key| key.secret_text() == text)
    }

    /// The note of a text that ends with a line break.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let signed = [&self.verifier.id(), signature.as_ref()].concat();
        format!("{text}\n— {} {}\n", self.verifier.name, STANDARD.encode(signed))
    }
}

fn marked(key: &[u8; 32]) -> String {
    STANDARD.encode([&[ED25519_MARK], key.as_slice()].concat())
}

fn unmarked(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.strip_prefix(&[ED25519_MARK])?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the Go implementation of signed notes publishes.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp\
                             RZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_note_is_signed_and_opened() {
        let key = SigningKey::parse(SECRET).unwrap();
        assert_eq!(key.verifier().to_string(), KEY);
        assert_eq!(key.sign(TEXT), format!("{TEXT}\n{SIGNATURE}"));
        let verifier: VerifierKey = KEY.parse().unwrap();
        assert_eq!(verifier.open(&key.sign(TEXT)), Some(TEXT));
    }

    #[test]
    fn other_texts_names_and_keys_do_not_open_it() {
        let note = SigningKey::parse(SECRET).unwrap().sign(TEXT);
        let verifier: VerifierKey = KEY.parse().unwrap();
        let stranger = SigningKey::new("PeterNeumann", [1; 32]).unwrap();
        for bad in [
            note.replace("answer", "Answer"),
            note.replace("x08g", "x08h"),
            note.replace("— Peter", "- Peter"),
            TEXT.to_owned(),
            stranger.sign(TEXT),
        ] {
            assert_eq!(verifier.open(&bad), None, "{bad}");
        }
        assert_eq!(
            verifier.open(&format!("{note}{}", stranger.sign("").trim_start())),
            Some(TEXT),
            "another signature beside it"
        );
        assert!(
            SigningKey::new("two words", [1; 32]).is_none()
                && KEY.replace("c74f", "c75f").parse::<VerifierKey>().is_err()
        );
    }
}
