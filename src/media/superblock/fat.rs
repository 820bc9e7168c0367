//! FAT12, FAT16 and FAT32 (Microsoft, FAT32 File System Specification 1.03).

use super::{Blocks, Kind, Superblock, ascii, serial, u16_at, u32_at};

/// An entry of a folder, in bytes.
const ENTRY: usize = 32;
/// The most of a root folder that is looked through for the label, in bytes.
const MOST: u64 = 64 << 10;
/// The attribute of the entry with the label.
const LABEL: u8 = 0x08;
/// The attributes of a part of a long name, which has the one above among them.
const LONG_NAME: u8 = 0x0f;

pub(super) fn read(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    let boot = blocks.read(0, 512)?;
    if boot.get(510..512)? != [0x55, 0xaa] || ![0xeb, 0xe9].contains(boot.first()?) {
        return None;
    }
    let sector = u64::from(u16_at(&boot, 11)?);
    let cluster = u64::from(*boot.get(13)?);
    let (reserved, copies) = (u64::from(u16_at(&boot, 14)?), u64::from(*boot.get(16)?));
    let fits = [512, 1024, 2048, 4096].contains(&sector) && cluster.is_power_of_two();
    if !fits || reserved == 0 || !(1..=2).contains(&copies) {
        return None;
    }
    let (entries, small) = (u64::from(u16_at(&boot, 17)?), u64::from(u16_at(&boot, 22)?));
    // FAT32 has neither a root folder of a fixed size nor the small number of sectors of a table.
    let wide = small == 0 && entries == 0;
    let table = if wide { u64::from(u32_at(&boot, 36)?) } else { small };
    if table == 0 {
        return None;
    }
    let tables = reserved.checked_add(copies.checked_mul(table)?)?;
    let (at, root, length) = if wide {
        // The first cluster of the root folder: that is where the label is, as every program writes it.
        let first = u64::from(u32_at(&boot, 44)?).checked_sub(2)?;
        (67, tables.checked_add(first.checked_mul(cluster)?)?, cluster.checked_mul(sector)?)
    } else {
        (39, tables, entries.checked_mul(ENTRY as u64)?)
    };
    let id = u32_at(&boot, at)?;
    let named = boot.get(at + 4..at + 15)?;
    let labelled = label_in(blocks, root.checked_mul(sector)?, length.min(MOST));
    let label = labelled.unwrap_or_else(|| ascii(named));
    let label = if label == "NO NAME" { String::new() } else { label };
    Some(Superblock { kind: Kind::Fat, label, id: serial(id) })
}

/// The label in the root folder, which programs change without changing the one in the first sector.
fn label_in(blocks: &(impl Blocks + ?Sized), offset: u64, length: u64) -> Option<String> {
    let folder = blocks.read(offset, usize::try_from(length).ok()?)?;
    for entry in folder.chunks_exact(ENTRY) {
        let attributes = *entry.get(11)?;
        match entry.first()? {
            0 => return None,
            0xe5 => {}
            _ if attributes & LABEL != 0 && attributes & LONG_NAME != LONG_NAME => {
                return entry.get(..11).map(ascii);
            }
            _ => {}
        }
    }
    None
}
