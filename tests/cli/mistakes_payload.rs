//! What is signed is not what was reviewed, or not what is current: wrong digests, changed payloads and plans, void
//! payloads, and files under `signatures/` that are no signatures.

use serde_json::{Value, json};
use tuf_ceremony::token::rehearsal::PIN;

use crate::rehearsal::{frozen, released, signed};
use crate::room::Room;

/// Refused on the command line, with nothing kept but the refusal.
#[track_caller]
fn sign_refused(room: &Room, confirm: &str, check: &str, what: &str, next: &str) {
    let before = room.tree();
    let done = room.run(&["sign", "--key", "ada", "--confirm", confirm]);
    assert_eq!(done.refused(1, check, what, next), "");
    room.only_recorded(&before, &["refused"]);
}

const COMPARE: &str = "Stop. Compare the paper with what `tuf-ceremony review` shows; if they differ, this is not the \
                       file that was reviewed. After a slip, run the command again: nothing was signed.";

#[test]
fn a_digest_that_is_none_of_these_is_refused() {
    let room = frozen();
    let what = "what was typed is not the beginning of the digest of any payload that this key signs";
    sign_refused(&room, "0123456789", "SIGN-REVIEW", what, COMPARE);
    // What was typed may have been a PIN: it is not kept.
    assert!(!room.read("transcript.jsonl").contains("0123456789"));
    let record = room.record();
    let expected = json!({ "act": "sign --key ada", "check": "SIGN-REVIEW", "what": what });
    assert_eq!(record.last().unwrap()["data"], expected);
}

#[test]
fn a_digest_that_is_too_short_is_refused() {
    let room = frozen();
    let what = "what was typed for any payload that this key signs is not 8 or more hex digits";
    let next = "Read the digest of the payload from paper or from another screen, and type its first 8 digits or more.";
    let digest = room.digest("root");
    for typed in [&digest[..7], "", "yes", "confirmed"] {
        sign_refused(&room, typed, "SIGN-REVIEW", what, next);
    }
}

/// Enter once too often, or a slip, ends nothing: what was confirmed before stays so, and nobody types the PIN at a shell.
#[test]
fn what_can_be_no_digest_is_asked_again() {
    let room = frozen();
    let mut holder = room.sit_down(&["sign", "--key", "ada"]);
    holder.answers("Digits from paper: ", &room.typed("root"));
    for slip in ["", &room.typed("targets")[..7], "0x123456"] {
        holder.answers("Digits from paper: ", slip);
        holder.reads("That was not 8 or more hex digits. Type them once more, or stop with Ctrl-C.");
    }
    holder.answers("Digits from paper: ", &room.typed("targets"));
    holder.answers("PIN: ", PIN);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    for role in ["root", "targets"] {
        assert!(room.path(&room.signature(role, "ada")).exists());
    }
}

#[test]
fn a_digest_typed_at_the_prompt_must_be_that_of_the_payload_shown() {
    let room = frozen();
    for typed in [room.typed("targets"), "00000000".to_owned()] {
        let before = room.tree();
        let mut holder = room.sit_down(&["sign", "--key", "ada"]);
        holder.reads("Read the SHA-256 of root version 1 from paper, and type its first 8 digits or more.");
        holder.answers("Digits from paper: ", &typed);
        let (code, screen) = holder.leaves();
        assert_eq!(code, 1, "{screen}");
        let told = format!(
            "error [SIGN-REVIEW]: what was typed is not the beginning of the digest of root version 1\r\n  next: {COMPARE}\r\n  \
             more: tuf-ceremony explain SIGN-REVIEW\r\n"
        );
        assert!(screen.ends_with(&told), "{screen}");
        assert!(!screen.contains("PIN"), "{screen}");
        // Whoever has no paper cannot copy the digest from this screen.
        let digest = room.digest("root");
        assert!(!screen.contains(&digest[..8]), "{screen}");
        assert!(!screen.contains(&format!("{} {}", &digest[..4], &digest[4..8])), "{screen}");
        room.only_recorded(&before, &["reviewed", "refused"]);
    }
}

