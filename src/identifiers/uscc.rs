//! Unified social credit code (统一社会信用代码), GB 32100-2015.

use super::check_digit;
use super::division::DivisionCode;
use super::fault::{Fault, FaultCode};
use super::text;

/// The characters of the code in the order of their values; I, O, S, V and Z are left out.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^i mod 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Of the organisation code inside, GB 11714-1997.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "18 位数字或大写字母（不用 I、O、S、V、Z），第 3 至 8 位为行政区划代码数字",
    "18 digits or letters without I, O, S, V and Z; the 3rd to 8th are the digits of the division code",
);
const CHECK_DIGIT: Fault = Fault::new(
    FaultCode::CheckDigit,
    "末位须为按 GB 32100-2015 计算的校验码",
    "the last character must be the check character of GB 32100-2015",
);

/// A unified social credit code: 18 characters, the last of them a check character.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uscc(String);

public_form!(Uscc, 0);

impl Uscc {
    /// Reads 18 characters and verifies the last. Faults: `FORMAT`, `CHECK_DIGIT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered_upper(input)?;
        if !is_well_formed(&code) {
            return Err(FORMAT);
        }
        let (body, check) = code.split_at(17);
        if !check.starts_with(check_character(body)) {
            return Err(CHECK_DIGIT);
        }
        Ok(Self(code))
    }

    /// Completes the first 17 characters. Fault: `FORMAT`.
    pub fn with_check_digit(body: &str) -> Result<Self, Fault> {
        let body = body.to_ascii_uppercase();
        Self::parse(&format!("{body}{}", check_character(&body)))
    }

    /// Completes the first 16 characters, so that the organisation code holds as well. Fault: `FORMAT`.
    pub fn with_both_check_digits(body: &str) -> Result<Self, Fault> {
        let organisation = body.get(8..).ok_or(FORMAT)?;
        Self::with_check_digit(&format!("{body}{}", organisation_check(organisation)))
    }

    /// The division of the registering authority, current or historic.
    pub fn division_code(&self) -> DivisionCode {
        DivisionCode::of_digits(&self.0[2..8])
    }

    /// The organisation code (组织机构代码): characters 9 to 17.
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }

    /// Whether the organisation code keeps its own check, GB 11714-1997. A code that does not is worth a
    /// warning but not a refusal: the outer check already holds.
    pub fn organisation_code_check_holds(&self) -> bool {
        let (body, check) = self.organisation_code().split_at(8);
        check.starts_with(organisation_check(body))
    }
}

fn is_well_formed(code: &str) -> bool {
    code.len() == 18 && code.chars().all(|c| ALPHABET.contains(c)) && text::is_digits(&code[2..8], 6..=6)
}

fn check_character(body: &str) -> char {
    let sum: usize = body
        .chars()
        .filter_map(|c| ALPHABET.find(c))
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    char::from(ALPHABET.as_bytes()[(31 - sum % 31) % 31])
}

fn organisation_check(body: &str) -> char {
    check_digit::character((11 - check_digit::weighted_sum(body, ORGANISATION_WEIGHTS) % 11) % 11)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    #[test]
    fn reads_a_valid_code_in_either_case() {
        let code = Uscc::parse(" 91320600ma1abcd11u ").unwrap();
        assert_eq!(code.as_str(), "91320600MA1ABCD11U");
        assert_eq!(code.division_code().as_str(), "320600");
        assert_eq!(code.organisation_code(), "MA1ABCD11");
        assert!(code.organisation_code_check_holds());
    }

    #[test]
    fn reads_a_published_code() {
        assert!(Uscc::parse("91110000600037341L").unwrap().organisation_code_check_holds());
    }

    #[test]
    fn refuses_a_wrong_check_character_and_a_wrong_form() {
        assert_eq!(Uscc::parse("91320600MA1ABCD110"), Err(CHECK_DIGIT));
        for text in [
            "",
            "91320600MA1ABCD11",
            "91320600MA1ABCD11UU",
            "91320600MA1ABCD1OU",
            "9132O600MA1ABCD11U",
            "913206 00MA1ABCD11U",
        ] {
            assert_eq!(Uscc::parse(text), Err(FORMAT), "{text}");
        }
    }

    #[test]
    fn an_organisation_code_out_of_check_is_only_a_warning() {
        assert!(!Uscc::with_check_digit("91320600MA1ABCD12").unwrap().organisation_code_check_holds());
    }

    #[test]
    fn a_short_body_is_refused() {
        assert_eq!(Uscc::with_check_digit("91320600"), Err(FORMAT));
        assert_eq!(Uscc::with_both_check_digits("9132060"), Err(FORMAT));
        assert_eq!(Uscc::with_both_check_digits("南通南通南通"), Err(FORMAT));
    }

    const BODY: &str = "[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{9}";

    proptest! {
        #[test]
        fn one_check_character_fits_a_body(body in BODY) {
            let code = Uscc::with_check_digit(&body).unwrap();
            for check in ALPHABET.chars() {
                let text = format!("{body}{check}");
                prop_assert_eq!(Uscc::parse(&text).is_ok(), text == code.as_str());
            }
        }

        #[test]
        fn one_changed_character_is_refused(body in BODY, place in 0..17_usize, shift in any::<Index>()) {
            let check = check_character(&body);
            let mut characters: Vec<char> = body.chars().collect();
            let alphabet = if (2..8).contains(&place) { &ALPHABET[..10] } else { ALPHABET };
            let value = alphabet.find(characters[place]).unwrap() + 1 + shift.index(alphabet.len() - 1);
            characters[place] = char::from(alphabet.as_bytes()[value % alphabet.len()]);
            let text: String = characters.into_iter().chain([check]).collect();
            prop_assert_eq!(Uscc::parse(&text), Err(CHECK_DIGIT));
        }

        #[test]
        fn both_checks_hold(body in "[159ANY][1239]3206[0-9]{2}MA[0-9A-HJ-NP-RTUW-Y]{6}") {
            prop_assert!(Uscc::with_both_check_digits(&body).unwrap().organisation_code_check_holds());
        }
    }
}
