//! A build without the feature `age`: a set that the plan has encrypted is refused before anything is touched, with what to do.

use std::fs;

use crate::media_stick::{released_with_encrypted, released_with_media};
use crate::plan_media::unfolded;

#[test]
fn what_this_build_cannot_encrypt_is_refused_by_name() {
    let room = released_with_encrypted();
    let before = room.tree();
    let what =
        "the plan has the set everything encrypted, and this program was built without the feature age";
    let next = "Nothing was touched. Build it with `cargo build --release --features age`. The plan is frozen, and media and sets \
                are part of it.";
    // Nobody is asked for a passphrase or a medium first.
    room.run(&["media", "export", "--set", "everything"]).failed(5, what, next);
    let file = room.beside("disc.iso").display().to_string();
    room.run(&["media", "image", "--set", "everything", "--out", &file]).failed(5, what, next);
    assert!(!room.beside("disc.iso").exists());
    assert!(room.tree() == before, "something was touched");
    // Other sets go out as ever.
    room.run(&["media", "image", "--set", "paper", "--out", &file]).ok();
    let plan = unfolded(&room.run(&["plan"]).out);
    let what = "This program was built without the feature age, and cannot export what is encrypted: use one that was built with \
                `cargo build --release --features age`.";
    assert!(plan.contains(what), "{plan}");
}

#[test]
fn what_is_encrypted_is_named_and_can_be_checked_from_outside() {
    let room = released_with_media();
    let stick = room.beside("stick");
    fs::create_dir(&stick).unwrap();
    fs::write(stick.join("set.tar.age"), "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n")
        .unwrap();
    crate::media_stick::manifest(&stick, &["set.tar.age"]);
    let stick = stick.to_str().unwrap();
    let elsewhere = crate::room::Room::new();
    let done = elsewhere.run(&["media", "check", stick]).ok();
    assert!(
        done.out.contains(
            "\n  set.tar.age is encrypted in the age format, and was not opened; to open it, in its folder:\n    age -d set.tar.age | tar -x\n"
        ),
        "{}",
        done.out
    );
    let what = "set.tar.age is encrypted, and this program was built without the feature age";
    let next = "Build it with `cargo build --release --features age`, or open the file with `age -d set.tar.age | tar -x` and \
                check what comes out.";
    elsewhere
        .run_with_passphrase("correct horse battery staple", &["media", "check", stick])
        .failed(5, what, next);
}