#[test]
fn the_digest_of_a_payload_that_another_key_signs_signs_nothing() {
    let room = frozen();
    let before = room.tree();
    let done = room.sign_only("ada", "timestamp");
    assert_eq!((done.code, done.err.as_str()), (3, ""));
    assert_eq!(
        done.out,
        "root version 1 still needs this key: --confirm was not given for it.\n\
         targets version 1 still needs this key: --confirm was not given for it.\n\
         Next: tuf-ceremony status\n"
    );
    room.only_recorded(&before, &[]);
}

#[test]
fn a_payload_that_was_changed_is_not_signed() {
    let next = "Do not sign. Find out who changed the file; then run `freeze` again, which restores the payload from \
                the draft.";
    for ending in ["canonical", "json"] {
        let room = frozen();
        let digest = room.digest("root");
        let file = format!("payloads/{digest}.{ending}");
        let (old, new) = ("2102-01-14T15:00:00Z", "2202-01-14T15:00:00Z");
        room.edit(&file, old, new);
        let changed = if ending == "canonical" {
            sha256(room.read(&file).as_bytes())
        } else {
            let canonical = room.read(&format!("payloads/{digest}.canonical"));
            sha256(canonical.replace(old, new).as_bytes())
        };
        let what = format!(
            "root version 1 was changed after it was frozen: named {}, the bytes are {}",
            &digest[..16],
            &changed[..16]
        );
        let before = room.tree();
        room.run(&["sign", "--key", "ada", "--confirm", &digest]).refused(1, "SIGN-STALE", &what, next);
        room.run(&["status"]).refused(1, "SIGN-STALE", &what, next);
        room.run(&["review"]).refused(1, "SIGN-STALE", &what, next);
        room.run(&["release"]).refused(1, "SIGN-STALE", &what, next);
        assert!(room.tree().keys().eq(before.keys()));
        // As it says: a new freeze restores it.
        room.run(&["freeze"]).ok();
        assert_eq!(room.digest("root"), digest);
        room.sign("ada").ok();
    }
}

fn sha256(bytes: &[u8]) -> String {
    tuf_ceremony::crypto::digest::Sha256Digest::of(bytes).to_hex()
}

#[test]
fn a_plan_that_changed_after_the_freeze_stops_everything() {
    let room = signed();
    let frozen_under = sha256(room.read("ceremony.toml").as_bytes());
    room.edit("ceremony.toml", "id = \"rehearsal-1\"", "# A remark.\nid = \"rehearsal-1\"");
    let now = sha256(room.read("ceremony.toml").as_bytes());
    let what =
        format!("ceremony.toml is {}, and the payload was frozen under {}", &now[..16], &frozen_under[..16]);
    let next = "If the change is meant, run `draft` and `freeze` again and have the plan reviewed; if not, restore \
                ceremony.toml.";
    let before = room.tree();
    let confirm = room.typed("root");
    room.run(&["sign", "--key", "cem", "--confirm", &confirm]).refused(1, "PLAN-DIGEST", &what, next);
    room.only_recorded(&before, &["plan-read", "refused"]);
    let before = room.tree();
    let shown = room.run(&["release"]).refused(1, "PLAN-DIGEST", &what, next);
    assert!(shown.contains(&format!("\nPLAN-DIGEST FAILS: {what}\n  next: {next}\n")), "{shown}");
    room.only_recorded(&before, &["refused"]);
    // Frozen again under the new plan, the payloads are the same, and so are their signatures.
    room.run(&["freeze"]).ok();
    room.run(&["release"]).ok();
}

