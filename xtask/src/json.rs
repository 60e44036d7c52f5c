//! A small JSON reader: enough for what cargo, Spectral and the server print.

use std::str::Chars;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text.chars() };
        let value = reader.value()?;
        reader.skip_space();
        if reader.rest.as_str().is_empty() { Ok(value) } else { Err(reader.fault("the end")) }
    }

    /// The member of that name, or `None` also where this is no object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find_map(|(key, value)| (key == name).then_some(value))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        if let Some(Self::Number(number)) = self.get(name) { Some(*number) } else { None }
    }

    /// The elements of a list, or nothing where this is none.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The elements of the list of that name, or nothing where there is none.
    pub fn list(&self, name: &str) -> &[Self] {
        self.get(name).map_or(&[], Self::items)
    }
}

struct Reader<'a> {
    rest: Chars<'a>,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Json, String> {
        self.skip_space();
        match self.peek() {
            Some('{') => self.object(),
            Some('[') => self.list(),
            Some('"') => self.text().map(Json::Text),
            Some('t') => self.word("true", Json::Bool(true)),
            Some('f') => self.word("false", Json::Bool(false)),
            Some('n') => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self) -> Result<Json, String> {
        self.expect('{')?;
        let mut members = Vec::new();
        self.until('}', |reader| {
            reader.skip_space();
            let name = reader.text()?;
            reader.skip_space();
            reader.expect(':')?;
            members.push((name, reader.value()?));
            Ok(())
        })?;
        Ok(Json::Object(members))
    }

    fn list(&mut self) -> Result<Json, String> {
        self.expect('[')?;
        let mut items = Vec::new();
        self.until(']', |reader| {
            items.push(reader.value()?);
            Ok(())
        })?;
        Ok(Json::List(items))
    }

    /// Comma-separated entries up to and including `close`.
    fn until(
        &mut self,
        close: char,
        mut entry: impl FnMut(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.skip_space();
        if self.take(close) {
            return Ok(());
        }
        loop {
            entry(self)?;
            self.skip_space();
            if self.take(close) {
                return Ok(());
            }
            self.expect(',')?;
        }
    }

    fn text(&mut self) -> Result<String, String> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.rest.next() {
                None => return Err(self.fault("a closing quote")),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(other) => text.push(other),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        Ok(match self.rest.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('u') => self.unicode_escape()?,
            Some(literal @ ('"' | '\\' | '/')) => literal,
            _ => return Err(self.fault("a known escape")),
        })
    }

    fn unicode_escape(&mut self) -> Result<char, String> {
        let first = self.code_unit()?;
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) {
            self.expect('\\')?;
            self.expect('u')?;
            units.push(self.code_unit()?);
        }
        let decoded = char::decode_utf16(units).next();
        decoded.and_then(Result::ok).ok_or_else(|| self.fault("a whole surrogate pair"))
    }

    fn code_unit(&mut self) -> Result<u16, String> {
        let digits: String = self.rest.by_ref().take(4).collect();
        u16::from_str_radix(&digits, 16).map_err(|_| self.fault("four hexadecimal digits"))
    }

    fn number(&mut self) -> Result<Json, String> {
        let rest = self.rest.as_str();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let (digits, after) = rest.split_at(end.unwrap_or(rest.len()));
        let number = digits.parse().map_err(|_| self.fault("a value"))?;
        self.rest = after.chars();
        Ok(Json::Number(number))
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, String> {
        let after = self.rest.as_str().strip_prefix(word).ok_or_else(|| self.fault(word))?;
        self.rest = after.chars();
        Ok(value)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.as_str().trim_start().chars();
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest.next();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(&format!("`{wanted}`"))) }
    }

    fn fault(&self, wanted: &str) -> String {
        let found: String = self.rest.clone().take(20).collect();
        format!("JSON: {wanted} expected, found `{found}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_tools_print() {
        let json =
            Json::parse(r#" {"a": [1, -2.5e1, true, null], "b": {"c": "市\n\u00e9\ud83d\ude00"}, "d": []} "#);
        let json = json.unwrap();
        assert_eq!(json.list("a"), [Json::Number(1.0), Json::Number(-25.0), Json::Bool(true), Json::Null]);
        assert_eq!(json.get("b").unwrap().text("c"), Some("市\né😀"));
        assert_eq!(json.get("d"), Some(&Json::List(Vec::new())));
        assert_eq!(json.get("absent"), None);
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "nul", "\"open", "1 2", "\"\\ud83d\"", "{a:1}"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }
}
