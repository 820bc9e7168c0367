//! Merkle trees: the published vectors of Certificate Transparency, and every proof of small trees, right and wrong.

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::tlog::tree::{Growing, Tree, is_consistent, leaf, root_of_inclusion};

/// The entries of the vectors, in hex.
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots over the first one, two, … of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn digest(hex: &str) -> Sha256Digest {
    Sha256Digest::parse_hex(hex).unwrap()
}

fn entries(many: usize) -> Vec<String> {
    (0..many).map(|number| format!("line {number}")).collect()
}

fn big(size: usize) -> u64 {
    u64::try_from(size).unwrap()
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    let tree = Tree::of(ENTRIES.map(|hex| tuf_ceremony::crypto::hex::decode(hex).unwrap()));
    assert_eq!(tree.root(0), Some(Sha256Digest::of(b"")));
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(tree.root(size), Some(digest(root)), "{size}");
    }
    assert_eq!((tree.size(), tree.root(9)), (8, None));
}

/// The proofs that the same vectors have.
#[test]
fn proofs_are_those_of_certificate_transparency() {
    let tree = Tree::of(ENTRIES.map(|hex| tuf_ceremony::crypto::hex::decode(hex).unwrap()));
    let of = |all: &[&str]| Some(all.iter().map(|hex| digest(hex)).collect::<Vec<_>>());
    assert_eq!(tree.inclusion(0, 1), of(&[]));
    assert_eq!(
        tree.inclusion(0, 8),
        of(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ])
    );
    assert_eq!(
        tree.consistency(1, 8),
        of(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ])
    );
    assert_eq!(
        tree.consistency(6, 8),
        of(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
}

#[test]
fn every_entry_of_every_tree_is_proved_and_no_other() {
    let tree = Tree::of(entries(33));
    for size in 1..=33 {
        let root = tree.root(size);
        for index in 0..size {
            let hash = leaf(format!("line {index}").as_bytes());
            let proof = tree.inclusion(index, size).unwrap();
            let leads = |hash, index: usize, size: usize, proof: &[Sha256Digest]| {
                root_of_inclusion(hash, big(index), big(size), proof)
            };
            assert_eq!(leads(hash, index, size, &proof), root, "{index} of {size}");
            assert_ne!(leads(leaf(b"other"), index, size, &proof), root, "{index} of {size}");
            for other in (0..size).filter(|other| *other != index) {
                assert_ne!(leads(hash, other, size, &proof), root, "{index} as {other} of {size}");
            }
            let longer = [proof.clone(), vec![hash]].concat();
            assert_eq!(leads(hash, index, size, &longer), None, "{index} of {size}");
            if let Some((_, shorter)) = proof.split_last() {
                assert_eq!(leads(hash, index, size, shorter), None, "{index} of {size}");
            }
        }
        assert_eq!(tree.inclusion(size, size), None);
        assert_eq!(root_of_inclusion(leaf(b""), big(size), big(size), &[]), None);
    }
    assert_eq!((tree.inclusion(0, 34), tree.inclusion(0, 0)), (None, None));
    assert_eq!(root_of_inclusion(leaf(b""), 0, 0, &[]), None);
}

#[test]
fn every_tree_begins_with_every_earlier_one_and_with_no_other() {
    let tree = Tree::of(entries(33));
    for size in 0..=33 {
        let later = (big(size), tree.root(size).unwrap());
        for small in 0..=size {
            let earlier = (big(small), tree.root(small).unwrap());
            let proof = tree.consistency(small, size).unwrap();
            assert!(is_consistent(earlier, later, &proof), "{small} in {size}");
            let other = Sha256Digest::of(b"other");
            assert!(!is_consistent((earlier.0, other), later, &proof), "{small} in {size}");
            assert!(small == 0 || !is_consistent(earlier, (later.0, other), &proof), "{small} in {size}");
            assert!(
                !is_consistent(earlier, later, &[proof.clone(), vec![other]].concat()),
                "{small} in {size}"
            );
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!is_consistent(earlier, later, shorter), "{small} in {size}");
            }
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place] = other;
                assert!(!is_consistent(earlier, later, &changed), "{small} in {size}, {place}");
            }
            assert!(small == size || !is_consistent(later, earlier, &proof), "{size} in {small}");
        }
        assert_eq!(tree.consistency(size + 1, size), None);
    }
    assert_eq!(tree.consistency(0, 34), None);
}

#[test]
fn a_growing_tree_has_every_root_on_the_way() {
    let entries = entries(70);
    let whole = Tree::of(&entries);
    let (mut growing, mut pushed) = (Growing::default(), Tree::default());
    for (size, entry) in entries.iter().enumerate() {
        assert_eq!((growing.size(), Some(growing.root())), (big(size), whole.root(size)));
        growing.push(entry.as_bytes());
        pushed.push(entry.as_bytes());
    }
    assert_eq!(Some(growing.root()), whole.root(70));
    assert_eq!(pushed, whole);
}
