//! The members of a JSON object: a sorted list in one allocation. A search tree takes several hundred bytes for an object
//! with one member, of which metadata has very many; this takes what its members take.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use super::Json;

/// Members in order of their names, by code point (`str` orders by UTF-8 bytes, which is the same); no name twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// No members.
    pub fn new() -> Object {
        Object::default()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(self.find(name).ok()?).map(|(_, value)| value)
    }

    /// The member of that name, with its name as it lies here.
    pub fn get_key_value(&self, name: &str) -> Option<(&str, &Json)> {
        self.0.get(self.find(name).ok()?).map(|(name, value)| (name.as_str(), value))
    }

    /// The member of that name, to be edited.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        let index = self.find(name).ok()?;
        self.0.get_mut(index).map(|(_, value)| value)
    }

    /// Whether there is a member of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets a member, and returns the one that it replaces.
    pub fn insert(&mut self, name: String, value: Json) -> Option<Json> {
        match self.find(&name) {
            Ok(index) => self.0.get_mut(index).map(|(_, old)| std::mem::replace(old, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.find(name).ok().map(|index| self.0.remove(index).1)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &Json)> + ExactSizeIterator {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Names in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Values in order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Json> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Values in order of their names, to be edited.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Json> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

impl Extend<(String, Json)> for Object {
    fn extend<I: IntoIterator<Item = (String, Json)>>(&mut self, members: I) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

impl FromIterator<(String, Json)> for Object {
    /// Of two members of one name the last stays.
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Object {
        let mut growing = Growing::default();
        for (name, value) in members {
            growing.insert(name, value);
        }
        growing.finish()
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<(String, Json)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = (&'a String, &'a Json);
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (String, Json)>,
        fn(&'a (String, Json)) -> (&'a String, &'a Json),
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

/// An object while it is read. Names that come in order cost nothing more; once one does not, hashes of all names tell
/// which are there, so that an object of a million members in any order is read in the time of a million steps.
#[derive(Default)]
pub struct Growing {
    members: Vec<(String, Json)>,
    unsorted: Option<Names>,
}

/// Hashes of names, with the places of the first members that have them. The hash is keyed anew for each object: nobody can aim at it.
#[derive(Default)]
struct Names {
    key: RandomState,
    places: BTreeMap<u64, u32>,
}

impl Names {
    fn note(&mut self, name: &str, place: usize) {
        // More members than that do not fit in any file that is read.
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.places.entry(self.key.hash_one(name)).or_insert(place);
    }
}

impl Growing {
    fn place(&self, name: &str) -> Option<usize> {
        let is = |place: usize| self.members.get(place).is_some_and(|(other, _)| other == name);
        match &self.unsorted {
            None => self.members.len().checked_sub(1).filter(|last| is(*last)),
            Some(names) => {
                let place = *names.places.get(&names.key.hash_one(name))? as usize;
                // Another name of the same hash is not expected in the lifetime of this program.
                if is(place) { Some(place) } else { (0..self.members.len()).find(|place| is(*place)) }
            }
        }
    }

    /// Whether this name is there already.
    pub fn has(&mut self, name: &str) -> bool {
        let in_order = self.members.last().is_none_or(|(last, _)| last.as_str() <= name);
        if self.unsorted.is_none() && !in_order {
            let mut names = Names::default();
            for (place, (name, _)) in self.members.iter().enumerate() {
                names.note(name, place);
            }
            self.unsorted = Some(names);
        }
        self.place(name).is_some()
    }

    /// Sets a member, in place of one of the same name if there is one.
    pub fn insert(&mut self, name: String, value: Json) {
        if self.has(&name) {
            let place = self.place(&name);
            if let Some((_, old)) = place.and_then(|place| self.members.get_mut(place)) {
                *old = value;
            }
            return;
        }
        if let Some(names) = &mut self.unsorted {
            names.note(&name, self.members.len());
        }
        self.members.push((name, value));
    }

    /// The finished object.
    pub fn finish(mut self) -> Object {
        if self.unsorted.take().is_some() {
            self.members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.members.shrink_to_fit();
        Object(self.members)
    }
}
