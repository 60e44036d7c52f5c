//! Representatives: for the constants a table mentions, a few values that stand for all there are.
//!
//! A condition tells two values apart only by the constants they equal or lie below. So of all values it is enough to
//! take one for each deepest mentioned constant, and one that lies below none.

use std::collections::BTreeSet;

use super::classification::{Classification, Scheme};

/// The codes mentioned, and one that is not.
pub fn codes(mentioned: &BTreeSet<&str>) -> Vec<String> {
    let other = (0..=mentioned.len())
        .map(|n| if n == 0 { "OTHER".to_owned() } else { format!("OTHER_{n}") })
        .find(|code| !mentioned.contains(code.as_str()));
    mentioned.iter().map(|&code| code.to_owned()).chain(other).collect()
}

/// For each division code or prefix mentioned, a six-digit code below it and below nothing longer, and one code outside
/// all. Where longer ones leave no such code, none is needed.
pub fn divisions(mentioned: &BTreeSet<&str>) -> Vec<String> {
    let lies_deeper = |code: &str, prefix: &str| {
        mentioned.iter().any(|other| other.len() > prefix.len() && code.starts_with(other))
    };
    let below = |prefix: &str| division_codes(prefix).find(|code| !lies_deeper(code, prefix));
    let outside = || below("");
    mentioned.iter().filter_map(|prefix| below(prefix)).chain(outside()).collect()
}

/// The six-digit codes that begin with a prefix.
fn division_codes(prefix: &str) -> impl Iterator<Item = String> {
    /// The lowest province code in use is 11 (GB/T 2260).
    const FIRST_PROVINCE: u32 = 110_000;
    let width = 6_usize.saturating_sub(prefix.len());
    let first = if prefix.is_empty() { FIRST_PROVINCE } else { 0 };
    let last = if width == 0 { 0 } else { (1..=width).fold(1, |power, _| power * 10) - 1 };
    (first..=last).map(move |n| if width == 0 { prefix.to_owned() } else { format!("{prefix}{n:0width$}") })
}

/// The symbols mentioned, each for whatever lies below it and below nothing deeper, and one symbol of the scheme outside
/// all. Nice classes are so few that all are taken, which serves ranges as well.
pub fn symbols(scheme: Scheme, mentioned: &BTreeSet<Classification>) -> Vec<Classification> {
    if scheme == Scheme::Nice {
        return every_symbol(scheme).collect();
    }
    let mentioned = mentioned.iter().filter(|symbol| symbol.scheme() == scheme);
    let outside = every_symbol(scheme).find(|symbol| !mentioned.clone().any(|prefix| prefix.covers(symbol)));
    mentioned.cloned().chain(outside).collect()
}

/// Symbols that reach every part of a scheme: IPC subclasses, Locarno subclasses, Nice classes.
fn every_symbol(scheme: Scheme) -> Box<dyn Iterator<Item = Classification>> {
    let texts: Box<dyn Iterator<Item = String>> = match scheme {
        Scheme::Ipc => Box::new(('A'..='H').flat_map(|section| {
            (1..=99).flat_map(move |class| {
                ('A'..='Z').map(move |subclass| format!("{section}{class:02}{subclass}"))
            })
        })),
        Scheme::Locarno => Box::new(
            (1..=Scheme::LAST_LOCARNO_CLASS)
                .flat_map(|class| (0..=99).rev().map(move |subclass| format!("{class:02}-{subclass:02}"))),
        ),
        Scheme::Nice => Box::new((1..=Scheme::LAST_NICE_CLASS).map(|class| class.to_string())),
    };
    Box::new(texts.filter_map(move |text| Classification::parse(scheme, &text).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unmentioned_code_is_always_added() {
        assert_eq!(codes(&BTreeSet::from(["OTHER", "WEB"])), ["OTHER", "WEB", "OTHER_1"]);
        assert_eq!(codes(&BTreeSet::new()), ["OTHER"]);
    }

    #[test]
    fn every_depth_of_division_has_its_own_representative() {
        assert_eq!(
            divisions(&BTreeSet::from(["32", "3206", "320600", "320612"])),
            ["320000", "320601", "320600", "320612", "110000"]
        );
    }

    #[test]
    fn a_division_filled_by_its_parts_needs_no_representative() {
        let cities: Vec<_> = (0..100).map(|n| format!("32{n:02}")).collect();
        let mentioned: BTreeSet<_> = cities.iter().map(String::as_str).chain(["32"]).collect();
        assert_eq!(divisions(&mentioned).len(), 101);
    }

    #[test]
    fn symbols_outside_all_mentioned_are_found() {
        let symbol = |scheme, text: &str| Classification::parse(scheme, text).unwrap();
        let texts = |scheme, mentioned: &[&str]| -> Vec<String> {
            let mentioned = mentioned.iter().map(|text| symbol(scheme, text)).collect();
            symbols(scheme, &mentioned).iter().map(|symbol| symbol.symbol().to_owned()).collect()
        };
        assert_eq!(texts(Scheme::Locarno, &["06", "06-13", "01-99"]), ["01-99", "06", "06-13", "01-98"]);
        assert_eq!(texts(Scheme::Ipc, &["A", "B01A"]), ["A", "B01A", "B01B"]);
        assert_eq!(texts(Scheme::Nice, &["24"]).len(), 45);
        let sections: Vec<_> = ('A'..='H').map(|section| section.to_string()).collect();
        let sections: Vec<_> = sections.iter().map(String::as_str).collect();
        assert_eq!(texts(Scheme::Ipc, &sections), sections);
    }
}
