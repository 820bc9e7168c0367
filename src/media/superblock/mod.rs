//! What file system is on a medium, and its label: read from its first blocks, since there is no udev to ask.
//!
//! Whoever brings the medium has written these bytes. Every number in them is checked before it is used, nothing is read in a
//! loop that they decide, and a reader that does not understand something gives up.

mod exfat;
mod ext;
mod fat;
mod iso;
mod udf;

use crate::host::device::Device;

/// File systems that media are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// FAT12, FAT16 or FAT32.
    Fat,
    /// exFAT.
    Exfat,
    /// ext2, ext3 or ext4.
    Ext,
    /// ISO 9660, the file system of CDs.
    Iso,
    /// UDF, the file system of DVDs.
    Udf,
}

impl Kind {
    /// The name by which the kernel mounts it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Fat => "vfat",
            Kind::Exfat => "exfat",
            Kind::Ext => "ext4",
            Kind::Iso => "iso9660",
            Kind::Udf => "udf",
        }
    }

    /// Whether names of files are those of FAT, which knows no upper and lower case and has letters that it refuses.
    pub fn is_fat(self) -> bool {
        matches!(self, Kind::Fat | Kind::Exfat)
    }
}

/// What a file system says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// Which one it is.
    pub kind: Kind,
    /// Its label; empty if it has none.
    pub label: String,
    /// The number that it was given when it was made; empty if it has none.
    pub id: String,
}

/// Where bytes are read from.
pub trait Blocks {
    /// Exactly `length` bytes at an offset; `None` if they are not there or cannot be read.
    fn read(&self, offset: u64, length: usize) -> Option<Vec<u8>>;
}

impl Blocks for Device {
    fn read(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.read_at(offset, length).ok().filter(|bytes| bytes.len() == length)
    }
}

impl Blocks for [u8] {
    fn read(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(length)?).map(<[u8]>::to_vec)
    }
}

/// The file system on a device; `None` for any other, and for none.
pub fn probe(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    // What is written for both worlds, ISO 9660 and UDF, is mounted as the latter. exFAT has a first sector much like FAT.
    exfat::read(blocks)
        .or_else(|| fat::read(blocks))
        .or_else(|| ext::read(blocks))
        .or_else(|| udf::read(blocks))
        .or_else(|| iso::read(blocks))
}

/// A number of two bytes, little-endian.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let found = bytes.get(at..at.checked_add(2)?)?;
    found.try_into().ok().map(u16::from_le_bytes)
}

/// A number of four bytes, little-endian.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    found.try_into().ok().map(u32::from_le_bytes)
}

/// Text of one byte a character, up to the first zero, without blanks at its end. What is no ASCII becomes `?`: code pages
/// differ, and the labels of a plan have none of it.
fn ascii(bytes: &[u8]) -> String {
    let text = bytes.iter().take_while(|byte| **byte != 0);
    let text: String = text.map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect();
    text.trim_end_matches(' ').to_owned()
}

/// Text of two bytes a character; anything that is none becomes a replacement character.
fn utf16(units: impl Iterator<Item = u16>) -> String {
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    String::from_utf16_lossy(&units).trim_end_matches(' ').to_owned()
}

/// The serial numbers of FAT and exFAT, as they are shown everywhere: `1234-ABCD`.
fn serial(number: u32) -> String {
    format!("{:04X}-{:04X}", number >> 16, number & 0xffff)
}
