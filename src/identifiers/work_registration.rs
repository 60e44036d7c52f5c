//! Registration numbers of works (作品登记号), given by the nation and by the provinces.

use super::fault::{Fault, FaultCode};
use super::text;

/// The nation, then the provinces by their short names; where two are in use, both are taken.
const OFFICES: &str = "国京津冀晋蒙内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕秦甘陇青宁新";

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "“国”或省、自治区、直辖市简称加“作登字-年份-类别字母-8 位数字”，例如 国作登字-2021-F-00024141",
    "国 or the short name of a province, 作登字, then year, kind letter and 8 digits with hyphens between, \
     such as 国作登字-2021-F-00024141",
);
const OFFICE: Fault = Fault::new(
    FaultCode::UnknownCode,
    "首字须为“国”或省、自治区、直辖市的简称",
    "the first character must be 国 or the short name of a province",
);

/// The registration number of a work: `国作登字-2021-F-00024141`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkRegistration {
    number: String,
    office: char,
    year: u16,
    kind: char,
}

public_form!(WorkRegistration, number);

impl WorkRegistration {
    /// Reads office, year, kind and serial. Faults: `FORMAT`, `UNKNOWN_CODE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let number = text::entered_upper(input)?;
        let parts: Vec<&str> = number.split('-').collect();
        let [series, year, kind, serial] = parts[..] else { return Err(FORMAT) };
        let office = sole_character(series.strip_suffix("作登字").ok_or(FORMAT)?).ok_or(FORMAT)?;
        let kind = sole_character(kind).filter(char::is_ascii_uppercase).ok_or(FORMAT)?;
        if !text::is_digits(year, 4..=4) || !text::is_digits(serial, 8..=8) {
            return Err(FORMAT);
        }
        let year = year.parse().map_err(|_| FORMAT)?;
        if !OFFICES.contains(office) {
            return Err(OFFICE);
        }
        Ok(Self { number, office, year, kind })
    }

    /// The registering office: `国`, or the short name of a province.
    pub fn office(&self) -> char {
        self.office
    }

    /// The year of registration.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The letter of the kind of work; `F` is fine art.
    pub fn kind(&self) -> char {
        self.kind
    }
}

fn sole_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_national_and_provincial_numbers() {
        for (text, office, year, kind) in [
            ("国作登字-2021-F-00024141", '国', 2021, 'F'),
            ("国作登字-2016-F-00269796", '国', 2016, 'F'),
            ("苏作登字-2024-a-00000001", '苏', 2024, 'A'),
            ("陕作登字-2024-F-00013790", '陕', 2024, 'F'),
        ] {
            let number = WorkRegistration::parse(text).unwrap();
            assert_eq!((number.office(), number.year(), number.kind()), (office, year, kind), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("国作登字-2021-F-24141", FORMAT),
            ("国作登字-2021-F-000241411", FORMAT),
            ("国作登字-21-F-00024141", FORMAT),
            ("国作登字-2021-FF-00024141", FORMAT),
            ("国作登字-2021-5-00024141", FORMAT),
            ("国作登字2021F00024141", FORMAT),
            ("国作登字-2021-F-00024141-1", FORMAT),
            ("作登字-2021-F-00024141", FORMAT),
            ("中国作登字-2021-F-00024141", FORMAT),
            ("通作登字-2021-F-00024141", OFFICE),
            ("", FORMAT),
        ] {
            assert_eq!(WorkRegistration::parse(text), Err(fault), "{text}");
        }
    }
}
