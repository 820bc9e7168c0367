//! What a freeze was made from stays as it was until the release (PLAN-DIGEST).

use std::fs;

use serde_json::json;
use tuf_ceremony::token::rehearsal::PIN;

use crate::later::{after, later};
use crate::rehearsal::released;
use crate::room::Room;
use crate::successor::twice;
use crate::world::World;

/// Neither a holder nor the administrator goes on; nothing is signed and nothing released.
#[track_caller]
fn nobody_goes_on(room: &Room, files: &str) {
    let digits = room.typed("root");
    let signing = room.run_with_pin(PIN, &["sign", "--key", "ada", "--confirm", &digits]);
    let releasing = room.run(&["release"]);
    let what = format!("these are not what they were at the freeze: {files}\n");
    for done in [signing, releasing] {
        assert!(done.out.contains(&what) || done.err.contains(&what), "{done:?}");
        assert!(done.err.contains("PLAN-DIGEST"), "{done:?}");
        assert_eq!(done.code, 1, "{done:?}");
    }
    assert!(!room.path("metadata").exists() && !room.path("signatures").exists());
}

/// A root before the trusted one goes into the release, and nothing else depends on it.
#[test]
fn an_earlier_root_that_changes_after_the_freeze() {
    let second = twice();
    let room = after(&second.path(""));
    room.freeze();
    let world = World::of(&second);
    world.change("1.root.json", "1.root.json", &["ada", "ben"], |signed| signed["x-note"] = json!("another"));
    let file = room.path("trusted/1.root.json");
    let before = fs::read(&file).unwrap();
    fs::copy(world.path("1.root.json"), &file).unwrap();
    let digits = room.typed("root");
    room.run_with_pin(PIN, &["sign", "--key", "ada", "--confirm", &digits]).refused(
        1,
        "PLAN-DIGEST",
        "these are not what they were at the freeze: trusted/1.root.json",
        "Find out who changed it. Restore the file; or, if the change is meant, run `draft` and `freeze` again: payloads that \
         come out the same keep their signatures.",
    );
    nobody_goes_on(&room, "trusted/1.root.json");
    // As soon as it is what it was, they do.
    fs::write(&file, before).unwrap();
    room.signs_all("ada");
}

#[test]
fn copies_of_what_is_published_that_change_after_the_freeze() {
    let first = released();
    let world = World::of(&first);
    world.change("timestamp.json", "timestamp.json", &["online"], |signed| signed["x-note"] = json!(1));
    let room = later();
    room.freeze();
    fs::copy(world.path("timestamp.json"), room.path("trusted/timestamp.json")).unwrap();
    nobody_goes_on(&room, "trusted/timestamp.json");
    let room = later();
    room.freeze();
    for name in room.names("trusted").iter().filter(|name| !name.contains("root")) {
        fs::remove_file(room.path(&format!("trusted/{name}"))).unwrap();
    }
    nobody_goes_on(&room, "trusted/1.snapshot.json, trusted/1.targets.json, trusted/timestamp.json");
}

/// A public half that was read from a token is the one that was stored then, before and after the freeze.
#[test]
fn a_public_half_that_is_exchanged() {
    let room = later();
    let next =
        "Find out who changed them. Make the key on its token again, or start over in a new directory.";
    let what = "the public halves of these keys were others earlier in the record: dan";
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
    room.change(&[&["add-key", "eve"], &eve[..]].concat()).ok();
    room.provision("eve").ok();
    for file in ["public.pem", "key.json"] {
        fs::copy(room.path(&format!("keys/eve/{file}")), room.path(&format!("keys/dan/{file}"))).unwrap();
    }
    assert!(room.refusing().contains(&"PLAN-DIGEST".to_owned()), "{:?}", room.refusing());
    let plan = room.run(&["plan", "--json"]).json();
    let check = plan["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["check"] == "PLAN-DIGEST" && check["outcome"] == "fails")
        .unwrap();
    assert_eq!((&check["what"], &check["next"]), (&json!(what), &json!(next)));
}
