//! Images of discs: ISO 9660 (ECMA-119) with the names and modes of Rock Ridge (IEEE P1282, RRIP 1.10).
//!
//! The names of payloads are longer than any that ISO 9660 or Joliet can have; Rock Ridge keeps them. To a system that does
//! not read it, files are numbered. The image depends on the files, the label and the date given, and on nothing else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::MediaError;
use super::manifest::MANIFEST;
use super::put::Parcel;
use crate::host::display::visible;

/// A sector, in bytes.
const SECTOR: usize = 2048;
/// The sectors before the volume descriptors.
const SYSTEM_AREA: usize = 16;
/// Empty sectors at the end: drives read ahead, and fail where a burnt disc ends.
const RUN_OUT: usize = 150;
/// The longest record of a folder, in bytes.
const LONGEST_RECORD: usize = 255;
/// Folder, and read by all.
const FOLDER_MODE: u32 = 0o040_555;
/// Plain file, and read by all.
const FILE_MODE: u32 = 0o100_444;

/// A folder or a file on the disc.
struct Node<'a> {
    name: String,
    /// What it is called without Rock Ridge.
    id: Vec<u8>,
    /// Of a file.
    bytes: Option<&'a [u8]>,
    /// The folder it is in, and what is in it, by their places.
    parent: usize,
    inner: Vec<usize>,
    /// Its first sector, and its length in bytes.
    extent: usize,
    length: usize,
}

/// The image of a disc with a label and one folder of files.
pub fn write(label: &str, parcel: &Parcel, date: Timestamp) -> Result<Vec<u8>, MediaError> {
    let date = TimeZone::UTC.to_datetime(date);
    let mut nodes = tree(parcel)?;
    let folders: Vec<usize> = (0..nodes.len()).filter(|at| of(&nodes, *at).bytes.is_none()).collect();
    // Where each folder stands in the path table, from 1.
    let place: BTreeMap<usize, u16> = folders.iter().copied().zip(1..).collect();
    let table_length: usize = folders.iter().map(|at| path_entry(&nodes, *at, 0, 1, false).len()).sum();
    let table_sectors = sectors(table_length);
    let tables = SYSTEM_AREA + 2;
    let mut next = tables + 2 * table_sectors;
    for at in &folders {
        // How long a folder is does not depend on where things are.
        let length = folder(&nodes, *at, date).len();
        next = place_at(&mut nodes, *at, next, length);
    }
    for at in 0..nodes.len() {
        if let Some(bytes) = of(&nodes, at).bytes {
            next = place_at(&mut nodes, at, next, bytes.len());
        }
    }
    let all = next + RUN_OUT;
    let mut image = vec![0; SYSTEM_AREA * SECTOR];
    let root = record(&nodes, 0, &[0], date, &[]);
    image.extend(descriptor(label, all, table_length, (tables, tables + table_sectors), &root, date));
    let mut last = vec![0xff];
    last.extend(b"CD001\x01");
    image.extend(whole(last));
    for big in [false, true] {
        let entry = |at: &usize| {
            let node = of(&nodes, *at);
            let parent = place.get(&node.parent).copied().unwrap_or(1);
            path_entry(&nodes, *at, node.extent, parent, big)
        };
        image.extend(whole(folders.iter().flat_map(entry).collect()));
    }
    for at in &folders {
        image.extend(folder(&nodes, *at, date));
    }
    for bytes in nodes.iter().filter_map(|node| node.bytes) {
        image.extend(whole(bytes.to_vec()));
    }
    image.resize(all * SECTOR, 0);
    Ok(image)
}

