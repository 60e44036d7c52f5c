//! Text as people enter it: what is refused at the door, and the tests of form that identifiers share.

use std::ops::RangeBounds;

use super::fault::{Fault, FaultCode};

const UNSAFE_CHARACTER: Fault = Fault::new(
    FaultCode::UnsafeCharacter,
    "只能使用可见字符，不得含控制字符、零宽字符或改变文字方向的字符",
    "visible characters only: no control, zero-width or direction-changing characters",
);

/// The first character of a single-line text that a reader cannot see, or that changes how its neighbours are
/// shown.
///
/// Such characters let two identifiers look alike and differ, or differ and look alike (Unicode Technical
/// Report 36). Line breaks and tabs count. Chinese text with its punctuation, the ideographic space and
/// ideographic variation selectors, which names need, does not.
pub fn unsafe_character(text: &str) -> Option<char> {
    text.chars().find(|character| is_unsafe(*character))
}

fn is_unsafe(character: char) -> bool {
    let noncharacter = u32::from(character) & 0xFFFE == 0xFFFE;
    character.is_control()
        || noncharacter
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}' // soft hyphen and other marks
            | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers: letters that show nothing
            | '\u{200B}'..='\u{200F}' // zero-width space and joiners, left and right marks
            | '\u{2028}'..='\u{202E}' // line and paragraph separators, embeddings and overrides
            | '\u{2060}'..='\u{206F}' // word joiner, invisible operators, isolates, deprecated controls
            | '\u{FDD0}'..='\u{FDEF}' // noncharacters
            | '\u{FFF9}'..='\u{FFFB}' // interlinear annotation
            | '\u{E0000}'..='\u{E007F}' // tags
        )
}

/// The text as entered, found safe, without ASCII spaces at its ends.
pub(super) fn entered(input: &str) -> Result<&str, Fault> {
    match unsafe_character(input) {
        None => Ok(input.trim_matches(' ')),
        Some(_) => Err(UNSAFE_CHARACTER),
    }
}

/// As [`entered`], with ASCII letters in upper case.
pub(super) fn entered_upper(input: &str) -> Result<String, Fault> {
    entered(input).map(str::to_ascii_uppercase)
}

/// Whether the text is ASCII digits and nothing else, as many as `count` allows.
pub(super) fn is_digits(text: &str, count: impl RangeBounds<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number without a leading zero, of as many digits as `count` allows.
pub(super) fn is_ordinal(text: &str, count: impl RangeBounds<usize>) -> bool {
    is_digits(text, count) && !text.starts_with('0')
}

/// Replaces all but the first `head` and last `tail` characters by asterisks.
pub(super) fn mask(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let shown = |place| place < head || place + tail >= length;
    text.chars().enumerate().map(|(place, character)| if shown(place) { character } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_what_cannot_be_seen() {
        for character in [
            '\0',
            '\t',
            '\n',
            '\u{7F}',
            '\u{85}',
            '\u{061C}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{FEFF}',
            '\u{FDD0}',
            '\u{FFFE}',
            '\u{FFFF}',
            '\u{10FFFF}',
            '\u{E0001}',
            '\u{E007F}',
        ] {
            assert_eq!(
                unsafe_character(&format!("知{character}慧")),
                Some(character),
                "{}",
                character.escape_unicode()
            );
        }
    }

    #[test]
    fn leaves_names_unharmed() {
        for name in [
            "南通市崇川区钟秀街道　“知慧通”（服务）·一窗通办",
            "𬭎𫟹䶮 㑇 邉\u{E0100}",
            "阿卜杜拉·买买提",
            "Müller & Søn – № 5",
            "ＡＢＣ１２３",
            "",
        ] {
            assert_eq!(unsafe_character(name), None, "{name}");
        }
    }

    #[test]
    fn trims_ascii_spaces_only() {
        assert_eq!(entered("  320600 "), Ok("320600"));
        assert_eq!(entered("\u{3000}320600"), Ok("\u{3000}320600"));
        assert_eq!(entered("320600\n"), Err(UNSAFE_CHARACTER));
    }

    #[test]
    fn masks_the_middle() {
        assert_eq!(mask("13800001234", 3, 4), "138****1234");
        assert_eq!(mask("12345", 3, 4), "12345");
    }

    proptest! {
        #[test]
        fn every_han_character_is_safe(name in "\\p{Han}{0,40}") {
            prop_assert_eq!(unsafe_character(&name), None);
        }

        #[test]
        fn an_unsafe_character_is_found_wherever_it_stands(
            before in "[\\p{Han}a-z]{0,9}",
            hidden in "[\\p{Cc}\u{202A}-\u{202E}\u{2066}-\u{2069}]",
            after in "\\PC{0,9}",
        ) {
            prop_assert_eq!(unsafe_character(&format!("{before}{hidden}{after}")), hidden.chars().next());
        }
    }
}
