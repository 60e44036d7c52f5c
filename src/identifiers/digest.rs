//! Digests of documents: SHA-256 (FIPS 180-4) in hexadecimal.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "64 位十六进制数字的 SHA-256 摘要",
    "a SHA-256 digest of 64 hexadecimal digits",
);

/// A SHA-256 digest: 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sha256Hex(String);

public_form!(Sha256Hex, 0);

impl Sha256Hex {
    /// Reads 64 hexadecimal digits in either case. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let digest = text::entered(input)?;
        if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(digest.to_ascii_lowercase()))
        } else {
            Err(FORMAT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn case_does_not_matter() {
        assert_eq!(Sha256Hex::parse(&OF_NOTHING.to_uppercase()).unwrap().as_str(), OF_NOTHING);
    }

    #[test]
    fn refuses_every_other_form() {
        for text in
            [&OF_NOTHING[1..], &format!("{OF_NOTHING}0"), &OF_NOTHING.replace('e', "g"), "", &"文".repeat(64)]
        {
            assert_eq!(Sha256Hex::parse(text), Err(FORMAT), "{text}");
        }
    }
}
