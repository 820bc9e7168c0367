//! UDF (ECMA-167 and OSTA UDF 2.60): from the anchor to the logical volume's identifier.

use super::{Blocks, Kind, Superblock, u16_at, u32_at, utf16};

/// Where volume recognition begins, in bytes.
const RECOGNITION: u64 = 16 * 2048;
/// How many of its descriptors are looked at.
const RECOGNISED: u64 = 16;
/// The block in which the anchor is.
const ANCHOR: u64 = 256;
/// How many descriptors of the volume are looked at.
const DESCRIPTORS: u64 = 64;

pub(super) fn read(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    let recognised = (0..RECOGNISED).any(|place| {
        let found = blocks.read(RECOGNITION + place * 2048, 6);
        found.is_some_and(|found| found.get(1..5) == Some(b"NSR0"))
    });
    if !recognised {
        return None;
    }
    [2048, 512, 1024, 4096].into_iter().find_map(|size| of_blocks(blocks, size))
}

fn of_blocks(blocks: &(impl Blocks + ?Sized), size: u64) -> Option<Superblock> {
    let anchor = descriptor(blocks, ANCHOR * size, 2)?;
    let (length, start) = (u64::from(u32_at(&anchor, 16)?), u64::from(u32_at(&anchor, 20)?));
    let (mut label, mut id) = (None, String::new());
    for place in 0..(length / size).min(DESCRIPTORS) {
        let at = start.checked_add(place)?.checked_mul(size)?;
        let block = blocks.read(at, 512)?;
        match tag(&block)? {
            // The primary volume descriptor: the beginning of its set's identifier is unique.
            1 => id = text(block.get(72..200)?).chars().take(16).collect(),
            // The logical volume descriptor.
            6 => label = label.or_else(|| block.get(84..212).map(text)),
            8 => break,
            _ => {}
        }
    }
    Some(Superblock { kind: Kind::Udf, label: label?, id })
}

fn descriptor(blocks: &(impl Blocks + ?Sized), at: u64, kind: u16) -> Option<Vec<u8>> {
    blocks.read(at, 512).filter(|block| tag(block) == Some(kind))
}

/// The number of a descriptor, if its tag's checksum is right.
fn tag(block: &[u8]) -> Option<u16> {
    let (tag, sum) = (block.get(..16)?, *block.get(4)?);
    let others = tag.iter().enumerate().filter(|(place, _)| *place != 4).map(|(_, byte)| *byte);
    (others.fold(0_u8, u8::wrapping_add) == sum).then(|| u16_at(tag, 0))?
}

/// A `dstring` (OSTA UDF 2.1.3): how its characters are kept, the characters, and at its end how many bytes are used.
fn text(field: &[u8]) -> String {
    let used = usize::from(field.last().copied().unwrap_or_default());
    let bytes = field.get(..used.min(field.len().saturating_sub(1))).unwrap_or_default();
    match bytes.split_first() {
        Some((8, rest)) => utf16(rest.iter().map(|byte| u16::from(*byte))),
        Some((16, rest)) => utf16(
            rest.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))),
        ),
        _ => String::new(),
    }
}
