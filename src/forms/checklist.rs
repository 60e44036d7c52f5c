//! The builder that checks are written with. A check names each property of the form in its order, says what must
//! hold of it, and goes on: every defect is collected, none ends the check (一次性告知).

use super::acceptance::AcceptanceCheck;
use super::defect::{Defect, DefectCode, Severity};
use super::line::Line;
use super::names;
use crate::identifiers::{Fault, FaultCode, unsafe_character};
use crate::language::{Bilingual, Text};
use chrono::NaiveDate;
use std::fmt::Display;

/// The source of what no law fixes.
pub const CITY_RULE: &str = "本市规则 (city rule)";

/// What a check has to say about one place of the form.
#[derive(Debug, Clone)]
pub struct Finding {
    pub code: DefectCode,
    /// What is wrong, as the predicate of a sentence whose subject is the property.
    pub says: Text,
    pub found: Option<String>,
    pub allowed: Option<Bilingual>,
}

impl Finding {
    pub const fn new(code: DefectCode, says: Text) -> Self {
        Self { code, says, found: None, allowed: None }
    }

    /// An identifier that its rule refuses.
    pub fn refusing(fault: Fault) -> Self {
        let code = DefectCode::from(fault.code);
        let says = match code {
            DefectCode::CheckDigit => Text::new("校验位不符，请核对号码", "does not fit its check digit"),
            DefectCode::Range => Text::new("超出范围", "is out of range"),
            DefectCode::Kind => Text::new("类型位有误", "is of no known kind"),
            DefectCode::Date => Text::new("中的日期不存在", "gives a date that does not exist"),
            DefectCode::UnknownCode => Text::new("代码不存在", "is no known code"),
            DefectCode::UnsafeCharacter => Text::new("含有不可见字符", "holds an invisible character"),
            _ => Text::new("格式不符", "is not of the right form"),
        };
        Self::new(code, says).allowed(Bilingual::new(fault.allowed.zh, fault.allowed.en))
    }

    /// Says back what was given. Never for personal values or the text of an invention.
    #[must_use]
    pub fn found(mut self, found: impl Display) -> Self {
        self.found = Some(excerpt(&found.to_string()));
        self
    }

    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<Bilingual>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

/// Collects the defects of one form. It stands at one place of the form at a time, its *pointer*; what a rule is based
/// on is said once and holds for the rest of that place.
pub struct Checklist<'p> {
    today: NaiveDate,
    pointer: String,
    source: Option<&'p str>,
    check: Option<AcceptanceCheck>,
    wanted: &'p [String],
    defects: Vec<Defect>,
}

impl<'p> Checklist<'p> {
    /// `today` is the date at the window, in the zone of the city.
    pub fn new(today: NaiveDate) -> Self {
        Self { today, pointer: String::new(), source: None, check: None, wanted: &[], defects: Vec::new() }
    }

    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// Every defect, in the order of the checks, which is the order of the form.
    pub fn into_defects(self) -> Vec<Defect> {
        self.defects
    }

    /// What follows at this place rests on this law and article, standard or city rule.
    pub fn by(&mut self, source: &'p str) {
        self.source = Some(source);
    }

    /// What is checked inside rests on a source of its own.
    pub fn citing(&mut self, source: &'p str, act: impl FnOnce(&mut Self)) {
        let before = self.source.replace(source);
        act(self);
        self.source = before;
    }

    /// What is checked inside belongs to an acceptance check of pre-examination.
    pub fn under(&mut self, check: AcceptanceCheck, act: impl FnOnce(&mut Self)) {
        let before = (self.check.replace(check), self.source.replace(check.source()));
        act(self);
        (self.check, self.source) = before;
    }

    /// The properties named here are needed too, when they are asked about at the place where this is said. The catalogue
    /// names what one service needs beyond its kind.
    pub fn wanting(&mut self, names: &'p [String]) {
        self.wanted = names;
    }

