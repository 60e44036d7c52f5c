//! One line of a checklist: a property of the form and what must hold of it.

use super::checklist::{Checklist, Finding};
use super::defect::{DefectCode, Severity};
use crate::identifiers::Fault;
use crate::language::{Bilingual, Text};
use chrono::NaiveDate;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// A property and its value, if one was given. The first demand that fails is recorded and the later ones are passed
/// over: one fault of one value is told once.
pub struct Line<'l, 'p, V> {
    list: &'l mut Checklist<'p>,
    name: &'static str,
    value: Option<V>,
    told: bool,
}

impl<'l, 'p, V> Line<'l, 'p, V> {
    pub(super) fn new(list: &'l mut Checklist<'p>, name: &'static str, value: Option<V>) -> Self {
        Self { list, name, value, told: false }
    }

    /// It must be given.
    pub fn required(self) -> Self {
        if self.value.is_none() && !self.told { self.fails(MISSING) } else { self }
    }

    pub fn required_if(self, needed: bool) -> Self {
        if needed { self.required() } else { self }
    }

    /// It must not be given.
    pub fn absent(self, says: Text) -> Self {
        self.must(
            |_| false,
            |_| Finding::new(DefectCode::NotAllowed, says).allowed(Text::new("应为空", "nothing")),
        )
    }

    /// If given, it must fulfil the demand.
    pub fn must(self, demand: impl FnOnce(&V) -> bool, otherwise: impl FnOnce(&V) -> Finding) -> Self {
        match self.value.as_ref().filter(|value| !demand(value)).map(otherwise) {
            None => self,
            Some(finding) => self.fails(finding),
        }
    }

    /// If given, it should fulfil the demand: somebody is to look at it, but the form can be handed in.
    pub fn should(self, demand: impl FnOnce(&V) -> bool, otherwise: impl FnOnce(&V) -> Finding) -> Self {
        match self.value.as_ref().filter(|value| !demand(value)).map(otherwise) {
            None => self,
            Some(finding) => self.tells(Severity::Warning, finding),
        }
    }

    /// Records the finding as a defect and takes the value out of the later demands.
    pub fn fails(self, finding: Finding) -> Self {
        Self { value: None, ..self.tells(Severity::Defect, finding) }
    }

    fn tells(self, severity: Severity, finding: Finding) -> Self {
        self.list.within(self.name, |list| match severity {
            Severity::Defect => list.defect(finding),
            Severity::Warning => list.warning(finding),
        });
        Self { told: true, ..self }
    }

    /// The value, if one was given and every demand so far holds.
    pub fn value(self) -> Option<V> {
        self.value
    }
}

impl<'l, 'p> Line<'l, 'p, &str> {
    /// At most so many characters.
    pub fn at_most(self, most: usize) -> Self {
        self.must(
            |text| text.chars().count() <= most,
            |text| {
                Finding::new(DefectCode::TooLong, Text::new("过长", "is too long"))
                    .found(text.chars().count())
                    .allowed(Bilingual::new(format!("最多 {most} 字"), format!("at most {most} characters")))
            },
        )
    }

    /// The text read as what it stands for: an identifier, a date, an amount.
    pub fn read<T>(self, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Line<'l, 'p, T> {
        self.parsed(|text| parse(text).map_err(|fault| Finding::refusing(fault).found(text)))
    }

    /// As [`read`](Self::read), for what belongs to a person: what was found is masked.
    pub fn personal<T>(self, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Line<'l, 'p, T> {
        self.parsed(|text| parse(text).map_err(|fault| Finding::refusing(fault).found(masked(text))))
    }

    fn parsed<T>(self, parse: impl FnOnce(&str) -> Result<T, Finding>) -> Line<'l, 'p, T> {
        let Self { list, name, value, told } = self;
        match value.map(parse).transpose() {
            Ok(value) => Line { list, name, value, told },
            Err(finding) => Line { list, name, value: None, told }.fails(finding),
        }
    }
}

impl<V: PartialOrd + Display> Line<'_, '_, V> {
    pub fn between(self, bounds: RangeInclusive<V>) -> Self {
        self.must(
            |value| bounds.contains(value),
            |value| {
                let (least, most) = (bounds.start(), bounds.end());
                Finding::new(DefectCode::Range, Text::new("超出范围", "is out of range"))
                    .found(value)
                    .allowed(Bilingual::new(format!("{least} 至 {most}"), format!("{least} to {most}")))
            },
        )
    }
}

impl Line<'_, '_, NaiveDate> {
    pub fn not_future(self) -> Self {
        let today = self.list.today();
        self.must(
            |date| *date <= today,
            |date| {
                Finding::new(DefectCode::Range, Text::new("不能晚于今天", "must not be later than today"))
                    .found(date)
                    .allowed(Bilingual::new(format!("不晚于 {today}"), format!("{today} or earlier")))
            },
        )
    }

    /// Two dates of one story must come in its order.
    pub fn not_before(self, earlier: Option<NaiveDate>, says: Text) -> Self {
        let Some(earlier) = earlier else { return self };
        self.must(
            |date| earlier <= *date,
            |date| {
                let allowed = Bilingual::new(format!("不早于 {earlier}"), format!("{earlier} or later"));
                Finding::new(DefectCode::Conflict, says).found(date).allowed(allowed)
            },
        )
    }
}

impl Line<'_, '_, bool> {
    /// A no is impossible.
    pub fn affirmed(self, says: Text) -> Self {
        self.must(|yes| *yes, |no| answered(*no, says))
    }

    /// A yes is impossible.
    pub fn denied(self, says: Text) -> Self {
        self.must(|yes| !yes, |yes| answered(*yes, says))
    }
}

impl<'p, 'v, T> Line<'_, 'p, &'v T> {
    /// Checks the properties inside the group.
    pub fn inside(self, act: impl FnOnce(&mut Checklist<'p>, &'v T)) {
        if let Some(part) = self.value {
            self.list.within(self.name, |list| act(list, part));
        }
    }
}

impl<'p, 'v, T> Line<'_, 'p, &'v [T]> {
    /// Checks every entry of the array; the entry's place counts from 0.
    pub fn each(self, mut act: impl FnMut(&mut Checklist<'p>, usize, &'v T)) {
        let entries = self.value.unwrap_or_default();
        self.list.within(self.name, |list| {
            for (place, entry) in entries.iter().enumerate() {
                list.within(place, |list| act(list, place, entry));
            }
        });
    }
}

