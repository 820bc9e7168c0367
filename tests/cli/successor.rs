//! `new --from`: the ceremony after an earlier one takes over its plan, its keys and what it released.

use std::fs;

use serde_json::json;

use crate::later::{PLANNED, after, later};
use crate::rehearsal::{KEYS, PLAN, released, signed};
use crate::room::{Done, Room};
use crate::world::World;

fn new(room: &Room, from: &Room, more: &[&str]) -> Done {
    let (directory, from) = (room.directory(), from.path("").display().to_string());
    room.run(&[&["new", &directory, "--from", &from, "--planned", PLANNED], more].concat())
}

/// It failed, and made nothing.
#[track_caller]
fn nothing_made(room: &Room, done: Done, code: i32, what: &str, next: &str) {
    done.failed(code, what, next);
    assert!(!room.path("").exists());
}

#[test]
fn plan_keys_and_release_are_taken_over() {
    let first = released();
    let room = Room::new();
    let done = new(&room, &first, &[]).ok();
    let at = room.directory();
    assert_eq!(
        done.out,
        format!(
            "Made {at}/ceremony.toml from the ceremony in {}.\n\
             Imported the trusted root, version 1, as {at}/trusted/1.root.json.\n\
             Imported what is published below it today, 3 files beside it.\n\
             Took over the public keys of ada, ben, cem, dan, online.\n\
             Next: change what is to change (tuf-ceremony change, or tuf-ceremony compromise on a bad night), then look at it with\n  \
             tuf-ceremony -C {at} plan\n",
            first.path("").display()
        )
    );
    assert_eq!(room.names(""), ["ceremony.toml", "keys", "trusted"]);
    assert_eq!(room.names("trusted"), ["1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"]);
    for file in room.names("trusted") {
        assert_eq!(room.read(&format!("trusted/{file}")), first.read(&format!("metadata/{file}")));
    }
    for key in KEYS {
        for file in ["key.json", "public.pem"] {
            assert_eq!(room.read(&format!("keys/{key}/{file}")), first.read(&format!("keys/{key}/{file}")));
        }
    }
    let digest =
        tuf_ceremony::crypto::digest::Sha256Digest::of(first.read("metadata/1.root.json").as_bytes());
    assert_eq!(
        crate::later::difference(PLAN, &room.read("ceremony.toml")),
        format!(
            "-id = \"rehearsal-1\"\n+id = \"rehearsal-2\"\n-script = \"genesis\"\n-planned = 2101-01-14T15:00:00Z\n\
             -change = \"genesis\"\n+script = \"annual-refresh\"\n+planned = 2101-06-14T15:00:00Z\n+change = \"refresh\"\n\
             +\n+[trusted]\nroot = \"trusted/1.root.json\"\n+sha256 = \"{digest}\"\n"
        )
        .replace("\nroot =", "\n+root =")
    );
    assert_eq!(room.refusing(), [""; 0]);
}