    /// Whether the service needs this property beyond what its kind always needs.
    pub fn wants(&self, name: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted == name)
    }

    /// Goes one step down: to a property, or to an entry of an array.
    pub fn within(&mut self, step: impl Display, act: impl FnOnce(&mut Self)) {
        let (length, source, check) = (self.pointer.len(), self.source, self.check);
        let wanted = std::mem::take(&mut self.wanted);
        self.pointer.push('/');
        self.pointer.push_str(&step.to_string());
        act(self);
        self.pointer.truncate(length);
        (self.source, self.check, self.wanted) = (source, check, wanted);
    }

    /// One line of text: a name, a title, a number.
    pub fn text<'v>(
        &mut self,
        name: &'static str,
        given: impl Into<Option<&'v String>>,
    ) -> Line<'_, 'p, &'v str> {
        self.string(name, given.into(), unsafe_character)
    }

    /// Text of several lines. Zero-width characters, which word processors leave behind, do no harm here; characters
    /// that turn the direction do.
    pub fn prose<'v>(
        &mut self,
        name: &'static str,
        given: impl Into<Option<&'v String>>,
    ) -> Line<'_, 'p, &'v str> {
        self.string(name, given.into(), |text| text.chars().find(|c| turns_or_controls(*c)))
    }

    fn string<'v>(
        &mut self,
        name: &'static str,
        given: Option<&'v String>,
        fault: impl Fn(&str) -> Option<char>,
    ) -> Line<'_, 'p, &'v str> {
        let given = given.map(String::as_str).filter(|text| !text.trim().is_empty());
        let line = self.line(name, given);
        match given.and_then(fault) {
            None => line,
            Some(character) => line.fails(unsafe_finding(character)),
        }
    }

    /// A calendar date, `YYYY-MM-DD`, that exists.
    pub fn date<'v>(
        &mut self,
        name: &'static str,
        given: impl Into<Option<&'v String>>,
    ) -> Line<'_, 'p, NaiveDate> {
        self.text(name, given).read(calendar_date)
    }

    /// A value whose type says all about its form: a number, a yes or no, one of a list.
    pub fn value<V: Copy>(&mut self, name: &'static str, given: Option<V>) -> Line<'_, 'p, V> {
        self.line(name, given)
    }

    /// A group of properties.
    pub fn part<'v, T>(&mut self, name: &'static str, given: Option<&'v T>) -> Line<'_, 'p, &'v T> {
        self.line(name, given)
    }

    /// An array; empty counts as not given.
    pub fn bag<'v, T>(&mut self, name: &'static str, given: &'v [T]) -> Line<'_, 'p, &'v [T]> {
        self.line(name, (!given.is_empty()).then_some(given))
    }

    /// Reads a text at the very place the list stands at, an entry of an array of texts, as an identifier.
    pub fn entry<T>(&mut self, text: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) {
        if let Err(fault) = parse(text) {
            self.defect(Finding::refusing(fault).found(text));
        }
    }

    fn line<V>(&mut self, name: &'static str, given: Option<V>) -> Line<'_, 'p, V> {
        let wanted = self.wants(name);
        let line = Line::new(self, name, given);
        if wanted { line.required() } else { line }
    }

    /// A defect of the place the list stands at.
    pub fn defect(&mut self, finding: Finding) {
        self.record(Severity::Defect, finding);
    }

    /// A warning about the place the list stands at.
    pub fn warning(&mut self, finding: Finding) {
        self.record(Severity::Warning, finding);
    }

    fn record(&mut self, severity: Severity, finding: Finding) {
        let place = names::spoken(&self.pointer);
        let Finding { code, says, found, allowed } = finding;
        self.defects.push(Defect {
            code,
            severity,
            pointer: self.pointer.clone(),
            message: Bilingual::new(format!("{}{}", place.zh, says.zh), format!("{} {}", place.en, says.en)),
            found,
            allowed,
            source: self.source.map(str::to_owned),
            check: self.check,
        });
    }
}

const NOT_A_DATE: Fault = Fault {
    code: FaultCode::Date,
    allowed: Text::new("存在的日期，格式 YYYY-MM-DD", "a date that exists, as YYYY-MM-DD"),
};

