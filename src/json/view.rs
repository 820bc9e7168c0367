//! A cursor for reading a typed view out of a tree: it knows where it is, so that an error can say so.

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

/// A place in a tree.
#[derive(Clone, Debug)]
pub struct At<'a> {
    json: &'a Json,
    path: String,
}

impl<'a> At<'a> {
    /// The root of a tree, under a name of its own.
    pub fn new(json: &'a Json, path: &str) -> At<'a> {
        At { json, path: path.to_owned() }
    }

    /// The value here.
    pub fn json(&self) -> &'a Json {
        self.json
    }

    /// Where this is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// An error about this place.
    pub fn error(&self, problem: impl Into<String>) -> ShapeError {
        ShapeError { path: self.path.clone(), problem: problem.into() }
    }

    fn expected(&self, what: &str) -> ShapeError {
        self.error(format!("expected {what}, found {}", self.json.kind()))
    }

    fn step(&self, name: &str, json: &'a Json) -> At<'a> {
        At { json, path: format!("{}.{name}", self.path) }
    }

    /// A member that must be there.
    pub fn field(&self, name: &str) -> Result<At<'a>, ShapeError> {
        self.optional(name)?.ok_or_else(|| self.error(format!("the field {name:?} is missing")))
    }

    /// A member that may be absent.
    pub fn optional(&self, name: &str) -> Result<Option<At<'a>>, ShapeError> {
        Ok(self.members()?.get(name).map(|json| self.step(name, json)))
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
        let at = |(index, json)| At { json, path: format!("{}[{index}]", self.path) };
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
