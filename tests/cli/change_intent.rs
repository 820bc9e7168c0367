//! What was declared by `change` is exactly what is signed (PLAN-INTENT), whatever was edited by hand afterwards; and a key
//! leaves under every name, wherever it signs.

use serde_json::{Value, json};

use crate::later::{after, carrying_over, delegating, later, released_with};
use crate::rehearsal::PLAN;
use crate::room::Room;

/// What to do when plan and declaration differ.
const NEXT: &str = "Make every change with `tuf-ceremony change`, which declares it under [[intended]]; or correct \
                    ceremony.toml until it says what was declared.";

/// A plan is refused by PLAN-INTENT alone, in `plan` and in `freeze`, and nothing is frozen.
#[track_caller]
fn undeclared(room: &Room, what: &str) {
    assert_eq!(room.refusing(), ["PLAN-INTENT"]);
    room.run(&["draft"]).ok();
    let before = room.tree();
    room.run(&["freeze"]).refused(1, "PLAN-INTENT", what, NEXT);
    room.only_recorded(&before, &["refused"]);
}

/// A later ceremony in which Eve's key comes into root and targets, as was declared.
fn with_eve() -> Room {
    let room = later();
    let eve = [
        "--holder",
        "eve",
        "--holder-name",
        "Eve",
        "--scheme",
        "ed25519",
        "--token",
        "rehearsal",
        "--serial",
        "R5",
    ];
    room.change(&[&["add-key", "eve", "--role", "root", "--role", "targets"], &eve[..]].concat()).ok();
    room.provision("eve").ok();
    room
}

const FIVE: &str = "[role.root]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan\", \"eve\"]\nthreshold = 2\n";

#[test]
fn what_was_declared_is_frozen() {
    let room = with_eve();
    let plan = room.run(&["plan", "--json"]).ok().json();
    let said = json!("the roles change by what was declared: add the key eve to root, targets");
    let declared = |check: &Value| check["check"] == "PLAN-INTENT" && check["what"] == said;
    assert!(plan["checks"].as_array().unwrap().iter().any(declared), "{plan}");
    room.freeze();
}

#[test]
fn a_key_that_was_let_in_by_hand_is_refused() {
    let room = with_eve();
    let text = room.read("ceremony.toml");
    // The online key comes into targets, with nothing said.
    let targets = "[role.targets]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan\", \"eve\"";
    assert_eq!(text.matches(targets).count(), 1, "{text}");
    room.write("ceremony.toml", text.replace(targets, &format!("{targets}, \"online\"")));
    undeclared(&room, "targets has the key online, against what was declared");
}

#[test]
fn a_key_that_was_taken_out_by_hand_is_refused() {
    let room = with_eve();
    room.edit("ceremony.toml", FIVE, &FIVE.replace(", \"dan\"", ""));
    undeclared(&room, "root does not have the key dan, against what was declared");
}

#[test]
fn a_key_that_was_exchanged_by_hand_is_refused() {
    let room = with_eve();
    room.edit("ceremony.toml", "serial = \"R5\"", "serial = \"R6\"");
    // The key that was let in is another one now, but its name is the one that was declared: that is no change.
    std::fs::remove_dir_all(room.path("keys/eve")).unwrap();
    room.provision("eve").ok();
    assert_eq!(room.refusing(), [""; 0]);
    // One that was there is another one, under its own name: the old material is gone without a word.
    room.edit("ceremony.toml", "serial = \"R4\"", "serial = \"R7\"");
    std::fs::remove_dir_all(room.path("keys/dan")).unwrap();
    room.provision("dan").ok();
    assert_eq!(room.refusing(), ["PLAN-INTENT"]);
}

#[test]
fn a_threshold_that_was_set_by_hand_is_refused() {
    let room = with_eve();
    room.edit("ceremony.toml", FIVE, &FIVE.replace("threshold = 2", "threshold = 3"));
    undeclared(&room, "root has the threshold 3, and 2 was declared");
}

#[test]
fn what_was_declared_and_undone_is_refused() {
    let room = with_eve();
    room.edit("ceremony.toml", FIVE, &FIVE.replace(", \"eve\"", ""));
    undeclared(&room, "root does not have the key eve, against what was declared");
    let room = later();
    room.change(&["set-threshold", "targets", "3"]).ok();
    room.edit("ceremony.toml", "threshold = 3\nexpires", "threshold = 2\nexpires");
    undeclared(&room, "targets has the threshold 2, and 3 was declared");
}

#[test]
fn a_declaration_that_was_taken_out_is_missed() {
    let room = with_eve();
    room.change(&["set-threshold", "root", "3"]).ok();
    room.edit(
        "ceremony.toml",
        "\n[[intended]]\nact = \"set-threshold\"\nrole = \"root\"\nthreshold = 3\n",
        "",
    );
    undeclared(&room, "root has the threshold 3, and 2 was declared");
}

