//! Whose eyes a repository is seen with: the specification's, those of a client that takes what the world has published,
//! and those of the clients that the world uses.

use crate::json::Tolerance;

/// A kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// What the specification says, no more and no less.
    Strict,
    /// What published repositories need: old forms of dates, keys and keyids, each with a warning.
    Lenient,
    /// python-tuf, the reference implementation.
    PythonTuf,
    /// go-tuf, version 2.
    GoTuf,
    /// tough, the client of Bottlerocket.
    Tough,
    /// tuf-js, the client in npm and sigstore-js.
    TufJs,
    /// rust-tuf.
    RustTuf,
}

/// How a client's behaviour is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version that was looked at; empty for this program's own profiles.
    pub version: &'static str,
    /// How and when.
    pub how: &'static str,
}

/// How much a client takes in one update, by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// New roots.
    pub rotations: usize,
    /// What happens when there are more roots than that.
    pub rotations_end: AtTheLimit,
    /// Bytes of a root.
    pub root: usize,
    /// Bytes of a timestamp.
    pub timestamp: usize,
    /// Bytes of a snapshot whose length is not stated.
    pub snapshot: usize,
    /// Bytes of targets, top-level or delegated, whose length is not stated.
    pub targets: usize,
    /// Delegated roles that a search looks at before it gives up.
    pub delegations: usize,
}

/// What a client does with more new roots than it takes in one update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtTheLimit {
    /// It goes on with the last one that it took (spec 5.3.3).
    GoesOn,
    /// It refuses the update.
    Refuses,
}

/// What a threshold counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Distinct key material.
    Material,
    /// Distinct keyids: one key under two keyids counts twice.
    Keyids,
}

impl Profile {
    /// All of them; tables of rules are in this order.
    pub const ALL: [Profile; 7] = [
        Profile::Strict,
        Profile::Lenient,
        Profile::PythonTuf,
        Profile::GoTuf,
        Profile::Tough,
        Profile::TufJs,
        Profile::RustTuf,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Strict => "strict",
            Profile::Lenient => "lenient",
            Profile::PythonTuf => "python-tuf",
            Profile::GoTuf => "go-tuf",
            Profile::Tough => "tough",
            Profile::TufJs => "tuf-js",
            Profile::RustTuf => "rust-tuf",
        }
    }

    /// The profile of that name.
    pub fn from_name(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Its name with the version whose behaviour is known, e.g. `tough 0.24.0`.
    pub fn known_as(self) -> String {
        match self.seen().version {
            "" => self.name().to_owned(),
            version => format!("{} {version}", self.name()),
        }
    }

    /// Whether this is a client of somebody else, whose behaviour is predicted.
    pub fn is_peer(self) -> bool {
        !matches!(self, Profile::Strict | Profile::Lenient)
    }

    /// How its behaviour is known.
    pub fn seen(self) -> Seen {
        let ran = |version| Seen { version, how: "run on 2026-11-25" };
        match self {
            Profile::Strict => Seen { version: "", how: "TUF specification 1.0, sections 4 and 5" },
            Profile::Lenient => Seen { version: "", how: "the specification, and what is published" },
            Profile::PythonTuf => ran("7.0.1"),
            Profile::GoTuf => Seen { version: "2", how: "read, not run, on 2026-11-25" },
            Profile::Tough => ran("0.24.0"),
            Profile::TufJs => ran("5.0.1"),
            Profile::RustTuf => ran("0.3.0-beta14"),
        }
    }

    /// What it takes in one update, by default.
    pub fn limits(self) -> Limits {
        match self {
            Profile::Strict | Profile::Lenient => Limits {
                rotations: 1024,
                rotations_end: AtTheLimit::GoesOn,
                root: crate::tuf::ROOT_LIMIT,
                timestamp: crate::tuf::ROOT_LIMIT,
                snapshot: crate::tuf::METADATA_LIMIT,
                targets: crate::tuf::METADATA_LIMIT,
                delegations: 4096,
            },
            Profile::PythonTuf | Profile::GoTuf | Profile::TufJs | Profile::RustTuf => Limits {
                rotations: 256,
                rotations_end: AtTheLimit::GoesOn,
                root: 512_000,
                timestamp: 16_384,
                snapshot: 2_000_000,
                targets: 5_000_000,
                delegations: 32,
            },
            Profile::Tough => Limits {
                rotations: 1024,
                rotations_end: AtTheLimit::Refuses,
                root: 1 << 20,
                timestamp: 1 << 20,
                snapshot: 1 << 20,
                targets: 10 << 20,
                delegations: usize::MAX,
            },
        }
    }

    /// What its thresholds count.
    pub fn counting(self) -> Counting {
        match self {
            Profile::PythonTuf | Profile::Tough | Profile::TufJs => Counting::Keyids,
            Profile::Strict | Profile::Lenient | Profile::GoTuf | Profile::RustTuf => Counting::Material,
        }
    }

    /// Which departures from strict JSON it reads all the same.
    pub fn tolerance(self) -> Tolerance {
        Tolerance { duplicates: self.is_peer(), whole_floats: self == Profile::TufJs }
    }
}
