//! The places of an array, each with what people wrote around it: a comment behind a key is about that key, and comes and
//! goes with it. (To TOML it stands behind the comma, and so before the next one.)

use toml_edit::{Array, RawString, Value};

/// An array of names, taken apart.
pub(super) struct Places {
    /// What stands behind the opening bracket, on its line.
    open: String,
    places: Vec<Place>,
    /// What stands before the closing bracket.
    end: String,
}

struct Place {
    /// What stands before it: blanks, line ends, comments on lines of their own.
    lead: String,
    value: Value,
    /// What stands behind it and its comma, on its line.
    tail: String,
}

impl Places {
    /// Takes an array apart.
    pub(super) fn of(array: &Array) -> Places {
        let mut places: Vec<Place> = Vec::new();
        let mut open = String::new();
        for value in array.iter() {
            let (behind, lead) = split(text(value.decor().prefix()));
            match places.last_mut() {
                Some(before) => before.tail.push_str(&behind),
                None => open = behind,
            }
            let mut value = value.clone();
            value.decor_mut().set_prefix("");
            places.push(Place { lead, value, tail: String::new() });
        }
        let mut end = text(Some(array.trailing()));
        if let Some(last) = places.last_mut() {
            if !array.trailing_comma() {
                // Without a comma everything up to the bracket is the value's.
                end = text(last.value.decor().suffix()) + &end;
                last.value.decor_mut().set_suffix("");
            }
            (last.tail, end) = split(end);
        }
        Places { open, places, end }
    }

    /// Writes the array anew.
    pub(super) fn write(self, array: &mut Array) {
        let comma = array.trailing_comma() && !self.places.is_empty();
        array.clear();
        let mut behind = self.open;
        for Place { lead, mut value, tail } in self.places {
            value.decor_mut().set_prefix(beside(behind, &lead));
            array.push_formatted(value);
            behind = tail;
        }
        array.set_trailing(beside(behind, &self.end));
        array.set_trailing_comma(comma);
    }

    /// Whether a name is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.at(name).is_some()
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.places.iter().position(|place| place.value.as_str() == Some(name))
    }

    /// Adds a name as the last, on a line of its own where the others are.
    pub(super) fn add(&mut self, name: &str) {
        let lead = match self.places.last().map(|last| last.lead.rsplit_once('\n')) {
            None => String::new(),
            Some(None) => " ".to_owned(),
            Some(Some((_, indent))) => format!("\n{indent}"),
        };
        self.places.push(Place { lead, value: Value::from(name), tail: String::new() });
    }

    /// Takes a name out, with what is written about it.
    pub(super) fn remove(&mut self, name: &str) {
        let Some(at) = self.at(name) else { return };
        let gone = self.places.remove(at);
        if let Some(first) = self.places.first_mut().filter(|first| at == 0 && !first.lead.contains('\n')) {
            first.lead = gone.lead;
        }
    }

    /// Gives a name's place to another; what is written about the place stays.
    pub(super) fn replace(&mut self, name: &str, by: &str) {
        if let Some(place) = self.at(name).and_then(|at| self.places.get_mut(at)) {
            let decor = place.value.decor().clone();
            place.value = Value::from(by);
            *place.value.decor_mut() = decor;
        }
    }
}

/// What ends the line, and what begins the next one with its line end. All of it is the latter where no line ends.
fn split(text: String) -> (String, String) {
    match text.find('\n') {
        Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
        None => (String::new(), text),
    }
}

/// What stands on a line, and what follows it: behind a comment, on the next line.
fn beside(behind: String, next: &str) -> String {
    let line_end = if behind.contains('#') && !next.contains('\n') { "\n " } else { "" };
    behind + line_end + next
}

fn text(raw: Option<&RawString>) -> String {
    raw.and_then(RawString::as_str).unwrap_or_default().to_owned()
}
