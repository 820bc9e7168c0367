//! Timestamps.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::tuf::client::document::mismatch;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::meta::Timestamp;
use tuf_ceremony_fuzz::{metadata, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| metadata::check(bytes, view));

fn view(envelope: &Envelope) {
    let Ok(timestamp) = Timestamp::read(&envelope.signed) else { return };
    metadata::date(&timestamp.header.expires);
    let snapshot = &timestamp.snapshot;
    assert!(snapshot.version >= 1);
    let other = mismatch(b"other bytes", snapshot.length, snapshot.hashes.iter());
    assert!(other.is_some() || snapshot.hashes.is_empty(), "no digest is guessed");
}
