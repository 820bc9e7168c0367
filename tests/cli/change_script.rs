//! The script fits what was declared, and what was chosen otherwise stays.

use std::fs;

use serde_json::json;

use crate::later::later;
use crate::rehearsal::provisioned;
use crate::room::Room;

#[track_caller]
fn script(room: &Room, name: &str) {
    let text = room.read("ceremony.toml");
    assert_eq!(text.matches(&format!("\nscript = \"{name}\"")).count(), 1, "{text}");
}

const ONLINE: [&str; 6] = ["rotate-online", "--by", "online-2", "--serial", "R10", "--scheme"];

fn rotate(room: &Room) -> crate::room::Done {
    room.change(&[&ONLINE[..], &["ed25519"]].concat())
}

#[test]
fn a_script_that_comes_with_the_program_follows_the_acts() {
    let room = later();
    script(&room, "annual-refresh");
    room.change(&["refresh"]).ok();
    room.change(&["set-expiry", "timestamp", "9 days"]).ok();
    script(&room, "annual-refresh");
    let told = "Declared in ceremony.toml: replace the key online by online-2.\n\
                Set in ceremony.toml to fit that: script = \"online-key-rotation\".\n";
    let done = rotate(&room).ok();
    assert!(done.out.starts_with(told), "{}", done.out);
    script(&room, "online-key-rotation");
    // What concerns the holders is the larger thing.
    let lost = ["replace-key", "ada", "--by", "ada-2", "--old-serial", "R1", "--serial", "R6", "--json"];
    let said = room.change(&lost).ok().json();
    assert_eq!(said["script"], json!("holder-replacement"));
    let done = room.change(&["set-expiry", "timestamp", "8 days"]).ok();
    assert!(!done.out.contains("script"), "{}", done.out);
    script(&room, "holder-replacement");
    for key in ["online-2", "ada-2"] {
        room.provision(key).ok();
    }
    // The new script is an input as the old one was (PLAN-DIGEST).
    let plan = room.run(&["plan", "--json"]).ok().json();
    assert!(plan["inputs"].get("script holder-replacement").is_some(), "{plan}");
    assert!(plan["inputs"].get("script annual-refresh").is_none(), "{plan}");
    room.freeze();
    assert_eq!(room.run(&["status"]).code, 3);
    // A change after the freeze is one that the freeze does not know.
    room.edit("ceremony.toml", "script = \"holder-replacement\"", "script = \"annual-refresh\"");
    assert_eq!(room.run(&["status"]).code, 1);
}

#[test]
fn every_act_on_holders_keys_has_its_script() {
    let acts: [&[&str]; 3] = [
        &["set-threshold", "root", "3"],
        &["revoke-key", "dan", "--reason", "lost"],
        &[
            "add-key",
            "eve",
            "--role",
            "root",
            "--holder",
            "ada",
            "--serial",
            "R5",
            "--token",
            "rehearsal",
            "--scheme",
            "ed25519",
        ],
    ];
    for act in acts {
        let room = later();
        room.change(act).ok();
        script(&room, "holder-replacement");
    }
}

/// Where somebody else may have a key, only one script will do, and it says what to do first.
#[test]
fn a_compromised_key_wants_the_script_for_it() {
    let room = later();
    let done = room.change(&[&ONLINE[..], &["ed25519", "--reason", "compromised"]].concat()).ok();
    assert!(done.out.contains("script = \"compromise\".\n"), "{}", done.out);
    room.change(&["set-threshold", "root", "3"]).ok();
    script(&room, "compromise");
}

#[test]
fn a_script_of_the_project_and_those_of_bad_nights_stay() {
    for name in ["ours.md", "compromise", "new-beginning"] {
        let room = later();
        room.write("ours.md", "# Ours\n");
        room.edit("ceremony.toml", "script = \"annual-refresh\"", &format!("script = \"{name}\""));
        let done = rotate(&room).ok();
        assert!(!done.out.contains("script"), "{}", done.out);
        script(&room, name);
    }
}

#[test]
fn a_first_root_keeps_its_script() {
    let room = provisioned();
    room.change(&["set-threshold", "targets", "3"]).ok();
    script(&room, "genesis");
}

/// A standby says what it is, and that it has to be made; one whose public half is here need not be.
#[test]
fn a_standby_says_what_it_is_for() {
    let room = later();
    let key = ["add-key", "spare", "--scheme", "ed25519", "--token", "rehearsal", "--serial", "R10"];
    let done = room.change(&key).ok();
    let told = "Written into ceremony.toml: the key spare, as a standby. It is in no role.\n\
                Next: tuf-ceremony token provision --key spare   (--existing if its token has it)\n\
                Next: tuf-ceremony plan\n";
    assert_eq!(done.out, told);
    let public = room.beside("public.pem");
    room.provision("spare").ok();
    fs::copy(room.path("keys/spare/public.pem"), &public).unwrap();
    let room = later();
    let public = public.display().to_string();
    let key = ["add-key", "online-2", "--standby-for", "online", "--public", &public, "--json"];
    let said = room.change(&key).ok().json();
    assert_eq!((&said["standby"], &said["missing_keys"]), (&json!("online-2"), &json!([])));
    assert_eq!((&said["acts"], &said["script"]), (&json!([]), &json!("annual-refresh")));
}
