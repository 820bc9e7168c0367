//! What a medium says of its file system. The input is a row of extents: where one is, in three bytes and in units of 512, how long,
//! in two bytes, and its bytes. Between them the medium has zeros, and it ends behind the last.

#![no_main]

use std::cell::Cell;

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::media::superblock::{Blocks, probe};

/// The most bytes that are read at once: a root folder.
const AT_ONCE: usize = 64 << 10;
/// The most times that anything is read.
const TIMES: usize = 400;

fuzz_target!(|bytes: &[u8]| {
    let medium = Medium::of(bytes);
    let Some(found) = probe(&medium) else { return };
    // The longest label that any of them has, of characters that may take three bytes.
    assert!(found.label.chars().count() <= 127, "{found:?}");
    assert!(found.id.len() <= 64, "{found:?}");
    assert_eq!(probe(&medium).as_ref(), Some(&found), "once more the same");
});

struct Medium<'a> {
    extents: Vec<(u64, &'a [u8])>,
    size: u64,
    times: Cell<usize>,
}

impl<'a> Medium<'a> {
    fn of(mut bytes: &'a [u8]) -> Medium<'a> {
        let mut extents = Vec::new();
        while let [a, b, c, high, low, rest @ ..] = bytes {
            let at = [a, b, c].into_iter().fold(0, |at, byte| at << 8 | u64::from(*byte)) * 512;
            let (extent, others) =
                rest.split_at((usize::from(*high) << 8 | usize::from(*low)).min(rest.len()));
            extents.push((at, extent));
            bytes = others;
        }
        let end = |(at, extent): &(u64, &[u8])| at + extent.len() as u64;
        // As a device has it: whole sectors.
        let size = extents.iter().map(end).max().unwrap_or_default().next_multiple_of(512);
        Medium { extents, size, times: Cell::new(0) }
    }
}

impl Blocks for Medium<'_> {
    fn read(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.times.set(self.times.get() + 1);
        assert!(length <= AT_ONCE, "{length} bytes at once");
        assert!(self.times.get() <= 2 * TIMES, "it does not come to an end");
        let end = offset.checked_add(length as u64).filter(|end| *end <= self.size)?;
        let mut block = vec![0; length];
        for (at, extent) in &self.extents {
            let (from, to) = ((*at).max(offset), (at + extent.len() as u64).min(end));
            if from < to {
                let taken = &extent[(from - at) as usize..(to - at) as usize];
                block[(from - offset) as usize..(to - offset) as usize].copy_from_slice(taken);
            }
        }
        Some(block)
    }
}