/// A plan in which one piece of key material stands under two names: Dan's key signs for targets as `dan-t`.
fn with_an_alias() -> Room {
    let room = Room::new();
    let alias = "\n[key.dan-t]\nholder = \"dan\"\nscheme = \"ed25519\"\npublic = \"keys/dan/public.pem\"\n\n[role.root]";
    let targets = "[role.targets]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan\"]";
    let text = PLAN
        .replace("\n[role.root]", alias)
        .replace(targets, "[role.targets]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan-t\"]");
    room.write("ceremony.toml", &text);
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    after(&room.path(""))
}

#[test]
fn a_key_leaves_under_every_name_that_it_has() {
    let room = with_an_alias();
    room.change(&["revoke-key", "dan", "--reason", "compromised"]).ok();
    let text = room.read("ceremony.toml");
    assert_eq!(text.matches("keys = [\"ada\", \"ben\", \"cem\"]\n").count(), 2, "{text}");
    assert_eq!(text.matches("[[revoke]]").count(), 1);
    assert_eq!(room.refusing(), [""; 0]);

    let room = with_an_alias();
    let arguments =
        ["replace-key", "dan", "--by", "dan-2", "--old-serial", "R4", "--serial", "R6", "--reason", "lost"];
    room.change(&arguments).ok();
    let text = room.read("ceremony.toml");
    assert_eq!(text.matches("keys = [\"ada\", \"ben\", \"cem\", \"dan-2\"]\n").count(), 2, "{text}");
    room.provision("dan-2").ok();
    assert_eq!(room.refusing(), [""; 0]);

    let room = with_an_alias();
    room.declines(
        &["change", "replace-key", "dan", "--by", "dan-t", "--old-serial", "R4"],
        "dan-t is dan under another name, and cannot take its place",
        "Name the key that comes with --by; nothing was changed.",
    );
}

/// Nobody gets a revoked key back in under its other name by hand.
#[test]
fn the_other_name_of_a_revoked_key_is_seen() {
    let room = with_an_alias();
    room.change(&["revoke-key", "dan", "--reason", "compromised"]).ok();
    room.refuses(
        &["change", "add-key", "dan-t", "--role", "root"],
        "ROOT-REVOKED",
        "root would list the revoked key dan-t",
        "Nothing was changed. Take the key out of the revoked ones first, if it is to come back; a compromised key never \
         should.",
    );
}

#[test]
fn a_key_leaves_delegations_that_the_plan_states_and_those_that_are_carried_over() {
    let stated = after(&released_with(&delegating()).path(""));
    for room in [stated, carrying_over()] {
        room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
        room.run(&["draft"]).ok();
        let role = room.json("drafts/targets.json")["signed"]["delegations"]["roles"][0].clone();
        assert_eq!((&role["name"], &role["threshold"]), (&json!("nightly"), &json!(1)));
        assert_eq!(role["paths"], json!(["nightly/*"]));
        assert_eq!(role["keyids"].as_array().unwrap().len(), 1);
        let keys = room.json("drafts/targets.json")["signed"]["delegations"]["keys"].clone();
        assert_eq!(keys.as_object().unwrap().len(), 1, "{keys}");
        room.run(&["freeze"]).ok();
    }
}

#[test]
fn a_key_takes_the_place_in_delegations_that_are_carried_over() {
    for reason in [&["--reason", "lost"][..], &[]] {
        let room = carrying_over();
        let replace = ["replace-key", "dan", "--by", "dan-2", "--old-serial", "R4", "--serial", "R6"];
        room.change(&[&replace, reason].concat()).ok();
        room.provision("dan-2").ok();
        assert_eq!(room.refusing(), [""; 0], "{reason:?}");
        room.run(&["draft"]).ok();
        let delegations = room.json("drafts/targets.json")["signed"]["delegations"].clone();
        let new = room.json("keys/dan-2/key.json");
        assert!(delegations["keys"].as_object().unwrap().values().any(|key| *key == new), "{delegations}");
        assert_eq!(delegations["keys"].as_object().unwrap().len(), 2);
        room.run(&["freeze"]).ok();
    }
}

