//! ISO 9660 (ECMA-119): the primary volume descriptor.

use super::{Blocks, Kind, Superblock, ascii};

/// Where the first volume descriptor is, in bytes (ECMA-119, 6.2.1: sector 16).
const AT: u64 = 16 * 2048;

pub(super) fn read(blocks: &(impl Blocks + ?Sized)) -> Option<Superblock> {
    let descriptor = blocks.read(AT, 2048)?;
    if descriptor.get(..7)? != b"\x01CD001\x01" {
        return None;
    }
    // When it was made, in digits.
    let made = ascii(descriptor.get(813..829)?);
    let is_date = made.len() == 16 && made.bytes().all(|byte| byte.is_ascii_digit());
    let id = if is_date { made } else { String::new() };
    Some(Superblock { kind: Kind::Iso, label: ascii(descriptor.get(40..72)?), id })
}
