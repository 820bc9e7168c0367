//! Metadata of Notary 1 and of TUF 0.9.

#![no_main]

use std::convert::Infallible;

use jiff::Timestamp;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::dialect::{self, Dialect, ForeignFile, ForeignRoot, read_other, read_root};
use tuf_ceremony_fuzz::{LIMIT, metadata, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = Json::parse(bytes, LIMIT) else { return };
    let meant = Dialect::of(&tree);
    assert_eq!(read_other(&tree).is_ok() && meant == Dialect::Tuf1, false, "TUF 1.0 is read elsewhere");
    for dialect in [Dialect::Tuf1, Dialect::Notary1, Dialect::GoTuf09] {
        if let Ok(file) = ForeignFile::read(dialect, &tree) {
            look_at(&file);
        }
        drop(ForeignRoot::read(dialect, &tree));
    }
    if let Ok(root) = read_root(&tree) {
        look_at_root(&root);
    }
    repository(bytes, meant);
});

fn look_at(file: &ForeignFile) {
    metadata::date(&file.header.expires);
    assert_eq!(file.digest(), Sha256Digest::of(&file.canonical));
    file.signatures.iter().for_each(|signature| drop(signature.to_signature()));
    for listing in [file.listing(), file.targets()].into_iter().flatten() {
        listing.values().for_each(|listed| drop(listed.mismatch(b"other bytes")));
    }
    if let Ok(delegations) = file.delegations() {
        for role in &delegations.roles {
            drop(file.tally(&delegations.keys, &role.keys));
        }
    }
    if let Ok(facts) = dialect::facts(file) {
        let mut places: Vec<&str> = facts.iter().map(|fact| fact.place.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), facts.len(), "every place is there once: {facts:#?}");
    }
}

fn look_at_root(root: &ForeignRoot) {
    let at = Timestamp::UNIX_EPOCH;
    let keys = root.keys_at(at);
    assert!(
        keys.keys().eq(root.root.keys.keys()),
        "a time takes no key away, it only says that it is of no use"
    );
    let first = ForeignRoot::link(None, root);
    let again = ForeignRoot::link(Some(root), root);
    assert!(!again.holds(), "no version follows itself");
    assert_eq!(again.new, first.new);
}

/// The file is every file of a repository, and the root that is trusted.
fn repository(bytes: &[u8], meant: Dialect) {
    let mut read = |_: &str| Ok::<_, Infallible>(Some(bytes.to_vec()));
    let Ok(report) = dialect::repository::verify(bytes, Timestamp::UNIX_EPOCH, false, &mut read);
    assert_eq!(report.dialect, meant);
    assert!(report.refused.is_some() || report.rows.iter().any(|row| row.refused.is_some()));
    drop(report.evidence());
}
