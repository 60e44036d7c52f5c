//! Numbers of geographical indications (地理标志). Each scheme of protection has a series of its own.

use super::fault::{Fault, FaultCode};
use super::text;
use super::trademark_number::TrademarkNumber;

const SCHEME_MISSING: Fault = Fault::new(
    FaultCode::SchemeMissing,
    "须写明保护方式和号码：announcement（地理标志产品公告）、collective_mark（集体商标）、certification_mark（证明商标）或 \
     agricultural_product（农产品地理标志）",
    "the scheme and the number: announcement, collective_mark, certification_mark or agricultural_product",
);
const ANNOUNCEMENT: Fault = Fault::new(
    FaultCode::Format,
    "公告号“YYYY年第N号”，例如 2024年第500号",
    "an announcement number YYYY年第N号, such as 2024年第500号",
);
const AGRICULTURAL_PRODUCT: Fault = Fault::new(
    FaultCode::Format,
    "登记证书编号“AGI”加 5 位数字，例如 AGI01459",
    "a certificate number: AGI and 5 digits, such as AGI01459",
);

/// How the indication is protected, which says what its number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GeographicalIndicationScheme {
    /// Product announced by CNIPA or its forerunners (地理标志产品): the announcement's number.
    Announcement,
    /// Collective mark (集体商标): a trademark number.
    CollectiveMark,
    /// Certification mark (证明商标): a trademark number.
    CertificationMark,
    /// Agricultural product registered by the ministry of agriculture (农产品地理标志): the certificate's number.
    AgriculturalProduct,
}

impl GeographicalIndicationScheme {
    pub const ALL: [Self; 4] =
        [Self::Announcement, Self::CollectiveMark, Self::CertificationMark, Self::AgriculturalProduct];

    /// The scheme of a code. Fault: `SCHEME_MISSING`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered(input)?;
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == code).ok_or(SCHEME_MISSING)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::CollectiveMark => "collective_mark",
            Self::CertificationMark => "certification_mark",
            Self::AgriculturalProduct => "agricultural_product",
        }
    }
}

/// A scheme and a number in it, written with a space between: `announcement 2024年第500号`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GeographicalIndication {
    text: String,
    scheme: GeographicalIndicationScheme,
}

public_form!(GeographicalIndication, text);

impl GeographicalIndication {
    /// Reads scheme and number from one text. Faults: `SCHEME_MISSING`, and those of [`new`](Self::new).
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let (scheme, number) = text::entered(input)?.split_once(' ').ok_or(SCHEME_MISSING)?;
        Self::new(GeographicalIndicationScheme::parse(scheme)?, number)
    }

    /// Reads a number of the scheme. Fault: `FORMAT`.
    pub fn new(scheme: GeographicalIndicationScheme, number: &str) -> Result<Self, Fault> {
        let number = match scheme {
            GeographicalIndicationScheme::Announcement => announcement(number)?,
            GeographicalIndicationScheme::CollectiveMark
            | GeographicalIndicationScheme::CertificationMark => TrademarkNumber::parse(number)?.to_string(),
            GeographicalIndicationScheme::AgriculturalProduct => agricultural_product(number)?,
        };
        Ok(Self { text: format!("{} {number}", scheme.as_str()), scheme })
    }

    pub fn scheme(&self) -> GeographicalIndicationScheme {
        self.scheme
    }

    /// The number alone.
    pub fn number(&self) -> &str {
        &self.text[self.scheme.as_str().len() + 1..]
    }
}

fn announcement(input: &str) -> Result<String, Fault> {
    let number = text::entered(input)?;
    number
        .strip_suffix('号')
        .and_then(|rest| rest.split_once("年第"))
        .filter(|(year, serial)| text::is_ordinal(year, 4..=4) && text::is_ordinal(serial, 1..=4))
        .map(|_| number.to_owned())
        .ok_or(ANNOUNCEMENT)
}

fn agricultural_product(input: &str) -> Result<String, Fault> {
    let number = text::entered_upper(input)?;
    let well_formed = number.strip_prefix("AGI").is_some_and(|serial| text::is_digits(serial, 5..=5));
    if well_formed { Ok(number) } else { Err(AGRICULTURAL_PRODUCT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scheme_and_number() {
        use GeographicalIndicationScheme::{
            AgriculturalProduct, Announcement, CertificationMark, CollectiveMark,
        };
        for (text, scheme, number) in [
            ("announcement 2024年第500号", Announcement, "2024年第500号"),
            ("collective_mark 12345678", CollectiveMark, "12345678"),
            ("certification_mark 12345678a", CertificationMark, "12345678A"),
            ("agricultural_product agi01459", AgriculturalProduct, "AGI01459"),
        ] {
            let indication = GeographicalIndication::parse(text).unwrap();
            assert_eq!((indication.scheme(), indication.number()), (scheme, number));
            assert_eq!(GeographicalIndication::new(scheme, number), Ok(indication));
        }
    }

    #[test]
    fn the_scheme_must_be_given() {
        for text in ["2024年第500号", "12345678", "", "announcement", "公告 2024年第500号", "mark 12345678"]
        {
            assert_eq!(GeographicalIndication::parse(text), Err(SCHEME_MISSING), "{text}");
        }
    }

    #[test]
    fn the_number_must_be_of_the_scheme() {
        for (text, fault) in [
            ("announcement 12345678", ANNOUNCEMENT),
            ("announcement 2024年500号", ANNOUNCEMENT),
            ("announcement 2024年第0500号", ANNOUNCEMENT),
            ("announcement 24年第500号", ANNOUNCEMENT),
            ("announcement 第500号", ANNOUNCEMENT),
            ("agricultural_product AGI1459", AGRICULTURAL_PRODUCT),
            ("agricultural_product 01459", AGRICULTURAL_PRODUCT),
        ] {
            assert_eq!(GeographicalIndication::parse(text), Err(fault), "{text}");
        }
        let mark = GeographicalIndication::parse("collective_mark 2024年第500号");
        assert_eq!(mark.unwrap_err().code, FaultCode::Format);
    }
}