/// Nobody but the revoked key signs for the delegation, which the plan does not state: it would be left without a signer.
#[test]
fn a_delegation_that_is_carried_over_is_not_left_without_signers() {
    let first = delegating().replace("keys = [\"dan\", \"online\"]", "keys = [\"dan\"]");
    let room = after(&released_with(&first).path(""));
    let text = room.read("ceremony.toml");
    let (before, rest) = text.split_once("\n[delegation.nightly]").unwrap();
    room.write("ceremony.toml", format!("{before}{}", rest.split_once("nightly/*\"]\n").unwrap().1));
    let next = "Nothing was changed. First add a key, `change add-key NAME …`, then revoke; or do both at once with \
                `change replace-key` or `change rotate-online`.";
    room.refuses(
        &["change", "revoke-key", "dan", "--reason", "lost"],
        "ROOT-REVOKED",
        "nightly (delegated by targets) would keep 0 keys, and its threshold is 1",
        next,
    );
    let replace =
        ["replace-key", "dan", "--by", "dan-2", "--old-serial", "R4", "--serial", "R6", "--reason", "lost"];
    room.change(&replace).ok();
    room.provision("dan-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
}

/// Both keys of a delegation become one: its threshold is out of reach, whether or not anything is said against the old key.
#[test]
fn a_delegation_that_is_carried_over_keeps_its_threshold_when_keys_become_one() {
    let first =
        delegating().replace("[\"dan\", \"online\"]\nthreshold = 1", "[\"dan\", \"online\"]\nthreshold = 2");
    let room = after(&released_with(&first).path(""));
    let text = room.read("ceremony.toml");
    let (before, rest) = text.split_once("\n[delegation.nightly]").unwrap();
    room.write("ceremony.toml", format!("{before}{}", rest.split_once("nightly/*\"]\n").unwrap().1));
    let what = "nightly (delegated by targets) would keep 1 key, and its threshold is 2";
    let replace = ["change", "replace-key", "dan", "--by", "online", "--old-serial", "R4"];
    let add = "Nothing was changed. First add a key, `change add-key NAME …`";
    room.refuses(&replace, "ROOT-THRESHOLD", what, &format!("{add}."));
    let next = format!(
        "{add}, then revoke; or do both at once with `change replace-key` or `change rotate-online`."
    );
    room.refuses(&[&replace[..], &["--reason", "lost"]].concat(), "ROOT-REVOKED", what, &next);
}

#[test]
fn all_that_was_declared_was_taken_out() {
    let room = with_eve();
    let text = room.read("ceremony.toml");
    let (before, _) = text.split_once("\n[[intended]]").unwrap();
    room.write("ceremony.toml", before);
    assert_eq!(room.refusing(), ["PLAN-INTENT"]);
    room.run(&["draft"]).ok();
    room.run(&["freeze"]).refused(
        1,
        "PLAN-INTENT",
        "the record has changes that were declared, and ceremony.toml declares none any longer",
        "Restore [[intended]], or start over in a new directory.",
    );
}

/// No act opens other paths to a role.
#[test]
fn paths_that_were_changed_by_hand_are_refused() {
    for (old, new) in [
        ("paths = [\"nightly/*\"]", "paths = [\"*\"]"),
        (
            "threshold = 1\nexpires = \"6 months\"",
            "threshold = 1\nterminating = true\nexpires = \"6 months\"",
        ),
    ] {
        let room = after(&released_with(&delegating()).path(""));
        room.change(&["set-threshold", "targets", "3"]).ok();
        assert_eq!(room.refusing(), [""; 0]);
        room.edit("ceremony.toml", old, new);
        assert_eq!(room.refusing(), ["PLAN-INTENT"]);
        room.run(&["draft"]).ok();
        room.run(&["freeze"]).refused(
            1,
            "PLAN-INTENT",
            "what these may speak for changes, and no declared act does that: nightly",
            "Correct `paths` and `terminating` in ceremony.toml until they say what is published.",
        );
    }
}

/// Clients would look for files under other names than those that are there.
#[test]
fn names_of_files_do_not_change_their_form() {
    let room = later();
    room.edit("ceremony.toml", "change = \"refresh\"", "change = \"rotate\"\nconsistent_snapshot = false");
    assert_eq!(room.refusing(), ["PLAN-INTENT"]);
    room.run(&["draft"]).ok();
    let done = room.run(&["freeze"]);
    let what = "consistent_snapshot changes, which no later ceremony can do";
    assert!(done.err.starts_with("error [PLAN-INTENT]: ") && done.err.contains(what), "{}", done.err);
}

/// Of what says how things are, the last word counts; it stands there once.
#[test]
fn what_was_declared_twice_is_declared_as_it_was_last() {
    let room = later();
    for threshold in ["3", "4", "3"] {
        room.change(&["set-threshold", "targets", threshold]).ok();
    }
    for expires in ["8 months", "9 months"] {
        room.change(&["set-expiry", "targets", expires]).ok();
        room.change(&["refresh"]).ok();
    }
    let text = room.read("ceremony.toml");
    for (act, count) in [("set-threshold", 1), ("set-expiry", 1), ("refresh", 1)] {
        assert_eq!(text.matches(&format!("act = \"{act}\"")).count(), count, "{text}");
    }
    assert_eq!(room.refusing(), [""; 0]);
}
