//! The rules: named oddities of metadata, and what each client makes of them.
//!
//! A rule is about one thing that metadata may hold and that clients treat differently, or that a reader should know of.
//! What clients do was found by running them ([`super::profile::Profile::seen`]) on repositories with one oddity each.

use std::collections::BTreeMap;
use std::fmt;

use super::profile::Profile;
use super::table;

/// What a client makes of an oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It does not mind.
    Accepts,
    /// It accepts the file, and a person should know.
    Warns,
    /// The key in question counts for nothing; the file is judged without it.
    DoesNotCount,
    /// It refuses the file.
    Refuses,
}

macro_rules! rules {
    ($($(#[doc = $says:literal])+ $name:ident = $id:literal,)+) => {
        /// A named oddity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $says])+ $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Rule] = &[$(Rule::$name),+];

            /// Its name, e.g. `date-fraction`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Rule::$name => $id),+
                }
            }

            /// What the file has, as a clause: "an expiry with …".
            pub fn says(self) -> &'static str {
                match self {
                    $(Rule::$name => concat!($($says),+).trim_ascii()),+
                }
            }
        }
    };
}

rules! {
    /// a field a second time in one JSON object
    DuplicateName = "duplicate-name",
    /// a role, file or target a second time among its like, or a field of no meaning a second time
    DuplicateEntry = "duplicate-entry",
    /// a field a second time outside of what is signed
    DuplicateOutside = "duplicate-outside",
    /// a whole number written as a fraction
    WholeFloat = "whole-float",
    /// true or false where an integer belongs
    BooleanInteger = "boolean-integer",
    /// an integer beyond 2^53, which JavaScript cannot hold
    LargeInteger = "large-integer",
    /// a string that is not in Unicode normal form C
    NotNfc = "not-nfc",
    /// a control character in a string
    ControlCharacter = "control-character",
    /// names in one object that UTF-16 sorts in another order than Unicode code points
    NamesSortOddly = "names-sort-oddly",
    /// an expiry with fractions of a second
    DateFraction = "date-fraction",
    /// an expiry with an offset instead of Z
    DateOffset = "date-offset",
    /// an expiry in another form than YYYY-MM-DDTHH:MM:SSZ
    DateForm = "date-form",
    /// an expiry that is no date
    DateUnreadable = "date-unreadable",
    /// a specification version whose first number is not 1
    SpecMajor = "spec-version-major",
    /// a specification version of two numbers, such as 1.0
    SpecShort = "spec-version-short",
    /// a specification version of three numbers that is not 1.0.0
    SpecLong = "spec-version-long",
    /// a specification version with a pre-release or build part
    SpecPreRelease = "spec-version-pre-release",
    /// a specification version with a leading zero in a number
    SpecLeadingZero = "spec-version-leading-zero",
    /// a specification version that is none
    SpecForm = "spec-version-form",
    /// no statement about consistent snapshots
    ConsistentAbsent = "consistent-snapshot-absent",
    /// the optional role mirrors
    MirrorsRole = "mirrors-role",
    /// a role that the specification does not have
    UnknownRole = "unknown-role",
    /// one of the four top-level roles is missing
    MissingRole = "missing-role",
    /// a keyid that is not the SHA-256 of its key
    KeyidNotHash = "keyid-not-hash",
    /// a keyid in upper-case hexadecimal
    KeyidUpperCase = "keyid-upper-case",
    /// a field in a key that the specification does not have
    KeyExtra = "key-extra",
    /// one key under two keyids in one role
    OneKeyTwoKeyids = "one-key-two-keyids",
    /// a keyid twice in one role
    RepeatedRoleKeyid = "repeated-role-keyid",
    /// a role's keyid whose key is not defined
    UndefinedKeyid = "undefined-keyid",
    /// a key type or scheme that is not known, of a key that a role uses
    UnknownKeyUsed = "unknown-key-used",
    /// a key type or scheme that is not known, of a key that no role uses
    UnknownKeyUnused = "unknown-key-unused",
    /// a key whose type and scheme do not agree with each other
    KeyDisagrees = "key-disagrees",
    /// a key that cannot be read as what it says it is
    BrokenKey = "broken-key",
    /// the key type ecdsa-sha2-nistp256 or ecdsa-sha2-nistp384, which was replaced by ecdsa
    OldKeyType = "old-key-type",
    /// an elliptic-curve key as a hex point instead of PEM
    HexPoint = "hex-point",
    /// an Ed25519 key as PEM instead of hex
    Ed25519Pem = "ed25519-pem",
    /// an RSA key of fewer than 2048 bits
    ShortRsa = "short-rsa",
    /// the scheme ecdsa-sha2-nistp384
    SchemeP384 = "scheme-p384",
    /// the scheme rsa-pkcs1v15-sha256
    SchemePkcs1 = "scheme-pkcs1v15",
    /// the scheme rsassa-pss-sha256
    SchemePss = "scheme-rsa-pss",
    /// the scheme ecdsa-sha2-nistp256
    SchemeP256 = "scheme-p256",
    /// an ML-DSA key
    SchemeMlDsa = "scheme-ml-dsa",
    /// a keyid twice among the signatures
    RepeatedSignature = "repeated-signature",
    /// an empty signature
    EmptySignature = "empty-signature",
    /// a signature that is not hexadecimal
    NotHexSignature = "not-hex-signature",
    /// files besides snapshot.json in a timestamp
    ExtraTimestampFile = "extra-timestamp-file",
    /// a digest in upper-case hexadecimal
    UpperCaseHash = "upper-case-hash",
    /// an empty list of hashes
    NoHashes = "no-hashes",
    /// a hash of an algorithm that is not known
    UnknownHash = "unknown-hash",
    /// hashes, and no SHA-256 among them
    NoSha256 = "no-sha256",
    /// a field in delegations that the specification does not have
    DelegationExtra = "delegation-extra",
    /// a role that is delegated to twice by one role
    RepeatedDelegation = "repeated-delegation",
    /// a delegation with neither paths nor path_hash_prefixes
    PathsUnstated = "paths-unstated",
    /// a delegation by path_hash_prefixes, which go-tuf compares with base64 and finds nothing by
    HashPrefixes = "path-hash-prefixes",
    /// path_hash_prefixes that no lower-case SHA-256 in hexadecimal begins with
    HashPrefixForm = "hash-prefix-form",
    /// succinct hash bins (TAP 15)
    SuccinctBins = "succinct-bins",
    /// a target path with a folder in it, which tough asks for as HASH.folder/name where snapshots are consistent
    TargetInFolder = "target-in-folder",
    /// a target path that leaves its folder, or names no file
    TargetName = "target-name",
    /// a target's custom field that is an empty object
    CustomEmpty = "custom-empty",
    /// a target's custom field that is no object
    CustomForm = "custom-form",
    /// a key of the root before under another keyid, because it was encoded or named anew
    KeyReencoded = "key-reencoded",
    /// exactly as many signatures as are needed, so that no single one could be missed
    NoSpareSignature = "no-spare-signature",
    /// root.json is an older root of the chain, and not the newest
    RootCopy = "root-copy",
    /// more delegated roles than a search looks at
    ManyDelegations = "many-delegations",
    /// target files that no search finds: no delegation leads to them, or an earlier one ends the search
    UnreachableTarget = "unreachable-target",
    /// something that the dialect of the file does not have
    DialectOddity = "dialect-oddity",
}

