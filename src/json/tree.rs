//! The tree: what a strict JSON text means, and nothing else.

use super::object::{Growing, Object};
use super::strict::{self, Build, JsonError};

/// A JSON value without floats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer that fits in 64 bits with sign.
    Int(i64),
    /// A string, unescaped.
    Str(String),
    /// An array.
    Arr(Vec<Json>),
    /// An object.
    Obj(Object),
}

impl Json {
    /// Parses one strict JSON text of at most `limit` bytes.
    pub fn parse(text: &[u8], limit: usize) -> Result<Json, JsonError> {
        strict::read(text, limit)
    }

    /// An object from names and values.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Obj(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// An array of strings.
    pub fn strings<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Json {
        Json::Arr(items.into_iter().map(|item| Json::Str(item.into())).collect())
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Obj(members) => Some(members),
            _ => None,
        }
    }

    /// The members, to be edited, if this is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Json::Obj(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Arr(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is an integer.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Json::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// What kind of value this is, for error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Int(_) => "an integer",
            Json::Str(_) => "a string",
            Json::Arr(_) => "an array",
            Json::Obj(_) => "an object",
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Str(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::Str(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Json {
        Json::Int(number)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}

impl Build for Json {
    type Array = Vec<Json>;
    type Object = Growing;
    fn null() -> Json {
        Json::Null
    }
    fn bool(value: bool) -> Json {
        Json::Bool(value)
    }
    fn int(value: i64) -> Json {
        Json::Int(value)
    }
    fn string(value: String) -> Json {
        Json::Str(value)
    }
    fn push(array: &mut Vec<Json>, value: Json) {
        array.push(value);
    }
    fn has(object: &mut Growing, name: &str) -> bool {
        object.has(name)
    }
    fn insert(object: &mut Growing, name: String, value: Json) {
        object.insert(name, value);
    }
    fn array(mut array: Vec<Json>) -> Json {
        array.shrink_to_fit();
        Json::Arr(array)
    }
    fn object(object: Growing) -> Json {
        Json::Obj(object.finish())
    }
    fn cost(&self) -> usize {
        let text = |text: &String| if text.is_empty() { 0 } else { text.len().max(24).next_multiple_of(16) };
        let own = match self {
            Json::Str(value) => text(value),
            Json::Obj(members) => {
                let names: usize = members.keys().map(text).sum();
                names + members.len() * size_of::<String>()
            }
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Arr(_) => 0,
        };
        size_of::<Json>() + own
    }
}