const MISSING: Finding = Finding::new(DefectCode::Required, Text::new("未填写", "is missing"));

/// A yes where only a no is possible, or the reverse.
fn answered(answer: bool, says: Text) -> Finding {
    let other = (!answer).to_string();
    Finding::new(DefectCode::NotAllowed, says).found(answer).allowed(Bilingual::new(other.clone(), other))
}

/// The first three and last four characters of a long value, nothing of a short one.
fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    match characters.as_slice() {
        [head @ .., _, _, _, _] if head.len() >= 7 => {
            let tail = &characters[head.len()..];
            head[..3].iter().copied().chain("***".chars()).chain(tail.iter().copied()).collect()
        }
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::defect::Defect;
    use crate::identifiers::{CountryCode, PatentNumber, ResidentId};

    fn told(act: impl FnOnce(&mut Checklist<'_>)) -> Vec<Defect> {
        let mut list = Checklist::new(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
        act(&mut list);
        list.into_defects()
    }

    #[test]
    fn one_value_has_one_defect() {
        let defects = told(|list| {
            list.date("filingDate", &Some("2026-02-30".to_owned())).required().not_future();
            list.text("title", None).at_most(3).required().required();
            list.value("claims", Some(0)).required().between(1..=9).must(|_| false, |_| MISSING);
        });
        let codes: Vec<_> = defects.iter().map(|defect| defect.code).collect();
        assert_eq!(codes, [DefectCode::Date, DefectCode::Required, DefectCode::Range]);
    }

    #[test]
    fn a_warning_leaves_the_value_to_the_later_demands() {
        let defects = told(|list| {
            list.value("claims", Some(11)).should(|claims| *claims <= 10, |_| MISSING).between(1..=9);
        });
        let severities: Vec<_> = defects.iter().map(|defect| defect.severity).collect();
        assert_eq!(severities, [Severity::Warning, Severity::Defect]);
    }

    #[test]
    fn length_is_counted_in_characters() {
        let defects = told(|list| {
            list.text("title", &Some("一二三".to_owned())).at_most(3);
            list.text("title", &Some("一二三四".to_owned())).at_most(3);
        });
        let seen: Vec<_> = defects.iter().map(|defect| (defect.code, defect.found.as_deref())).collect();
        assert_eq!(seen, [(DefectCode::TooLong, Some("4"))]);
    }

    #[test]
    fn what_belongs_to_a_person_is_masked() {
        let defects = told(|list| {
            list.text("value", &Some("320602198503124011".to_owned())).personal(ResidentId::parse);
            list.text("value", &Some("3206021985".to_owned())).personal(ResidentId::parse);
            list.text("value", &Some("202440112233.5".to_owned())).read(PatentNumber::parse);
        });
        let seen: Vec<_> = defects.iter().map(|defect| (defect.code, defect.found.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (DefectCode::CheckDigit, Some("320***4011")),
                (DefectCode::Format, Some("***")),
                (DefectCode::Kind, Some("202440112233.5")),
            ]
        );
    }

    #[test]
    fn statements_are_affirmed_or_denied() {
        let no = Text::new("不行", "must not be");
        for (value, affirmed, denied) in [(Some(true), 0, 1), (Some(false), 1, 0), (None, 0, 0)] {
            let defects = told(|list| {
                list.value("affirmed", value).affirmed(no);
                list.value("denied", value).denied(no);
            });
            let about = |name| defects.iter().filter(|defect| defect.pointer == name).count();
            assert_eq!((about("/affirmed"), about("/denied")), (affirmed, denied));
        }
    }

    #[test]
    fn entries_are_pointed_at_by_their_place() {
        let defects = told(|list| {
            list.bag("targetCountryCodeBag", &["DE", "ZZ"]).required().each(|list, _, country| {
                list.entry(country, CountryCode::parse);
            });
            list.bag::<u8>("creatorBag", &[]).required();
        });
        let pointers: Vec<_> = defects.iter().map(|defect| defect.pointer.as_str()).collect();
        assert_eq!(pointers, ["/targetCountryCodeBag/1", "/creatorBag"]);
    }
}
