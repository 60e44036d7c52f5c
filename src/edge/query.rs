//! The query of a list: its typed filters and the parameters every list knows.

use super::headers::is_strict;
use crate::language::{Bilingual, Text};
use crate::page::{self, Page};
use crate::problem::{Code, Detail, Problem};
use crate::shape::Shape;
use actix_web::http::header::HeaderMap;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Query parameters, each at most once; what a list takes out of them it knows.
pub struct Query {
    given: BTreeMap<String, String>,
    known: Vec<&'static str>,
    strict: bool,
    path: String,
    faults: Vec<Detail>,
}

impl Query {
    pub fn of(request: &actix_web::HttpRequest) -> Result<Self, Problem> {
        Self::parse(request.path(), request.query_string(), request.headers())
    }

    fn parse(path: &str, query: &str, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut given = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if given.insert(name.clone(), value.clone()).is_some() {
                return Err(Problem::invalid(
                    &name,
                    value,
                    Text::new("每个参数只出现一次", "each parameter once"),
                ));
            }
        }
        Ok(Self {
            given,
            known: Vec::new(),
            strict: is_strict(headers),
            path: path.to_owned(),
            faults: Vec::new(),
        })
    }

    /// For an operation that takes no parameters: a strict caller is refused any.
    pub fn refuse_any(request: &actix_web::HttpRequest) -> Result<(), Problem> {
        if is_strict(request.headers()) { Self::of(request)?.end() } else { Ok(()) }
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        self.given.get(name).cloned()
    }

    /// A typed filter; a value that does not parse is one of the faults that `page` reports.
    pub fn value<T: std::str::FromStr>(&mut self, name: &'static str, allowed: Text) -> Option<T> {
        let text = self.text(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(name, &text, allowed);
        }
        parsed
    }

    /// A filter by code, such as `track=ENFORCEMENT`.
    pub fn code<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        allowed: impl Into<Bilingual>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let parsed = read(&text);
        if parsed.is_none() {
            self.fault(name, &text, allowed);
        }
        parsed
    }

    fn fault(&mut self, name: &str, value: &str, allowed: impl Into<Bilingual>) {
        self.faults.extend(Problem::invalid(name, value, allowed).details);
    }

    /// Takes the paging parameters of a list of `T` and ends the reading: every fault is reported at once.
    pub fn page<T: ToSchema + 'static>(
        mut self,
        sorts: &'static [&'static str],
        default_sort: &'static str,
    ) -> Result<Page, Problem> {
        let limit = self.value("limit", page::LIMIT_RULE).unwrap_or(page::DEFAULT_LIMIT);
        let offset = self.value("offset", page::OFFSET_RULE).unwrap_or(0);
        let count = self.value("count", Text::new("true 或 false", "true or false")).unwrap_or(false);
        let cursor = self.text("cursor");
        let fields = self.text("fields");
        let sort = self.text("sort");
        let known = std::mem::take(&mut self.known);
        let item = Shape::shared::<T>();
        let (sort, fields) = (sort.as_deref(), fields.as_deref());
        let page = Page::new(limit, offset, cursor, sort, fields, count, sorts, default_sort, &item);
        match page {
            Ok(mut page) => {
                self.finish(&known)?;
                page.path = self.path;
                page.filters = self
                    .given
                    .into_iter()
                    .filter(|(name, _)| {
                        known.contains(&name.as_str()) && !matches!(name.as_str(), "offset" | "cursor")
                    })
                    .collect();
                Ok(page)
            }
            Err(details) => {
                self.faults.extend(details);
                self.finish(&known)?;
                Err(Problem::new(Code::InvalidValue))
            }
        }
    }

    /// Ends the reading for an operation that is not a list.
    pub fn end(mut self) -> Result<(), Problem> {
        let known = std::mem::take(&mut self.known);
        self.finish(&known)
    }

    fn finish(&self, known: &[&str]) -> Result<(), Problem> {
        if !self.faults.is_empty() {
            let target = self.faults[0].target.clone();
            return Err(Problem::new(Code::InvalidValue).at(target).with_details(self.faults.clone()));
        }
        match self.given.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) if self.strict => Err(Problem::new(Code::UnknownParameter).at(unknown.clone())),
            _ => Ok(()),
        }
    }
}

/// Percent-decoding of a query part; `+` is a space, as forms write it.
pub fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'x'), rest.next().unwrap_or(b'x')];
                let hex = std::str::from_utf8(&digits).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                hex.ok_or_else(malformed)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or_else(malformed)
}

fn malformed() -> Problem {
    Problem::invalid("query", "%", Text::new("UTF-8 的百分号编码", "percent-encoded UTF-8"))
}
