//! ext2, ext3 and ext4 (Linux, Documentation/filesystems/ext4): one superblock for all, and one driver.

use super::{Blocks, Kind, Superblock, ascii, u16_at};
use crate::crypto::hex;

/// Where the superblock is, in bytes.
const AT: u64 = 1024;
/// Its mark.
const MAGIC: u16 = 0xef53;

pub(super) fn read(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    let block = blocks.read(AT, 1024)?;
    if u16_at(&block, 0x38)? != MAGIC {
        return None;
    }
    let parts = [0x68..0x6c, 0x6c..0x6e, 0x6e..0x70, 0x70..0x72, 0x72..0x78];
    let parts: Option<Vec<String>> = parts.into_iter().map(|part| block.get(part).map(hex::encode)).collect();
    let id = parts?.join("-");
    Some(Superblock { kind: Kind::Ext, label: ascii(block.get(0x78..0x88)?), id })
}
