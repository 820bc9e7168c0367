//! Names of files that can be carried: the same on every file system and on every screen, and inside their folder.

use unicode_normalization::UnicodeNormalization as _;

use crate::host::beneath::DEEPEST;
use crate::host::display::visible;

/// The longest name of one file or folder, in bytes, and the longest path.
const LONGEST: (usize, usize) = (255, 1024);
/// The longest name of one file or folder that discs have, too, and that is written under a longer one first.
const LONGEST_ANYWHERE: usize = 160;
/// What FAT and exFAT refuse in a name.
const REFUSED_BY_FAT: &str = "\"*:<>?|";
/// What is no file to Windows, whatever follows behind a full stop. Linux refuses most of it on FAT, too.
const DEVICES: [&str; 6] = ["AUX", "CON", "NUL", "PRN", "CONIN$", "CONOUT$"];

/// Why a path cannot be carried; `None` if it can.
pub fn trouble(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("has no name");
    }
    if name.starts_with('/') {
        return Some("is an absolute path");
    }
    if name.contains('\\') || visible(name) != name {
        return Some("has line ends, backslashes, escapes or invisible characters in its name");
    }
    if name.len() > LONGEST.1 || name.split('/').any(|part| part.len() > LONGEST.0) {
        return Some("has too long a name");
    }
    if name.split('/').count() > DEEPEST {
        return Some("lies in too many folders");
    }
    name.split('/').find_map(|part| match part {
        ".." => Some("leads out of its folder with `..`"),
        "" => Some("has an empty name in its path"),
        part if part.starts_with('.') => Some("is hidden: a name in its path begins with a dot"),
        _ => None,
    })
}

/// Why FAT and exFAT cannot have a path; `None` if they can.
pub fn trouble_on_fat(name: &str) -> Option<&'static str> {
    let bad = |part: &str| {
        part.ends_with(['.', ' '])
            || part.contains(|c| REFUSED_BY_FAT.contains(c))
            || part.encode_utf16().count() > 255
            || is_device(part)
    };
    name.split('/').any(bad).then_some("has a name that FAT and exFAT cannot have")
}

/// Why a path cannot be on every medium there is; `None` if it can.
pub fn trouble_anywhere(name: &str) -> Option<&'static str> {
    let too_long = || name.split('/').any(|part| part.len() > LONGEST_ANYWHERE);
    trouble(name).or_else(|| trouble_on_fat(name)).or_else(|| too_long().then_some("has too long a name"))
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end_matches(' ').to_uppercase();
    let numbered = |port: &str| {
        let number = stem.strip_prefix(port).map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}']))
    };
    DEVICES.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

/// Two paths, of files or of their folders, that differ only in upper and lower case or in how their letters are composed, or
/// where one is a file and a folder of the other; `None` if all can lie beside each other everywhere.
pub fn clash<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<(String, String)> {
    let mut all: Vec<(String, &str)> = names.into_iter().map(|name| (folded(name), name)).collect();
    // By parts: what is in a folder follows it, and nothing else lies in between. So only neighbours can clash.
    all.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    all.iter().zip(all.iter().skip(1)).find_map(|(one, other)| between(one, other))
}

/// How two paths clash of which the first comes first: by a folder that both are in, or as a whole.
fn between(one: &(String, &str), other: &(String, &str)) -> Option<(String, String)> {
    let mut lengths = (0, 0);
    let parts = one.1.split('/').zip(other.1.split('/')).zip(one.0.split('/').zip(other.0.split('/')));
    for ((first, second), (first_folded, second_folded)) in parts {
        if first_folded != second_folded {
            return None;
        }
        lengths = (lengths.0 + first.len(), lengths.1 + second.len());
        if first != second {
            return Some((one.1.get(..lengths.0)?.to_owned(), other.1.get(..lengths.1)?.to_owned()));
        }
        lengths = (lengths.0 + 1, lengths.1 + 1);
    }
    Some((one.1.to_owned(), other.1.to_owned()))
}

/// What names have in common that some file system takes for the same.
fn folded(name: &str) -> String {
    name.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}
