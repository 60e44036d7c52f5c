//! What holds for every identifier alike.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// A way to read one kind of identifier, to its normalised form.
type Reader = fn(&str) -> Result<String, Fault>;

macro_rules! kinds {
    ($($kind:ident: $($sample:literal),+;)+) => {
        const READERS: &[Reader] = &[$(|input| $kind::parse(input).map(|value| value.as_str().to_owned())),+];
        const SAMPLES: &[(Reader, &str)] =
            &[$($((|input| $kind::parse(input).map(|value| value.as_str().to_owned()), $sample)),+),+];
    };
}

kinds! {
    Uscc: "91320600MA1ABCD11U", "91110000600037341L";
    ResidentId: "320602198503124010", "11010519491231002X";
    PatentNumber: "202410320600.X", "201610311380.X", "201730033448.8", "99123456.1";
    PublicationNumber: "CN102345678A", "CN106022747A", "CN304218960S";
    TrademarkNumber: "12345678", "16435657", "12345678A", "G1234567";
    NiceClass: "24", "45", "5";
    SimilarGroup: "2405";
    Ipc: "D03D 15/00", "D03D";
    IpcPrefix: "G06", "D", "D03D 15", "D03D 15/00";
    Locarno: "06-13";
    LocarnoPrefix: "11", "06-13";
    WorkRegistration: "国作登字-2021-F-00024141", "国作登字-2016-F-00269796";
    SoftwareRegistration: "2014SR001852", "2016SR309930", "软著登字第1234567号";
    LayoutDesignNumber: "BS.185559220";
    GeographicalIndication:
        "announcement 2024年第500号", "certification_mark 12345678", "agricultural_product AGI01459";
    AgencyCode: "32200", "11357", "32266";
    DivisionCode: "320600", "320671";
    CountryCode: "CN", "EP";
    Sha256Hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    Telephone: "13800001234", "0513-85210000", "+85223456789";
    Email: "zhang.san@example.com";
    PostalCode: "226000";
}

#[test]
fn a_normalised_form_is_read_as_it_stands() {
    for (read, sample) in SAMPLES {
        assert_eq!(read(sample).as_deref(), Ok(*sample));
        assert_eq!(read(&format!("  {sample} ")).as_deref(), Ok(*sample));
    }
}

#[test]
fn full_width_characters_are_refused_as_a_matter_of_form() {
    for (read, sample) in SAMPLES {
        let place = sample.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
        let wide = char::from_u32(u32::from(sample.as_bytes()[place]) + 0xFEE0).unwrap();
        let text = format!("{}{wide}{}", &sample[..place], &sample[place + 1..]);
        assert_eq!(read(&text).map_err(|fault| fault.code), Err(FaultCode::Format), "{text}");
    }
}

#[test]
fn an_empty_text_is_nothing() {
    for read in READERS {
        assert!(read("").is_err() && read("   ").is_err());
    }
}

/// Parts that identifiers are made of, so that random texts come near to them.
const PARTS: &str =
    "(CN|ZL|BS\\.|AGI|SR|作登字|软著登字第|号|年第|\\+86|@|[0-9]{1,9}|[A-Za-z]|[-./ ]|\\PC){0,8}";

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_what_is_read_stays(input in prop_oneof![any::<String>(), PARTS]) {
        for read in READERS {
            if let Ok(normal) = read(&input) {
                prop_assert_eq!(read(&normal), Ok(normal));
            }
        }
    }

    #[test]
    fn a_hidden_character_is_refused_wherever_it_stands(
        (read, sample) in select(SAMPLES),
        place in any::<Index>(),
        hidden in select(vec!['\0', '\n', '\u{200B}', '\u{202E}', '\u{2066}', '\u{FEFF}', '\u{E0041}']),
    ) {
        let mut text: Vec<char> = sample.chars().collect();
        text.insert(place.index(text.len() + 1), hidden);
        let text: String = text.into_iter().collect();
        prop_assert_eq!(read(&text).map_err(|fault| fault.code), Err(FaultCode::UnsafeCharacter));
    }

    #[test]
    fn a_changed_sample_is_read_or_refused(
        (read, sample) in select(SAMPLES),
        place in any::<Index>(),
        other in any::<char>(),
        cut in any::<Index>(),
    ) {
        let mut text: Vec<char> = sample.chars().collect();
        let place = place.index(text.len());
        text[place] = other;
        text.truncate(cut.index(text.len()) + 1);
        let text: String = text.into_iter().collect();
        if let Ok(normal) = read(&text) {
            prop_assert_eq!(read(&normal), Ok(normal));
        }
    }

    #[test]
    fn with_check_digit_takes_any_text(body in prop_oneof![any::<String>(), "[0-9A-Z]{0,18}"]) {
        let _ = Uscc::with_check_digit(&body);
        let _ = Uscc::with_both_check_digits(&body);
        let _ = ResidentId::with_check_digit(&body);
        let _ = PatentNumber::with_check_digit(&body);
        let _ = LayoutDesignNumber::with_check_digit(&body);
    }
}
