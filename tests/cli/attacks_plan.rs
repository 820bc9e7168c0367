//! Waivers of what cannot be waived.

use crate::rehearsal::{frozen, planned};
use crate::room::Room;

/// Where a waiver would leave no ceremony, or metadata that clients read in different ways.
const NEVER: [&str; 20] = [
    "PLAN-STRICT",
    "PLAN-DIGEST",
    "PLAN-ID",
    "PLAN-OUTPUT",
    "PLAN-INTENT",
    "PLAN-REHEARSAL",
    "SIGN-REVIEW",
    "SIGN-KEY",
    "SIGN-VERIFY",
    "SIGN-STALE",
    "QUORUM-OLD",
    "QUORUM-NEW",
    "RELEASE-CLEAN",
    "RECORD-CHAIN",
    "KEY-ID",
    "KEY-DISTINCT",
    "KEY-SCHEME",
    "JSON-AGREE",
    "ROOT-ROLES",
    "ROOT-VERSION",
];

fn waive(room: &Room, check: &str) {
    let waiver =
        format!("\n[[waiver]]\ncheck = \"{check}\"\nreason = \"It was late.\"\nuntil = 2200-01-01\n");
    room.write("ceremony.toml", room.read("ceremony.toml") + &waiver);
}

#[test]
fn what_makes_it_a_ceremony_is_not_waived() {
    for check in NEVER {
        let room = planned();
        waive(&room, check);
        let before = room.tree();
        let line =
            room.read("ceremony.toml").lines().position(|line| line.starts_with("check = ")).unwrap() + 1;
        let what =
            format!("ceremony.toml, line {line}, column 1, field waiver.check: {check} cannot be waived");
        let next =
            format!("Remove the waiver; `tuf-ceremony explain {check}` says how to mend what it refuses.");
        for command in ["plan", "status"] {
            assert_eq!(room.run(&[command]).refused(1, "PLAN-STRICT", &what, &next), "");
        }
        room.only_recorded(&before, &[]);
    }
}

/// A waiver that came after the freeze lets nothing through either.
#[test]
fn a_waiver_after_the_freeze_stops_everything() {
    let room = frozen();
    let confirm = room.typed("root");
    waive(&room, "PLAN-DIGEST");
    let before = room.tree();
    for command in [&["sign", "--key", "ada", "--confirm", &confirm][..], &["freeze"], &["release"]] {
        let done = room.run(command);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.err.starts_with("error [PLAN-STRICT]: ceremony.toml, line "), "{done:?}");
        assert!(done.err.contains(": PLAN-DIGEST cannot be waived\n"), "{done:?}");
    }
    room.only_recorded(&before, &[]);
}
