//! The rules of strictness, apart from any tree: whoever implements [`Build`] gets them all.
//!
//! Refused, with line and column: duplicate names at any depth, fractions, exponents, `-0`, integers outside i64,
//! lone surrogates, a byte order mark, trailing data, nesting over 127 levels, files over their limit.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// What a strict reader hands its values to. Nothing it is given breaks a rule, except that only the builder can tell
/// whether an object already has a name.
pub trait Build: Sized {
    /// An array under construction.
    type Array: Default;
    /// An object under construction.
    type Object: Default;
    /// `null`.
    fn null() -> Self;
    /// `true` or `false`.
    fn bool(value: bool) -> Self;
    /// An integer.
    fn int(value: i64) -> Self;
    /// A string, unescaped.
    fn string(value: String) -> Self;
    /// Adds an element at the end.
    fn push(array: &mut Self::Array, value: Self);
    /// Whether the object already has this name.
    fn has(object: &Self::Object, name: &str) -> bool;
    /// Adds a member whose name is not there yet.
    fn insert(object: &mut Self::Object, name: String, value: Self);
    /// A finished array.
    fn array(array: Self::Array) -> Self;
    /// A finished object.
    fn object(object: Self::Object) -> Self;
}

/// Why a text is not strict JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at line {line}, column {column}")]
pub struct JsonError {
    /// What was found, without the place.
    pub what: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1; 0 where the line break before the line, or the start of the text, is the place.
    pub column: usize,
}

/// Reads one JSON text of at most `limit` bytes.
pub fn read<B: Build>(text: &[u8], limit: usize) -> Result<B, JsonError> {
    let at_start = |what: String| JsonError { what, line: 1, column: 1 };
    if text.len() > limit {
        return Err(at_start(format!(
            "{} bytes, over the limit of {limit} bytes, counted from the start",
            text.len()
        )));
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(at_start("a byte order mark".to_owned()));
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict::<B>(PhantomData).deserialize(&mut reader).map_err(JsonError::from_serde)?;
    reader.end().map_err(JsonError::from_serde)?;
    Ok(value)
}

impl JsonError {
    fn from_serde(error: serde_json::Error) -> JsonError {
        let (line, column) = (error.line(), error.column());
        let mut what = error.to_string();
        if let Some(end) = what.rfind(" at line ") {
            what.truncate(end);
        }
        // A rule of ours that fires outside any value has no place of its own; the text starts at line 1.
        JsonError { what, line: line.max(1), column }
    }
}

struct Strict<B>(PhantomData<B>);

impl<'de, B: Build> DeserializeSeed<'de> for Strict<B> {
    type Value = B;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<B, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, B: Build> Visitor<'de> for Strict<B> {
    type Value = B;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<B, E> {
        Ok(B::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<B, E> {
        Ok(B::bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<B, E> {
        Ok(B::int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<B, E> {
        match i64::try_from(value) {
            Ok(value) => Ok(B::int(value)),
            Err(_) => Err(E::custom(format_args!("the integer {value} does not fit in 64 bits with a sign"))),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<B, E> {
        Err(E::custom("a number that is not a plain integer (fraction, exponent, -0, or beyond 64 bits)"))
    }

    fn visit_str<E>(self, value: &str) -> Result<B, E> {
        Ok(B::string(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<B, E> {
        Ok(B::string(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<B, A::Error> {
        let mut array = B::Array::default();
        while let Some(value) = elements.next_element_seed(Strict(PhantomData))? {
            B::push(&mut array, value);
        }
        Ok(B::array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<B, A::Error> {
        let mut object = B::Object::default();
        while let Some(name) = members.next_key::<String>()? {
            if B::has(&object, &name) {
                return Err(A::Error::custom(format_args!("the name {name:?} a second time in one object")));
            }
            let value = members.next_value_seed(Strict(PhantomData))?;
            B::insert(&mut object, name, value);
        }
        Ok(B::object(object))
    }
}
