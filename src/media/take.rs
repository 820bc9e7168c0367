//! Taking files from a medium: only what its manifest lists, sizes first, every file read twice, all or nothing.

use std::collections::BTreeSet;

use super::manifest::{LIMIT, MANIFEST, Manifest, Trouble};
use super::{ENTRIES_LIMIT, FILE_LIMIT, MediaError, TOTAL_LIMIT};
use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::{Beneath, Entry, Kind};
use crate::host::display::{count, visible};
use crate::host::files::FileError;

/// What a medium offers.
pub struct Offered {
    /// The folder that the manifest is in; `""` for the root.
    pub folder: String,
    /// The manifest as it was read.
    pub bytes: Vec<u8>,
    /// SHA-256 of the manifest.
    pub digest: Sha256Digest,
    /// What it lists, or what of that must not be taken.
    pub manifest: Result<Manifest, Vec<String>>,
}

/// What was read of a medium.
pub struct Taken {
    /// The files with their paths in the manifest.
    pub files: Vec<(String, Vec<u8>)>,
    /// What must not be taken, and why.
    pub refused: Vec<String>,
    /// What is not as the manifest says.
    pub differing: Vec<String>,
}

/// What a file system puts on every medium by itself.
pub fn is_of_system(name: &[u8]) -> bool {
    name.starts_with(b".") || [&b"lost+found"[..], b"System Volume Information"].contains(&name)
}

/// The folders with a manifest: the root (`""`), or else those in it.
pub fn folders(tree: &Beneath, label: &str) -> Result<Vec<String>, MediaError> {
    let file = MediaError::file(label);
    if tree.has(MANIFEST).map_err(&file)? {
        return Ok(vec![String::new()]);
    }
    let mut found = Vec::new();
    for Entry { name, kind } in tree.list("", ENTRIES_LIMIT).map_err(&file)? {
        let Ok(name) = String::from_utf8(name) else { continue };
        if kind == Kind::Folder
            && !name.starts_with('.')
            && tree.has(&inside(&name, MANIFEST)).map_err(&file)?
        {
            found.push(name);
        }
    }
    Ok(found)
}

/// The one manifest that there is, or the one in a folder.
pub fn offered(tree: &Beneath, label: &str, folder: Option<&str>) -> Result<Offered, MediaError> {
    let folder = match folder {
        Some(folder) => folder.trim_end_matches('/').to_owned(),
        None => only(folders(tree, label)?, label)?,
    };
    let bytes = tree.read(&inside(&folder, MANIFEST), LIMIT).map_err(MediaError::file(label))?;
    let manifest = match Manifest::parse(&bytes) {
        Ok(manifest) => Ok(manifest),
        Err(Trouble::Names(refused)) => Err(refused),
        Err(Trouble::Form { line, what }) => {
            return Err(MediaError::Manifest { label: label.to_owned(), line, what });
        }
    };
    Ok(Offered { folder, digest: Sha256Digest::of(&bytes), bytes, manifest })
}

fn only(mut found: Vec<String>, label: &str) -> Result<String, MediaError> {
    let (what, next) = match (found.pop(), found.len()) {
        (Some(folder), 0) => return Ok(folder),
        (None, _) => (
            format!("there is no {MANIFEST}"),
            "Nothing was taken. Whoever prepares the medium runs `sha256sum FILE… > MANIFEST` in the folder of the files, and \
             writes the SHA-256 of MANIFEST on paper."
                .to_owned(),
        ),
        (Some(last), _) => {
            found.push(last);
            let folders: Vec<String> = found.iter().map(|folder| visible(folder)).collect();
            (format!("{} have a {MANIFEST}: {}", count(found.len(), "folder"), folders.join(", ")), "Name one with --folder.".to_owned())
        }
    };
    Err(MediaError::NoManifest { label: label.to_owned(), what, next })
}

