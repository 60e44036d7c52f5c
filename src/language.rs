//! The two languages of every text a person may see: Chinese first, English beside it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The language an answer is written in, chosen by `Accept-Language`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Chinese,
    English,
}

impl Language {
    /// The BCP 47 tag for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Picks the language of highest weight in an `Accept-Language` value (RFC 9110 §12.5.4); Chinese when none is ours.
    pub fn negotiate(header: Option<&str>) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in header.unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en") => Self::English,
                _ => continue,
            };
            if weight > 0.0 && best.is_none_or(|(so_far, _)| weight > so_far) {
                best = Some((weight, language));
            }
        }
        best.map_or(Self::Chinese, |(_, language)| language)
    }
}

/// A text of the program itself, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    pub zh: &'static str,
    pub en: &'static str,
}

impl Text {
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A text that comes from data (a city pack, a decision), in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    #[schema(example = "快速预审", max_length = 4000)]
    pub zh: String,
    /// English.
    #[schema(example = "fast pre-examination", max_length = 4000)]
    pub en: String,
}

impl Bilingual {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// Codes, which are the same in both.
    pub fn codes<C: AsRef<str>>(codes: impl IntoIterator<Item = C>) -> Self {
        let mut listed = String::new();
        for code in codes {
            if !listed.is_empty() {
                listed.push_str(", ");
            }
            listed.push_str(code.as_ref());
        }
        Self::new(listed.clone(), listed)
    }

    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

impl From<Text> for Bilingual {
    fn from(text: Text) -> Self {
        Self::new(text.zh, text.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_of_our_languages_wins_and_chinese_is_the_default() {
        for (header, expected) in [
            (None, Language::Chinese),
            (Some("en"), Language::English),
            (Some("en-GB,zh;q=0.5"), Language::English),
            (Some("fr, en;q=0.2, zh-CN;q=0.9"), Language::Chinese),
            (Some("fr"), Language::Chinese),
            (Some("en;q=0"), Language::Chinese),
            (Some("zh;q=x,en;q=0.3"), Language::Chinese),
        ] {
            assert_eq!(Language::negotiate(header), expected, "{header:?}");
        }
    }
}
