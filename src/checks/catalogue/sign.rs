//! JSON, SIGN, QUORUM and RELEASE: from the frozen payload to what the world sees.

use super::{Check, Entry, Level};

pub(super) static JSON_AGREE: Entry = Entry {
    check: Check::JsonAgree,
    id: "JSON-AGREE",
    level: Level::Refuse,
    enforced: true,
    demands: "Every string is in Unicode normalisation form C, every integer lies within plus or minus 2^53, \
        and the canonical form stays the same when it is read and written again.",
    why: "Clients agree on bytes only where JSON leaves them no choice. The Rust crate olpc-cjson normalises \
        Unicode and securesystemslib does not, so one é written as two characters gives two different \
        digests and a signature that is good in one client and bad in the other. JavaScript rounds integers \
        above 2^53.",
    mend: "The message names the field. Type the text again in composed form (most editors do so by \
        themselves; copied file names often are not), or shorten the number, then run `tuf-ceremony draft` \
        and `tuf-ceremony freeze` again.",
};

pub(super) static REVIEW: Entry = Entry {
    check: Check::SignReview,
    id: "SIGN-REVIEW",
    level: Level::Refuse,
    enforced: true,
    demands: "Before a token is given a payload, its difference to what is trusted was shown, made from the \
        payload's own bytes, and the holder typed at least the first 8 hexadecimal digits of its SHA-256.",
    why: "In 2025 the signers of the exchange Bybit approved what their screens showed and signed something \
        else; about 1.5 billion dollars were gone. tuf-on-ci signs without asking, and where a tool asks, \
        yes is soon said. Digits from paper or another screen cannot be typed without looking.",
    mend: "Run `tuf-ceremony review`, read the difference, and compare the digest with the one on paper or \
        on another person's screen. If they differ, do not sign; find out which payload the others have with \
        `tuf-ceremony status`. Then `tuf-ceremony sign --key NAME` asks again, or takes `--confirm PREFIX`.",
};

pub(super) static KEY: Entry = Entry {
    check: Check::SignKey,
    id: "SIGN-KEY",
    level: Level::Refuse,
    enforced: true,
    demands: "The public key read from the device is the one expected for this key, and that is known before \
        a PIN is asked for.",
    why: "securesystemslib signs with whatever key is on the device and does not compare. The holder of the \
        wrong token then types a PIN into it, perhaps three times, and what comes out is an invalid \
        signature or a locked device.",
    mend: "`tuf-ceremony token list` shows which keys are on which device. Insert the token of the holder \
        named in the message; if the right token holds another key at that place, correct its `id` or label \
        in `ceremony.toml` and have the change reviewed. Nothing was signed, and no PIN was asked for.",
};

pub(super) static VERIFY: Entry = Entry {
    check: Check::SignVerify,
    id: "SIGN-VERIFY",
    level: Level::Refuse,
    enforced: true,
    demands: "Every signature is verified by this program's own code straight after it was made, and each that \
        is brought from elsewhere before it is stored: by a key of the payload, over the bytes that are here. Of an \
        ECDSA signature the device's r and s have their fixed width, and the DER made of them is minimal.",
    why: "PKCS#11 gives ECDSA signatures as two plain numbers, and TUF wants them as DER. pkcs11-provider \
        once passed the plain numbers on as they were (issue 123), and a conversion that stumbles over a \
        leading zero does so about once in 128 signatures: rarely enough to pass a rehearsal.",
    mend: "Nothing was stored. Run `tuf-ceremony sign --key NAME` once more. If it fails again, the device \
        or its module is at fault: note the module's version, try the vendor's newest one on another \
        machine, and let another holder sign meanwhile; `tuf-ceremony status` shows who can.",
};

pub(super) static STALE: Entry = Entry {
    check: Check::SignStale,
    id: "SIGN-STALE",
    level: Level::Refuse,
    enforced: true,
    demands: "A signature belongs to this ceremony and to a payload that still stands: the ceremony id and \
        the payload's digest go with it. One for a payload that was given up, with `void` or by a later freeze, is \
        refused by name. A request is answered before it expires, and says what follows from what it carries.",
    why: "In the making of version 5 of Sigstore's root the metadata was replaced while signatures were \
        under way, and a holder was told \"You signed the wrong metadata!\". Without the digest beside it \
        such a signature is just an invalid one, and nobody knows whose mistake it is.",
    mend: "Run `tuf-ceremony status` to see which payloads stand, `tuf-ceremony review` to read what changed \
        since, and let the holder sign anew with `tuf-ceremony sign --key NAME`; a holder elsewhere gets a new \
        `tuf-ceremony request --holder NAME`. Nobody has done wrong: the draft was changed after they signed.",
};

