//! Putting files on a medium: space first, everything into a folder of a temporary name, the manifest last, then one rename.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use super::manifest::{LIMIT, MANIFEST, Manifest};
use super::medium::Medium;
use super::take::{inside, is_of_system, unlisted};
use super::{ENTRIES_LIMIT, FILE_LIMIT, MediaError, TOTAL_LIMIT, names, private};
use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::{Beneath, Past};
use crate::host::display::visible;
use crate::host::files::FileError;

/// What a file system needs for itself beside the files, in bytes.
const SLACK: u64 = 64 << 10;

/// What goes out: files that may, and the manifest about them.
pub struct Parcel {
    /// The folder on the medium.
    pub folder: String,
    /// The files with their paths in it.
    pub files: Vec<(String, Vec<u8>)>,
    /// The manifest as it is written.
    pub manifest: Vec<u8>,
}

impl Parcel {
    /// Makes a parcel, unless one of the files must not leave.
    pub fn new(
        folder: &str,
        files: Vec<(String, Vec<u8>)>,
        about: Vec<(String, String)>,
    ) -> Result<Parcel, MediaError> {
        let mut total = 0_u64;
        for (name, bytes) in &files {
            if let Some(trouble) = names::trouble(name) {
                return Err(MediaError::Name { what: format!("{} {trouble}", visible(name)) });
            }
            if let Some(kind) = private::found(bytes) {
                return Err(MediaError::PrivateKey { file: name.clone(), kind });
            }
            if bytes.len() > FILE_LIMIT {
                let what = format!("{} has", visible(name));
                return Err(MediaError::TooMuch { what, limit: FILE_LIMIT as u64 });
            }
            total = total.saturating_add(bytes.len() as u64);
        }
        let entries = files.len() + folders(&files).len() + 1;
        if entries > ENTRIES_LIMIT {
            return Err(MediaError::TooMany { limit: ENTRIES_LIMIT });
        }
        if total > TOTAL_LIMIT {
            return Err(MediaError::TooMuch { what: "the set has".to_owned(), limit: TOTAL_LIMIT });
        }
        if let Some((one, other)) =
            names::clash(files.iter().map(|(name, _)| name.as_str()).chain([MANIFEST]))
        {
            let what = format!(
                "{} and {} differ only in case or in how letters are composed, or one is a folder of the other: not every file \
                 system can have both",
                visible(&one),
                visible(&other)
            );
            return Err(MediaError::Name { what });
        }
        let digests = files.iter().map(|(name, bytes)| (name.clone(), Sha256Digest::of(bytes))).collect();
        let manifest = Manifest { about, files: digests }.to_bytes();
        Ok(Parcel { folder: folder.to_owned(), files, manifest })
    }

