//! `change` and the devices and public halves that there are: whose they are, whether they can be trusted, whether anything is
//! known of them.

use std::fs;

use serde_json::json;

use crate::later::{after, later};
use crate::rehearsal::released;
use crate::room::Room;
use crate::world::{World, keyid, object};

const DAN: [&str; 7] = ["change", "replace-key", "dan", "--by", "dan-2", "--old-serial", "R4"];

fn read_again(name: &str) -> String {
    format!("Read the serial number of the device of {name} again; nothing was changed.")
}

#[test]
fn a_new_key_is_on_no_device_of_another_holder() {
    let room = later();
    let eve = ["--holder", "eve", "--holder-name", "Eve", "--scheme", "ed25519", "--token", "rehearsal"];
    let add = [&["change", "add-key", "eve"], &eve[..], &["--serial", "R1"]].concat();
    room.declines(&add, "the device R1 is that of ada, and belongs to Ada", &read_again("eve"));
    let replace = [&DAN[..], &["--serial", "R1"]].concat();
    room.declines(&replace, "the device R1 is that of ada, and belongs to Ada", &read_again("dan-2"));
    // Neither is the new key of a service.
    room.declines(
        &["change", "rotate-online", "--by", "online-2", "--serial", "R2"],
        "the device R2 is that of ben, and belongs to Ben",
        &read_again("online-2"),
    );
}

#[test]
fn a_new_key_is_on_no_device_that_is_gone() {
    let room = later();
    let gone = "the device R4 is that of dan, which goes as lost or compromised";
    for reason in ["lost", "compromised"] {
        let replace = [&DAN[..], &["--serial", "R4", "--reason", reason]].concat();
        room.declines(&replace, gone, &read_again("dan-2"));
    }
    // It is remembered in this ceremony and in those that follow.
    room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
    let again = ["--holder", "dan", "--scheme", "ed25519", "--token", "rehearsal", "--serial", "R4"];
    let add = [&["change", "add-key", "dan-2"], &again[..]].concat();
    room.declines(&add, gone, &read_again("dan-2"));
    room.freeze();
    for key in ["ada", "ben"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let third = Room::new();
    let (directory, from) = (third.directory(), room.path("").display().to_string());
    third.run(&["new", &directory, "--from", &from, "--planned", "2101-09-14T15:00:00Z"]).ok();
    third.declines(&add, gone, &read_again("dan-2"));
}

/// A key that is only given up leaves a good device behind.
#[test]
fn a_holder_may_keep_the_device() {
    let room = later();
    room.change(&[&DAN[1..], &["--serial", "R4", "--reason", "retired"]].concat()).ok();
    assert!(room.read("ceremony.toml").contains("[key.dan-2]\nholder = \"dan\"\n"));
}

#[test]
fn a_key_whose_place_was_taken_is_not_replaced_again() {
    let room = later();
    room.change(&[&DAN[1..], &["--serial", "R6"]].concat()).ok();
    room.declines(
        &["change", "replace-key", "dan", "--by", "dan-3", "--old-serial", "R4", "--serial", "R7"],
        "dan is in no role, so that nothing can take its place",
        "Name the key that is there now; `plan` shows who signs for what. Nothing was changed.",
    );
    let again = ["replace-key", "dan-2", "--by", "dan-3", "--old-serial", "R6", "--serial", "R7"];
    room.change(&again).ok();
    assert_eq!(
        room.read("ceremony.toml").matches("keys = [\"ada\", \"ben\", \"cem\", \"dan-3\"]\n").count(),
        2
    );
}

/// Where a key stands of which nothing is known, nobody can tell: neither the command nor a plan that was edited by hand.
#[test]
fn a_key_without_its_public_half_is_not_revoked() {
    let first = released();
    fs::remove_dir_all(first.path("keys/dan")).unwrap();
    let room = after(&first.path(""));
    let before = room.noticed();
    let done = room.change(&["revoke-key", "dan", "--reason", "lost"]);
    assert!(done.err.starts_with("error: the public half of the key dan is not here yet\n"), "{}", done.err);
    room.only_recorded(&before, &[]);
    let text = room.read("ceremony.toml").replace(", \"dan\"]", "]");
    let text = text.replace("change = \"refresh\"", "change = \"revoke\"");
    room.write("ceremony.toml", format!("{text}\n[[revoke]]\nkey = \"dan\"\nreason = \"lost\"\n"));
    assert_eq!(room.refusing(), ["ROOT-REVOKED"]);
    room.run(&["draft"]).ok();
    room.run(&["freeze"]).refused(
        1,
        "ROOT-REVOKED",
        "nobody can tell where these revoked keys stand, for want of their public halves: dan",
        "Put each public half where it was, at keys/NAME/public.pem.",
    );
}

/// A delegation that the plan does not list has a key that only other clients can read: it may be the one that goes.
#[test]
fn a_key_that_cannot_be_read_may_be_the_revoked_one() {
    let first = released();
    let world = World::of(&first);
    let odd = json!({ "keytype": "ed25519", "scheme": "ed25519-odd", "keyval": { "public": "AAAA" } });
    world.publish_targets(2, |signed| {
        let role = json!({ "name": "odd", "keyids": [keyid("dan"), keyid("cem"), "0dd"], "threshold": 1, "paths": ["odd/*"],
            "terminating": false });
        signed["delegations"] =
            json!({ "keys": { keyid("dan"): object("dan"), keyid("cem"): object("cem"), "0dd": odd }, "roles": [role] });
    });
    let room = world.followed(&first);
    assert_eq!(room.refusing(), [""; 0]);
    room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
    room.run(&["draft"]).ok();
    room.run(&["freeze"]).refused(
        1,
        "ROOT-REVOKED",
        "these keys cannot be read, so that each may be a revoked one: 0dd of odd (delegated by targets)",
        "List the delegation in ceremony.toml, with keys in the form that all clients read.",
    );
}
