//! The corpus: real ceremony products, as published. They are read where they lie and never copied into the project.

use std::path::{Path, PathBuf};
use std::{env, fs};

use tuf_ceremony::tuf::ROOT_LIMIT;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::root::Root;

/// The folder of the corpus. Without it the test named `test` is skipped, and says so; under CI that is a failure.
pub fn corpus(test: &str) -> Option<PathBuf> {
    let beside_the_project = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = env::var_os("TUF_CEREMONY_CORPUS").map_or_else(beside_the_project, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{test} needs the corpus: set TUF_CEREMONY_CORPUS"
    );
    println!("SKIPPED {test}: the corpus is not here");
    None
}

/// One published root.
pub struct Published {
    pub file: Vec<u8>,
    pub envelope: Envelope,
    pub root: Root,
}

/// The roots of a chain in the corpus, version 1 first: `sigstore` or `sigstore-staging`.
pub fn chain(test: &str, name: &str) -> Option<Vec<Published>> {
    let folder = corpus(test)?.join("tuf-roots").join(name);
    let files = (1..).map_while(|version| fs::read(folder.join(format!("{version}.root.json"))).ok());
    let roots: Vec<_> = files
        .map(|file| {
            let envelope = Envelope::parse(&file, ROOT_LIMIT).unwrap();
            let root = Root::of(&envelope).unwrap();
            Published { file, envelope, root }
        })
        .collect();
    assert!(!roots.is_empty(), "{} has no roots", folder.display());
    Some(roots)
}
