//! Mistakes in `ceremony.toml`, and what a plan may and may not let through.

use crate::media_stick::planned_with_media;
use crate::rehearsal::{KEYS, PLAN, frozen, planned, provisioned, released};
use crate::room::Room;

/// A plan that cannot be read: every command says so in the same words, and nothing is written.
#[track_caller]
fn unreadable(old: &str, new: &str, what: &str, next: &str) {
    let room = planned();
    room.edit("ceremony.toml", old, new);
    let before = room.tree();
    for command in [&["plan"][..], &["draft"], &["status"], &["token", "provision", "--key", "ada"]] {
        assert_eq!(room.run(command).refused(1, "PLAN-STRICT", what, next), "");
    }
    room.only_recorded(&before, &[]);
}

#[test]
fn a_typo_is_told_with_its_place_and_what_was_meant() {
    unreadable(
        "threshold = 2\nexpires = \"1 year\"",
        "treshold = 2\nexpires = \"1 year\"",
        "ceremony.toml, line 47, column 1, field role.root.treshold: unknown field `treshold`, expected one of `keys`, \
         `threshold`, `expires`",
        "Did you mean \"threshold\"?",
    );
}

#[test]
fn a_holder_name_that_could_repaint_the_screen_is_refused() {
    unreadable(
        "name = \"Ada\"",
        "name = \"A\\u001b[2Jda\"",
        "ceremony.toml, line 10, column 8, field holder.ada.name: has invisible or control characters: A\\u{1b}[2Jda",
        "Type the text anew.",
    );
}

#[test]
fn a_waiver_of_no_check_is_refused() {
    unreadable(
        "\n[role.timestamp]",
        "\n[[waiver]]\ncheck = \"ROOT-SLAK\"\nreason = \"none\"\nuntil = 2200-01-01\n\n[role.timestamp]",
        "ceremony.toml, line 61, column 1, field waiver.check: there is no check \"ROOT-SLAK\"",
        "Did you mean ROOT-SLACK?",
    );
}

/// Three names, one device: whoever loses or steals it has all of them.
#[test]
fn holders_who_share_a_device_are_told_by_the_plan() {
    let room = planned();
    for serial in ["R2", "R3"] {
        room.edit("ceremony.toml", &format!("serial = \"{serial}\""), "serial = \"R1\"");
    }
    let shared =
        |role: &str| format!("ada, ben, cem of {role}, which different people hold, are on one device, R1");
    let what = format!("{}; {}", shared("root"), shared("targets"));
    let next = "Give every holder a device of their own: whoever has a device has the keys on it.";
    plan_fails(&room, "KEY-HOLDER", &what, next);
    let text = room.run(&["plan"]).out;
    for told in [
        "\n  lost at once  sets of keys survived  of devices  of holders  of sites\n",
        "\n  The loss of the device R1 alone ends the root.\n",
        "\n  with all that the device R1 has: root, targets, at once\n",
        "\n  The theft of what the device R1 has ends the root.\n",
    ] {
        assert!(text.contains(told), "{told}{text}");
    }
    let single = room.run(&["plan", "--json"]).json()["losses_after"]["single"].clone();
    assert_eq!(
        single,
        serde_json::json!([{ "lost": { "kind": "device", "name": "R1" }, "ends": ["the root"] }])
    );
}

#[test]
fn a_threshold_above_the_keys_is_told_by_the_plan_and_never_frozen() {
    let room = provisioned();
    room.edit("ceremony.toml", "threshold = 2\nexpires = \"1 year\"", "threshold = 5\nexpires = \"1 year\"");
    let next = "Change threshold or keys of the role in ceremony.toml, so that the keys reach the threshold.";
    plan_fails(&room, "ROOT-THRESHOLD", "root needs 5 signatures and has 4 keys", next);
    room.run(&["draft"]).ok();
    let before = room.tree();
    let next = "Mend what the list above names, or ask `tuf-ceremony explain CHECK` about each.";
    let shown = room.run(&["freeze"]).failed(1, "2 checks refuse: ROOT-THRESHOLD, ROOT-SLACK", next);
    assert!(shown.contains("ROOT-THRESHOLD FAILS: root needs 5 signatures and has 4 keys\n"), "{shown}");
    assert!(!before.keys().any(|file| file.starts_with("payloads/")));
    room.only_recorded(&before, &["refused", "refused"]);
}

#[test]
fn an_expiry_in_the_past_is_told_by_the_plan_and_never_frozen() {
    let room = provisioned();
    room.edit("ceremony.toml", "expires = \"7 days\"", "expires = 2020-01-01T00:00:00Z");
    let done = room.run(&["plan"]);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    let told = "\nEXPIRY-RANGE FAILS: timestamp expires on 2020-01-01T00:00:00Z, and it is 2";
    assert!(done.out.contains(told), "{}", done.out);
    let next =
        "\n  next: Change `expires` of the role (or `planned`, from which periods count) in ceremony.toml.\n";
    assert!(done.out.contains(next), "{}", done.out);
    room.run(&["draft"]).ok();
    let before = room.tree();
    let done = room.run(&["freeze"]);
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("error [EXPIRY-RANGE]: timestamp expires on 2020-01-01T00:00:00Z"),
        "{}",
        done.err
    );
    room.only_recorded(&before, &["refused"]);
}

