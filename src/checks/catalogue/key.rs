//! KEY: the keys themselves, wherever they are held.

use super::{Check, Entry, Level};

pub(super) static POSSESSION: Entry = Entry {
    check: Check::KeyPossession,
    id: "KEY-POSSESSION",
    level: Level::Refuse,
    enforced: false,
    demands: "Every new key, online keys too, has signed a challenge bound to this ceremony before the \
        payload is frozen.",
    why: "For version 5 of Sigstore's root three holders had already signed when it turned out that the \
        private half of a key in it was lost. A public key proves that somebody once made a key, not that \
        anybody still has it.",
    mend: "Let each new key sign something fresh before you freeze, with the vendor's tool or the signing \
        service that will use it, and verify that signature against `keys/NAME/public.pem` with `openssl`. A \
        key that cannot sign is taken out of `ceremony.toml`.",
};

pub(super) static STRENGTH: Entry = Entry {
    check: Check::KeyStrength,
    id: "KEY-STRENGTH",
    level: Level::Refuse,
    enforced: true,
    demands: "A key is P-256, P-384, Ed25519, ML-DSA, or RSA of at least 3072 bits with exponent 65537. \
        Points lie on their curve, and Ed25519 keys are no point of small order.",
    why: "Devices and people hand over broken keys more often than one would think, which is why Let's \
        Encrypt's boulder tests every key before it signs for it (its `goodkey` package). With a small-order \
        Ed25519 key, one signature can fit many messages: such a key in a root is an open door.",
    mend: "Make a new key of an accepted kind, on the device with `tuf-ceremony token provision --key NAME`; \
        set its `scheme` in `ceremony.toml` first. If the file under `keys/` was copied by hand, copy it \
        again and compare digests: a point off its curve is usually a damaged file.",
};

pub(super) static SCHEME: Entry = Entry {
    check: Check::KeyScheme,
    id: "KEY-SCHEME",
    level: Level::Refuse,
    enforced: true,
    demands: "The key's type, its signature scheme and its curve agree: `ed25519` with `ed25519`; `ecdsa` \
        with `ecdsa-sha2-nistp256` on P-256 or `ecdsa-sha2-nistp384` on P-384; `rsa` with \
        `rsassa-pss-sha256`; `ml-dsa` with `ml-dsa-44/1`, `-65/1` or `-87/1`. Keys stand in the form that the \
        specification has today: no hex points, no key types of older tools.",
    why: "Clients look at these strings before they look at the key. When version 9 of Sigstore's root \
        changed the keytype from `ecdsa-sha2-nistp256` to `ecdsa`, as the specification has it, clients that \
        did not know the word broke the same day, in production.",
    mend: "Set the `scheme` in `ceremony.toml` to the one that fits the key; `tuf-ceremony token list` shows \
        which kind of key a device holds. If you rotate from old to new strings, plan for clients that know \
        only the old ones: test the release with them first. Keys of older tools are written anew by `tuf-ceremony change \
        reencode-keys`: who may sign stays the same, and one signature of a device serves both forms.",
};

pub(super) static ID: Entry = Entry {
    check: Check::KeyId,
    id: "KEY-ID",
    level: Level::Refuse,
    enforced: true,
    demands: "Each keyid is the SHA-256 of the canonical form of the key object, with all its fields.",
    why: "For version 11 of Sigstore's root the address of the online key, a field of its key object, was \
        corrected and its keyid left as it was. python-tuf read on; tough, and with it sigstore-rs, refused \
        the whole root. One stale string was enough.",
    mend: "Keyids are computed, not typed: draft again with `tuf-ceremony draft` and freeze again with \
        `tuf-ceremony freeze`. If the stale keyid stands in the trusted root, it is verified as the world \
        verifies it; plan the same key under its computed keyid in the next version.",
};

pub(super) static DISTINCT: Entry = Entry {
    check: Check::KeyDistinct,
    id: "KEY-DISTINCT",
    level: Level::Refuse,
    enforced: true,
    demands: "No key material is in a role twice, whatever its keyids, encodings or extra fields.",
    why: "python-tuf, tough and tuf-js count keyids: one key listed under two of them counts twice, and a \
        threshold of two is met by one person. Versions 5, 9 and 10 of Sigstore's root listed the same \
        holders under two keyids each, for compatibility.",
    mend: "Remove the second listing of the key from the role in `ceremony.toml`; the message names both \
        places. If two holders were meant, one of them handed over the other's file: compare \
        `keys/NAME/public.pem` with what `tuf-ceremony token list` shows for each device.",
};

pub(super) static HOLDER: Entry = Entry {
    check: Check::KeyHolder,
    id: "KEY-HOLDER",
    level: Level::RefuseOrWarn,
    enforced: true,
    demands: "No holder can reach a threshold of two or more alone, and where two or more must sign, no two \
        holders share a device (refused). Roles that should be apart, such as the offline root and the online \
        timestamp, share no key (warned about).",
    why: "A threshold is a promise that several people agreed. Two tokens in one pocket keep the number and \
        break the promise. A key that serves both an offline and an online role brings the offline one down \
        to the safety of a server.",
    mend: "Give the key to another holder under `[key.NAME]` in `ceremony.toml`, or raise the role's \
        `threshold` above the number of keys that any one holder has. Holders who share a device, by its kind \
        and serial number, each need their own. For shared keys, provision a second \
        key with `tuf-ceremony token provision --key NAME` and let each role have its own.",
};
