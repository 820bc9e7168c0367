//! Edits of a JSON tree by path. A step into an array is its index.

use tuf_ceremony::json::Json;

/// The value at a path.
pub fn at<'a>(json: &'a mut Json, path: &[&str]) -> &'a mut Json {
    path.iter().fold(json, |here, step| match here {
        Json::Obj(members) => members.get_mut(step).unwrap_or_else(|| panic!("no {step:?} of {path:?}")),
        Json::Arr(elements) => &mut elements[step.parse::<usize>().unwrap()],
        other => panic!("{step:?} of {path:?} would be in {}", other.kind()),
    })
}

/// Sets a member or an element, which may be new in an object.
pub fn set(json: &mut Json, path: &[&str], value: impl Into<Json>) {
    let (last, parents) = path.split_last().unwrap();
    match at(json, parents) {
        Json::Obj(members) => {
            members.insert((*last).to_owned(), value.into());
        }
        parent => *at(parent, &[last]) = value.into(),
    }
}

/// Takes a member out of an object.
pub fn take(json: &mut Json, path: &[&str]) -> Json {
    let (last, parents) = path.split_last().unwrap();
    let members = at(json, parents).as_object_mut().unwrap();
    members.remove(last).unwrap_or_else(|| panic!("no {path:?}"))
}

/// The array at a path.
pub fn list<'a>(json: &'a mut Json, path: &[&str]) -> &'a mut Vec<Json> {
    match at(json, path) {
        Json::Arr(elements) => elements,
        other => panic!("{path:?} is {}", other.kind()),
    }
}

/// Writes one string for another, wherever it stands: as a value and as a name.
pub fn rename(json: &mut Json, old: &str, new: &str) {
    match json {
        Json::Str(text) if text == old => new.clone_into(text),
        Json::Arr(elements) => elements.iter_mut().for_each(|element| rename(element, old, new)),
        Json::Obj(members) => {
            if let Some(value) = members.remove(old) {
                members.insert(new.to_owned(), value);
            }
            members.values_mut().for_each(|value| rename(value, old, new));
        }
        _ => {}
    }
}

/// `{}`
pub fn empty() -> Json {
    Json::object([])
}

/// Arrays inside each other, this many.
pub fn nested(levels: usize) -> Json {
    (0..levels).fold(Json::Null, |inner, _| Json::Arr(vec![inner]))
}
