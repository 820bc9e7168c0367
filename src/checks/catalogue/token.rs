//! TOKEN: the devices that hold the keys.

use super::{Check, Entry, Level};

pub(super) static ONE: Entry = Entry {
    check: Check::TokenOne,
    id: "TOKEN-ONE",
    level: Level::Refuse,
    enforced: true,
    demands: "Exactly one token answers to the serial that the plan gives. None is an error, and so are two.",
    why: "Software that takes the first device it finds signs with whichever was plugged in first. Let's \
        Encrypt met this in boulder (pull request 787): slot numbers follow the order in which devices are \
        attached, and slot descriptions need not be unique. OpenSC has the like on record (issue 1945).",
    mend: "`tuf-ceremony token list` shows every token of every configured module with its serial. If the \
        planned one is missing, insert it or check the `module` path in `ceremony.toml`. If two answer to \
        one serial, remove all but the one you mean; a device listed twice is usually served by two modules, \
        so keep one of them.",
};

pub(super) static IDENTITY: Entry = Entry {
    check: Check::TokenIdentity,
    id: "TOKEN-IDENTITY",
    level: Level::Refuse,
    enforced: true,
    demands: "The token's serial, and its model and manufacturer where the plan gives them, are those of the \
        plan.",
    why: "IANA's dnssec-keytools writes the identity of each HSM into its log, so that an auditor can tell \
        years later which box signed. A serial number alone is a weak name: two makers can use the same one, \
        and some devices let it be chosen.",
    mend: "Compare the label on the device with `tuf-ceremony token list` and with `ceremony.toml`. If the \
        wrong device is inserted, swap it. If the plan has a typing error, correct it, have the change \
        reviewed, and run `tuf-ceremony plan` again.",
};

pub(super) static PIN: Entry = Entry {
    check: Check::TokenPin,
    id: "TOKEN-PIN",
    level: Level::Refuse,
    enforced: true,
    demands: "The token is not locked and not on its last try. A wrong PIN is never tried again by the \
        program itself, and factory PINs are never tried at all.",
    why: "Every wrong PIN brings a device closer to locking for good, with a root key in it. TAF shows the \
        tries left before it asks; Notary does the opposite and tries the factory PIN 123456 on its own, \
        which spends a try on every device whose owner was careful.",
    mend: "Stop typing. `tuf-ceremony token list` shows the PIN state, as far as the device tells it. On the \
        last try, let the holder find the written PIN first, and reset the counter by a right login with the \
        vendor's own tool. A locked token is unlocked with the SO PIN or PUK and the vendor's tool, at a \
        time when nobody is in a hurry; meanwhile another holder can sign, and `tuf-ceremony status` shows \
        who.",
};

pub(super) static SLOT: Entry = Entry {
    check: Check::TokenSlot,
    id: "TOKEN-SLOT",
    level: Level::Refuse,
    enforced: true,
    demands: "The place for a new key is empty, by id and by label. A token that holds a key listed in the \
        plan or in the trusted root is never wiped unless its serial number is typed in; this version wipes \
        no token at all.",
    why: "Setting up a token usually begins by resetting it, and a reset takes every key along without \
        asking which of them a root still counts on. Sigstore has the trouble that this makes on record \
        (root-signing issue 298). No backup brings such a key back.",
    mend: "`tuf-ceremony token list` shows which keys the token holds. To make a second key, give it another \
        `id` in `ceremony.toml`. If the key that is already there is the one that you want in the root, \
        enrol it with `tuf-ceremony token provision --key NAME --existing`, which makes nothing and changes \
        nothing on the device.",
};

pub(super) static ORIGIN: Entry = Entry {
    check: Check::TokenOrigin,
    id: "TOKEN-ORIGIN",
    level: Level::Refuse,
    enforced: true,
    demands: "The private key was generated on the device, is sensitive, and was never extractable; unless \
        the plan has a backup for it.",
    why: "A key that can leave its device may have left it, and nobody can prove that it did not. The \
        template with which IANA's dnssec-keytools makes keys marks them extractable, so that they can be \
        copied to a second HSM: right with a backup plan, wrong without one.",
    mend: "Make a new key on the device with `tuf-ceremony token provision --key NAME`, in an empty place, \
        and let the imported or extractable key never enter a root. With `--existing` the device's own \
        attributes decide: a device that says the key was imported, or could be extracted, cannot be talked \
        out of it.",
};