/// `plan` shows the failed check, and exits 1 without writing.
#[track_caller]
fn plan_fails(room: &Room, check: &str, what: &str, next: &str) {
    let before = room.tree();
    let done = room.run(&["plan"]);
    assert_eq!((done.code, done.err.as_str()), (1, ""));
    assert!(done.out.contains(&format!("\n{check} FAILS: {what}\n  next: {next}\n")), "{}", done.out);
    room.only_recorded(&before, &[]);
}

#[test]
fn the_root_of_a_rehearsal_is_nothing_to_trust() {
    let room = released();
    let root = room.path("metadata/1.root.json");
    let target = room.beside("next");
    let done = room.run(&["new", target.to_str().unwrap(), "--trusted", root.to_str().unwrap()]);
    let what = format!("{} is from a rehearsal, and this ceremony is a production one", root.display());
    let next = "Use the production file or token; nothing made in a rehearsal may be trusted.";
    assert_eq!(done.refused(1, "PLAN-REHEARSAL", &what, next), "");
    assert!(!target.exists());
}

#[test]
fn a_ceremony_does_not_lie_in_another() {
    let room = planned();
    let before = room.tree();
    for inside in ["next", "drafts/next"] {
        let target = room.path(inside);
        let what = format!("{} would lie in the ceremony directory {}", target.display(), room.directory());
        let next = format!(
            "Nothing was made. Name one that lies beside it, such as {}.",
            room.beside("next").display()
        );
        room.run(&["new", target.to_str().unwrap(), "--from", &room.directory()]).failed(2, &what, &next);
        assert!(!target.exists());
    }
    room.only_recorded(&before, &[]);
}

#[test]
fn a_rehearsal_payload_is_not_frozen_for_production_nor_the_other_way_round() {
    let room = frozen();
    room.edit("drafts/timestamp.json", " \"x-tuf-ceremony-rehearsal\": true\n", " \"x-other\": true\n");
    let before = room.tree();
    let what = "timestamp version 1 has no rehearsal mark, and this ceremony is a rehearsal";
    let next = "Write the draft anew with `draft`; a rehearsal must never sign what the world could trust.";
    let done = room.run(&["freeze"]);
    // An edited draft is also not what the plan makes: both say so.
    assert!(done.out.contains(&format!("\nPLAN-REHEARSAL FAILS: {what}\n  next: {next}\n")), "{}", done.out);
    assert!(done.err.starts_with("error: 2 checks refuse: PLAN-REHEARSAL, PLAN-INTENT\n"), "{}", done.err);
    assert_eq!(done.code, 1);
    room.only_recorded(&before, &["refused", "refused"]);

    let production = Room::new();
    let public = |key: &str| format!("public = \"keys/{key}/public.pem\"");
    let mut plan = PLAN.replace("rehearsal = true\n", "");
    for (key, serial) in KEYS.iter().zip(["R1", "R2", "R3", "R4", "R9"]) {
        plan =
            plan.replace(&format!("token = {{ kind = \"rehearsal\", serial = \"{serial}\" }}"), &public(key));
        production.write(&format!("keys/{key}/public.pem"), room.read(&format!("keys/{key}/public.pem")));
    }
    production.write("ceremony.toml", plan);
    production.run(&["draft"]).ok();
    let (old, new) = ("\"_type\": \"timestamp\"", "\"x-tuf-ceremony-rehearsal\": true");
    production.edit("drafts/timestamp.json", old, &format!("{old}, {new}"));
    let before = production.tree();
    let what = "timestamp version 1 is from a rehearsal, and this ceremony is a production one";
    let next = "Use the production file or token; nothing made in a rehearsal may be trusted.";
    let done = production.run(&["freeze"]);
    assert!(done.out.contains(&format!("\nPLAN-REHEARSAL FAILS: {what}\n  next: {next}\n")), "{}", done.out);
    assert!(done.err.starts_with("error: 2 checks refuse: PLAN-REHEARSAL, PLAN-INTENT\n"), "{}", done.err);
    assert_eq!(done.code, 1);
    production.only_recorded(&before, &["refused", "refused"]);
}

