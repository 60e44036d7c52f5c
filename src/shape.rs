//! The shape of what is sent: which properties there are and of what type. It is compiled from the schema that the API
//! publishes, so that the contract and the check are one text. Shape says nothing of right or wrong values.

mod fault;

pub use fault::{ShapeCode, ShapeFault, problem};

use crate::language::{Bilingual, Text};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

/// No whole number is farther from zero: beyond it, readers that hold numbers as floats lose digits (RFC 8259 §6).
pub const LARGEST_NUMBER: i64 = 9_007_199_254_740_991;

/// More than this many faults are not told.
const MOST_FAULTS: usize = 100;

/// Reads a value of a type, or says every fault of its shape. What the schema cannot say, such as how a date is
/// written, is found in reading and told one at a time.
pub fn read<T: DeserializeOwned + ToSchema + 'static>(value: Value) -> Result<T, Vec<ShapeFault>> {
    let faults = Shape::shared::<T>().faults(&value);
    if faults.is_empty() {
        serde_path_to_error::deserialize(value).map_err(|error| {
            let pointer = error.path().iter().fold(String::new(), |pointer, step| match step {
                Segment::Seq { index } => format!("{pointer}/{index}"),
                Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
                Segment::Enum { .. } | Segment::Unknown => pointer,
            });
            vec![ShapeFault::unreadable(&pointer)]
        })
    } else {
        Err(faults)
    }
}

/// A compiled schema.
pub struct Shape {
    nullable: bool,
    form: Form,
}

enum Form {
    Object {
        properties: BTreeMap<String, Shape>,
        required: Vec<String>,
    },
    /// Its properties are judged elsewhere.
    AnyObject,
    Array {
        entry: Box<Shape>,
        most: usize,
    },
    Text {
        most: usize,
    },
    Code(Vec<String>),
    /// Whole.
    Number {
        least: i64,
        most: i64,
    },
    Indicator,
    /// Judged elsewhere.
    Anything,
}

impl Shape {
    /// The shape of a type, from its schema.
    pub fn of<T: ToSchema>() -> Self {
        let mut named = Vec::new();
        T::schemas(&mut named);
        let named =
            named.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()));
        Self::compile(&serde_json::to_value(T::schema()).unwrap_or_default(), &named.collect())
    }

    /// The same, compiled once.
    pub fn shared<T: ToSchema + 'static>() -> Arc<Self> {
        static COMPILED: LazyLock<RwLock<HashMap<TypeId, Arc<Shape>>>> = LazyLock::new(RwLock::default);
        let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        known.unwrap_or_else(|| {
            let shape = Arc::new(Self::of::<T>());
            let mut all = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
            all.insert(TypeId::of::<T>(), shape.clone());
            shape
        })
    }

    fn compile(schema: &Value, named: &BTreeMap<String, Value>) -> Self {
        let by_name = |reference: &str| named.get(reference.rsplit('/').next().unwrap_or_default());
        if let Some(target) = schema["$ref"].as_str().and_then(by_name) {
            return Self::compile(target, named);
        }
        // What may be left out and is no scalar is written `oneOf: [$ref, null]`.
        let options = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let (null, parts): (Vec<_>, Vec<_>) = options.iter().partition(|option| option["type"] == "null");
        if let [part] = parts.as_slice() {
            let part = Self::compile(part, named);
            return Self { nullable: part.nullable || !null.is_empty(), ..part };
        }
        let is = |name: &str| match &schema["type"] {
            Value::String(one) => one == name,
            Value::Array(several) => several.iter().any(|one| one == name),
            _ => false,
        };
        let size = |keyword: &str| schema[keyword].as_u64().and_then(|size| usize::try_from(size).ok());
        let form = if let Some(codes) = schema["enum"].as_array() {
            Form::Code(codes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        } else if let Some(properties) = schema["properties"].as_object() {
            let compiled = |(name, schema): (&String, &Value)| (name.clone(), Self::compile(schema, named));
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            Form::Object {
                properties: properties.iter().map(compiled).collect(),
                required: required.map(str::to_owned).collect(),
            }
        } else if schema["additionalProperties"] == false {
            Form::Object { properties: BTreeMap::new(), required: Vec::new() }
        } else if is("object") {
            Form::AnyObject
        } else if is("array") {
            let entry = Box::new(Self::compile(&schema["items"], named));
            Form::Array { entry, most: size("maxItems").unwrap_or(usize::MAX) }
        } else if is("string") {
            Form::Text { most: size("maxLength").unwrap_or(usize::MAX) }
        } else if is("integer") {
            let bound = |keyword: &str, usual| schema[keyword].as_i64().unwrap_or(usual);
            Form::Number { least: bound("minimum", -LARGEST_NUMBER), most: bound("maximum", LARGEST_NUMBER) }
        } else if is("boolean") {
            Form::Indicator
        } else {
            Form::Anything
        };
        Self { nullable: is("null"), form }
    }

    /// The names of its properties.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let properties = match &self.form {
            Form::Object { properties, .. } => Some(properties),
            _ => None,
        };
        properties.into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// Every fault of the value, each with its pointer.
    pub fn faults(&self, value: &Value) -> Vec<ShapeFault> {
        let mut faults = Faults { pointer: String::new(), found: Vec::new() };
        faults.look(self, value);
        faults.found
    }
}