/// The third ceremony takes over nothing that was said for the second alone.
#[test]
fn what_was_said_for_one_ceremony_is_not_taken_over() {
    let room = later();
    room.edit(
        "ceremony.toml",
        "change = \"refresh\"\n",
        "change = \"refresh\"\nnext = 2102-04-01T00:00:00Z # in winter\n",
    );
    let waiver =
        "\n[[waiver]]\ncheck = \"ROOT-SLACK\"\nreason = \"Another card comes.\"\nuntil = 2200-01-01\n";
    room.write("ceremony.toml", format!("{}{waiver}", room.read("ceremony.toml")));
    room.change(&["reencode-keys"]).ok();
    room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
    room.freeze();
    for key in ["ada", "ben"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let third = Room::new();
    new(&third, &room, &[]).ok();
    let text = third.read("ceremony.toml");
    for gone in ["[[", "reencode_keys", "next", "in winter", "waiver"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    assert!(text.contains("id = \"rehearsal-3\"\n"), "{text}");
    assert!(text.contains("root = \"trusted/2.root.json\"\n"), "{text}");
    assert!(text.contains("keys = [\"ada\", \"ben\", \"cem\"]\n"), "{text}");
    // What was lost may turn up again in other hands: it is remembered, and does not come back.
    assert!(text.contains("revoked = \"lost\"\n"), "{text}");
    let before = third.tree();
    let done = third.change(&["add-key", "dan", "--role", "root"]);
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("error [ROOT-REVOKED]: root would list the revoked key dan\n"),
        "{}",
        done.err
    );
    third.only_recorded(&before, &["plan-read", "found", "refused"]);
    // Both roots: clients may start from either. Targets did not change.
    let expected = ["1.root.json", "2.root.json"];
    assert_eq!(
        third.names("trusted").iter().filter(|name| name.contains("root")).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(third.refusing(), [""; 0], "{}", third.run(&["plan"]).out);
}

#[test]
fn ids_are_counted_and_years_are_none() {
    let first = released();
    let text = first.read("ceremony.toml");
    for (id, next) in [
        ("root", "root-2"),
        ("root-9", "root-10"),
        ("root-2027", "root-2027-2"),
        ("2027-01-14", "2027-01-15"),
        ("a-1000", "a-1000-2"),
        ("a-b", "a-b-2"),
    ] {
        first.write("ceremony.toml", text.replace("rehearsal-1", id));
        let room = after(&first.path(""));
        assert!(room.read("ceremony.toml").contains(&format!("id = \"{next}\"\n")), "{id}");
    }
    let room = Room::new();
    new(&room, &first, &["--id", "winter"]).ok();
    assert!(room.read("ceremony.toml").contains("id = \"winter\"\n"));
}

#[test]
fn a_ceremony_that_has_not_released_has_no_successor() {
    let first = signed();
    let room = Room::new();
    let what = format!("{} has released no root yet", first.path("").display());
    let next = "Finish that ceremony first, or name the root that the world trusts with --trusted.";
    nothing_made(&room, new(&room, &first, &[]), 3, &what, next);
    // One that the world trusts may be named all the same.
    let other = released();
    let root = other.path("metadata/1.root.json").display().to_string();
    new(&room, &first, &["--trusted", &root]).ok();
    assert_eq!(room.names("trusted"), ["1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"]);
}

#[test]
fn a_directory_that_is_none_has_no_successor() {
    let (first, room) = (Room::new(), Room::new());
    let what = format!("{} is not a ceremony directory: it has no ceremony.toml", first.path("").display());
    let next = "Go to the ceremony directory, or name it with `-C DIR`. `tuf-ceremony new DIR --template minimal` starts one.";
    nothing_made(&room, new(&room, &first, &[]), 5, &what, next);
}

#[test]
fn another_root_is_named_with_what_is_beside_it() {
    let first = released();
    let world = World::of(&first);
    world.change("1.root.json", "2.root.json", &["ada", "ben"], |signed| signed["version"] = json!(2));
    world.publish_targets(5, |_| ());
    let room = Room::new();
    let root = world.path("2.root.json").display().to_string();
    new(&room, &first, &["--trusted", &root]).ok();
    assert_eq!(
        room.names("trusted"),
        ["1.root.json", "2.root.json", "5.snapshot.json", "5.targets.json", "timestamp.json"]
    );
    assert!(room.read("ceremony.toml").contains("root = \"trusted/2.root.json\"\n"));
}

#[test]
fn a_rehearsal_follows_no_root_of_a_production() {
    let first = released();
    let world = World::of(&first);
    world.change("1.root.json", "1.root.json", &["ada", "ben"], |signed| {
        signed.as_object_mut().unwrap().remove("x-tuf-ceremony-rehearsal");
    });
    let root = world.path("1.root.json").display().to_string();
    let room = Room::new();
    let done = new(&room, &first, &["--trusted", &root]);
    let what = format!("{root} has no rehearsal mark, and this ceremony is a rehearsal");
    assert!(done.err.starts_with(&format!("error [PLAN-REHEARSAL]: {what}\n")), "{}", done.err);
    assert_eq!(done.code, 1);
    assert!(!room.path("").exists());
    // And the other way round: a plan of a production, and the root of a rehearsal.
    first.edit("ceremony.toml", "rehearsal = true\n", "");
    let done = new(&room, &first, &[]);
    let root = first.path("metadata/1.root.json").display().to_string();
    let what = format!("{root} is from a rehearsal, and this ceremony is a production one");
    let next = "Use the production file or token; nothing made in a rehearsal may be trusted.";
    done.refused(1, "PLAN-REHEARSAL", &what, next);
    assert!(!room.path("").exists());
}

#[test]
fn a_root_that_is_not_signed_by_its_threshold_is_not_followed() {
    let first = released();
    let world = World::of(&first);
    world.change("1.root.json", "1.root.json", &["ada"], |_| ());
    let root = world.path("1.root.json").display().to_string();
    let room = Room::new();
    let done = new(&room, &first, &["--trusted", &root]);
    let what = "is not what it should be: it is not signed by its own threshold: 1 of 2 needed signatures\n";
    assert!(done.err.starts_with(&format!("error: {root} {what}")), "{}", done.err);
    assert_eq!(done.code, 1);
    assert!(!room.path("").exists());
}

#[test]
fn keys_whose_public_half_is_not_there_are_not_taken_over() {
    let first = released();
    fs::remove_dir_all(first.path("keys/dan")).unwrap();
    fs::remove_file(first.path("keys/cem/key.json")).unwrap();
    let room = Room::new();
    let done = new(&room, &first, &[]).ok();
    assert!(done.out.contains("Took over the public keys of ada, ben, cem, online.\n"), "{}", done.out);
    assert_eq!(room.names("keys/cem"), ["public.pem"]);
    assert!(!room.path("keys/dan").exists());
}

/// A repository with two roots, and the ceremony that made the second.
pub fn twice() -> Room {
    let room = later();
    room.change(&["refresh"]).ok();
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    room
}

/// A second root of a version that there is would split the world.
#[test]
fn an_older_root_than_what_lies_beside_it_is_not_followed() {
    let second = twice();
    let world = World::of(&second);
    let [older, newer] = ["1.root.json", "2.root.json"].map(|name| world.path(name).display().to_string());
    let room = Room::new();
    let what = format!("{older} is version 1 of root, and {newer} lies beside it");
    let next = "Name the newest root that the world trusts; nothing was made.";
    nothing_made(&room, new(&room, &second, &["--trusted", &older]), 2, &what, next);
}

/// A threshold can sign two first roots that lead to the same second one; clients in the world start from one of them.
#[test]
fn an_earlier_root_is_the_one_that_the_earlier_ceremony_knew() {
    let second = twice();
    let world = World::of(&second);
    world.change("1.root.json", "1.root.json", &["ada", "ben"], |signed| signed["x-note"] = json!("another"));
    let trusted = world.path("2.root.json").display().to_string();
    let room = Room::new();
    let what = "1.root.json is another one than in metadata/ of the earlier ceremony";
    let next = "Find out which of the two is published, and who made the other. Nothing was made.";
    nothing_made(&room, new(&room, &second, &["--trusted", &trusted]), 2, what, next);
}

/// The roots before the trusted one go into the release: each is checked whenever the directory is opened.
#[test]
fn an_earlier_root_that_does_not_lead_to_the_trusted_one_is_refused() {
    let second = twice();
    let problem = "it is not signed by its own threshold, or the next root does not follow it";
    for (keys, version, problem) in [
        (&["ada"][..], 1, problem),
        (&["cem", "online"], 1, problem),
        (&["ada", "ben"], 7, "it does not hold version 1 of root"),
    ] {
        let room = after(&second.path(""));
        let world = World::of(&second);
        world.change("1.root.json", "1.root.json", keys, |signed| signed["version"] = json!(version));
        fs::copy(world.path("1.root.json"), room.path("trusted/1.root.json")).unwrap();
        let done = room.run(&["plan"]);
        let told = format!("error: trusted/1.root.json is not what it should be: {problem}\n");
        assert!(done.err.starts_with(&told), "{}", done.err);
        assert_eq!(done.code, 1);
    }
}

/// What follows from a ceremony follows from its record.
#[test]
fn the_record_of_the_earlier_ceremony_is_whole() {
    let first = released();
    let record = first.read("transcript.jsonl");
    let room = Room::new();
    first.write("transcript.jsonl", record.replacen("\"draft\"", "\"droft\"", 1).replacen("ada", "adb", 1));
    let done = new(&room, &first, &[]);
    assert!(done.err.starts_with("error [RECORD-CHAIN]: "), "{done:?}");
    assert!(!room.path("").exists());
    fs::remove_file(first.path("transcript.jsonl")).unwrap();
    let what = format!("the record of {} does not know this metadata/1.root.json", first.path("").display());
    let next = "If a stop came in the middle of its release, run `release` there once more. Otherwise find the record, or who \
                changed the file; a root that is known by its digest may be named with --trusted.";
    nothing_made(&room, new(&room, &first, &[]), 2, &what, next);
    // Another release under an honest record is noticed, too.
    first.write("transcript.jsonl", &record);
    let world = World::of(&first);
    world.change("1.root.json", "1.root.json", &["ada", "ben"], |signed| signed["x-note"] = json!(1));
    fs::copy(world.path("1.root.json"), first.path("metadata/1.root.json")).unwrap();
    nothing_made(&room, new(&room, &first, &[]), 2, &what, next);
}

/// Whoever serves an older root keeps people from the newer one; what followed it would be a second root of its version.
#[test]
fn no_second_root_of_a_version_is_begun() {
    let second = later();
    second.change(&["refresh"]).ok();
    second.freeze();
    for key in ["ada", "ben", "cem", "online"] {
        second.signs_all(key);
    }
    second.run(&["release"]).ok();
    let room = Room::new();
    let stale = Room::new();
    for name in second.names("trusted") {
        stale.write(&name, fs::read(second.path(&format!("trusted/{name}"))).unwrap());
    }
    let next = |version: i64| {
        format!(
            "Find out what is published: whoever serves an older root keeps clients from the newer one. Copy the repository with \
             {version}.root.json, and name the newest root in it; or leave --trusted out. If that root was never published, start \
             without --from. Nothing was made."
        )
    };
    let older = stale.path("1.root.json").display().to_string();
    let done = new(&room, &second, &["--trusted", &older]);
    nothing_made(&room, done, 2, "the earlier ceremony released root 2, and root 1 was named", &next(2));
    // Another of the same version; and the same one with one signature more.
    let world = World::of(&second);
    world.change("2.root.json", "2.root.json", &["ada", "ben", "cem"], |signed| signed["x-other"] = json!(1));
    let other = world.path("2.root.json").display().to_string();
    let done = new(&room, &second, &["--trusted", &other]);
    let what = "the root of version 2 that was named is another one than metadata/2.root.json of the earlier ceremony";
    nothing_made(&room, done, 2, what, &next(2));
    let world = World::of(&second);
    world.change("2.root.json", "2.root.json", &["ada", "ben", "cem", "dan"], |_| ());
    let same = world.path("2.root.json").display().to_string();
    new(&room, &second, &["--trusted", &same]).ok();
}
