//! Which losses and thefts the quorums survive, and whom to call: arithmetic over who holds which key, before anything is
//! lost. Signatures of a root are counted against the old root and against the new (spec 5.3.4), so both quorums must
//! stay within reach at once.
//!
//! A threshold below 1, which no reader of this program lets through, counts as 1. A key that a quorum names twice counts
//! once, and a name without a [`Member`] is a key without holder and site.

mod call;
mod losses;
mod thefts;

use std::collections::{BTreeMap, BTreeSet};

pub use call::{Call, Person, Signers, call};
pub use losses::{Counts, Losses, Single, Size, losses};
pub use thefts::{SingleTheft, Theft, Thefts, thefts};

/// Lists of sets are written out up to this many sets: more, nobody reads.
pub const LISTED: usize = 64;

/// A piece of key material. There is one member for each distinct piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The key's name.
    pub name: String,
    /// The device that it is on, if known.
    pub device: Option<String>,
    /// The holder's short name; `None` for an online key.
    pub holder: Option<String>,
    /// Where the key is kept, or its holder works.
    pub site: Option<String>,
}

/// A threshold and the keys that count towards it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// What it is for: `root`, `root version 4`, …
    pub title: String,
    /// How many of the keys must sign.
    pub threshold: i64,
    /// Names of the members that count.
    pub keys: Vec<String>,
}

/// What is lost, robbed or called as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// One key, by name.
    Key(String),
    /// All keys on a device, by serial number; only where there are several.
    Device(String),
    /// All keys of a holder, by short name.
    Holder(String),
    /// All keys of a site.
    Site(String),
}

impl Unit {
    /// The name of the key, the device, the holder or the site.
    pub fn name(&self) -> &str {
        match self {
            Unit::Key(name) | Unit::Device(name) | Unit::Holder(name) | Unit::Site(name) => name,
        }
    }
}

impl Quorum {
    /// How many keys it takes.
    fn need(&self) -> usize {
        usize::try_from(self.threshold.max(1)).unwrap_or(usize::MAX)
    }
}

/// A key that counts somewhere.
struct Piece<'a> {
    name: &'a str,
    /// The device, if other keys that count are on it, too.
    shares: Option<&'a str>,
    holder: Option<&'a str>,
    site: Option<&'a str>,
    /// For each quorum, 1 if the key counts towards it.
    weight: Vec<usize>,
}

impl Piece<'_> {
    fn key(&self) -> Option<Unit> {
        Some(Unit::Key(self.name.to_owned()))
    }

    fn device(&self) -> Option<Unit> {
        self.shares.map(|device| Unit::Device(device.to_owned()))
    }

    /// A key that shares its device with no other is lost with it.
    fn device_or_key(&self) -> Option<Unit> {
        self.device().or_else(|| self.key())
    }

    fn holder(&self) -> Option<Unit> {
        self.holder.map(|holder| Unit::Holder(holder.to_owned()))
    }

    fn site(&self) -> Option<Unit> {
        self.site.map(|site| Unit::Site(site.to_owned()))
    }
}

/// A unit and how many of its keys count towards each quorum.
struct Group {
    unit: Unit,
    weight: Vec<usize>,
}

/// The keys that count towards at least one quorum, in the order of the members.
fn pieces<'a>(quorums: &'a [Quorum], members: &'a [Member]) -> Vec<Piece<'a>> {
    let sets: Vec<BTreeSet<&str>> =
        quorums.iter().map(|quorum| quorum.keys.iter().map(String::as_str).collect()).collect();
    let piece = |name: &'a str, member: Option<&'a Member>| Piece {
        name,
        shares: member.and_then(|member| member.device.as_deref()),
        holder: member.and_then(|member| member.holder.as_deref()),
        site: member.and_then(|member| member.site.as_deref()),
        weight: sets.iter().map(|set| usize::from(set.contains(name))).collect(),
    };
    let known = members.iter().map(|member| (member.name.as_str(), Some(member)));
    let only_named = quorums.iter().flat_map(|quorum| &quorum.keys).map(|name| (name.as_str(), None));
    let mut seen = BTreeSet::new();
    let mut pieces: Vec<Piece<'a>> = known
        .chain(only_named)
        .filter(|(name, _)| seen.insert(*name))
        .map(|(name, member)| piece(name, member))
        .filter(|piece| piece.weight.contains(&1))
        .collect();
    let devices: Vec<&str> = pieces.iter().filter_map(|piece| piece.shares).collect();
    let is_shared = |device: &&str| devices.iter().filter(|other| *other == device).count() > 1;
    pieces.iter_mut().for_each(|piece| piece.shares = piece.shares.filter(is_shared));
    pieces
}

/// The pieces put together by the unit they belong to, in the order in which the units come first.
fn groups<'a>(pieces: &[Piece<'a>], unit_of: fn(&Piece<'a>) -> Option<Unit>) -> Vec<Group> {
    let mut sums: BTreeMap<Unit, (usize, Vec<usize>)> = BTreeMap::new();
    for (place, piece) in pieces.iter().enumerate() {
        let Some(unit) = unit_of(piece) else { continue };
        let (_, sum) = sums.entry(unit).or_insert_with(|| (place, vec![0; piece.weight.len()]));
        sum.iter_mut().zip(&piece.weight).for_each(|(sum, one)| *sum += one);
    }
    let mut groups: Vec<(usize, Group)> =
        sums.into_iter().map(|(unit, (place, weight))| (place, Group { unit, weight })).collect();
    groups.sort_by_key(|(place, _)| *place);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The pieces by key, by shared device, by holder and by site.
fn kinds(pieces: &[Piece]) -> [Vec<Group>; 4] {
    [Piece::key, Piece::device, Piece::holder, Piece::site].map(|kind| groups(pieces, kind))
}

/// How many keys count towards each quorum.
fn totals(quorums: &[Quorum], pieces: &[Piece]) -> Vec<usize> {
    let mut totals = vec![0; quorums.len()];
    for piece in pieces {
        totals.iter_mut().zip(&piece.weight).for_each(|(total, one)| *total += one);
    }
    totals
}