struct Faults {
    pointer: String,
    found: Vec<ShapeFault>,
}

impl Faults {
    fn look(&mut self, shape: &Shape, value: &Value) {
        match (&shape.form, value) {
            (Form::Anything, _) | (Form::Indicator, Value::Bool(_)) | (Form::AnyObject, Value::Object(_)) => {
            }
            (_, Value::Null) if shape.nullable => {}
            (Form::Object { properties, required }, Value::Object(given)) => {
                for name in required.iter().filter(|name| !given.contains_key(*name)) {
                    self.within(name, |faults| faults.missing(properties.get(name)));
                }
                for (name, value) in given {
                    self.within(name, |faults| match properties.get(name) {
                        Some(shape) => faults.look(shape, value),
                        None => faults.unknown_property(properties, value),
                    });
                }
            }
            (Form::Array { entry, most }, Value::Array(given)) => {
                if given.len() > *most {
                    self.too_large(ShapeCode::TooMany, given.len(), *most, Text::new("项", "entries"));
                }
                for (place, value) in given.iter().enumerate().take(*most) {
                    self.within(&place.to_string(), |faults| faults.look(entry, value));
                }
            }
            (Form::Text { most }, Value::String(text)) => {
                let length = text.chars().count();
                if length > *most {
                    self.too_large(ShapeCode::TooLong, length, *most, Text::new("字", "characters"));
                }
            }
            (Form::Code(codes), Value::String(text)) => {
                if !codes.contains(text) {
                    let allowed = codes.join(", ");
                    self.tell(
                        ShapeCode::UnknownCode,
                        Bilingual::new("不在代码表中", "is none of the codes"),
                        Some(code_or_type(text)),
                        Bilingual::new(allowed.clone(), allowed),
                    );
                }
            }
            (Form::Number { least, most }, Value::Number(number)) if number.is_u64() || number.is_i64() => {
                if number.as_i64().is_none_or(|number| !(*least..=*most).contains(&number)) {
                    self.tell(
                        ShapeCode::Range,
                        Bilingual::new("超出范围", "is out of range"),
                        Some(number.to_string()),
                        Bilingual::new(format!("{least} 至 {most}"), format!("{least} to {most}")),
                    );
                }
            }
            (form, value) => self.tell(
                ShapeCode::WrongType,
                Bilingual::new("类型不符", "is of the wrong type"),
                Some(type_of(value).to_owned()),
                form.name(),
            ),
        }
    }