/// All folders, level by level as path tables want them, and then all files.
fn tree(parcel: &Parcel) -> Result<Vec<Node<'_>>, MediaError> {
    let mut nodes = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    nodes.push(node(String::new(), 0, 0, None));
    let mut folders: Vec<String> =
        parcel.folders().iter().map(|inner| format!("{}/{inner}", parcel.folder)).collect();
    folders.push(parcel.folder.clone());
    folders.sort_by_key(|path| (path.matches('/').count(), path.clone()));
    places.insert(String::new(), 0);
    let files = parcel.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let files = files.chain([(MANIFEST, parcel.manifest.as_slice())]);
    let files = files.map(|(name, bytes)| (format!("{}/{name}", parcel.folder), Some(bytes)));
    for (path, bytes) in folders.into_iter().map(|path| (path, None)).chain(files) {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let at = nodes.len();
        let parent = places.get(above).copied().unwrap_or(0);
        nodes.push(node(name.to_owned(), at, parent, bytes));
        let fits = of(&nodes, at).id.len() + name.len() + 33 + 1 + 36 + 5 <= LONGEST_RECORD;
        if !fits {
            let what = format!("{} has too long a name for a disc", visible(name));
            return Err(MediaError::Name { what });
        }
        if let Some(parent) = nodes.get_mut(parent) {
            parent.inner.push(at);
        }
        if bytes.is_none() {
            places.insert(path, at);
        }
    }
    Ok(nodes)
}

fn node(name: String, number: usize, parent: usize, bytes: Option<&[u8]>) -> Node<'_> {
    // The root is called by a zero byte.
    let id = match (number, bytes) {
        (0, _) => vec![0],
        (number, None) => format!("D{number:07}").into_bytes(),
        (number, Some(_)) => format!("F{number:07}.;1").into_bytes(),
    };
    Node { name, id, bytes, parent, inner: Vec::new(), extent: 0, length: 0 }
}

#[expect(clippy::indexing_slicing, reason = "every place comes from the same list, which never shrinks")]
fn of<'n, 'a>(nodes: &'n [Node<'a>], at: usize) -> &'n Node<'a> {
    &nodes[at]
}