pub(super) static ATTEST: Entry = Entry {
    check: Check::TokenAttest,
    id: "TOKEN-ATTEST",
    level: Level::Refuse,
    enforced: false,
    demands: "The device's attestation of the key leads to a vendor root certificate that is pinned by \
        fingerprint and was supplied from outside the ceremony directory.",
    why: "An attestation is worth as much as the certificate it ends in. The verifier that came with \
        Docker's TUF root takes the intermediate certificate that the attested party itself sent as its root \
        of trust, so that anybody can attest anything.",
    mend: "Fetch the vendor's root certificate from the vendor, on another machine, and compare its \
        fingerprint through a second channel. Then check the chain by hand with `openssl verify -CAfile \
        VENDOR-ROOT`. A device without attestation needs witnesses who saw the key being made.",
};

pub(super) static SAME_KEY: Entry = Entry {
    check: Check::TokenSameKey,
    id: "TOKEN-SAME-KEY",
    level: Level::Refuse,
    enforced: false,
    demands: "The key that the attestation speaks of, the key read from the device, the key under `keys/` \
        and the key in the root are one and the same.",
    why: "An attestation of one key proves nothing about another that lies beside it in the folder. We know \
        of no system in which this comparison goes all the way from the certificate to the signed root.",
    mend: "Extract the public key of the attestation certificate with `openssl x509 -pubkey -noout` and \
        compare it with `keys/NAME/public.pem` and with what `tuf-ceremony inspect` shows of the root. Where \
        they differ, find out which key the device really holds (`tuf-ceremony token list`), and attest or \
        enrol that one.",
};

pub(super) static POLICY: Entry = Entry {
    check: Check::TokenPolicy,
    id: "TOKEN-POLICY",
    level: Level::Refuse,
    enforced: false,
    demands: "The attested touch and PIN policy, capabilities, slot and origin are those that the plan \
        demands.",
    why: "In 2024 all twelve attestations of Docker's TUF root said touch \"never\": malware on a holder's \
        computer could have signed unnoticed while the token was plugged in and unlocked. Such a policy is \
        fixed when the key is made and cannot be corrected afterwards.",
    mend: "Make a new key with the right touch and PIN policy, with the vendor's tool, in an empty slot, and \
        plan a rotation to it. The old key's policy cannot be changed.",
};

pub(super) static FIRMWARE: Entry = Entry {
    check: Check::TokenFirmware,
    id: "TOKEN-FIRMWARE",
    level: Level::Warn,
    enforced: false,
    demands: "Known advisories for the token's firmware, such as ROCA or EUCLEAK, are reported with their \
        ids.",
    why: "EUCLEAK (YSA-2024-03) lets somebody who has the device, its PIN and a laboratory copy its ECDSA \
        keys. Sigstore had to ask itself which of its holders' tokens were affected (root-signing issue \
        1406), and to do so from outside, since firmware cannot be updated on these devices.",
    mend: "Look the firmware version, which `tuf-ceremony token list` shows, up in the vendor's advisories. \
        Plan a rotation to devices that are not affected, a few keys at a time, so that the old threshold is \
        always met.",
};

pub(super) static LENGTH: Entry = Entry {
    check: Check::TokenLength,
    id: "TOKEN-LENGTH",
    level: Level::Refuse,
    enforced: false,
    demands: "The token can sign a message of this length with this scheme, and that is known when the plan \
        is made.",
    why: "Ed25519 signs the whole message, not a digest of it, and a device's buffer is finite: on a YubiHSM \
        2 a real root of three or four kilobytes does not fit. It is better to learn that at the desk than \
        with three holders in the room.",
    mend: "Use `ecdsa-sha2-nistp256` for that key: the digest is made outside and is always short. Rehearse \
        once with the real devices and a payload of the real size.",
};
