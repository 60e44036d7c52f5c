//! What is wrong with a body that is no JSON: the place, and the cause in both languages. The text itself is not said
//! back.

use crate::language::{Bilingual, Text};
use crate::problem::{Code, Detail, Problem};

pub(super) const TOO_DEEP: Text = Text::new("嵌套超过 32 层", "deeper than 32 levels");
pub(super) const TOO_MANY: Text = Text::new("数组超过 1000 个元素", "more than 1000 elements in an array");
pub(super) const NUL: Text = Text::new("字符串含有 NUL 字符", "a NUL character in a string");
pub(super) const NOT_FINITE: Text = Text::new("数值超出范围", "a number that is not finite");
pub(super) const REPEATED_KEY: Text = Text::new("同一对象中有重复的键", "a key stands twice in one object");

/// What this program says, and what its parser says most often.
const CAUSES: &[Text] = &[
    TOO_DEEP,
    TOO_MANY,
    NUL,
    NOT_FINITE,
    REPEATED_KEY,
    Text::new("嵌套过深", "recursion limit exceeded"),
    Text::new("数值超出范围", "number out of range"),
    Text::new("数值有误", "invalid number"),
    Text::new("缺少值", "expected value"),
    Text::new("无法识别的字面值", "expected ident"),
    Text::new("缺少冒号", "expected `:`"),
    Text::new("缺少逗号或 ]", "expected `,` or `]`"),
    Text::new("缺少逗号或 }", "expected `,` or `}`"),
    Text::new("多余的逗号", "trailing comma"),
    Text::new("结尾之后还有内容", "trailing characters"),
    Text::new("键须为字符串", "key must be a string"),
    Text::new("转义有误", "invalid escape"),
    Text::new(
        "字符串含有未转义的控制字符",
        "control character (\\u0000-\\u001F) found while parsing a string",
    ),
    Text::new("不是有效的 Unicode", "invalid unicode code point"),
    Text::new("代理项不成对", "lone leading surrogate in hex escape"),
    Text::new("代理项不成对", "unexpected end of hex escape"),
    Text::new("JSON 在数组中间结束", "EOF while parsing a list"),
    Text::new("JSON 在对象中间结束", "EOF while parsing an object"),
    Text::new("JSON 在字符串中间结束", "EOF while parsing a string"),
    Text::new("JSON 提前结束", "EOF while parsing a value"),
];

/// Why a text is no JSON, and where.
#[derive(Debug)]
pub struct Malformed {
    line: usize,
    column: usize,
    cause: Bilingual,
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        let said = error.to_string();
        // The place is appended to the message; what is left of it is the cause.
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(cause, _)| cause);
        let known = CAUSES.iter().find(|cause| cause.en == said).copied();
        let cause = known.map_or_else(|| Bilingual::new("语法有误", said), Bilingual::from);
        Self { line: error.line(), column: error.column(), cause }
    }
}

impl Malformed {
    pub fn problem(self) -> Problem {
        let Self { line, column, cause } = self;
        let message = Bilingual::new(
            format!("第 {line} 行第 {column} 列：{}", cause.zh),
            format!("line {line}, column {column}: {}", cause.en),
        );
        let detail = Detail {
            code: "SYNTAX".to_owned(),
            message,
            target: String::new(),
            value: None,
            allowed: Some(Text::new("一个 UTF-8 编码的 JSON 值", "one JSON value in UTF-8").into()),
            source: None,
        };
        Problem::new(Code::MalformedJson).with_details(vec![detail])
    }
}

#[cfg(test)]
mod tests {
    use crate::edge::json::parse;

    #[test]
    fn the_cause_is_said_in_chinese_too() {
        let said = |bytes: &[u8]| {
            let fault = parse(bytes).unwrap_err();
            (fault.line, fault.column, fault.cause.zh)
        };
        assert_eq!(said(b"{\n  \"a\": 1,\n  \"a\": 2}"), (3, 5, "同一对象中有重复的键".to_owned()));
        for bad in [
            "{",
            "[",
            "[1",
            "\"",
            "",
            "[1,]",
            "{\"a\":1,}",
            "{} {}",
            "{1:2}",
            "{\"a\" 1}",
            "[1 2]",
            "nul",
            "1e999",
            "01",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\n\"",
            "\"\\u0000\"",
            "\u{feff}{}",
        ] {
            assert_ne!(said(bad.as_bytes()).2, "语法有误", "{bad}");
        }
    }

    #[test]
    fn the_limits_in_words_are_the_limits() {
        for (open, most) in [("[", 32), ("{\"a\":", 32)] {
            assert!(
                parse(open.repeat(most + 1).as_bytes()).unwrap_err().cause.en.contains(&most.to_string())
            );
        }
        let many = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
        assert!(parse(many(1000).as_bytes()).is_ok());
        assert!(parse(many(1001).as_bytes()).unwrap_err().cause.en.contains("1000"));
    }
}
