//! The rules of strictness, apart from any tree: whoever implements [`Build`] gets them all.
//!
//! Refused, with line and column: duplicate names at any depth, fractions, exponents, `-0`, integers outside i64,
//! lone surrogates, a byte order mark, trailing data, nesting over 127 levels, files over their limit, and text that
//! would take much more memory than it is long.
//!
//! Other programs are less strict. What they make of a file can only be told by reading it as they do, so a reader may
//! be told to let two of these pass ([`Tolerance`]); each time it does is reported.

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
    fn has(object: &mut Self::Object, name: &str) -> bool;
    /// Adds a member, in place of one of the same name if there is one.
    fn insert(object: &mut Self::Object, name: String, value: Self);
    /// A finished array.
    fn array(array: Self::Array) -> Self;
    /// A finished object.
    fn object(object: Self::Object) -> Self;
    /// How many bytes this value takes in memory, about, without the values in it.
    fn cost(&self) -> usize;
}

/// Memory that a text may take, as a multiple of its length. Metadata takes four to six times its length; only text made
/// of nothing but brackets and commas takes more than this.
const MEMORY_FACTOR: usize = 7;
/// What every text may take.
const MEMORY_FLOOR: usize = 2 << 20;

/// Which rules a reader lets pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// A name a second time in one object: the last one wins.
    pub duplicates: bool,
    /// A fraction or exponent that makes a whole number, as in `2.0` and `2e0`.
    pub whole_floats: bool,
}

/// One time that a rule was let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// A name a second time.
    Duplicate {
        /// Where, as names from the top, e.g. `["signed", "roles", "root"]`; elements of arrays by number.
        path: Vec<String>,
    },
    /// A whole number written with a fraction or exponent.
    WholeFloat {
        /// Where.
        path: Vec<String>,
    },
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

/// Reads one JSON text of at most `limit` bytes, strictly.
pub fn read<B: Build>(text: &[u8], limit: usize) -> Result<B, JsonError> {
    Ok(read_tolerant(text, limit, Tolerance::default())?.0)
}

/// Like [`read`], and lets pass what `tolerance` says.
pub fn read_tolerant<B: Build>(
    text: &[u8],
    limit: usize,
    tolerance: Tolerance,
) -> Result<(B, Vec<Lapse>), JsonError> {
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
    let memory = text.len().saturating_mul(MEMORY_FACTOR).saturating_add(MEMORY_FLOOR);
    let mut reader = Reader { tolerance, lapses: Vec::new(), path: Vec::new(), memory };
    let mut source = serde_json::Deserializer::from_slice(text);
    let value = reader.seed::<B>().deserialize(&mut source).map_err(JsonError::from_serde)?;
    source.end().map_err(JsonError::from_serde)?;
    Ok((value, reader.lapses))
}

/// As much of a name as helps to find it.
fn beginning(name: &str) -> String {
    const ENOUGH: usize = 100;
    let mut short: String = name.chars().take(ENOUGH).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
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

struct Reader {
    tolerance: Tolerance,
    lapses: Vec<Lapse>,
    /// Where the reader is. Kept only by readers that let something pass.
    path: Vec<String>,
    /// Bytes that may still be taken.
    memory: usize,
}

impl Reader {
    fn seed<B>(&mut self) -> Strict<'_, B> {
        Strict { reader: self, built: PhantomData }
    }

    fn enter(&mut self, step: impl FnOnce() -> String) {
        if self.tolerance != Tolerance::default() {
            self.path.push(step());
        }
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    /// A copy of where the reader is.
    fn pay_for_path<E: serde::de::Error>(&mut self) -> Result<Vec<String>, E> {
        self.pay(self.path.iter().map(|step| step.len() + size_of::<String>()).sum())?;
        Ok(self.path.clone())
    }

    fn pay<E: serde::de::Error>(&mut self, cost: usize) -> Result<(), E> {
        let unlike = "far more brackets, commas and names than text: no metadata looks like this";
        self.memory = self.memory.checked_sub(cost).ok_or_else(|| E::custom(unlike))?;
        Ok(())
    }
}

struct Strict<'r, B> {
    reader: &'r mut Reader,
    built: PhantomData<B>,
}

impl<'de, B: Build> DeserializeSeed<'de> for Strict<'_, B> {
    type Value = B;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<B, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, B: Build> Visitor<'de> for Strict<'_, B> {
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

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<B, E> {
        // Up to here every whole number is a float.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.reader.tolerance.whole_floats && value.fract() == 0.0 && value.abs() <= EXACT {
            let path = self.reader.pay_for_path()?;
            self.reader.lapses.push(Lapse::WholeFloat { path });
            return Ok(B::int(value as i64));
        }
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
        for index in 0_usize.. {
            self.reader.enter(|| index.to_string());
            let Some(value) = elements.next_element_seed(self.reader.seed::<B>())? else { break };
            self.reader.leave();
            self.reader.pay::<A::Error>(value.cost())?;
            B::push(&mut array, value);
        }
        self.reader.leave();
        Ok(B::array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<B, A::Error> {
        let mut object = B::Object::default();
        while let Some(name) = members.next_key::<String>()? {
            self.reader.enter(|| name.clone());
            if B::has(&mut object, &name) {
                if !self.reader.tolerance.duplicates {
                    return Err(A::Error::custom(format_args!(
                        "the name {:?} a second time in one object",
                        beginning(&name)
                    )));
                }
                let path = self.reader.pay_for_path()?;
                self.reader.lapses.push(Lapse::Duplicate { path });
            }
            let value = members.next_value_seed(self.reader.seed::<B>())?;
            self.reader.leave();
            self.reader.pay::<A::Error>(value.cost())?;
            B::insert(&mut object, name, value);
        }
        Ok(B::object(object))
    }
}
