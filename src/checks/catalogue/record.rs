//! MEDIA, SHARE and RECORD: what comes in, what goes out, and what remains.

use super::{Check, Entry, Level};

pub(super) static MEDIA_READ_ONLY: Entry = Entry {
    check: Check::MediaReadOnly,
    id: "MEDIA-READ-ONLY",
    level: Level::Refuse,
    enforced: true,
    demands: "Media are mounted read-only, nosuid, nodev and noexec for an import, by this program or by \
        somebody before (`--at`). What is imported are the plain files that the manifest lists: no symbolic \
        links, no pipes or devices, no absolute paths, no `..`, no hidden or invisible names, no two that \
        differ only in case, no file over 64 MiB.",
    why: "A removable medium is the one way into a machine without a network, and so it is the way that an \
        attacker would take. A link or a path with `..` in it makes a harmless copy write or read where \
        nobody looks.",
    mend: "Let `media import` mount the medium, as root; or mount it with \
        `mount -o ro,nosuid,nodev,noexec` and name its folder with `--at`. Have the medium written anew if \
        it carries anything but plain files with plain names.",
};

pub(super) static MEDIA_READ_BACK: Entry = Entry {
    check: Check::MediaReadBack,
    id: "MEDIA-READ-BACK",
    level: Level::Refuse,
    enforced: true,
    demands: "What was written to a medium is read again from the medium itself, past the page cache, and \
        compared, before success is reported. The medium is synced and unmounted, its pages are dropped, it \
        is mounted again read-only, and its files are read with O_DIRECT where the file system has that. \
        What somebody else mounted (`--at`) is synced and read with O_DIRECT, or refused.",
    why: "A copy that ends without an error has reached memory, not the stick. Pulled too early, or on a \
        worn-out stick, the signatures that three people came together to make arrive as zeros.",
    mend: "Export to another medium, and throw this one away. The memory inside the medium's own controller \
        cannot be passed by: pull the medium, insert it again, and run `media check`. Use a second medium \
        of another make for a second copy, and keep the ceremony directory until both were read elsewhere.",
};

pub(super) static SHARE_READ_BACK: Entry = Entry {
    check: Check::ShareReadBack,
    id: "SHARE-READ-BACK",
    level: Level::Refuse,
    enforced: false,
    demands: "Every printed share is typed or scanned back, and found right, before its source is destroyed.",
    why: "At a ceremony of Oxide's in 2023 the printed shares came out mangled. Paper looks right from \
        across the table; whether it can be read back is known only when somebody has read it back.",
    mend: "Keep the source. Print again, on another printer if need be, and let each custodian read the own \
        share back. Only then is the source destroyed, with witnesses.",
};

pub(super) static CHAIN: Entry = Entry {
    check: Check::RecordChain,
    id: "RECORD-CHAIN",
    level: Level::Refuse,
    enforced: true,
    demands: "Each line of the transcript names the SHA-256 of the line before it, and the lines are \
        numbered without a gap. Each line belongs to a sitting; where a sitting was closed, the key that it \
        introduced has signed the head of the Merkle tree over all lines so far. A root commits to the head \
        that the record had when the root was frozen. The file `checkpoint` is the head over all lines, by \
        the key of the last sitting, and nothing comes after it. A record of another copy of the directory, \
        which `merge` has put into `transcripts/`, holds together in the same way, is of this ceremony, and \
        has the head that the line about the merge tells of.",
    why: "A record that can be edited afterwards proves nothing about the people it speaks of, for or \
        against them. With the chain, a line that is changed, removed or inserted shows in the line after \
        it. Whoever chains the lines anew cannot sign for the sittings, whose keys are wiped; whoever makes \
        all sittings anew contradicts the root, which the holders have signed. What is cut off at the end \
        before the seal shows only to whoever has the digest of the last line on paper, which `status` and \
        `release` print; afterwards the checkpoint shows it, and witnesses who cosigned it. By hand: \
        VERIFY.md in a sealed directory; `tuf-ceremony transcript check` looks at all of it; `sed -n 7p transcript.jsonl | tr -d '\\n' | sha256sum` is the \
        `prev` of line 8.",
    mend: "The message names the first line that does not fit, or the lines that a signature covers. Do not \
        mend the file: keep the directory as it is, and compare `transcript.jsonl` with the other copies of \
        the ceremony, line by line. Carry on from a copy whose chain is whole; where there is none, the \
        ceremony is repeated under a new id.",
};

pub(super) static HSM_LOG: Entry = Entry {
    check: Check::RecordHsmLog,
    id: "RECORD-HSM-LOG",
    level: Level::Refuse,
    enforced: false,
    demands: "The HSM's own log shows exactly the operations that the transcript has, and no others.",
    why: "The transcript says what this program asked of a device. Only the device can say what else it was \
        asked, by another program, before or after. We know of no system that compares the two.",
    mend: "Export the device's log with the vendor's tool before and after the ceremony, count the \
        signatures between, and hold them against the transcript. An operation too many is a key used \
        unseen: treat it as a compromise.",
};

pub(super) static SCRIPT: Entry = Entry {
    check: Check::RecordScript,
    id: "RECORD-SCRIPT",
    level: Level::Refuse,
    enforced: false,
    demands: "Every step of the script was done, in order, or the deviation from it is recorded and signed \
        for.",
    why: "Ceremonies go off script: a printer jams, a token stays in the hotel. A deviation does no harm as \
        long as it is written down while everybody is present; one found in the record afterwards puts all \
        the rest in doubt.",
    mend: "Write the deviation down at once, with time, reason and the names of those present, and let each \
        of them sign the note. Keep it with the record.",
};