impl Rule {
    /// The rule of that name.
    pub fn from_id(id: &str) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.id() == id)
    }

    /// What a client makes of it.
    pub fn stance(self, profile: Profile) -> Stance {
        table::stance(self, profile)
    }
}

impl fmt::Display for Stance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Stance::Accepts => "accepts",
            Stance::Warns => "accepts, with a warning",
            Stance::DoesNotCount => "does not count the key",
            Stance::Refuses => "refuses the file",
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Characters of a place that are kept.
const LONGEST_PLACE: usize = 300;

/// A text of which no more is kept than a reader wants to see.
pub(super) fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_PLACE) {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// Findings, of which each rule keeps a few: a file may break one rule in a million places.
#[derive(Default)]
pub(super) struct Findings {
    all: Vec<Found>,
    by_rule: BTreeMap<Rule, usize>,
}

impl Findings {
    /// Places that are kept for each rule.
    const MOST: usize = 16;

    pub(super) fn push(&mut self, found: Found) {
        let count = self.by_rule.entry(found.rule).or_default();
        if *count < Findings::MOST {
            *count += 1;
            self.all.push(found);
        }
    }

    pub(super) fn into_vec(self) -> Vec<Found> {
        self.all
    }
}

impl Extend<Found> for Findings {
    fn extend<I: IntoIterator<Item = Found>>(&mut self, found: I) {
        found.into_iter().for_each(|one| self.push(one));
    }
}

/// A rule that applies, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule: Rule,
    /// Where, e.g. `signed.roles.root`; from a file, so not yet made visible.
    pub place: String,
}

impl Found {
    /// A rule at a place, of which the beginning is kept: names in metadata may be as long as the file.
    pub fn new(rule: Rule, place: impl Into<String>) -> Found {
        Found { rule, place: shortened(place.into()) }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] at {}", self.rule.says(), self.rule, self.place)
    }
}