pub(super) static QUORUM_OLD: Entry = Entry {
    check: Check::QuorumOld,
    id: "QUORUM-OLD",
    level: Level::Refuse,
    enforced: true,
    demands: "The new root carries valid signatures of distinct key material that meet the threshold of the \
        trusted root, with its keys. A genesis root has no predecessor to ask. Before anybody is called, so many \
        of those keys must be left that nobody has lost.",
    why: "A client that trusts version N accepts N+1 only when the holders of N vouch for it (TUF \
        specification, 5.3.4). Counting keyids in place of keys is how several clients count one holder \
        twice; we count what the weakest of them should.",
    mend: "`tuf-ceremony status` shows both quorums side by side and who is missing from the old one. \
        Holders who leave in this version sign it still: each runs `tuf-ceremony sign --key NAME`. Then \
        release again. Where too many keys are lost, no root can follow: a new first root is made \
        (`change = \"genesis\"` in `ceremony.toml`), and goes to clients by another way.",
};

pub(super) static QUORUM_NEW: Entry = Entry {
    check: Check::QuorumNew,
    id: "QUORUM-NEW",
    level: Level::Refuse,
    enforced: true,
    demands: "Every payload carries valid signatures of distinct key material that meet the threshold which \
        the new root sets for its role; the new root meets its own.",
    why: "A root that its own keys do not vouch for would be the last of its chain: clients check N+1 \
        against N+1 as well (TUF specification, 5.3.4). New holders who cannot sign on the first day may not \
        be able to sign on the day they are needed.",
    mend: "`tuf-ceremony status` shows who is missing for each payload. Let each of them run `tuf-ceremony \
        sign --key NAME`, then run `tuf-ceremony release` again. Nothing was published.",
};

pub(super) static QUORUM_SURPLUS: Entry = Entry {
    check: Check::QuorumSurplus,
    id: "QUORUM-SURPLUS",
    level: Level::Warn,
    enforced: true,
    demands: "A root has at least one valid signature more than its threshold needs.",
    why: "Versions 3 and 12 of Sigstore's root went out with exactly three signatures for a threshold of \
        three. Had one of them not verified in some client, that client would have stopped there, and the \
        holders would have had to come together again.",
    mend: "Ask one more holder to run `tuf-ceremony sign --key NAME` before the release; `tuf-ceremony \
        status` shows who has not signed yet. Releasing without it is allowed and is written into the \
        record.",
};

pub(super) static RELEASE_CLEAN: Entry = Entry {
    check: Check::ReleaseClean,
    id: "RELEASE-CLEAN",
    level: Level::Refuse,
    enforced: true,
    demands: "No empty, invalid, duplicate or foreign signature is published. A released file carries the \
        signatures that count, and no others.",
    why: "Versions 12, 13 and 14 of Sigstore's root carry two, one and one empty signatures: placeholders \
        for holders who did not sign. Clients differ in what they do with them, and a reader who counts \
        entries counts wrong.",
    mend: "`tuf-ceremony status` names each signature that does not count and why. Let the holder sign again \
        with `tuf-ceremony sign --key NAME`, then run `tuf-ceremony release` again. What does not count \
        stays in `signatures/` as part of the record and is left out of the release. A key that the role \
        does not list has to enter it through the plan first.",
};

pub(super) static RELEASE_CLIENTS: Entry = Entry {
    check: Check::ReleaseClients,
    id: "RELEASE-CLIENTS",
    level: Level::Refuse,
    enforced: true,
    demands: "A strict and a lenient client accept the release, starting from every root version that is \
        trusted anywhere: fresh ones, one that was offline and holds what was published before, and, where keys of \
        timestamp or snapshot were in other hands, one that holds an attacker's copies of the highest version.",
    why: "Versions 5, 9 and 11 of Sigstore's root were correct by the tool that made them, and broke clients \
        that read them otherwise. Clients in the field start from the root that they were shipped with, not \
        from the newest.",
    mend: "Put every root version that you ever shipped into the folder of the trusted root, so that `release` can start \
        from each. It prints what each kind of client will make of the release; `tuf-ceremony verify --client NAME` shows \
        the evidence. Where a refusal is older than this release, it is a warning: those clients need a newer root by \
        another way.",
};