/// Gives a node its place, and the next free sector.
fn place_at(nodes: &mut [Node<'_>], at: usize, extent: usize, length: usize) -> usize {
    if let Some(node) = nodes.get_mut(at) {
        (node.extent, node.length) = (extent, length);
    }
    extent + sectors(length)
}

fn sectors(bytes: usize) -> usize {
    bytes.div_ceil(SECTOR).max(1)
}

/// Bytes filled up to whole sectors, of which there is at least one.
fn whole(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(sectors(bytes.len()) * SECTOR, 0);
    bytes
}

/// A number of four bytes in both orders (7.3.3). Nothing here comes near its limit: see `TOTAL_LIMIT`.
fn both32(number: usize) -> Vec<u8> {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    [number.to_le_bytes(), number.to_be_bytes()].concat()
}

/// A number of two bytes in both orders (7.2.3).
fn both16(number: u16) -> Vec<u8> {
    [number.to_le_bytes(), number.to_be_bytes()].concat()
}

/// The contents of a folder: itself, the one above, and what is in it, by name. No record goes over the end of a sector.
fn folder(nodes: &[Node<'_>], at: usize, date: DateTime) -> Vec<u8> {
    let node = of(nodes, at);
    // What else is said of the root is that Rock Ridge is spoken (SUSP 5.3, 5.5), and since which version.
    let (mut first, mut er): (Vec<u8>, Vec<u8>) = Default::default();
    if at == 0 {
        first.extend(b"SP\x07\x01\xbe\xef\x00");
        er.extend(b"ER\x12\x01\x0a\x00\x00\x01RRIP_1991A");
    }
    first.extend(mode(nodes, at));
    first.extend(er);
    let mut records = vec![
        record(nodes, at, &[0], date, &first),
        record(nodes, node.parent, &[1], date, &mode(nodes, node.parent)),
    ];
    // They are numbered in the order of their names, folders first and then files.
    for inner in &node.inner {
        let one = of(nodes, *inner);
        let mut more = mode(nodes, *inner);
        more.extend(b"NM");
        // It fits: see where the nodes are made.
        more.push(u8::try_from(one.name.len() + 5).unwrap_or(u8::MAX));
        more.extend([1, 0]);
        more.extend(one.name.as_bytes());
        records.push(record(nodes, *inner, &one.id, date, &more));
    }
    let mut bytes = Vec::new();
    for record in records {
        if bytes.len() % SECTOR + record.len() > SECTOR {
            bytes = whole(bytes);
        }
        bytes.extend(record);
    }
    whole(bytes)
}

/// Mode, links and owner (RRIP 4.1.1).
fn mode(nodes: &[Node<'_>], at: usize) -> Vec<u8> {
    let node = of(nodes, at);
    let mode = if node.bytes.is_none() { FOLDER_MODE } else { FILE_MODE };
    let folders = node.inner.iter().filter(|inner| of(nodes, **inner).bytes.is_none()).count();
    let links = if node.bytes.is_none() { folders + 2 } else { 1 };
    let mut bytes = b"PX\x24\x01".to_vec();
    bytes.extend(both32(usize::try_from(mode).unwrap_or_default()));
    bytes.extend(both32(links));
    bytes.extend([0; 16]);
    bytes
}

/// A record of a folder (9.1), with what Rock Ridge adds.
fn record(nodes: &[Node<'_>], at: usize, id: &[u8], date: DateTime, more: &[u8]) -> Vec<u8> {
    let node = of(nodes, at);
    let mut bytes = vec![0, 0];
    bytes.extend(both32(node.extent));
    bytes.extend(both32(node.length));
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    bytes.push(u8::try_from(date.year() - 1900).unwrap_or(u8::MAX));
    bytes.extend([date.month(), date.day(), date.hour(), date.minute(), date.second()].map(part));
    bytes.extend([0, if node.bytes.is_none() { 2 } else { 0 }, 0, 0]);
    bytes.extend(both16(1));
    bytes.push(u8::try_from(id.len()).unwrap_or_default());
    bytes.extend(id);
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes.extend(more);
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    if let Some(first) = bytes.first_mut() {
        *first = length;
    }
    bytes
}

/// An entry of a path table (9.4).
fn path_entry(nodes: &[Node<'_>], at: usize, extent: usize, parent: u16, big: bool) -> Vec<u8> {
    let id = &of(nodes, at).id;
    let extent = u32::try_from(extent).unwrap_or(u32::MAX);
    let mut bytes = vec![u8::try_from(id.len()).unwrap_or_default(), 0];
    bytes.extend(if big { extent.to_be_bytes() } else { extent.to_le_bytes() });
    bytes.extend(if big { parent.to_be_bytes() } else { parent.to_le_bytes() });
    bytes.extend(id);
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

/// The primary volume descriptor (8.4).
fn descriptor(
    label: &str,
    all: usize,
    table: usize,
    (little, big): (usize, usize),
    root: &[u8],
    date: DateTime,
) -> Vec<u8> {
    let text = |text: &str, length: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(length, b' ');
        bytes
    };
    let at = |sector: usize| u32::try_from(sector).unwrap_or(u32::MAX);
    let mut bytes = vec![1];
    bytes.extend(b"CD001\x01\x00");
    bytes.extend(text("", 32));
    bytes.extend(text(label, 32));
    bytes.extend([0; 8]);
    bytes.extend(both32(all));
    bytes.extend([0; 32]);
    // One disc of one, in blocks of one sector.
    bytes.extend([both16(1), both16(1), both16(2048)].concat());
    bytes.extend(both32(table));
    bytes.extend([at(little).to_le_bytes(), [0; 4], at(big).to_be_bytes(), [0; 4]].concat());
    bytes.extend(root);
    // Names of set, publisher, preparer, program, and of files with rights, a summary and a list of books: none.
    bytes.extend(text("", 4 * 128 + 3 * 37));
    let stamp = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}00\0",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minute(),
        date.second()
    );
    let never = "0000000000000000\0";
    bytes.extend([&stamp, &stamp, never, never].concat().into_bytes());
    bytes.extend([1, 0]);
    whole(bytes)
}
