//! Pages of a list: `limit`, `offset` or `cursor`, `sort`, `fields`, `count`, and the envelope they come back in.

use crate::language::{Bilingual, Text};
use crate::problem::{Detail, Problem};
use crate::shape::Shape;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use utoipa::ToSchema;

pub const DEFAULT_LIMIT: u32 = 20;
pub const MOST: u32 = 200;
/// Unknown names that are told of one list.
const MOST_FAULTS: usize = 20;
pub const FARTHEST_OFFSET: u32 = 10_000;
pub const LIMIT_RULE: Text = Text::new("1 至 200 的整数", "a whole number from 1 to 200");
pub const OFFSET_RULE: Text =
    Text::new("0 至 10000 的整数；更远请用 cursor", "a whole number from 0 to 10000; beyond it use cursor");
/// A place in a list that only an earlier answer can give.
pub const CURSOR_RULE: Text =
    Text::new("上一页 links.next 中的 cursor", "the cursor in links.next of the page before");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub field: &'static str,
    pub direction: Direction,
}

/// What page of a list is wanted.
#[derive(Debug, Clone)]
pub struct Page {
    pub limit: u32,
    pub offset: u32,
    /// Opaque text of an earlier answer; the list says where it goes on.
    pub cursor: Option<String>,
    pub sort: Sort,
    pub fields: Vec<String>,
    pub count: bool,
    pub path: String,
    pub filters: Vec<(String, String)>,
}

impl Page {
    #[expect(clippy::too_many_arguments, reason = "these are the parameters every list has")]
    pub fn new(
        limit: u32,
        offset: u32,
        cursor: Option<String>,
        sort: Option<&str>,
        fields: Option<&str>,
        count: bool,
        sorts: &'static [&'static str],
        default_sort: &'static str,
        item: &Shape,
    ) -> Result<Self, Vec<Detail>> {
        let mut faults = Vec::new();
        let mut fault = |name: &str, value: String, rule: Bilingual| {
            faults.extend(Problem::invalid(name, value, rule).details);
        };
        if !(1..=MOST).contains(&limit) {
            fault("limit", limit.to_string(), LIMIT_RULE.into());
        }
        if offset > FARTHEST_OFFSET || (offset > 0 && cursor.is_some()) {
            fault("offset", offset.to_string(), OFFSET_RULE.into());
        }
        let wanted = sort.unwrap_or(default_sort);
        let sort = parse_sort(wanted, sorts);
        if sort.is_none() {
            fault("sort", wanted.to_owned(), Bilingual::codes(orders(sorts)));
        }
        let fields: Vec<String> =
            fields.unwrap_or_default().split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect();
        let unknown: BTreeSet<&String> =
            fields.iter().filter(|field| !item.names().any(|name| name == field.as_str())).collect();
        for unknown in unknown.into_iter().take(MOST_FAULTS) {
            fault("fields", unknown.clone(), Bilingual::codes(item.names()));
        }
        match sort {
            Some(sort) if faults.is_empty() => Ok(Self {
                limit,
                offset,
                cursor,
                sort,
                fields,
                count,
                path: String::new(),
                filters: Vec::new(),
            }),
            _ => Err(faults),
        }
    }

    /// Wraps one page. `rows` may hold one more than the limit: that one only says that there is a next page.
    pub fn answer<T: Serialize>(
        self,
        rows: Vec<T>,
        cursor_of: impl Fn(&T) -> String,
        total: Option<i64>,
    ) -> Result<PageOf<Shown<T>>, Problem> {
        let more = rows.len() > self.limit as usize;
        let kept: Vec<T> = rows.into_iter().take(self.limit as usize).collect();
        let next = kept.last().filter(|_| more).map(|last| self.link(Some(&cursor_of(last))));
        let items = kept.into_iter().map(|row| self.project(row)).collect::<Result<_, _>>()?;
        let direction = if self.sort.direction == Direction::Ascending { "asc" } else { "desc" };
        Ok(PageOf {
            items,
            limit: self.limit,
            offset: self.offset,
            sort: format!("{}:{direction}", self.sort.field),
            total_quantity: total,
            links: Links { this: self.link(self.cursor.as_deref()), next },
        })
    }

    /// Cuts a page out of a list that is at hand as a whole; its cursor is a place in the list.
    pub fn cut<T: Serialize>(self, rows: Vec<T>) -> Result<PageOf<Shown<T>>, Problem> {
        let total = self.count.then_some(i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let place = match self.cursor.as_deref() {
            Some(cursor) => cursor.parse().map_err(|_| Problem::invalid("cursor", cursor, CURSOR_RULE))?,
            None => self.offset as usize,
        };
        let next = place.saturating_add(self.limit as usize);
        let kept = rows.into_iter().skip(place).take(self.limit as usize + 1).collect();
        self.answer(kept, |_: &T| next.to_string(), total)
    }

    fn project<T: Serialize>(&self, row: T) -> Result<Shown<T>, Problem> {
        if self.fields.is_empty() {
            return Ok(Shown::Whole(row));
        }
        match serde_json::to_value(&row) {
            Ok(Value::Object(members)) => {
                Ok(Shown::Part(members.into_iter().filter(|(name, _)| self.fields.contains(name)).collect()))
            }
            Ok(_) => Ok(Shown::Whole(row)),
            Err(error) => Err(Problem::internal(error.to_string())),
        }
    }

    fn link(&self, cursor: Option<&str>) -> String {
        let mut pairs: Vec<String> =
            self.filters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if let Some(cursor) = cursor {
            pairs.push(format!("cursor={}", encode(cursor)));
        } else if self.offset > 0 {
            pairs.push(format!("offset={}", self.offset));
        }
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }
}

/// Every order of a list, as it is asked for.
fn orders(sorts: &'static [&'static str]) -> impl Iterator<Item = String> {
    sorts.iter().flat_map(|known| match known.split_once(':') {
        Some(_) => vec![(*known).to_owned()],
        None => vec![format!("{known}:asc"), format!("{known}:desc")],
    })
}

fn parse_sort(text: &str, sorts: &'static [&'static str]) -> Option<Sort> {
    let (field, word) = text.split_once(':').unwrap_or((text, "asc"));
    let direction = match word {
        "asc" => Direction::Ascending,
        "desc" => Direction::Descending,
        _ => return None,
    };
    sorts.iter().find_map(|known| match known.split_once(':') {
        // A list with one order only says which, and takes no other.
        Some((only, way)) => (only == field && way == word).then_some(Sort { field: only, direction }),
        None => (*known == field).then_some(Sort { field: known, direction }),
    })
}

fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// An item of a page, or the members of it that were asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Shown<T> {
    Whole(T),
    Part(Map<String, Value>),
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageOf<T> {
    #[schema(max_items = 200)]
    pub items: Vec<T>,
    /// Most items on a page.
    #[schema(example = 20, minimum = 1, maximum = 200)]
    pub limit: u32,
    #[schema(example = 0, minimum = 0, maximum = 10_000)]
    pub offset: u32,
    /// Property and direction.
    #[schema(example = "code:asc", max_length = 100)]
    pub sort: String,
    /// How many there are in all that the caller may see; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub total_quantity: Option<i64>,
    pub links: Links,
}

/// Where this page and the next one are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    #[schema(example = "/api/v1/nodes?limit=20", max_length = 2000)]
    #[serde(rename = "self")]
    pub this: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/nodes?limit=20&cursor=20", max_length = 2000)]
    pub next: Option<String>,
}