    /// SHA-256 of the manifest.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.manifest)
    }

    /// The folders that the files are in, parents first.
    pub fn folders(&self) -> BTreeSet<String> {
        folders(&self.files)
    }

    /// The name of its folder on a medium that has others of the same set, and whether the parcel lies there already: a stop
    /// may have come between writing and recording.
    pub fn place(&mut self, medium: &Medium) -> Result<bool, MediaError> {
        let own = self.manifest.clone();
        self.place_where(medium, |_, manifest| manifest == own)
    }

    /// The same, where `is_there` knows from a folder and the manifest in it whether the parcel lies there.
    pub fn place_where(
        &mut self,
        medium: &Medium,
        mut is_there: impl FnMut(&str, &[u8]) -> bool,
    ) -> Result<bool, MediaError> {
        let file = MediaError::file(&medium.label);
        let set = self.folder.clone();
        for number in 1..=ENTRIES_LIMIT {
            self.folder = if number == 1 { set.clone() } else { format!("{set}-{number}") };
            if !medium.tree.has(&self.folder).map_err(&file)? {
                return Ok(false);
            }
            let manifest = medium.tree.read(&inside(&self.folder, MANIFEST), LIMIT);
            if manifest.is_ok_and(|manifest| is_there(&self.folder, &manifest)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Sees to it that a medium can take it, before anything is written; only what an export left there that was broken off is
    /// removed.
    pub fn make_room(&self, medium: &Medium, keep: bool) -> Result<(), MediaError> {
        let (tree, label) = (&medium.tree, &medium.label);
        if medium.kind.is_fat() {
            let bad = |name: &&str| names::trouble_on_fat(name).is_some();
            if let Some(name) = self.files.iter().map(|(name, _)| name.as_str()).find(bad) {
                let what = format!("{} has a name that FAT and exFAT cannot have", visible(name));
                return Err(MediaError::Name { what });
            }
        }
        let partial = self.partial();
        self.require_place(tree, label, keep)?;
        tree.remove(&partial, ENTRIES_LIMIT).map_err(|error| left(label, &partial, error))?;
        self.require_space(tree, label)
    }

    /// The name of its folder until all of it is there.
    fn partial(&self) -> String {
        format!(".{}.partial", self.folder)
    }

    /// Puts it on a medium that has room for it. What was there stays as it is; after an error nothing of the parcel is there, as
    /// far as the medium lets it be removed.
    pub fn put(&self, medium: &Medium) -> Result<(), MediaError> {
        let (tree, partial) = (&medium.tree, self.partial());
        let written = self.write(tree, &partial).and_then(|()| tree.rename(&partial, &self.folder));
        let synced = match written {
            Ok(()) => tree.sync().map_err(|error| (error, &self.folder)),
            Err(error) => Err((error, &partial)),
        };
        synced.map_err(|(error, written)| {
            // A medium that is broken or gone does not let it.
            let _ = tree.remove(written, ENTRIES_LIMIT);
            MediaError::file(&medium.label)(error)
        })
    }

    /// Requires of a medium on which the parcel lies already that nothing else does.
    pub fn require_alone(&self, medium: &Medium) -> Result<(), MediaError> {
        let mut found = present(&medium.tree, &medium.label)?;
        found.retain(|name| *name != self.folder);
        match found.is_empty() {
            true => Ok(()),
            false => Err(not_empty(&medium.label, &found)),
        }
    }

    fn require_place(&self, tree: &Beneath, label: &str, keep: bool) -> Result<(), MediaError> {
        let names = present(tree, label)?;
        if let Some(same) = names.iter().find(|name| name.to_lowercase() == self.folder.to_lowercase()) {
            let what = format!(
                "{} and {}, which is on the medium labelled {label}, differ only in case",
                visible(&self.folder),
                visible(same)
            );
            return Err(MediaError::Name { what });
        }
        if !keep && !names.is_empty() {
            return Err(not_empty(label, &names));
        }
        Ok(())
    }

    fn require_space(&self, tree: &Beneath, label: &str) -> Result<(), MediaError> {
        let (free, block) = tree.free().map_err(MediaError::file(label))?;
        let blocks = |length: usize| (length as u64).div_ceil(block).max(1).saturating_mul(block);
        let files = self.files.iter().map(|(_, bytes)| blocks(bytes.len())).sum::<u64>();
        let folders = blocks(1).saturating_mul(self.folders().len() as u64 + 1);
        let needed = files + blocks(self.manifest.len()) + folders + SLACK;
        if needed > free {
            return Err(MediaError::Full { label: label.to_owned(), free, needed });
        }
        Ok(())
    }

    fn write(&self, tree: &Beneath, folder: &str) -> Result<(), FileError> {
        tree.create_folder(folder)?;
        for inner in self.folders() {
            tree.create_folder(&inside(folder, &inner))?;
        }
        for (name, bytes) in &self.files {
            tree.create(&inside(folder, name), bytes)?;
        }
        tree.create(&inside(folder, MANIFEST), &self.manifest)
    }

    /// Reads everything back from the medium. Gives what differs, and how it was read. What lay there `before` differs because
    /// somebody changed it; what was written just now, because the medium is broken.
    pub fn read_back(
        &self,
        tree: &Beneath,
        label: &str,
        before: bool,
    ) -> Result<(Vec<String>, Past), MediaError> {
        let differs = if before { "was changed since it was written" } else { "reads back differently" };
        let mut differing = Vec::new();
        let mut past = Past::Direct;
        let manifest = (MANIFEST.to_owned(), self.manifest.clone());
        for (name, bytes) in self.files.iter().chain([&manifest]) {
            match tree.read_past_cache(&inside(&self.folder, name), FILE_LIMIT) {
                Ok((found, how)) => {
                    past = past.max(how);
                    if found != *bytes {
                        differing.push(format!("{} {differs}", visible(name)));
                    }
                }
                Err(FileError::System { cause, .. }) => {
                    differing.push(format!("{} cannot be read back: {cause}", visible(name)));
                }
                Err(FileError::Missing(_)) => differing.push(format!("{} is not there", visible(name))),
                Err(error) => return Err(MediaError::File { label: label.to_owned(), error }),
            }
        }
        let listed: BTreeSet<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        let others = unlisted(tree, label, &self.folder, &|name| listed.contains(name))?;
        differing.extend(others.into_iter().map(|name| format!("{name} is not in the manifest")));
        Ok((differing, past))
    }
}

fn folders(files: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let of = |name: &String| {
        let cuts: Vec<usize> = name.match_indices('/').map(|(at, _)| at).collect();
        cuts.into_iter().map(|at| name.get(..at).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    files.iter().flat_map(|(name, _)| of(name)).collect()
}

/// What lies in the root of a medium, but for what file systems put there by themselves.
fn present(tree: &Beneath, label: &str) -> Result<Vec<String>, MediaError> {
    let entries = tree.list("", ENTRIES_LIMIT).map_err(MediaError::file(label))?;
    let names = entries.iter().filter(|entry| !is_of_system(&entry.name));
    Ok(names.map(|entry| String::from_utf8_lossy(&entry.name).into_owned()).collect())
}

fn not_empty(label: &str, names: &[String]) -> MediaError {
    MediaError::NotEmpty { label: label.to_owned(), found: names.iter().map(|name| visible(name)).collect() }
}

/// Why what an export left that was broken off is there still: the medium fails, or there is something that no export leaves.
fn left(label: &str, folder: &str, error: FileError) -> MediaError {
    match error {
        FileError::System { ref cause, .. } if cause.kind() != ErrorKind::DirectoryNotEmpty => {
            MediaError::file(label)(error)
        }
        error => MediaError::Left { label: label.to_owned(), folder: folder.to_owned(), error },
    }
}
