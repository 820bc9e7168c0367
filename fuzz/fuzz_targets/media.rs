//! Texts that come from media and from the kernel: manifests, sums, and the list of what is mounted.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::host::display::visible;
use tuf_ceremony::media::manifest::Manifest;
use tuf_ceremony::media::names::clash;
use tuf_ceremony::media::sums::Sums;
use tuf_ceremony::media::{mountinfo, names};

fuzz_target!(|text: &[u8]| {
    if let Ok(manifest) = Manifest::parse(text) {
        assert!(!manifest.files.is_empty());
        for name in manifest.files.keys() {
            assert!(names::trouble(name).is_none(), "{name:?}");
            assert!(!name.starts_with('/') && name.split('/').all(|part| !["", ".", ".."].contains(&part)));
            assert!(name.bytes().all(|byte| byte >= b' '), "{name:?}");
        }
        assert!(clash(manifest.files.keys().map(String::as_str)).is_none());
        for (name, value) in &manifest.about {
            assert!(visible(name) == *name && visible(value) == *value, "{name:?}: {value:?}");
        }
        let again = Manifest::parse(&manifest.to_bytes()).expect("what is written can be read");
        assert_eq!(again.files, manifest.files);
    }
    if let Some(sums) = Sums::parse(text) {
        assert_eq!(sums.to_bytes(), text, "one form, and no other");
        assert!(sums.differing(&sums).is_empty());
    }
    let mounts = mountinfo::parse(text);
    assert!(mounts.len() <= text.iter().filter(|byte| **byte == b'\n').count() + 1);
    for mount in mounts {
        let all = [&mount.options, &mount.of_system];
        assert_eq!(mount.is_read_only(), all.iter().any(|all| all.split(',').any(|one| one == "ro")));
    }
});
