//! Names of files that can be carried: the same on every file system and on every screen, and inside their folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::host::display::visible;

/// The longest name of one file or folder, in bytes, and the longest path.
const LONGEST: (usize, usize) = (255, 1024);
/// What FAT and exFAT refuse in a name.
const REFUSED_BY_FAT: &str = "\"*:<>?|";

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
    };
    name.split('/').any(bad).then_some("has a name that FAT and exFAT cannot have")
}

/// Two paths, of files or of their folders, that differ only in upper and lower case, or where one is a file and a folder of
/// the other; `None` if all can lie beside each other everywhere.
pub fn clash<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<(String, String)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let names: Vec<&str> = names.into_iter().collect();
    let files: BTreeSet<&str> = names.iter().copied().collect();
    for name in &names {
        let folders = name.match_indices('/').map(|(at, _)| name.get(..at).unwrap_or_default());
        for path in folders.clone().chain([*name]) {
            let other = *seen.entry(path.to_lowercase()).or_insert(path);
            if other != path {
                return Some((other.to_owned(), path.to_owned()));
            }
        }
        if let Some(folder) = folders.into_iter().find(|folder| files.contains(folder)) {
            return Some((folder.to_owned(), (*name).to_owned()));
        }
    }
    None
}