#[test]
fn a_draft_that_was_edited_is_not_frozen() {
    let room = frozen();
    room.edit("drafts/root.json", "2102-01-14T15:00:00Z", "2102-01-15T15:00:00Z");
    let before = room.tree();
    let what = "root: not in the plan: expires is 2102-01-15T15:00:00Z instead of 2102-01-14T15:00:00Z";
    let next = "Correct ceremony.toml so that it says what is meant, and write the draft anew with `draft`; do not \
                edit drafts by hand.";
    room.run(&["freeze"]).refused(1, "PLAN-INTENT", what, next);
    room.only_recorded(&before, &["refused"]);
}

/// A policy change after Ada signed: her signatures are of payloads that are void.
#[test]
fn signatures_of_a_void_payload_are_named_and_kept_out() {
    let room = frozen();
    room.sign("ada").ok();
    let (old_root, old_targets) = (room.digest("root"), room.digest("targets"));
    room.edit("ceremony.toml", "expires = \"1 year\"", "expires = \"2 years\"");
    room.run(&["draft"]).ok();
    let done = room.run(&["freeze"]).ok();
    let told = format!(
        "\n  {old_root}  void from now on; 1 signature over it exists; keep it from being published\n"
    );
    assert!(done.out.contains(&told), "{}", done.out);
    assert_ne!(room.digest("root"), old_root);
    assert_eq!(room.digest("targets"), old_targets);

    // The old paper.
    let what = format!(
        "root version 1 ({}) is void: a later freeze put {} in its place",
        &old_root[..16],
        &room.digest("root")[..16]
    );
    let next = "Review and sign the new payload; `status` names it. Destroy papers with the old digest.";
    sign_refused(&room, &old_root[..8], "SIGN-STALE", &what, next);

    let status = room.run(&["status"]);
    assert_eq!(status.code, 3);
    let told = format!("void  {old_root}\n    1 signature over a void payload, kept out [SIGN-STALE]\n");
    assert!(status.out.contains(&told), "{}", status.out);
    let own = "by its own keys: 0 of 2 needed, 2 short\n    signed:  nobody\n";
    assert!(
        status.out.starts_with(&format!("root version 1  {}\n  {own}", room.digest("root"))),
        "{}",
        status.out
    );
    assert_eq!(room.run(&["status", "--json"]).json()["void"], json!([old_root]));

    // Two others sign the new root: Ada's signature of the old one is in no release.
    for key in ["ben", "cem", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    let ada = room.keyid("ada");
    let keyids = released_keyids(&room, "metadata/1.root.json");
    assert_eq!(keyids.len(), 2);
    assert!(!keyids.contains(&ada));
    assert!(released_keyids(&room, "metadata/1.targets.json").contains(&ada));
}

fn released_keyids(room: &Room, file: &str) -> Vec<String> {
    let signatures = room.json(file)["signatures"].as_array().unwrap().clone();
    signatures.iter().map(|one| one["keyid"].as_str().unwrap().to_owned()).collect()
}

/// Files that somebody puts under `signatures/`: each is named with its reason, counts for nothing and is not released.
#[test]
fn files_that_are_no_signatures_are_named_and_ignored() {
    let room = frozen();
    room.sign("ada").ok();
    let folder = format!("signatures/{}", room.digest("root"));
    let good = room.json(&room.signature("root", "ada"))["sig"].as_str().unwrap().to_owned();
    let (ada, ben, cem, online) =
        (room.keyid("ada"), room.keyid("ben"), room.keyid("cem"), room.keyid("online"));
    let put = |name: &str, keyid: &str, sig: &str| {
        room.write(&format!("{folder}/{name}.json"), json!({ "keyid": keyid, "sig": sig }).to_string());
    };
    put(&ben, &ben, "");
    put(&cem, &cem, &"00".repeat(64));
    put(&online, &online, &good);
    put("copy", &ada, &good);
    room.write(&format!("{folder}/broken.json"), "{\"keyid\": 1}");
    room.write(&format!("{folder}/text.txt"), "hello");
    let status = room.run(&["status"]);
    assert_eq!(status.code, 3);
    let expected = [
        format!("    ignored: {ben}: it is empty\n"),
        format!("    ignored: {cem}: it does not verify: "),
        format!("    ignored: {online}: its key is not one of this role\n"),
        format!("    ignored: {folder}/copy.json: its name is not its keyid\n"),
        format!("    ignored: {folder}/broken.json: "),
        format!("    ignored: {folder}/text.txt: "),
    ];
    for line in &expected {
        assert!(status.out.contains(line), "{line}\n{}", status.out);
    }
    assert!(
        status.out.contains("by its own keys: 1 of 2 needed, 1 short\n    signed:  Ada (ada)\n"),
        "{}",
        status.out
    );
    let before = room.tree();
    let done = room.run(&["release"]);
    let next = "Mend what the list above names, or ask `tuf-ceremony explain CHECK` about each.";
    let shown = done.failed(3, "1 check refuses: QUORUM-NEW", next);
    let told = "\nQUORUM-NEW FAILS: root version 1 has 1 of 2 needed signatures, 1 short\n";
    assert!(shown.contains(told), "{shown}");
    room.only_recorded(&before, &["found", "refused", "refused", "refused", "refused"]);

    // With enough real ones beside them, the release has only these.
    room.sign("dan").ok();
    room.sign("online").ok();
    room.sign_only("ben", "targets");
    room.run(&["release"]).ok();
    assert_eq!(released_keyids(&room, "metadata/1.root.json"), [ada, room.keyid("dan")]);
    let record = room.record();
    let found = record.iter().find(|line| line["event"] == "found").unwrap();
    let listed = found["data"]["files"].as_object().unwrap();
    assert_eq!(listed.len(), 6, "{found}");
}

#[test]
fn a_release_that_is_there_is_not_overwritten() {
    let room = released();
    let again = room.run(&["release"]).ok();
    assert!(again.out.contains("\nReleased before, and unchanged:\n"), "{}", again.out);
    room.edit("metadata/timestamp.json", "2101-01-21T15:00:00Z", "2101-01-22T15:00:00Z");
    let before = room.tree();
    let next = "Nothing is overwritten, and signatures that came after the release do not enter it. Move it away if it \
                is from an attempt that was given up, or start a new ceremony directory.";
    room.run(&["release"]).refused(1, "PLAN-OUTPUT", "metadata/ exists already", next);
    room.only_recorded(&before, &["found", "refused"]);
}

#[test]
fn several_refusals_are_all_shown_and_recorded() {
    let room = frozen();
    room.edit("ceremony.toml", "expires = \"1 year\"", "expires = \"2 years\"");
    let before = room.tree();
    let status = room.run(&["status"]);
    assert_eq!((status.code, status.err.as_str()), (1, ""), "{}", status.out);
    assert!(status.out.ends_with("Next: mend what FAILS above.\n"), "{}", status.out);
    let done = room.run(&["sign", "--key", "ada", "--confirm", &room.typed("root")]);
    let next = "Mend what the list above names, or ask `tuf-ceremony explain CHECK` about each.";
    let shown = done.failed(1, "2 checks refuse: PLAN-INTENT, PLAN-DIGEST", next);
    let intent = "PLAN-INTENT FAILS: root: not in the plan: expires is 2102-01-14T15:00:00Z instead of 2103-01-14T15:00:00Z\n";
    assert!(shown.starts_with(intent), "{shown}");
    assert!(shown.contains("\nPLAN-DIGEST FAILS: ceremony.toml is "), "{shown}");
    room.only_recorded(&before, &["plan-read", "refused", "refused"]);
    let checks: Vec<Value> = room.record().iter().map(|line| line["data"]["check"].clone()).collect();
    assert_eq!(checks[checks.len() - 2..], ["PLAN-INTENT", "PLAN-DIGEST"]);
}
