//! A cursor for reading a typed view out of a tree: it knows where it is, so that an error can say so.

use std::fmt;
use std::rc::Rc;

use super::{Json, Object};

/// A tree that does not have the shape that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ShapeError {
    /// Where, e.g. `signed.roles.root.threshold`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

/// A place in a tree. It is written out only where an error needs it: names may be long, and places many.
#[derive(Clone, Debug)]
pub struct At<'a> {
    json: &'a Json,
    place: Rc<Place<'a>>,
}

#[derive(Debug)]
enum Place<'a> {
    Top(String),
    Member(Rc<Place<'a>>, &'a str),
    Element(Rc<Place<'a>>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Top(name) => f.write_str(name),
            Place::Member(above, name) => write!(f, "{above}.{name}"),
            Place::Element(above, index) => write!(f, "{above}[{index}]"),
        }
    }
}

impl<'a> At<'a> {
    /// The root of a tree, under a name of its own.
    pub fn new(json: &'a Json, path: &str) -> At<'a> {
        At { json, place: Rc::new(Place::Top(path.to_owned())) }
    }

    /// The value here.
    pub fn json(&self) -> &'a Json {
        self.json
    }

    /// An error about this place.
    pub fn error(&self, problem: impl Into<String>) -> ShapeError {
        ShapeError { path: self.place.to_string(), problem: problem.into() }
    }

    fn expected(&self, what: &str) -> ShapeError {
        self.error(format!("expected {what}, found {}", self.json.kind()))
    }

    fn step(&self, name: &'a str, json: &'a Json) -> At<'a> {
        At { json, place: Rc::new(Place::Member(Rc::clone(&self.place), name)) }
    }

    /// A member that must be there.
    pub fn field(&self, name: &str) -> Result<At<'a>, ShapeError> {
        self.optional(name)?.ok_or_else(|| self.error(format!("the field {name:?} is missing")))
    }

    /// A member that may be absent.
    pub fn optional(&self, name: &str) -> Result<Option<At<'a>>, ShapeError> {
        Ok(self.members()?.get_key_value(name).map(|(name, json)| self.step(name, json)))
    }

    /// The members of an object.
    pub fn members(&self) -> Result<&'a Object, ShapeError> {
        self.json.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// All members of an object, in order of their names.
    pub fn entries(&self) -> Result<impl Iterator<Item = (&'a str, At<'a>)>, ShapeError> {
        Ok(self.members()?.into_iter().map(|(name, json)| (name.as_str(), self.step(name, json))))
    }

    /// All elements of an array.
    pub fn elements(&self) -> Result<impl Iterator<Item = At<'a>>, ShapeError> {
        let elements = self.json.as_array().ok_or_else(|| self.expected("an array"))?;
        let at = |(index, json)| At { json, place: Rc::new(Place::Element(Rc::clone(&self.place), index)) };
        Ok(elements.iter().enumerate().map(at))
    }

    /// A string.
    pub fn string(&self) -> Result<&'a str, ShapeError> {
        self.json.as_str().ok_or_else(|| self.expected("a string"))
    }

    /// An array of strings.
    pub fn strings(&self) -> Result<Vec<String>, ShapeError> {
        self.elements()?.map(|element| Ok(element.string()?.to_owned())).collect()
    }

    /// A boolean.
    pub fn boolean(&self) -> Result<bool, ShapeError> {
        match self.json {
            Json::Bool(value) => Ok(*value),
            _ => Err(self.expected("a boolean")),
        }
    }

    /// An integer of at least `least`.
    pub fn integer(&self, least: i64) -> Result<i64, ShapeError> {
        match self.json.as_int() {
            Some(value) if value >= least => Ok(value),
            Some(value) => Err(self.error(format!("{value} is less than {least}"))),
            None => Err(self.expected("an integer")),
        }
    }
}
