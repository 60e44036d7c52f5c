//! Codes of states and organisations: WIPO Standard ST.3, which adds organisations to ISO 3166-1 alpha-2.

use super::fault::{Fault, FaultCode};
use super::text;

const STATES: &str = "\
     AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
     BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
     ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT \
     HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
     LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
     NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
     SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
     UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
/// ARIPO, Benelux, Eurasian, EUIPO, EPO, European Union, Gulf Council, WIPO (IB and WO), OAPI, CPVO, Nordic
/// and Visegrad institutes, UPOV; XX is for unknown.
const ORGANISATIONS: &str = "AP BX EA EM EP EU GC IB OA QZ WO XN XU XV XX";

const FORMAT: Fault = Fault::new(FaultCode::Format, "两个拉丁字母，例如 CN", "two letters, such as CN");
const UNKNOWN_CODE: Fault = Fault::new(
    FaultCode::UnknownCode,
    "世界知识产权组织标准 ST.3 的国家、地区或组织代码",
    "a code of a state, territory or organisation in WIPO Standard ST.3",
);

/// A state, territory or organisation, by its two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(&'static str);

public_form!(CountryCode, 0);

impl CountryCode {
    /// Reads two letters in either case. Faults: `FORMAT`, `UNKNOWN_CODE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered_upper(input)?;
        if !matches!(code.as_bytes(), [b'A'..=b'Z', b'A'..=b'Z']) {
            return Err(FORMAT);
        }
        codes(STATES).chain(codes(ORGANISATIONS)).find(|known| *known == code).map(Self).ok_or(UNKNOWN_CODE)
    }

    /// Whether it is an organisation or the unknown, and so no country that a person can be of.
    pub fn is_organisation(self) -> bool {
        codes(ORGANISATIONS).any(|code| code == self.0)
    }
}

fn codes(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_whole_and_apart() {
        let mut all: Vec<_> = codes(STATES).chain(codes(ORGANISATIONS)).collect();
        assert!(all.iter().all(|code| CountryCode::parse(code).is_ok_and(|parsed| parsed.as_str() == *code)));
        assert_eq!(codes(STATES).count(), 249);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 249 + 15);
    }

    #[test]
    fn reads_states_and_organisations() {
        for (text, organisation) in [
            ("CN", false),
            ("hk", false),
            ("MO", false),
            ("TW", false),
            ("DE", false),
            ("EP", true),
            ("wo", true),
        ] {
            assert_eq!(CountryCode::parse(text).unwrap().is_organisation(), organisation, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_code() {
        for (text, fault) in [
            ("ZZ", UNKNOWN_CODE),
            ("UK", UNKNOWN_CODE),
            ("C", FORMAT),
            ("CHN", FORMAT),
            ("C1", FORMAT),
            ("中国", FORMAT),
            ("", FORMAT),
        ] {
            assert_eq!(CountryCode::parse(text), Err(fault), "{text}");
        }
    }
}