    fn within(&mut self, step: &str, act: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(step));
        act(self);
        self.pointer.truncate(length);
    }

    fn missing(&mut self, shape: Option<&Shape>) {
        let allowed = shape.map_or(Form::Anything.name(), |shape| shape.form.name());
        self.tell(ShapeCode::Required, Bilingual::new("缺少", "is missing"), None, allowed);
    }

    fn unknown_property(&mut self, known: &BTreeMap<String, Shape>, value: &Value) {
        let allowed = known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.tell(
            ShapeCode::UnknownProperty,
            Bilingual::new("没有这一项", "is no property here"),
            Some(type_of(value).to_owned()),
            Bilingual::new(allowed.clone(), allowed),
        );
    }

    fn too_large(&mut self, code: ShapeCode, found: usize, most: usize, unit: Text) {
        self.tell(
            code,
            Bilingual::new("超出上限", "is over the limit"),
            Some(found.to_string()),
            Bilingual::new(format!("最多 {most} {}", unit.zh), format!("at most {most} {}", unit.en)),
        );
    }

    fn tell(&mut self, code: ShapeCode, message: Bilingual, found: Option<String>, allowed: Bilingual) {
        if self.found.len() < MOST_FAULTS {
            // A property name of the sender's own may be of any length.
            let pointer = self.pointer.chars().take(400).collect();
            self.found.push(ShapeFault { code, pointer, message, found, allowed });
        }
    }
}

impl Form {
    fn name(&self) -> Bilingual {
        match self {
            Self::Object { .. } | Self::AnyObject => Bilingual::new("对象", "object"),
            Self::Array { .. } => Bilingual::new("数组", "array"),
            Self::Text { .. } => Bilingual::new("字符串", "string"),
            Self::Code(codes) => Bilingual::new(codes.join(", "), codes.join(", ")),
            Self::Number { .. } => Bilingual::new("整数", "whole number"),
            Self::Indicator => Bilingual::new("true 或 false", "true or false"),
            Self::Anything => Bilingual::new("任意值", "anything"),
        }
    }
}

/// The text, if it can only be a code; what may be a name or a number is not said back.
pub fn code_or_type(text: &str) -> String {
    let code = text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if code { text.to_owned() } else { "string".to_owned() }
}

