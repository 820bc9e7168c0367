//! PLAN: the reviewed input, before any token is touched.

use super::{Check, Entry, Level};

pub(super) static STRICT: Entry = Entry {
    check: Check::PlanStrict,
    id: "PLAN-STRICT",
    level: Level::Refuse,
    enforced: true,
    demands: "`ceremony.toml` has no unknown field, no field given twice, nothing after its last table, and \
        is smaller than 1 MiB.",
    why: "A misspelt field that is silently ignored turns a reviewed decision into a default that nobody \
        reviewed. Boulder's ceremony tool, with which Let's Encrypt makes its roots, reads its YAML strictly \
        for this reason: what the reviewers saw in the file has to be what the HSM is asked to do.",
    mend: "Correct the line that the message names: it gives the field, and the nearest known name where \
        there is one. Then run `tuf-ceremony plan` again. For a field list with comments, make a fresh file \
        elsewhere with `tuf-ceremony new DIR --template minimal` and compare.",
};

pub(super) static DIGEST: Entry = Entry {
    check: Check::PlanDigest,
    id: "PLAN-DIGEST",
    level: Level::Refuse,
    enforced: true,
    demands: "The SHA-256 of `ceremony.toml`, and of every other input, is shown with its words and written \
        into the transcript by the first command that changes the directory, before it does anything else. A \
        payload counts only under the plan under which it was frozen, and as long as the trusted root, the \
        roots before it, the copies of what is published, and every public half are what they were then.",
    why: "IANA's software for signing the DNS root, dnssec-keytools, shows the digest of each request as \
        hexadecimal and as words, so that everybody in the room can hear that the file on the ceremony \
        machine is the file that was reviewed weeks ago. Without that moment a swapped USB stick goes \
        unnoticed.",
    mend: "Compare the digest on the screen with the one on the reviewed paper, word by word. If an input \
        was changed on purpose, have it reviewed again, and run `tuf-ceremony draft` and `tuf-ceremony freeze`: \
        payloads that come out the same keep their signatures. If nobody meant to change it, stop, keep the \
        directory as evidence, and find out who did.",
};

pub(super) static ID: Entry = Entry {
    check: Check::PlanId,
    id: "PLAN-ID",
    level: Level::Refuse,
    enforced: true,
    demands: "The ceremony id was not used before: neither in the metadata under `trusted/` nor by another \
        ceremony recorded in this directory.",
    why: "Signature requests, responses and the transcript name the ceremony by its id. If two ceremonies \
        share one, an answer that belongs to the first can be filed under the second. IANA's dnssec-keytools \
        has a rule of its own against it, KSR-ID: a signing request whose id was seen before is refused.",
    mend: "Choose a new `id` under `[ceremony]` in `ceremony.toml`, for instance with the year or a counter \
        at its end, and run `tuf-ceremony plan` again. To carry on with the ceremony that already has this \
        id, work in its own directory instead: `tuf-ceremony -C DIR status`.",
};

pub(super) static OUTPUT: Entry = Entry {
    check: Check::PlanOutput,
    id: "PLAN-OUTPUT",
    level: Level::Refuse,
    enforced: true,
    demands: "No file that this step would write exists yet. Nothing is ever overwritten, and behind a release \
        nothing more is drafted, frozen or signed.",
    why: "Boulder's ceremony tool refuses existing output files before it touches the HSM: a key that was \
        made for an output that then cannot be written is a key that somebody has to destroy and explain. \
        Overwriting is worse, for it destroys the record of an earlier act.",
    mend: "Look at the file that the message names. If it is a finished result, the step was done: \
        `tuf-ceremony status` shows what comes next. If it stems from another ceremony, start a fresh \
        directory with `tuf-ceremony new DIR --template NAME`. Move a file away only when you know where it \
        came from.",
};

pub(super) static INTENT: Entry = Entry {
    check: Check::PlanIntent,
    id: "PLAN-INTENT",
    level: Level::Refuse,
    enforced: true,
    demands: "The difference between the trusted root and the drafted root is exactly the declared `change`: \
        genesis has no predecessor; refresh changes version and expiry; rotate changes the keys that the \
        plan names; revoke removes the keys listed under `[[revoke]]`. Nothing else differs. Every other \
        draft, too, is exactly what the plan makes: none is missing, and there is no other. Where acts are declared \
        under `[[intended]]`, which `change` and `compromise` do, the keys and thresholds of every role and delegation \
        come to exactly these acts.",
    why: "While Sigstore drafted version 2 of its root, the tooling silently reset the keys of a delegation. \
        Everybody was looking at the change they had come for, and such a side effect is what a reviewer \
        looking for the expected change does not see.",
    mend: "Read the list of differences that the finding names. Where a difference is wanted, \
        declare it: make it with `tuf-ceremony change`, or set `change` under `[ceremony]` and name the key under \
        `[[revoke]]`. Where it is not, \
        correct the roles and keys in `ceremony.toml` until only the wanted change is left, then draft again \
        with `tuf-ceremony draft`.",
};

pub(super) static REHEARSAL: Entry = Entry {
    check: Check::PlanRehearsal,
    id: "PLAN-REHEARSAL",
    level: Level::Refuse,
    enforced: true,
    demands: "Rehearsal metadata carries `\"x-tuf-ceremony-rehearsal\": true`. A production ceremony takes \
        no rehearsal token, accepts no rehearsal metadata as its trusted root and signs no payload with that \
        mark; a rehearsal signs no payload without it.",
    why: "A rehearsal is worth most when it is the same program with the same files, and is then most easily \
        mistaken for the real thing. Rehearsal keys are known to everybody: a root that trusted one would be \
        a root for everybody. A mark inside the signed bytes cannot get lost on the way.",
    mend: "In a production ceremony, replace each rehearsal token in `ceremony.toml` by the real one \
        (`tuf-ceremony token list` shows the devices), import the real trusted root, and draft and freeze \
        again with `tuf-ceremony draft` and `tuf-ceremony freeze`. To practise, use `tuf-ceremony rehearse`, \
        which makes a directory of its own.",
};
