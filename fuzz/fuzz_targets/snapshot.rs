//! Snapshots.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::meta::Snapshot;
use tuf_ceremony_fuzz::{metadata, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| metadata::check(bytes, view));

fn view(envelope: &Envelope) {
    let Ok(snapshot) = Snapshot::read(&envelope.signed) else { return };
    metadata::date(&snapshot.header.expires);
    let listed = envelope.signed.get("meta").and_then(|meta| meta.as_object()).map_or(0, |meta| meta.len());
    assert_eq!(snapshot.files().count(), listed, "every file that is listed can be read");
    for (name, file) in snapshot.files() {
        assert!(file.version >= 1);
        assert_eq!(snapshot.file(name), Some(file));
    }
}
