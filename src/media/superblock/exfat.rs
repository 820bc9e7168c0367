//! exFAT (Microsoft, exFAT File System Specification).

use super::{Blocks, Kind, Superblock, serial, u16_at, u32_at, utf16};

/// An entry of a folder, in bytes.
const ENTRY: usize = 32;
/// The most of a root folder that is looked through for the label, in bytes.
const MOST: u64 = 64 << 10;
/// The type of the entry with the label, in use.
const LABEL: u8 = 0x83;
/// The most characters that it has.
const LONGEST: usize = 11;

pub(super) fn read(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    let boot = blocks.read(0, 512)?;
    let marked = boot.get(3..11)? == b"EXFAT   " && boot.get(510..512)? == [0x55, 0xaa];
    if !marked || boot.get(11..64)?.iter().any(|byte| *byte != 0) {
        return None;
    }
    let (sector, cluster) = (u32::from(*boot.get(108)?), u32::from(*boot.get(109)?));
    if !(9..=12).contains(&sector) || cluster > 25 - sector {
        return None;
    }
    let heap = u64::from(u32_at(&boot, 88)?);
    let first = u64::from(u32_at(&boot, 96)?).checked_sub(2)?;
    let at = heap.checked_add(first.checked_shl(cluster)?)?.checked_shl(sector)?;
    let length = (1_u64 << (sector + cluster)).min(MOST);
    let label = blocks.read(at, usize::try_from(length).ok()?).and_then(|folder| label_in(&folder));
    Some(Superblock { kind: Kind::Exfat, label: label.unwrap_or_default(), id: serial(u32_at(&boot, 100)?) })
}

fn label_in(folder: &[u8]) -> Option<String> {
    let used = folder.chunks_exact(ENTRY).take_while(|entry| entry.first() != Some(&0));
    let entry = used.into_iter().find(|entry| entry.first() == Some(&LABEL))?;
    let count = usize::from(*entry.get(1)?).min(LONGEST);
    Some(utf16((0..count).filter_map(|place| u16_at(entry, 2 + 2 * place))))
}
