//! Reads the images of discs that are written here ([`super::iso`]), to see that they have what they must have.
//!
//! A reader of its own, and not the writer's tables: what was put in a wrong place is not found there.

use std::collections::BTreeMap;

use super::manifest::{MANIFEST, Manifest, Trouble};
use super::take::inside;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;

/// A sector, in bytes.
const SECTOR: usize = 2048;
/// Where the record of the root folder is: in the first volume descriptor (ECMA-119 8.4.18).
const ROOT: usize = 16 * SECTOR + 156;
/// The most folders within each other that are followed: more than a path of 1024 bytes can have.
const DEEPEST: usize = 600;

/// The files of an image by their paths; `None` if it cannot be read to the end, or has two files of one name.
pub fn files(image: &[u8]) -> Option<BTreeMap<String, &[u8]>> {
    let mut files = BTreeMap::new();
    let root = Record::read(image.get(ROOT..)?)?;
    let mut folders = vec![(String::new(), root, 0)];
    while let Some((path, folder, depth)) = folders.pop() {
        let bytes = folder.bytes(image)?;
        for sector in bytes.chunks(SECTOR) {
            let mut rest = sector;
            // A zero where a length should be: the next record is in the next sector.
            while rest.first().is_some_and(|length| *length > 0) {
                let record = Record::read(rest)?;
                rest = rest.get(record.length..)?;
                // Without a name are the folder itself and the one above.
                let Some(name) = &record.name else { continue };
                let path = inside(&path, name);
                if record.is_folder {
                    if depth == DEEPEST {
                        return None;
                    }
                    folders.push((path, record, depth + 1));
                } else if files.insert(path, record.bytes(image)?).is_some() {
                    return None;
                }
            }
        }
    }
    Some(files)
}

/// What is wrong with the set in a folder of an image: with its manifest, or with what that lists; and whatever lies beside.
pub fn troubles(image: &[u8], folder: &str, manifest: &Sha256Digest) -> Vec<String> {
    let Some(mut files) = files(image) else { return vec!["its folders cannot be read".to_owned()] };
    let Some(text) = files.remove(&inside(folder, MANIFEST)) else {
        return vec![format!("{} is not there", inside(folder, MANIFEST))];
    };
    let listed = match Manifest::parse(text) {
        Ok(listed) if Sha256Digest::of(text) == *manifest => listed,
        Ok(_) => return vec![format!("{MANIFEST} is another")],
        Err(Trouble::Names(refused)) => return refused,
        Err(Trouble::Form { line, what }) => return vec![format!("{MANIFEST}, line {line}: {what}")],
    };
    let mut found = Vec::new();
    for (name, digest) in &listed.files {
        match files.remove(&inside(folder, name)) {
            None => found.push(format!("{} is missing", visible(name))),
            Some(bytes) if Sha256Digest::of(bytes) != *digest => {
                found.push(format!("{} is not as listed", visible(name)));
            }
            Some(_) => {}
        }
    }
    found.extend(files.into_keys().map(|name| format!("{} is not in the manifest", visible(&name))));
    found
}

/// A record of a folder (ECMA-119 9.1) with its name of Rock Ridge (RRIP 4.1.4).
struct Record {
    /// How long the record is, in bytes.
    length: usize,
    /// Where the thing begins, and how long it is, in bytes.
    extent: usize,
    size: usize,
    is_folder: bool,
    name: Option<String>,
}

impl Record {
    fn read(bytes: &[u8]) -> Option<Record> {
        let length = usize::from(*bytes.first()?);
        let bytes = bytes.get(..length)?;
        let number = |at: usize| {
            let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(four)).ok()
        };
        let id = usize::from(*bytes.get(32)?);
        // A name of even length is followed by a zero.
        let more = bytes.get(33 + id + usize::from(id % 2 == 0)..)?;
        Some(Record {
            length,
            extent: number(2)?.checked_mul(SECTOR)?,
            size: number(10)?,
            is_folder: bytes.get(25)? & 2 != 0,
            name: name(more),
        })
    }

    fn bytes<'i>(&self, image: &'i [u8]) -> Option<&'i [u8]> {
        image.get(self.extent..self.extent.checked_add(self.size)?)
    }
}

/// The name in the fields of Rock Ridge.
fn name(mut fields: &[u8]) -> Option<String> {
    while let [kind, and, length, _, ..] = fields {
        let (field, rest) = fields.split_at_checked(usize::from(*length))?;
        if [*kind, *and] == *b"NM" {
            return String::from_utf8(field.get(5..)?.to_vec()).ok();
        }
        if field.is_empty() {
            return None;
        }
        fields = rest;
    }
    None
}
