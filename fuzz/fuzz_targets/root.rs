//! Roots.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::tuf::chain::Link;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::root::Root;
use tuf_ceremony_fuzz::{metadata, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| metadata::check(bytes, view));

fn view(envelope: &Envelope) {
    let Ok(root) = Root::read(&envelope.signed) else { return };
    metadata::date(&root.header.expires);
    for name in root.roles.keys() {
        root.keys_of(name).iter().for_each(|key| drop(key.computed_keyid()));
    }
    let first = Link::verify(None, envelope, &root);
    let again = Link::verify(Some(&root), envelope, &root);
    assert!(!again.holds(), "no version follows itself");
    let old = again.old.expect("there is a trusted root");
    assert_eq!(old, first.new, "its keys count the same whether it is the old root or the new one");
    assert!(first.new.counted.len() <= envelope.signatures.len());
    // A signature beside one that counts can be both counted and ignored, as one more of the same key.
    assert!(first.new.counted.len() + first.new.ignored.len() >= envelope.signatures.len());
}