/// Whoever signs with it, the key of a rehearsal token is known to everybody.
#[test]
fn a_production_plan_names_no_rehearsal_token() {
    let room = provisioned();
    let what =
        "this is a production ceremony, and these keys are on rehearsal tokens: ada, ben, cem, dan, online";
    let next = "Name real tokens in ceremony.toml. A rehearsal token's key is known to everybody.";
    room.edit("ceremony.toml", "rehearsal = true\n", "");
    plan_fails(&room, "PLAN-REHEARSAL", what, next);
    room.run(&["draft"]).ok();
    let before = room.tree();
    room.run(&["freeze"]).refused(1, "PLAN-REHEARSAL", what, next);
    room.only_recorded(&before, &["refused"]);
    // Before any key is known, too.
    let room = Room::new();
    room.write("ceremony.toml", PLAN.replace("rehearsal = true\n", ""));
    plan_fails(&room, "PLAN-REHEARSAL", what, next);
}

/// Two of two: ROOT-SLACK refuses.
fn without_slack(waiver: &str) -> Room {
    let room = Room::new();
    let all = "[\"ada\", \"ben\", \"cem\", \"dan\"]";
    room.write("ceremony.toml", format!("{}{waiver}", PLAN.replace(all, "[\"ada\", \"ben\"]")));
    for key in ["ada", "ben", "online"] {
        room.provision(key).ok();
    }
    room.run(&["draft"]).ok();
    room
}

const NO_SLACK: &str = "root needs 2 signatures and has 2 keys: one lost key would end it";

#[test]
fn a_waiver_lets_a_check_through_and_stands_in_the_record() {
    let room = without_slack(
        "\n[[waiver]]\ncheck = \"ROOT-SLACK\"\nreason = \"The third token comes in May.\"\nuntil = 2200-01-01\n",
    );
    let plan = room.run(&["plan"]).ok();
    let told = format!(
        "\nROOT-SLACK WAIVED: {NO_SLACK}\n  waived in ceremony.toml: The third token comes in May.\n"
    );
    assert!(plan.out.contains(&told), "{}", plan.out);
    room.run(&["freeze"]).ok();
    let record = room.record();
    let checks = record.last().unwrap()["data"]["checks"].as_array().unwrap();
    let waived = checks.iter().find(|one| one["check"] == "ROOT-SLACK").unwrap();
    assert_eq!((&waived["outcome"], &waived["what"]), (&"WAIVED".into(), &NO_SLACK.into()));
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
}

#[test]
fn without_a_waiver_or_after_its_end_the_check_refuses() {
    let next =
        "Add a key to role.root in ceremony.toml, in the hands of another person, or lower the threshold.";
    let ended =
        "\n[[waiver]]\ncheck = \"ROOT-SLACK\"\nreason = \"The third token came late.\"\nuntil = 2024-01-01\n";
    let other = "\n[[waiver]]\ncheck = \"ROOT-THRESHOLD\"\nreason = \"Another check.\"\nuntil = 2200-01-01\n";
    for waiver in ["", ended, other] {
        let room = without_slack(waiver);
        let before = room.tree();
        room.run(&["freeze"]).refused(1, "ROOT-SLACK", NO_SLACK, next);
        room.only_recorded(&before, &["refused"]);
    }
}

#[test]
fn the_id_of_a_directory_does_not_change() {
    let room = provisioned();
    room.edit("ceremony.toml", "id = \"rehearsal-1\"", "id = \"rehearsal-2\"");
    let before = room.tree();
    let what = "this directory is the record of the ceremony rehearsal-1, and ceremony.toml says rehearsal-2";
    let next =
        "Choose an id that was never used, and start each ceremony in a directory of its own with `new`.";
    room.run(&["draft"]).refused(1, "PLAN-ID", what, next);
    plan_fails(&room, "PLAN-ID", what, next);
    room.only_recorded(&before, &[]);
}

#[test]
fn a_directory_that_is_none_and_a_key_that_is_none() {
    let room = Room::new();
    let what = format!("{} is not a ceremony directory: it has no ceremony.toml", room.directory());
    let next = "Go to the ceremony directory, or name it with `-C DIR`. `tuf-ceremony new DIR --template minimal` \
                starts one.";
    for command in ["plan", "draft", "freeze", "review", "status", "release"] {
        room.run(&[command]).failed(5, &what, next);
    }
    assert!(!room.path("").exists());
    let room = frozen();
    let next = "The keys are: ada, ben, cem, dan, online.";
    room.run(&["sign", "--key", "adam"]).failed(2, "ceremony.toml has no key \"adam\"", next);
}

/// A name may be a word of the sentence that says it is none.
#[test]
fn what_was_typed_is_told_in_quotes() {
    let room = planned_with_media();
    let from = ["media", "import", "--from", "in", "--confirm", "00000000"];
    room.run(&from).failed(2, "ceremony.toml has no medium \"in\"", "There are: inbox.");
    let set = ["media", "export", "--set", "out"];
    let next = "There are: everything, paper, website.";
    room.run(&set).failed(2, "ceremony.toml has no set \"out\"", next);
    let next = "The templates are: minimal, rehearsal, inherit.";
    let new = ["new", &room.beside("other").display().to_string(), "--template", "of\u{202e}any"];
    room.run(&new).failed(2, "there is no template \"of\\u{202e}any\"", next);
}
