//! `change`: the plan is edited by intent, everything else in it stays, and the act is declared.

use crate::later::later;
use crate::rehearsal::{provisioned, released};
use crate::room::{Room, Tree};

/// A later ceremony whose plan people have written into.
fn commented() -> Room {
    let room = later();
    room.edit("ceremony.toml", "[key.ada]\n", "# Ada's first device.\n[key.ada] # the red one\n");
    let roles = "[role.root]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan\"]\nthreshold = 2\n";
    let written = "[role.root]\nkeys = [\n    \"ada\", # since 2100\n    \"ben\",\n    \"cem\",\n    \"dan\", # may go\n]\n\
                   threshold = 2 # of four\n";
    room.edit("ceremony.toml", roles, written);
    room
}

/// A change succeeds, and this is the difference that it makes to `ceremony.toml`.
#[track_caller]
fn changes(room: &Room, arguments: &[&str], difference: &str) -> String {
    let before = room.read("ceremony.toml");
    let tree = room.tree();
    let done = room.change(arguments).ok();
    assert_eq!(room.difference(&before), difference, "{}", done.out);
    let untouched = |tree: Tree| {
        let rest = tree.into_iter().filter(|(file, _)| file != "ceremony.toml" && file != "transcript.jsonl");
        rest.collect::<Tree>()
    };
    assert!(untouched(tree) == untouched(room.tree()), "other files changed");
    assert_eq!(room.record().last().unwrap()["event"], "changed");
    done.out
}