/// A property's name as a step of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The value without the properties that say nothing: null, blank text, empty array, empty object (WIPO ST.97). Entries
/// of arrays stay where they are: their place is their name.
pub fn without_empties(value: Value) -> Value {
    match value {
        Value::Object(properties) => {
            let kept = properties.into_iter().map(|(name, value)| (name, without_empties(value)));
            Value::Object(kept.filter(|(_, value)| !is_empty(value)).collect::<Map<_, _>>())
        }
        Value::Array(entries) => Value::Array(entries.into_iter().map(without_empties).collect()),
        scalar => scalar,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(properties) => properties.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The schema of an array of short texts.
pub fn strings(most: usize, longest: usize, example: &str) -> Array {
    let entry = ObjectBuilder::new().schema_type(Type::String).max_length(Some(longest)).examples([example]);
    ArrayBuilder::new().items(entry).max_items(Some(most)).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Colour {
        Red,
    }

    #[derive(Default, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Part {
        #[schema(max_length = 3)]
        name: Option<String>,
        colour: Option<Colour>,
    }

    #[derive(Default, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Whole {
        part: Option<Part>,
        #[schema(max_items = 2)]
        part_bag: Vec<Part>,
        #[schema(maximum = 9)]
        quantity: Option<u32>,
        sure_indicator: Option<bool>,
        #[schema(schema_with = names)]
        names: Vec<String>,
    }

    fn names() -> Array {
        strings(1, 2, "a")
    }

    #[derive(Debug, Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        #[schema(max_length = 40)]
        name: String,
        date: chrono::NaiveDate,
        #[serde(default)]
        days: Vec<chrono::NaiveDate>,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    #[test]
    fn what_is_missing_or_cannot_be_read_is_told_with_its_pointer() {
        let read = |value| {
            let faults = read::<Asked>(value).map(|_| ()).unwrap_err();
            faults.into_iter().map(|fault| (fault.code, fault.pointer)).collect::<Vec<_>>()
        };
        let at = |code, pointer: &str| (code, pointer.to_owned());
        assert_eq!(read(json!({})), [at(ShapeCode::Required, "/name"), at(ShapeCode::Required, "/date")]);
        assert_eq!(read(json!({"name": "a", "date": "2026-02-30"})), [at(ShapeCode::Format, "/date")]);
        let days = json!({"name": "a", "date": "2026-02-28", "days": ["2026-02-28", "soon"]});
        assert_eq!(read(days), [at(ShapeCode::Format, "/days/1")]);
        let nothing = |value| Shape::of::<Nothing>().faults(&value).len();
        assert_eq!((nothing(json!({})), nothing(json!({"a": 1})), nothing(json!([]))), (0, 1, 1));
    }

    fn faults(value: &Value) -> Vec<(ShapeCode, String)> {
        Shape::of::<Whole>().faults(value).into_iter().map(|fault| (fault.code, fault.pointer)).collect()
    }

    #[test]
    fn what_has_the_shape_has_no_fault_and_can_be_read() {
        for value in [
            json!({}),
            json!({"part": null, "quantity": null, "sureIndicator": true}),
            json!({"part": {"name": "一二三", "colour": "RED"}, "partBag": [{}, {"name": null}], "quantity": 9}),
            json!({"names": ["ab"]}),
        ] {
            assert_eq!(faults(&value), [], "{value}");
            assert!(serde_json::from_value::<Whole>(value).is_ok());
        }
    }

    #[test]
    fn every_fault_is_told_with_its_pointer() {
        let value = json!({
            "part": {"name": "一二三四", "colour": "PINK", "a/b": 1},
            "partBag": [{"name": 7}, null, {}],
            "quantity": -1,
            "sureIndicator": "yes",
            "names": ["abc"],
            "surprise": null,
        });
        let mut expected = [
            (ShapeCode::UnknownProperty, "/part/a~1b"),
            (ShapeCode::UnknownCode, "/part/colour"),
            (ShapeCode::TooLong, "/part/name"),
            (ShapeCode::TooMany, "/partBag"),
            (ShapeCode::WrongType, "/partBag/0/name"),
            (ShapeCode::WrongType, "/partBag/1"),
            (ShapeCode::Range, "/quantity"),
            (ShapeCode::WrongType, "/sureIndicator"),
            (ShapeCode::TooLong, "/names/0"),
            (ShapeCode::UnknownProperty, "/surprise"),
        ]
        .map(|(code, pointer)| (code, pointer.to_owned()));
        expected.sort_by(|one, next| one.1.cmp(&next.1));
        let mut found = faults(&value);
        found.sort_by(|one, next| one.1.cmp(&next.1));
        assert_eq!(found, expected);
    }

    #[test]
    fn wholes_of_the_wrong_type_are_faults_too() {
        for value in
            [json!([]), json!("x"), json!(1), json!(null), json!({"quantity": 1.5}), json!({"partBag": {}})]
        {
            assert_eq!(faults(&value).len(), 1, "{value}");
        }
    }

    #[test]
    fn faults_beyond_the_limit_are_not_told() {
        let value: Map<String, Value> = (0..500).map(|n| (format!("x{n}"), json!(1))).collect();
        assert_eq!(faults(&Value::Object(value)).len(), MOST_FAULTS);
    }

    #[test]
    fn what_says_nothing_is_left_out_but_places_stay() {
        let value =
            json!({"a": null, "b": " ", "c": [], "d": {"e": null}, "f": [{"g": ""}, 1], "h": false, "i": 0});
        assert_eq!(without_empties(value), json!({"f": [{}, 1], "h": false, "i": 0}));
    }
}