/// Reads files that the manifest lists; all of them if none is named.
pub fn take(
    tree: &Beneath,
    label: &str,
    folder: &str,
    manifest: &Manifest,
    wanted: &[String],
) -> Result<Taken, MediaError> {
    // Whoever names a file twice gets it once.
    let all: BTreeSet<&String> =
        if wanted.is_empty() { manifest.files.keys().collect() } else { wanted.iter().collect() };
    let mut taken = Taken { files: Vec::new(), refused: Vec::new(), differing: Vec::new() };
    // Before anything is read.
    let mut total = 0_u64;
    let mut readable = Vec::new();
    for name in all {
        let Some(digest) = manifest.files.get(name) else {
            return Err(MediaError::NotListed { label: label.to_owned(), name: name.clone() });
        };
        match tree.length(&inside(folder, name)) {
            Ok(length) if length > FILE_LIMIT as u64 => {
                taken
                    .refused
                    .push(format!("{} has {length} bytes, and {FILE_LIMIT} are the most", visible(name)));
            }
            Ok(length) => {
                total = total.saturating_add(length);
                readable.push((name, *digest));
            }
            Err(error) => taken.sort_out(error, name, label)?,
        }
    }
    if total > TOTAL_LIMIT {
        let what = format!("the files on the medium labelled {label} have");
        return Err(MediaError::TooMuch { what, limit: TOTAL_LIMIT });
    }
    if !taken.refused.is_empty() {
        return Ok(taken);
    }
    for (name, digest) in readable {
        let path = inside(folder, name);
        let bytes = match tree.read(&path, FILE_LIMIT) {
            Ok(bytes) => bytes,
            Err(error) => {
                taken.sort_out(error, name, label)?;
                continue;
            }
        };
        // Once more, and from the medium: what gives other bytes every time must not be believed even once.
        let (again, _) = tree.read_past_cache(&path, FILE_LIMIT).map_err(MediaError::file(label))?;
        if again != bytes {
            return Err(MediaError::Changing { label: label.to_owned(), name: name.clone() });
        }
        let found = Sha256Digest::of(&bytes);
        if found != digest {
            taken
                .differing
                .push(format!("{} has SHA-256 {found:.16}…, and {digest:.16}… is listed", visible(name)));
        }
        taken.files.push((name.clone(), bytes));
    }
    Ok(taken)
}

impl Taken {
    /// What is no file to be taken is refused by name; what the medium fails at ends everything.
    fn sort_out(&mut self, error: FileError, name: &str, label: &str) -> Result<(), MediaError> {
        let name = visible(name);
        match error {
            FileError::Link(_) => self.refused.push(format!("{name} is a link, or leads out of the medium")),
            FileError::NotAFile(_) | FileError::NotAFolder(_) => {
                self.refused.push(format!("{name} is not a plain file"));
            }
            FileError::TooLarge { limit, .. } => {
                self.refused.push(format!("{name} has more than {limit} bytes"));
            }
            FileError::Missing(_) => self.differing.push(format!("{name} is missing")),
            error => return Err(MediaError::File { label: label.to_owned(), error }),
        }
        Ok(())
    }
}

/// What lies beside the files of a manifest and is not listed there, with its path from there.
pub fn unlisted(
    tree: &Beneath,
    label: &str,
    folder: &str,
    is_listed: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, MediaError> {
    let file = MediaError::file(label);
    let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let in_folder = |name: &[u8]| name.strip_prefix(below.as_bytes()).unwrap_or(name).to_vec();
    let mut all = Vec::new();
    for entry in tree.list(folder, ENTRIES_LIMIT).map_err(&file)? {
        // Not everybody may look into what a file system has for itself.
        if is_of_system(&in_folder(&entry.name)) {
            continue;
        }
        match std::str::from_utf8(&entry.name) {
            Ok(name) if entry.kind == Kind::Folder => {
                all.extend(tree.entries(name, ENTRIES_LIMIT).map_err(&file)?);
            }
            _ => all.push(entry),
        }
    }
    let mut found = Vec::new();
    for Entry { name, kind } in all {
        let name = in_folder(&name);
        let name = String::from_utf8_lossy(&name);
        let listed = *name == *MANIFEST || is_listed(&name);
        if kind != Kind::Folder && !listed {
            found.push(visible(&name));
        }
    }
    Ok(found)
}

/// What lies in the root beside these folders; none where the root is one of them, since a manifest there is about everything.
pub fn beside(tree: &Beneath, label: &str, folders: &[String]) -> Result<Vec<String>, MediaError> {
    if folders.iter().any(String::is_empty) {
        return Ok(Vec::new());
    }
    let entries = tree.list("", ENTRIES_LIMIT).map_err(MediaError::file(label))?;
    let is_listed = |name: &[u8]| folders.iter().any(|folder| folder.as_bytes() == name);
    let others = entries.into_iter().filter(|entry| !is_of_system(&entry.name) && !is_listed(&entry.name));
    let named = |Entry { name, kind }| {
        let slash = if kind == Kind::Folder { "/" } else { "" };
        format!("{}{slash}", visible(&String::from_utf8_lossy(&name)))
    };
    let mut named: Vec<String> = others.map(named).collect();
    named.sort();
    Ok(named)
}

/// A path in a folder, which may be the root (`""`).
pub fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
