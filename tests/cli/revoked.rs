//! Keys that this ceremony revokes as compromised or lost: nobody waits for them, and whoever signs with one is warned.

use serde_json::json;
use tuf_ceremony::token::rehearsal::PIN;

use crate::later::later;
use crate::room::Room;

/// Payloads of a root that Dan's key leaves.
fn without_dan(reason: &str) -> Room {
    let room = later();
    room.change(&["revoke-key", "dan", "--reason", reason]).ok();
    room.freeze();
    room
}

#[test]
fn whose_key_is_gone_is_not_called() {
    for reason in ["lost", "compromised"] {
        let room = without_dan(reason);
        let done = room.run(&["status"]);
        let told = format!(
            "  by the keys of the trusted root: 0 of 2 needed, 2 short\n    signed:  nobody\n    missing: Ada (ada), Ben (ben), \
             Cem (cem)\n  by its own keys: 0 of 2 needed, 2 short\n    signed:  nobody\n    missing: Ada (ada), Ben (ben), Cem \
             (cem)\n    not called: revoked as {reason}: Dan (dan)\n"
        );
        assert!(done.out.contains(&told), "{}", done.out);
        assert_eq!(done.code, 3);
        let root = room.run(&["status", "--json"]).json()["payloads"][0].clone();
        assert_eq!(root["not_called"], json!([{ "name": "Dan (dan)", "reason": reason }]));
        assert_eq!(root["old"]["missing"], json!(["Ada (ada)", "Ben (ben)", "Cem (cem)"]));
    }
    // A key that is no longer needed is as good as any other until then.
    let done = without_dan("retired").run(&["status"]);
    assert!(done.out.contains("missing: Ada (ada), Ben (ben), Cem (cem), Dan (dan)\n"), "{}", done.out);
    assert!(!done.out.contains("not called"), "{}", done.out);
}

/// When everybody has signed who is called, there is nobody whose signature would be to spare.
#[test]
fn nobody_waits_for_a_key_that_is_gone() {
    let room = without_dan("lost");
    for key in ["ada", "ben", "cem"] {
        room.signs_all(key);
    }
    let done = room.run(&["status"]).ok();
    assert!(done.out.ends_with("Every quorum is complete. Next: tuf-ceremony release\n"), "{}", done.out);
    room.run(&["release"]).ok();
}

/// The old root needs two of its four keys, and one of their holders is called: two are lost, and a third may be somebody else's too.
#[test]
fn a_quorum_that_needs_a_key_in_doubt_calls_its_holder() {
    let room = later();
    let gone =
        [("ada", "R1", "R11", "lost"), ("ben", "R2", "R12", "lost"), ("cem", "R3", "R13", "compromised")];
    for (key, serial, new, reason) in gone {
        let by = format!("{key}-2");
        let replace =
            ["replace-key", key, "--by", &by, "--old-serial", serial, "--serial", new, "--reason", reason];
        room.change(&replace).ok();
        room.provision(&by).ok();
    }
    room.freeze();
    // Nobody else can sign a root with the key in doubt alone: its holder is called, too, for the old root.
    let plan = room.run(&["plan"]);
    let warned = "QUORUM-OLD WARNS: root 1 needs 2 signatures, and of its keys too few are in no doubt: holders of keys in doubt \
                  must sign what follows it once more\n";
    assert!(plan.out.contains(warned), "{}", plan.out);
    let called = "root 2, by the keys of root 1: 2 needed, 0 spare; can sign: Cem, Dan;";
    assert!(plan.out.contains(called), "{}", plan.out);
    let done = room.run(&["status"]);
    let told = "  by the keys of the trusted root: 0 of 2 needed, 2 short\n    signed:  nobody\n    missing: Cem (cem), Dan (dan)\n  by \
                its own keys: 0 of 2 needed, 2 short\n    signed:  nobody\n    missing: Ada (ada-2), Ben (ben-2), Cem (cem-2), Dan \
                (dan)\n    not called: revoked as lost: Ada (ada)\n    not called: revoked as lost: Ben (ben)\n";
    assert!(done.out.contains(told), "{}", done.out);
    for key in ["cem", "dan", "ada-2", "ben-2", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
}

#[test]
fn whoever_signs_with_a_key_that_is_gone_is_warned_first() {
    let room = without_dan("compromised");
    let mut holder = room.sit_down(&["sign", "--key", "dan"]);
    holder.reads("WARNING: dan is revoked in this ceremony as compromised. Its signature counts for the trusted root's quorum alone.");
    holder.answers("Digits from paper", &room.typed("root"));
    holder.answers("PIN", PIN);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    let root = room.run(&["status", "--json"]).json()["payloads"][0].clone();
    assert_eq!((&root["old"]["signed"], &root["new"]["signed"]), (&json!(["Dan (dan)"]), &json!([])));
    assert_eq!(root["not_called"], json!([]));
    // Nobody else is warned.
    let done = room.run_with_pin(PIN, &["sign", "--key", "ada", "--confirm", &room.typed("root")]);
    assert!(!done.out.contains("WARNING"), "{}", done.out);
}

#[test]
fn a_key_that_is_gone_signs_the_root_alone() {
    let room = later();
    room.change(&["revoke-key", "ben", "--reason", "lost"]).ok();
    room.freeze();
    let done = room.run_with_pin(PIN, &["sign", "--key", "ben", "--confirm", &room.typed("targets")]);
    assert_eq!((done.code, done.out.as_str()), (1, "No payload needs the key ben.\n"), "{}", done.err);
}

/// What followed from the first reason would be forgotten.
#[test]
fn a_key_is_revoked_again_for_a_graver_reason_only() {
    let room = later();
    room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
    let before = room.noticed();
    let next =
        "Nothing was changed. A graver reason can take the place of this one: retired, lost, compromised.";
    for reason in ["retired", "lost"] {
        room.change(&["revoke-key", "dan", "--reason", reason]).failed(
            2,
            "dan is revoked already, as lost",
            next,
        );
    }
    room.only_recorded(&before, &[]);
    room.change(&["revoke-key", "dan", "--reason", "compromised"]).ok();
    let plan = room.read("ceremony.toml");
    assert_eq!(plan.matches("[[revoke]]").count(), 1, "{plan}");
    assert!(plan.contains("reason = \"compromised\""), "{plan}");
    assert_eq!(plan.matches("act = \"revoke-key\"").count(), 1, "{plan}");
    assert_eq!(room.refusing(), [""; 0]);
}

/// Two of four are enough for the root, and three are in doubt: nobody is told that nobody else can sign.
#[test]
fn a_root_that_somebody_else_can_follow_is_called_so() {
    let room = later();
    for (key, serial, new) in [("ada", "R1", "R11"), ("ben", "R2", "R12"), ("cem", "R3", "R13")] {
        let by = format!("{key}-2");
        let replace = [
            "replace-key",
            key,
            "--by",
            &by,
            "--old-serial",
            serial,
            "--serial",
            new,
            "--reason",
            "compromised",
        ];
        room.change(&replace).ok();
    }
    let plan = room.run(&["plan"]).out;
    let warned = "QUORUM-OLD WARNS: root 1 needs 2 signatures, and as many of its keys are in doubt: somebody else can follow it, too\n";
    assert!(plan.contains(warned), "{plan}");
    assert!(!plan.contains("nobody else can follow"), "{plan}");
}
