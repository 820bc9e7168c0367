//! Edits of a file as text, for what a tree cannot hold.

use tuf_ceremony::json::Json;

/// Writes one piece of text for another, once, where it stands first.
pub fn swap(text: &mut Vec<u8>, from: &str, to: impl AsRef<[u8]>) {
    let from = from.as_bytes();
    let found = text.windows(from.len()).position(|window| window == from);
    let start = found.unwrap_or_else(|| panic!("no {:?}", String::from_utf8_lossy(from)));
    text.splice(start..start + from.len(), to.as_ref().iter().copied());
}

/// Puts text before all that is there.
pub fn prepend(text: &mut Vec<u8>, more: impl AsRef<[u8]>) {
    text.splice(0..0, more.as_ref().iter().copied());
}

/// On which side of the member its double stands.
#[derive(Clone, Copy)]
pub enum Side {
    /// Readers that keep the last value see the one that is signed.
    Before,
    /// Readers that keep the first value see the one that is signed.
    After,
}

/// The text of a tree in which the member at `path` stands twice: once as it is, once with another value.
pub fn doubled(json: &Json, path: &[&str], double: &Json, side: Side) -> Vec<u8> {
    let mut out = Vec::new();
    write(json, path, double, side, &mut out);
    out
}

fn write(json: &Json, path: &[&str], double: &Json, side: Side, out: &mut Vec<u8>) {
    let Some((step, rest)) = path.split_first() else { return out.extend(json.to_disk()) };
    match json {
        Json::Obj(members) => {
            assert!(members.contains_key(step), "no {step:?}");
            let separated = members.iter().enumerate();
            out.push(b'{');
            for (index, (name, value)) in separated {
                if index > 0 {
                    out.push(b',');
                }
                let here = name == step;
                if here && rest.is_empty() {
                    let pair = match side {
                        Side::Before => [double, value],
                        Side::After => [value, double],
                    };
                    member(name, pair[0], out);
                    out.push(b',');
                    member(name, pair[1], out);
                } else if here {
                    out.extend(Json::from(name.as_str()).to_disk());
                    out.push(b':');
                    write(value, rest, double, side, out);
                } else {
                    member(name, value, out);
                }
            }
            out.push(b'}');
        }
        Json::Arr(elements) => {
            let chosen: usize = step.parse().unwrap();
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, if index == chosen { rest } else { &[] }, double, side, out);
            }
            out.push(b']');
        }
        other => panic!("{step:?} would be in {}", other.kind()),
    }
}

fn member(name: &str, value: &Json, out: &mut Vec<u8>) {
    out.extend(Json::from(name).to_disk());
    out.push(b':');
    out.extend(value.to_disk());
}
