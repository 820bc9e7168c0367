//! The example client, driven over HTTP as the public conformance suite (theupdateframework/tuf-conformance) does it.

use std::fs;
use std::process::Command;

use crate::conformance::{FIRST, Room, lasting, ok, refused};
use crate::flow::published;
use crate::holder::{A, PROJECT, STRANGER};
use crate::part::Part;
use crate::repository::{Files, Repository, root};
use crate::tree::set;

#[test]
fn the_first_refresh_asks_for_everything_once_and_the_second_for_what_may_be_new() {
    let files = lasting(|_| {});
    let room = Room::new("refresh", &files);
    room.init();
    assert_eq!(room.server.asked(), <[&str; 0]>::default(), "a start asks for nothing");
    assert_eq!(room.files("trusted"), [("root.json".to_owned(), files["trusted.root.json"].clone())].into());
    ok(&room.run(&["refresh"]));
    assert_eq!(room.server.asked(), FIRST);
    let mut kept: Files = ["timestamp", "snapshot", "targets"]
        .map(|role| (format!("{role}.json"), published(&files, role).to_vec()))
        .into();
    kept.insert("root.json".to_owned(), files["metadata/2.root.json"].clone());
    assert_eq!(room.files("trusted"), kept, "under plain names, byte for byte");
    ok(&room.run(&["refresh"]));
    assert_eq!(room.server.asked(), ["metadata/3.root.json", "metadata/timestamp.json"]);
    assert_eq!(room.files("trusted"), kept);
}

#[test]
fn only_what_is_new_is_asked_for() {
    let room = Room::new("new", &lasting(|_| {}));
    room.init();
    ok(&room.run(&["refresh"]));
    room.server.asked();
    let later = lasting(|repository| {
        for part in [&mut repository.timestamp, &mut repository.snapshot] {
            part.edit(|signed| set(signed, &["version"], 20));
        }
    });
    room.server.publish(&later);
    ok(&room.run(&["refresh"]));
    let asked = ["metadata/3.root.json", "metadata/timestamp.json", "metadata/20.snapshot.json"];
    assert_eq!(room.server.asked(), asked);
    assert_eq!(room.files("trusted")["snapshot.json"], published(&later, "snapshot"));
}

#[test]
fn a_bad_trusted_root_asks_for_nothing() {
    let room = Room::new("bad-root", &lasting(|_| {}));
    fs::write(room.folder.join("initial.json"), "{}").unwrap();
    let init = room.run(&["init", room.folder.join("initial.json").to_str().unwrap()]);
    if init.status.success() {
        refused(&room.run(&["refresh"]), "trusted root");
    } else {
        refused(&init, "root");
    }
    assert_eq!(room.server.asked(), <[&str; 0]>::default());
    let room = Room::new("no-root", &lasting(|_| {}));
    refused(&room.run(&["refresh"]), "there is no trusted root");
    refused(&room.run(&["init", "nowhere.json"]), "nowhere.json");
    assert_eq!(room.server.asked(), <[&str; 0]>::default());
}

#[test]
fn what_is_refused_ends_with_exit_code_1_and_leaves_the_copies() {
    let good = lasting(|_| {});
    for (name, bad, what) in [
        (
            "unsigned",
            lasting(|repository| {
                repository.timestamp.edit(|signed| set(signed, &["version"], 8));
                repository.timestamp.signed_by(&[STRANGER]);
            }),
            "timestamp.json: the threshold is not met",
        ),
        (
            "rolled-back",
            lasting(|repository| repository.timestamp.edit(|signed| set(signed, &["version"], 6))),
            "timestamp.json: rolled back",
        ),
        (
            "root-by-strangers",
            lasting(|repository| {
                let third = root(3, [STRANGER, PROJECT, A]);
                repository.roots.push(Part::new("root", third, &[STRANGER, PROJECT]));
            }),
            "3.root.json: the threshold of the root before it is not met",
        ),
    ] {
        let room = Room::new(name, &good);
        room.init();
        ok(&room.run(&["refresh"]));
        let before = room.files("trusted");
        room.server.publish(&bad);
        let output = room.run(&["refresh"]);
        refused(&output, what);
        assert!(output.stdout.is_empty());
        assert_eq!(room.files("trusted"), before);
    }
}

#[test]
fn names_of_roles_are_percent_encoded() {
    for (name, encoded) in [
        ("../../escape", "..%2F..%2Fescape"),
        ("a b", "a%20b"),
        ("\u{e9}?#%", "%C3%A9%3F%23%25"),
        (".", "."),
        ("..", ".."),
    ] {
        let files = lasting(|repository| {
            repository.targets.edit(move |signed| {
                set(signed, &["delegations", "roles", "0", "name"], name);
            });
            name.clone_into(&mut repository.delegated[0].role);
            repository.delegated[0].places = Some(vec![format!("metadata/5.{encoded}.json")]);
        });
        let room = Room::new("encoded", &files);
        room.init();
        ok(&room.download(&["project/one.txt"]));
        let asked = room.server.asked();
        assert!(asked.contains(&format!("metadata/5.{encoded}.json")), "{name}: {asked:?}");
        assert!(room.files("trusted").contains_key(&format!("{encoded}.json")), "{name}");
    }
}

#[test]
fn the_clock_is_the_one_that_faketime_shows() {
    let test = "the_clock_is_the_one_that_faketime_shows";
    if Command::new("faketime").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs faketime: run tests/run");
        println!("SKIPPED {test}: faketime is not installed");
        return;
    }
    // This one does expire.
    let room = Room::new("faketime", &Repository::good().build());
    room.init();
    let refresh = |time: &str| {
        let command = room.command(&["refresh"]);
        let mut late = Command::new("faketime");
        late.env("TZ", "UTC").args(["-f", &format!("@{time}")]).arg(command.get_program());
        late.args(command.get_args()).output().unwrap()
    };
    let output = refresh("2028-01-14 15:00:01");
    refused(&output, "2.root.json: the newest root, version 2, expired on 2028-01-14T15:00:00Z");
    let output = refresh("2028-01-14 14:00:00");
    assert!(output.status.success(), "{output:?}");
}
