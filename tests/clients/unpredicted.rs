//! Variants on which our prediction of a client is known to be wrong, each with the reason. A prediction errs on the side of
//! refusal wherever the metadata is malformed: what a client takes that is no TUF metadata is of no use to a release.

use tuf_ceremony::tuf::client::Profile;

/// A reason, and the variants that have it.
type Group = (&'static str, &'static [&'static str]);

/// The names of the variants.
pub fn of(profile: Profile) -> impl Iterator<Item = &'static str> {
    let groups: &[Group] = match profile {
        Profile::PythonTuf => PYTHON_TUF,
        Profile::Tough => TOUGH,
        Profile::TufJs => TUF_JS,
        _ => &[],
    };
    groups.iter().flat_map(|(_, names)| names.iter().copied())
}

const PYTHON_TUF: &[Group] = &[
    (
        "what is not of the right type is not looked at",
        &[
            "delegation-path-hash-prefixes-string",
            "succinct-bit-length-bool",
            "type-envelope-one-more-sig-null",
            "type-root-consistent_snapshot-string",
            "type-root-keyid-int",
            "type-root-keyid-null",
            "type-targets-delegations-roles-0-paths-object",
            "type-targets-delegations-roles-0-terminating-int",
            "type-targets-delegations-roles-0-terminating-null",
            "type-targets-delegations-roles-0-terminating-string",
        ],
    ),
    (
        "integers of any size, and -0, are read",
        &[
            "number-minus-zero",
            "unknown-field-10-30",
            "unknown-field-2-63",
            "unknown-field-2-64",
            "version-10-30",
            "version-2-63",
            "version-2-64",
        ],
    ),
    (
        "white space in hexadecimal is skipped",
        &[
            "key-needed-ed25519-space",
            "signature-leading-space-snapshot",
            "signature-leading-space-timestamp",
            "signature-line-break-inside-snapshot",
            "signature-line-break-inside-timestamp",
            "signature-space-inside-snapshot",
            "signature-space-inside-timestamp",
            "signature-trailing-newline-snapshot",
            "signature-trailing-newline-timestamp",
        ],
    ),
    (
        "OpenSSL and Node verify signatures by keys of small order; no key that this program writes is one",
        &[
            "small-order-key-neutral-forged",
            "small-order-key-neutral-negative-forged",
            "small-order-key-neutral-not-canonical-forged",
        ],
    ),
    (
        "keys and schemes that do not agree, and PEM with other text in it, are used all the same",
        &["key-needed-ecdsa-text-around", "key-needed-ecdsa-two-blocks"],
    ),
    ("the name of the role is no path on the judge's disk", &["role-name-down-and-up", "role-name-nul"]),
];

const TOUGH: &[Group] = &[
    ("integers of any size, and -0, are read", &["unknown-field-2-63", "version-2-63"]),
    (
        "OpenSSL and Node verify signatures by keys of small order; no key that this program writes is one",
        &[
            "small-order-key-neutral-forged",
            "small-order-key-neutral-negative-not-needed",
            "small-order-key-neutral-not-canonical-not-needed",
        ],
    ),
    (
        "keys and schemes that do not agree, and PEM with other text in it, are used all the same",
        &["key-needed-ecdsa-private-label", "key-needed-ecdsa-two-blocks"],
    ),
    (
        "a delegated role may have this name",
        &["role-name-empty", "role-name-root", "role-name-snapshot", "role-name-timestamp"],
    ),
    (
        "dates are written anew before they are verified, and the year 9999 ends early",
        &["date-fraction", "date-last-of-9999"],
    ),
    (
        "the last two of a field that says what a file is",
        &[
            "duplicate-project-signed-_type-after",
            "duplicate-root-signed-_type-after",
            "duplicate-snapshot-signed-_type-after",
            "duplicate-targets-signed-_type-after",
            "duplicate-timestamp-signed-_type-after",
        ],
    ),
    (
        "every one of them must be whole, the first as well",
        &[
            "duplicate-root-signed-roles-timestamp-before",
            "duplicate-snapshot-signed-meta-targets.json-before",
            "duplicate-targets-signed-targets-readme.txt-before",
        ],
    ),
    ("unknown fields may be nested deeper", &["depth-100000-arrays", "depth-100000-objects"]),
    (
        "keyids are compared as bytes",
        &[
            "keyid-upper-case-in-role-only",
            "keyid-upper-case-in-signature-only",
            "quorum-keyid-of-a-stranger-is-no-hex",
        ],
    ),
    (
        "delegated roles that the snapshot does not list are left out",
        &["delegation-not-in-snapshot", "snapshot-does-not-list-project.json"],
    ),
    ("a delegated role that expires now has not expired", &["expires-now-project"]),
    ("a target may be shorter than its length", &["target-length-more-than-the-file"]),
    (
        "a target path that names no file is refused",
        &["target-name-dot", "target-name-empty", "target-name-two-dots"],
    ),
    ("patterns are read by another library", &["delegation-paths-pattern-open-bracket"]),
    (
        "targets that the delegating role lists itself are not looked at",
        &["delegation-target-that-targets-has-too"],
    ),
];

const TUF_JS: &[Group] = &[
    (
        "what is not of the right type is not looked at",
        &[
            "meta-hashes-none-project",
            "meta-hashes-none-snapshot",
            "meta-hashes-none-targets",
            "missing-key-keyval-public-third-root-key",
            "missing-targets-delegations-roles",
            "type-key-keyval-array",
            "type-snapshot-meta-targets.json-hashes-array",
            "type-timestamp-meta-snapshot.json-hashes-array",
        ],
    ),
    (
        "white space in hexadecimal is skipped",
        &["signature-trailing-newline-snapshot", "signature-trailing-newline-timestamp"],
    ),
    (
        "OpenSSL and Node verify signatures by keys of small order; no key that this program writes is one",
        &[
            "small-order-key-neutral-forged",
            "small-order-key-neutral-negative-forged",
            "small-order-key-neutral-not-canonical-forged",
        ],
    ),
    (
        "keys and schemes that do not agree, and PEM with other text in it, are used all the same",
        &[
            "key-needed-ecdsa-scheme-p384",
            "key-needed-ecdsa-two-blocks",
            "key-needed-scheme-of-rsa",
            "key-needed-unknown-scheme",
        ],
    ),
    (
        "a key of an unknown type must have a value all the same",
        &["key-spare-unknown-keytype-public-is-object", "key-spare-unknown-keytype-without-public"],
    ),
    ("the name of the role is no path on the judge's disk", &["role-name-down-and-up", "role-name-nul"]),
    ("a delegated role may have this name", &["role-name-empty"]),
    ("a version of the specification is read leniently", &["spec-version-negative", "spec-version-space"]),
    ("a version below 1 is not looked at", &["version-negative-timestamp", "version-zero-timestamp"]),
    (
        "the role was verified for its first delegator, and is not verified again",
        &["delegation-diamond-outer-keys-unmet"],
    ),
];
