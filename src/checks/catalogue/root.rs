//! ROOT and EXPIRY: what the new metadata says.

use super::{Check, Entry, Level};

pub(super) static ROLES: Entry = Entry {
    check: Check::RootRoles,
    id: "ROOT-ROLES",
    level: Level::Refuse,
    enforced: true,
    demands: "The root names all four top-level roles: root, targets, snapshot and timestamp. Every keyid \
        that a role uses is defined, and every defined key is used by a role.",
    why: "A role without its keys cannot ever be verified, and clients find that out only when they need the \
        role. A key that no role uses looks harmless and is a trap: one careless edit later it has a vote \
        that nobody gave it.",
    mend: "Complete the `[role.NAME]` tables in `ceremony.toml` and remove keys that no role lists. A key \
        that is to be taken out of trust is listed under `[[revoke]]` instead. Then run `tuf-ceremony plan` \
        again.",
};

pub(super) static THRESHOLD: Entry = Entry {
    check: Check::RootThreshold,
    id: "ROOT-THRESHOLD",
    level: Level::Refuse,
    enforced: true,
    demands: "The root threshold is at least 2 and at most the number of root keys. Every other threshold is \
        at least 1 and at most the number of keys of its role.",
    why: "With a root threshold of 1, one stolen token is the end of the repository, and no other holder can \
        stop it; Repository Service for TUF refuses 1 for that reason. A threshold above the number of keys \
        is a role that nobody can ever sign for, not even to correct it.",
    mend: "Set `threshold` in the role's table in `ceremony.toml`, or add keys to the role. Three of five is \
        a common choice for a root: two tokens can be lost, and two people cannot collude. Then run \
        `tuf-ceremony plan` again.",
};

pub(super) static SLACK: Entry = Entry {
    check: Check::RootSlack,
    id: "ROOT-SLACK",
    level: Level::RefuseOrWarn,
    enforced: true,
    demands: "The root has more keys than its threshold (refused otherwise), and at least two more (warned \
        about otherwise).",
    why: "When every key is needed, one lost or broken token ends the root: no new version can be signed, \
        not even the one that would replace the lost key. Every client would have to get a new root some \
        other way. Tokens are small, and they do get lost.",
    mend: "Add a holder with a key to `[role.root]` in `ceremony.toml` and provision it with `tuf-ceremony \
        token provision --key NAME`, or lower the threshold, but not below 2. `tuf-ceremony plan` shows how \
        many keys may be lost.",
};

pub(super) static VERSION: Entry = Entry {
    check: Check::RootVersion,
    id: "ROOT-VERSION",
    level: Level::Refuse,
    enforced: true,
    demands: "The version of the new root is exactly one more than that of the trusted root; a genesis root \
        is version 1.",
    why: "Clients walk the chain of roots one version at a time (TUF specification, 5.3.3 and following). A \
        gap stops every client in front of it for good; a version that exists already makes two roots of one \
        number, and which of them a client has seen depends on when it looked.",
    mend: "Import the newest root that the world trusts, name it under `[trusted]` in `ceremony.toml` with \
        its SHA-256, and draft again with `tuf-ceremony draft`. The version is computed from it. If another \
        ceremony released that version meanwhile, freeze again after importing its root.",
};

pub(super) static REVOKED: Entry = Entry {
    check: Check::RootRevoked,
    id: "ROOT-REVOKED",
    level: Level::Refuse,
    enforced: true,
    demands: "A revoked key is in no role and no delegation, whatever its keyid or encoding. The keys that remain reach \
        every threshold. `change` refuses beforehand what would end otherwise, and changes nothing then.",
    why: "TAF's command that rotates a key leaves the old one in its role when the role has just as many \
        keys as its threshold asks for. The operator believes that the stolen key is out, and it still \
        counts.",
    mend: "Take the key out of every role in `ceremony.toml`, under all the names that the message gives. \
        Where too few remain, add a key first (`tuf-ceremony change add-key`), or replace and revoke in one act \
        (`change replace-key`, `change rotate-online`); then run `tuf-ceremony plan` again. In delegations that the plan \
        does not list, a revoked key gives its place to its `replacement`.",
};

pub(super) static FAST_FORWARD: Entry = Entry {
    check: Check::RootFastForward,
    id: "ROOT-FAST-FORWARD",
    level: Level::Refuse,
    enforced: true,
    demands: "When a timestamp or snapshot key is revoked as compromised, both roles lose a key in the new root. A \
        key that is only added makes no client forget.",
    why: "Whoever held the key may have shown clients versions near the largest number there is, and such a \
        client takes nothing older any more. Clients forget the versions they have seen only when the keys \
        of the role change (TUF specification, 5.3.11), and the two roles vouch for each other.",
    mend: "`tuf-ceremony compromise` replaces both. By hand: make new keys for timestamp and snapshot, put them into `[role.timestamp]` and `[role.snapshot]` \
        in `ceremony.toml` in place of the old ones, and run `tuf-ceremony plan` again. Publish fresh \
        timestamp and snapshot metadata together with the new root.",
};

pub(super) static EXPIRY_FORMAT: Entry = Entry {
    check: Check::ExpiryFormat,
    id: "EXPIRY-FORMAT",
    level: Level::Refuse,
    enforced: true,
    demands: "Expiry dates are written `YYYY-MM-DDTHH:MM:SSZ`: UTC, whole seconds, no offset.",
    why: "Versions 1 to 3 of Sigstore's root carry fractions of a second, and version 1 an offset of six \
        hours as well. python-tuf takes the specification at its word and refuses them, so that a strict \
        client cannot follow that chain from its beginning.",
    mend: "Dates are written in this form by `tuf-ceremony draft`; state `expires` in `ceremony.toml` as a \
        duration such as \"1 year\", or as a date in exactly this form. Metadata that is trusted already \
        with another form is read, flagged, and replaced by the next version.",
};

pub(super) static EXPIRY_RANGE: Entry = Entry {
    check: Check::ExpiryRange,
    id: "EXPIRY-RANGE",
    level: Level::RefuseOrWarn,
    enforced: true,
    demands: "Expiry dates lie in the future and within the policy. The root outlives the other roles, and \
        nothing that needs a ceremony expires before the next planned one with a margin (refused). The last \
        date on which a role can be renewed with time for a second try, a day before it expires or 30 where \
        only a ceremony renews it, is still to come (warned about).",
    why: "In 2024 Fleet's root ran out, and its agents would not start with expired metadata. Sigstore \
        published version 3 of its root only hours before version 2 expired. An expired root stops every \
        client at once, and the people who can mend it have to be brought together first.",
    mend: "Choose a longer `expires` for the role that the message names in `ceremony.toml`, or plan the \
        next ceremony earlier, and run `tuf-ceremony plan` again: it lists every expiry. Periods count from \
        `planned`; a rung of the ladder is dated when `freeze --rung` takes it. If a date lies in the past, check the \
        machine's clock first.",
};