#[test]
fn a_key_of_a_new_person_comes_into_two_roles() {
    let room = commented();
    let new = ["--holder", "eve", "--holder-name", "Eve", "--site", "Oslo", "--scheme", "ed25519"];
    let token = ["--token", "rehearsal", "--serial", "R5", "--role", "root", "--role", "targets"];
    let said = changes(
        &room,
        &[&["add-key", "eve"], &new[..], &token].concat(),
        "-script = \"annual-refresh\"\n\
         +script = \"holder-replacement\"\n\
         -change = \"refresh\"\n\
         +change = \"rotate\"\n\
         +[holder.eve]\n\
         +name = \"Eve\"\n\
         +site = \"Oslo\"\n\
         +\n\
         +[key.eve]\n\
         +holder = \"eve\"\n\
         +scheme = \"ed25519\"\n\
         +token = { kind = \"rehearsal\", serial = \"R5\" }\n\
         +\n\
         +    \"eve\",\n\
         -keys = [\"ada\", \"ben\", \"cem\", \"dan\"]\n\
         +keys = [\"ada\", \"ben\", \"cem\", \"dan\", \"eve\"]\n\
         +\n\
         +[[intended]]\n\
         +act = \"add-key\"\n\
         +key = \"eve\"\n\
         +roles = [\"root\", \"targets\"]\n",
    );
    assert_eq!(
        said,
        "Declared in ceremony.toml: add the key eve to root, targets.\n\
         Set in ceremony.toml to fit that: script = \"holder-replacement\".\n\
         Next: tuf-ceremony token provision --key eve   (--existing if its token has it)\n\
         Next: tuf-ceremony plan\n"
    );
    room.provision("eve").ok();
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn a_standby_is_in_no_role_and_takes_the_place_that_it_was_kept_for() {
    let room = commented();
    let standby =
        ["--standby-for", "online", "--scheme", "ed25519", "--token", "rehearsal", "--serial", "R10"];
    let said = changes(
        &room,
        &[&["add-key", "online-2"], &standby[..]].concat(),
        "+[key.online-2]\n\
         +scheme = \"ed25519\"\n\
         +token = { kind = \"rehearsal\", serial = \"R10\" }\n\
         +standby_for = \"online\"\n\
         +\n",
    );
    assert_eq!(
        said,
        "Written into ceremony.toml: the key online-2, as a standby for online, whose\n\
         place it takes when that goes. It is in no role.\n\
         Next: tuf-ceremony token provision --key online-2   (--existing if its token has it)\n\
         Next: tuf-ceremony plan\n"
    );
    room.provision("online-2").ok();
    changes(
        &room,
        &["rotate-online", "--reason", "compromised", "--since", "2101-05-20T00:00:00Z"],
        "-script = \"annual-refresh\"\n\
         +script = \"compromise\"\n\
         -change = \"refresh\"\n\
         +change = \"revoke\"\n\
         -standby_for = \"online\"\n\
         -keys = [\"online\"]\n\
         +keys = [\"online-2\"]\n\
         -keys = [\"online\"]\n\
         +keys = [\"online-2\"]\n\
         +\n\
         +[[revoke]]\n\
         +key = \"online\"\n\
         +reason = \"compromised\"\n\
         +since = 2101-05-20T00:00:00Z\n\
         +replacement = \"online-2\"\n\
         +\n\
         +[[intended]]\n\
         +act = \"replace-key\"\n\
         +key = \"online\"\n\
         +by = \"online-2\"\n",
    );
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn a_device_is_replaced_by_another_of_the_same_holder() {
    let room = commented();
    let said = changes(
        &room,
        &["replace-key", "ada", "--by", "ada-2", "--old-serial", "R1", "--serial", "R6"],
        "-script = \"annual-refresh\"\n\
         +script = \"holder-replacement\"\n\
         -change = \"refresh\"\n\
         +change = \"rotate\"\n\
         +[key.ada-2]\n\
         +holder = \"ada\"\n\
         +scheme = \"ecdsa-sha2-nistp256\"\n\
         +token = { kind = \"rehearsal\", serial = \"R6\" }\n\
         +\n\
         -    \"ada\", # since 2100\n\
         +    \"ada-2\", # since 2100\n\
         -keys = [\"ada\", \"ben\", \"cem\", \"dan\"]\n\
         +keys = [\"ada-2\", \"ben\", \"cem\", \"dan\"]\n\
         +\n\
         +[[intended]]\n\
         +act = \"replace-key\"\n\
         +key = \"ada\"\n\
         +by = \"ada-2\"\n",
    );
    assert!(said.starts_with("Declared in ceremony.toml: replace the key ada by ada-2.\n"), "{said}");
    room.provision("ada-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn a_key_is_revoked_and_leaves_every_role() {
    let room = commented();
    changes(
        &room,
        &["revoke-key", "dan", "--reason", "lost"],
        "-script = \"annual-refresh\"\n\
         +script = \"holder-replacement\"\n\
         -change = \"refresh\"\n\
         +change = \"revoke\"\n\
         -    \"dan\", # may go\n\
         -keys = [\"ada\", \"ben\", \"cem\", \"dan\"]\n\
         +keys = [\"ada\", \"ben\", \"cem\"]\n\
         +\n\
         +[[revoke]]\n\
         +key = \"dan\"\n\
         +reason = \"lost\"\n\
         +\n\
         +[[intended]]\n\
         +act = \"revoke-key\"\n\
         +key = \"dan\"\n",
    );
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn the_first_key_of_a_list_takes_its_comment_with_it() {
    let room = commented();
    let before = room.read("ceremony.toml");
    room.change(&["revoke-key", "ada", "--reason", "retired"]).ok();
    let difference = room.difference(&before);
    assert!(difference.contains("-    \"ada\", # since 2100\n"), "{difference}");
    assert!(
        room.read("ceremony.toml")
            .contains("keys = [\n    \"ben\",\n    \"cem\",\n    \"dan\", # may go\n]\n")
    );
}

#[test]
fn a_threshold_and_an_expiry_are_set_and_what_is_said_behind_them_stays() {
    let room = commented();
    changes(
        &room,
        &["set-threshold", "root", "3"],
        "-script = \"annual-refresh\"\n\
         +script = \"holder-replacement\"\n\
         -change = \"refresh\"\n\
         +change = \"rotate\"\n\
         -threshold = 2 # of four\n\
         +threshold = 3 # of four\n\
         +\n\
         +[[intended]]\n\
         +act = \"set-threshold\"\n\
         +role = \"root\"\n\
         +threshold = 3\n",
    );
    changes(
        &room,
        &["set-expiry", "timestamp", "9 days"],
        "-expires = \"7 days\"\n\
         +expires = \"9 days\"\n\
         +\n\
         +[[intended]]\n\
         +act = \"set-expiry\"\n\
         +role = \"timestamp\"\n\
         +expires = \"9 days\"\n",
    );
    changes(
        &room,
        &["set-expiry", "snapshot", "2102-02-01T00:00:00Z"],
        "-expires = \"30 days\"\n\
         +expires = 2102-02-01T00:00:00Z\n\
         +\n\
         +[[intended]]\n\
         +act = \"set-expiry\"\n\
         +role = \"snapshot\"\n\
         +expires = \"2102-02-01T00:00:00Z\"\n",
    );
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn a_refresh_and_new_forms_of_keys_are_declared() {
    let room = commented();
    changes(&room, &["refresh"], "+\n+[[intended]]\n+act = \"refresh\"\n");
    changes(
        &room,
        &["reencode-keys"],
        "-change = \"refresh\"\n\
         +change = \"rotate\"\n\
         +reencode_keys = true\n\
         +\n\
         +[[intended]]\n\
         +act = \"reencode-keys\"\n",
    );
    assert_eq!(room.refusing(), [""; 0]);
}

/// In the first root everything is new: there is nothing that a change could differ from.
#[test]
fn at_genesis_nothing_is_declared() {
    let room = provisioned();
    let said = changes(
        &room,
        &["set-threshold", "targets", "3"],
        "-threshold = 2\n\
         +threshold = 3\n",
    );
    assert_eq!(
        said,
        "Changed in ceremony.toml: set the threshold of targets to 3.\nNext: tuf-ceremony plan\n"
    );
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn what_is_released_is_not_changed_any_more() {
    let room = released();
    let next = "Nothing is overwritten, and signatures that came after the release do not enter it. Move it away if it is \
                from an attempt that was given up, or start a new ceremony directory.";
    let acts: [&[&str]; 4] = [
        &["change", "refresh"],
        &["change", "set-threshold", "root", "3"],
        &["change", "revoke-key", "dan", "--reason", "lost"],
        &["change", "replace-key", "dan", "--by", "ada", "--old-serial", "R4"],
    ];
    for act in acts {
        room.refuses(act, "PLAN-OUTPUT", "metadata/ exists already", next);
    }
}

#[test]
fn for_programs_the_acts_and_the_missing_keys_are_listed() {
    let room = later();
    let done = room.change(&[
        "replace-key",
        "ada",
        "--by",
        "ada-2",
        "--old-serial",
        "R1",
        "--serial",
        "R6",
        "--json",
    ]);
    let said = done.ok().json();
    assert_eq!(said["acts"], serde_json::json!(["replace the key ada by ada-2"]));
    assert_eq!(said["missing_keys"], serde_json::json!(["ada-2"]));
}

/// A key that signs already takes no further place: what that leaves is said.
#[test]
fn a_key_that_is_there_already_takes_a_place() {
    let room = later();
    let done =
        room.change(&["replace-key", "dan", "--by", "cem", "--old-serial", "R4", "--reason", "retired"]).ok();
    let told = "cem was in root, targets already: nothing takes the place of dan there, which\nleaves one key fewer.\n";
    assert!(done.out.contains(told), "{}", done.out);
    let done = room.change(&["rotate-online", "--by", "online-2", "--serial", "R10"]).ok();
    assert!(!done.out.contains("already"), "{}", done.out);
}
