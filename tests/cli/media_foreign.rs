//! What others put on a medium, or changed there, before a set goes out on it once more.

use std::fs;
use std::process::Command;

use crate::media_stick::{Stick, in_namespace, released_with_media, told};
use crate::room::Room;

const WEBSITE: [&str; 4] = ["media", "export", "--set", "website"];
const EVERYTHING: [&str; 4] = ["media", "export", "--set", "everything"];
const KEEP: &str = "Keep this medium as it is, as evidence of who had it, and export to another one.";

/// MEDIA-READ-BACK also of what lay there before.
#[test]
fn a_set_that_was_changed_since_is_not_called_whole() {
    in_namespace("media_foreign::a_set_that_was_changed_since_is_not_called_whole", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        room.run(&WEBSITE).ok();
        let set = "rehearsal-1-website";
        let exported = || room.record().iter().filter(|line| line["event"] == "media-exported").count();
        let before = exported();
        stick.fill(|folder| fs::write(folder.join(set).join("metadata/2.root.json"), "{}").unwrap());
        let what = "on the medium labelled TUF-OUT, metadata/2.root.json is not in the manifest";
        room.run(&WEBSITE).refused(1, "MEDIA-READ-BACK", what, KEEP);
        stick.fill(|folder| {
            fs::remove_file(folder.join(set).join("metadata/2.root.json")).unwrap();
            // Deeper than is looked into.
            fs::create_dir_all(folder.join(set).join("deep/".repeat(18))).unwrap();
        });
        let what =
            format!("on the medium labelled TUF-OUT, {}deep is not in the manifest", "deep/".repeat(16));
        room.run(&WEBSITE).refused(1, "MEDIA-READ-BACK", &what, KEEP);
        stick.fill(|folder| {
            fs::remove_dir_all(folder.join(set).join("deep")).unwrap();
            fs::write(folder.join(set).join("metadata/root.json"), "{}").unwrap();
        });
        let what = "on the medium labelled TUF-OUT, metadata/root.json was changed since it was written";
        room.run(&WEBSITE).refused(1, "MEDIA-READ-BACK", what, KEEP);
        assert_eq!(exported(), before);
    });
}

/// `existing = "refuse"` holds for a medium on which the set lies already, too.
#[test]
fn a_medium_that_must_be_empty_has_the_set_alone() {
    in_namespace("media_foreign::a_medium_that_must_be_empty_has_the_set_alone", &[], || {
        let room = released_with_media();
        room.run(&["seal"]).ok();
        let stick = Stick::ext4("TUF-SAFE");
        room.run(&EVERYTHING).ok();
        let again = room.run(&EVERYTHING).ok();
        assert!(again.out.starts_with("Found complete on the medium labelled TUF-SAFE"), "{}", again.out);
        stick.fill(|folder| fs::write(folder.join("setup.sh"), "#!/bin/sh\n").unwrap());
        let what = "the medium labelled TUF-SAFE is not empty, and the plan refuses that: setup.sh";
        let next = "Nothing was written. Use an empty medium labelled TUF-SAFE. The plan is frozen, and media and sets are \
                    part of it.";
        room.run(&EVERYTHING).failed(5, what, next);
    });
}

const PARTIAL: &str = ".rehearsal-1-website.partial";

/// The stick is refused, and nothing on it was touched.
#[track_caller]
fn cannot_be_removed(room: &Room, why: &str) {
    let what = format!(
        "on the medium labelled TUF-OUT, {PARTIAL}, which a broken-off export leaves there, cannot be removed: {why}"
    );
    let next = "Nothing was written. Use another medium: no export leaves this. Keep this one until somebody has looked at it on \
                another machine.";
    room.run(&WEBSITE).failed(5, &what, next);
}

/// What stands in the way under the name of what a broken-off export leaves.
#[test]
fn what_only_looks_left_over() {
    in_namespace("media_foreign::what_only_looks_left_over", &["debugfs"], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        stick.fill(|folder| fs::write(folder.join(PARTIAL), "x").unwrap());
        cannot_be_removed(&room, &format!("/{PARTIAL} is not a folder"));
        stick.fill(|folder| {
            fs::remove_file(folder.join(PARTIAL)).unwrap();
            fs::create_dir_all(folder.join(PARTIAL).join("d/".repeat(20))).unwrap();
        });
        let deepest = format!("/{PARTIAL}{}", "/d".repeat(16));
        cannot_be_removed(&room, &format!("cannot remove {deepest}: Directory not empty (os error 39)"));
        // Each folder has two names, which no file system makes by itself: 2^15 ways through 15 folders.
        stick.fill(|folder| fs::remove_dir_all(folder.join(PARTIAL)).unwrap());
        stick.fill(|folder| fs::create_dir_all(folder.join(PARTIAL).join("d/".repeat(15))).unwrap());
        let twice = |depth: usize| {
            let folder = format!("/{PARTIAL}{}", "/d".repeat(depth));
            format!("ln {folder}/d {folder}/e\n")
        };
        let commands = room.beside("commands");
        fs::write(&commands, (0..15).map(twice).collect::<String>()).unwrap();
        told("debugfs", &["-w", "-f", commands.to_str().unwrap(), &stick.device]);
        let done = room.run(&WEBSITE);
        assert_eq!(done.code, 5, "{done:?}");
        assert!(
            done.err.contains(&format!(
                "TUF-OUT, {PARTIAL}, which a broken-off export leaves there, cannot be removed: /"
            )),
            "{done:?}"
        );
        assert!(done.err.lines().next().unwrap().ends_with(" has more than 20000 entries"), "{done:?}");
        // What an export that was broken off does leave is in nobody's way.
        drop(stick);
        let stick = Stick::ext4("TUF-OUT");
        stick.fill(|folder| {
            fs::create_dir_all(folder.join(PARTIAL).join("metadata")).unwrap();
            fs::write(folder.join(PARTIAL).join("metadata/root.json"), "{").unwrap();
        });
        room.run(&WEBSITE).ok();
        let names = stick.look(|folder| Command::new("ls").arg("-A").arg(folder).output().unwrap().stdout);
        assert_eq!(String::from_utf8(names).unwrap(), "lost+found\nrehearsal-1-website\n");
    });
}
