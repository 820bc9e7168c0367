//! What `media check` says in the end, where the beginning may have left the screen, and how a medium is named to it.

use std::fs;

use serde_json::json;

use crate::media_stick::{Stick, in_namespace, manifest};
use crate::room::Room;

#[test]
fn of_several_sets_the_bad_ones_are_named_in_the_end() {
    let room = Room::new();
    let folder = room.beside("copy");
    for set in ["one", "three", "two"] {
        fs::create_dir_all(folder.join(set)).unwrap();
        fs::write(folder.join(set).join("file"), set).unwrap();
        manifest(&folder.join(set), &["file"]);
    }
    let copy = folder.to_str().unwrap();
    let check = ["media", "check", copy];
    let good = room.run(&check).ok().out;
    assert!(good.ends_with("\n\nIn all 3 folders, every file is as listed.\n"), "{good}");
    fs::write(folder.join("one/file"), "another").unwrap();
    let bad = room.run(&check);
    assert!(bad.out.ends_with("\n\n1 of 3 folders NOT AS IT MUST BE: one\n"), "{}", bad.out);
    assert_eq!((bad.code, bad.err.as_str()), (1, ""));
    // What no manifest lists is not checked, and that is said; a set that has lost its manifest is among it.
    fs::remove_file(folder.join("one/MANIFEST")).unwrap();
    fs::write(folder.join("setup.sh"), "#!/bin/sh\n").unwrap();
    let stray = room.run(&check).ok().out;
    let told = "\n\nATTENTION: in no MANIFEST, and not checked: one/, setup.sh\n\
                In all 2 folders, every file is as listed.\n";
    assert!(stray.ends_with(told), "{stray}");
    let machine = room.run(&[&check[..], &["--json"]].concat()).ok().json();
    assert_eq!((&machine["whole"], &machine["unlisted"]), (&json!(true), &json!(["one/", "setup.sh"])));
}

#[test]
fn a_medium_is_called_as_in_the_list() {
    in_namespace("media_verdict::a_medium_is_called_as_in_the_list", &[], || {
        let room = Room::new();
        let stick = Stick::ext4("TUF-OUT");
        stick.fill(|folder| {
            fs::write(folder.join("file"), "x").unwrap();
            manifest(folder, &["file"]);
        });
        for name in [stick.device.as_str(), stick.name(), "TUF-OUT"] {
            let done = room.run(&["media", "check", name]).ok().out;
            assert!(done.contains("\nEvery file is as listed.\n"), "{done}");
        }
        let next = "Check the name. `tuf-ceremony media list` shows the devices that there are; a folder can be checked, too.";
        room.run(&["media", "check", "TUF-IN"]).failed(5, "there is no file or folder TUF-IN", next);
        let other = Stick::ext4("TUF-OUT");
        let mut devices = [stick.name(), other.name()];
        devices.sort_unstable();
        let what = format!("2 media are labelled TUF-OUT: {}", devices.join(", "));
        let next = format!("Name the device, as in `tuf-ceremony media check /dev/{}`.", devices[0]);
        room.run(&["media", "check", "TUF-OUT"]).failed(5, &what, &next);
    });
}
