//! The archive inside an encrypted set: a tar archive (POSIX.1-1988, ustar) of one folder, the same bytes for the same files.

use std::collections::BTreeSet;
use std::io::{self, Read as _};

use tar::{Archive, Builder, EntryType, Header};

use super::{Opened, Unopened};
use crate::host::display::visible;
use crate::media::manifest::MANIFEST;
use crate::media::put::Parcel;
use crate::media::{ENTRIES_LIMIT, FILE_LIMIT, names};

/// Plain file, written by its owner and read by all.
const MODE: u32 = 0o644;

/// Packs a parcel: its files by name and the manifest last, without owners or dates.
pub(super) fn pack(plain: &Parcel) -> io::Result<Vec<u8>> {
    let mut files: Vec<(&str, &[u8])> =
        plain.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    files.sort();
    files.push((MANIFEST, &plain.manifest));
    let mut archive = Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(MODE);
        header.set_uid(0);
        header.set_gid(0);
        // Not the date of the plan: tar complains of each file from the future.
        header.set_mtime(0);
        header.set_size(bytes.len() as u64);
        // A path that ustar has no room for gets a record of GNU tar before it.
        archive.append_data(&mut header, format!("{}/{name}", plain.folder), bytes)?;
    }
    archive.into_inner()
}

/// Unpacks an archive in memory, whoever made it. Folders are passed over; anything else but plain files ends it.
pub(super) fn unpack(bytes: &[u8]) -> Result<Opened, Unopened> {
    let broken = |error: io::Error| Unopened::NoSet(visible(&error.to_string()));
    let refused = |name: &str, why: &str| Unopened::NoSet(format!("{} {why}", visible(name)));
    let mut folder: Option<String> = None;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut archive = Archive::new(bytes);
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            EntryType::Directory => continue,
            EntryType::Regular => {}
            _ => return Err(refused(&path, "is no plain file")),
        }
        let path = path.strip_prefix("./").unwrap_or(&path);
        if let Some(trouble) = names::trouble(path) {
            return Err(refused(path, trouble));
        }
        let (first, name) = path.split_once('/').ok_or_else(|| refused(path, "is in no folder"))?;
        if folder.get_or_insert_with(|| first.to_owned()) != first {
            return Err(refused(path, "is in another folder"));
        }
        if files.len() >= ENTRIES_LIMIT {
            return Err(refused(path, "is one file too many"));
        }
        // Twice the same name would leave only the last.
        if !seen.insert(name.to_owned()) {
            return Err(refused(path, "is there twice"));
        }
        let mut file = Vec::new();
        let limit = FILE_LIMIT as u64;
        entry.take(limit + 1).read_to_end(&mut file).map_err(broken)?;
        if file.len() > FILE_LIMIT {
            return Err(refused(path, "is too large"));
        }
        files.push((name.to_owned(), file));
    }
    let folder = folder.ok_or_else(|| Unopened::NoSet("there is no file in it".to_owned()))?;
    Ok(Opened { folder, files })
}
