//! Codes of patent agencies (专利代理机构代码), given by CNIPA.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(FaultCode::Format, "5 位数字，首位不为 0", "5 digits, the first not zero");

/// The code of a patent agency: five digits, the first two standing for the province of its registration.
///
/// The two digits are not held against a list of provinces: no published rule says which may stand there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AgencyCode(String);

public_form!(AgencyCode, 0);

impl AgencyCode {
    /// Reads five digits. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered(input)?;
        if text::is_ordinal(code, 5..=5) { Ok(Self(code.to_owned())) } else { Err(FORMAT) }
    }

    /// The first two digits, as in GB/T 2260: `32` for Jiangsu.
    pub fn province(&self) -> &str {
        &self.0[..2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_five_digits() {
        for (text, province) in [("32200", "32"), ("11357", "11"), ("32266", "32")] {
            assert_eq!(AgencyCode::parse(text).unwrap().province(), province);
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in ["3220", "322000", "0320O", "02200", "3220A", ""] {
            assert_eq!(AgencyCode::parse(text), Err(FORMAT), "{text}");
        }
    }
}