/// `YYYY-MM-DD`; chrono alone would also take `2026-3-1` and `+2026-03-01`.
fn calendar_date(text: &str) -> Result<NaiveDate, Fault> {
    let digits_and_hyphens =
        text.char_indices().all(|(at, c)| if matches!(at, 4 | 7) { c == '-' } else { c.is_ascii_digit() });
    if text.len() == 10 && digits_and_hyphens {
        text.parse().map_err(|_| NOT_A_DATE)
    } else {
        Err(NOT_A_DATE)
    }
}

fn unsafe_finding(character: char) -> Finding {
    Finding::new(
        DefectCode::UnsafeCharacter,
        Text::new("含有不可见或改变文字方向的字符", "holds an invisible or direction-changing character"),
    )
    .found(format_args!("U+{:04X}", u32::from(character)))
    .allowed(Text::new("可见字符", "visible characters"))
}

fn turns_or_controls(character: char) -> bool {
    let layout = matches!(character, '\n' | '\r' | '\t');
    (character.is_control() && !layout)
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// What fits into an answer: at most 60 characters, all of them visible.
fn excerpt(text: &str) -> String {
    text.chars()
        .map(|c| if unsafe_character(c.encode_utf8(&mut [0; 4])).is_some() { '�' } else { c })
        .take(60)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Checklist<'static> {
        Checklist::new(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap())
    }

    #[test]
    fn a_defect_knows_its_place_source_and_check() {
        let mut list = list();
        list.by("rule 1");
        list.within("items", |list| {
            list.within(0, |list| {
                list.by("rule 2");
                list.under(AcceptanceCheck::A03, |list| {
                    list.value("pctIndicator", None::<bool>).required();
                });
                list.text("remark", &Some("a\u{202E}b".to_owned()));
            });
        });
        list.value("channel", None::<bool>).required();
        let defects = list.into_defects();
        let seen: Vec<_> =
            defects.iter().map(|d| (d.pointer.as_str(), d.code, d.check, d.source.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (
                    "/items/0/pctIndicator",
                    DefectCode::Required,
                    Some(AcceptanceCheck::A03),
                    Some(AcceptanceCheck::A03.source())
                ),
                ("/items/0/remark", DefectCode::UnsafeCharacter, None, Some("rule 2")),
                ("/channel", DefectCode::Required, None, Some("rule 1")),
            ]
        );
        assert_eq!(defects[1].found.as_deref(), Some("U+202E"));
    }

    #[test]
    fn what_the_service_wants_is_needed_at_that_place_only() {
        let wanted = ["workTitle".to_owned()];
        let mut list = list();
        list.wanting(&wanted);
        list.text("workTitle", None);
        list.within("inner", |list| {
            list.text("workTitle", None);
        });
        list.text("workTitle", &Some("  ".to_owned())).required();
        let pointers: Vec<_> = list.into_defects().into_iter().map(|defect| defect.pointer).collect();
        assert_eq!(pointers, ["/workTitle", "/workTitle"]);
    }

    #[test]
    fn dates_exist_and_have_one_form() {
        for (text, exists) in [
            ("2026-02-28", true),
            ("2024-02-29", true),
            ("2026-02-30", false),
            ("2026-2-28", false),
            ("+026-02-28", false),
            ("2026-02-28T00:00", false),
            ("二零二六年初一日", false),
        ] {
            let mut list = list();
            assert_eq!(list.date("filingDate", &Some(text.to_owned())).value().is_some(), exists, "{text}");
            assert_eq!(list.into_defects().len(), usize::from(!exists), "{text}");
        }
    }

    #[test]
    fn prose_may_have_lines_but_not_turn_around() {
        for (text, safe) in [("第一行\n第二行\u{200B}", true), ("a\u{2066}b", false), ("a\u{0}b", false)]
        {
            let mut list = list();
            list.prose("remark", &Some(text.to_owned()));
            assert_eq!(list.into_defects().is_empty(), safe, "{text:?}");
        }
    }

    #[test]
    fn excerpts_are_short_and_visible() {
        assert_eq!(excerpt("a\nb"), "a�b");
        assert_eq!(excerpt(&"长".repeat(99)).chars().count(), 60);
    }
}
