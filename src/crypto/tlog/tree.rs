//! Merkle trees over the lines of a record, and proofs about them (RFC 6962 section 2.1, with SHA-256).
//!
//! A tree head of `size` entries commits to each of them and to their order. An inclusion proof shows one entry under a
//! head; a consistency proof shows that a later tree begins with all of an earlier one.

use super::super::digest::Sha256Digest;

/// A Merkle tree, by the hashes of its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    leaves: Vec<Sha256Digest>,
}

/// The hash of an entry, `SHA-256(0x00 || entry)`.
pub fn leaf(entry: &[u8]) -> Sha256Digest {
    Sha256Digest::of(&[&[0], entry].concat())
}

/// The hash of an inner node, `SHA-256(0x01 || left || right)`.
fn node(left: Sha256Digest, right: Sha256Digest) -> Sha256Digest {
    Sha256Digest::of(&[&[1], &left.0[..], &right.0[..]].concat())
}

impl Tree {
    /// The tree over these entries, in this order.
    pub fn of<E: AsRef<[u8]>>(entries: impl IntoIterator<Item = E>) -> Tree {
        Tree { leaves: entries.into_iter().map(|entry| leaf(entry.as_ref())).collect() }
    }

    /// How many entries it has.
    pub fn size(&self) -> usize {
        self.leaves.len()
    }

    /// Adds an entry behind the others.
    pub fn push(&mut self, entry: &[u8]) {
        self.leaves.push(leaf(entry));
    }

    /// The root of the tree over the first `size` entries; `None` if there are fewer.
    pub fn root(&self, size: usize) -> Option<Sha256Digest> {
        self.leaves.get(..size).map(root)
    }

    /// The proof that entry `index` (the first is 0) is in the tree over the first `size` entries, from the leaf up; `None` if
    /// it is not in it.
    pub fn inclusion(&self, index: usize, size: usize) -> Option<Vec<Sha256Digest>> {
        let leaves = self.leaves.get(..size).filter(|leaves| index < leaves.len())?;
        Some(path(index, leaves))
    }

    /// The proof that the tree over the first `size` entries begins with that over the first `earlier`; `None` if there are
    /// fewer, or if `earlier` is more. There is nothing to be proved of no entries, or of the same: that proof is empty.
    pub fn consistency(&self, earlier: usize, size: usize) -> Option<Vec<Sha256Digest>> {
        let leaves = self.leaves.get(..size).filter(|leaves| earlier <= leaves.len())?;
        Some(if earlier == 0 { Vec::new() } else { subproof(earlier, leaves, true) })
    }
}

/// A tree of which only the head is wanted, after each entry: it keeps one hash for each whole subtree, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growing {
    size: u64,
    subtrees: Vec<Sha256Digest>,
}

impl Growing {
    /// Adds an entry behind the others.
    pub fn push(&mut self, entry: &[u8]) {
        let mut hash = leaf(entry);
        // As in a binary counter: each one at the end of `size` is a whole subtree that this entry makes larger.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node(left, hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all of them.
    pub fn root(&self) -> Sha256Digest {
        let right_to_left = self.subtrees.iter().rev().copied();
        right_to_left.reduce(|right, left| node(left, right)).unwrap_or_else(|| Sha256Digest::of(&[]))
    }
}

/// `MTH` of RFC 6962. That of no entries is the hash of nothing.
fn root(leaves: &[Sha256Digest]) -> Sha256Digest {
    match leaves {
        [] => Sha256Digest::of(&[]),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(root(left), root(right))
        }
    }
}

/// `PATH` of RFC 6962.
fn path(index: usize, leaves: &[Sha256Digest]) -> Vec<Sha256Digest> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, sibling) = match index.checked_sub(left.len()) {
        None => (path(index, left), root(right)),
        Some(index) => (path(index, right), root(left)),
    };
    proof.push(sibling);
    proof
}

/// `SUBPROOF` of RFC 6962: `whole` says whether the earlier tree is one that the verifier knows the root of.
fn subproof(earlier: usize, leaves: &[Sha256Digest], whole: bool) -> Vec<Sha256Digest> {
    if earlier == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, sibling) = match earlier.checked_sub(left.len()) {
        None | Some(0) => (subproof(earlier, left, whole), root(right)),
        Some(earlier) => (subproof(earlier, right, false), root(left)),
    };
    proof.push(sibling);
    proof
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: usize) -> usize {
    size.div_ceil(2).next_power_of_two()
}

/// The root to which an inclusion proof leads from an entry's hash; `None` if it has not the form of a proof for this place in
/// a tree of this size (RFC 9162 section 2.1.3.2).
pub fn root_of_inclusion(
    leaf: Sha256Digest,
    index: u64,
    size: u64,
    proof: &[Sha256Digest],
) -> Option<Sha256Digest> {
    let (mut place, mut last) = (index, size.checked_sub(1).filter(|last| index <= *last)?);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            hash = node(*sibling, hash);
            // A node at the end of its row that is a left one has no sibling until further up.
            while place.is_multiple_of(2) && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            hash = node(hash, *sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    (last == 0).then_some(hash)
}

/// Whether a consistency proof leads from the root of an earlier tree to that of a later one (RFC 9162 section 2.1.4.2).
pub fn is_consistent(
    earlier: (u64, Sha256Digest),
    later: (u64, Sha256Digest),
    proof: &[Sha256Digest],
) -> bool {
    let ((small, first), (size, second)) = (earlier, later);
    if small == 0 || small == size {
        let same = if small == 0 { first == root(&[]) } else { first == second };
        return small <= size && same && proof.is_empty();
    }
    // A whole tree is its own first node, and the verifier has it.
    let rest = if small.is_power_of_two() {
        Some((first, proof))
    } else {
        proof.split_first().map(|(a, b)| (*a, b))
    };
    let Some(((start, rest), last)) = rest.zip(size.checked_sub(1)) else { return false };
    let trailing = (small - 1).trailing_ones();
    let (mut place, mut last) = ((small - 1) >> trailing, last >> trailing);
    let (mut before, mut after) = (start, start);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            before = node(*sibling, before);
            after = node(*sibling, after);
            while place.is_multiple_of(2) && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            after = node(after, *sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    small < size && last == 0 && before == first && after == second
}
