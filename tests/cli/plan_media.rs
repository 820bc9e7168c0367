//! `plan` shows the media and the sets: they are reviewed with the rest of the plan, and cannot be changed after the freeze.

use serde_json::json;

use crate::media_stick::{planned_with_media, released_with, released_with_encrypted, released_with_media};
use crate::rehearsal::{PLAN, planned, released};

/// A text in which no line ends.
pub fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn media_and_sets_are_shown_for_review() {
    let room = planned_with_media();
    let plan = room.run(&["plan"]).ok().out;
    let media = "\n\nRemovable media\n  medium   label     role    serial\n  carrier  TUF-OUT   out     any\n  inbox    TUF-IN    in      \
                 any\n  safe     TUF-SAFE  backup  any\n\n";
    let sets = "\n\nWhat goes out on them\n  everything: contents \"restore\", to safe; only onto an empty medium\n  paper: contents \"digests\", to carrier; \
                only onto an empty medium\n  website: contents \"online\", to carrier; what is on the medium stays\n\n";
    assert!(plan.contains(media) && plan.contains(sets), "{plan}");
    let said = room.run(&["plan", "--json"]).ok().json();
    assert_eq!(
        said["media"],
        json!([
            { "medium": "carrier", "label": "TUF-OUT", "role": "out", "serial": null },
            { "medium": "inbox", "label": "TUF-IN", "role": "in", "serial": null },
            { "medium": "safe", "label": "TUF-SAFE", "role": "backup", "serial": null },
        ])
    );
    let set = |name: &str, contents: &str, medium: &str, existing: &str| json!({ "set": name, "contents": contents, "media": [medium], "existing": existing, "encrypted": false });
    assert_eq!(
        said["sets"],
        json!([
            set("everything", "restore", "safe", "refuse"),
            set("paper", "digests", "carrier", "refuse"),
            set("website", "online", "carrier", "keep"),
        ])
    );
}

#[test]
fn a_plan_without_media_says_nothing_of_them() {
    let room = planned();
    let plan = room.run(&["plan"]).ok().out;
    assert!(!plan.contains("Removable media") && !plan.contains("What goes out"), "{plan}");
    let said = room.run(&["plan", "--json"]).ok().json();
    assert_eq!((&said["media"], &said["sets"]), (&json!([]), &json!([])));
}

#[test]
fn the_very_medium_and_all_media_of_a_set_are_named() {
    let room = planned();
    let media = "[media.safe]\nrole = \"backup\"\nlabel = \"TUF-SAFE\"\nserial = \"1234-ABCD\"\n[media.vault]\nrole = \
                 \"backup\"\nlabel = \"TUF-2\"\n[set.both]\ncontents = \"restore\"\nmedia = [\"vault\", \"safe\"]\nexisting = \
                 \"keep\"\n";
    room.write("ceremony.toml", format!("{PLAN}{media}"));
    let plan = room.run(&["plan"]).ok().out;
    assert!(plan.contains("\n  safe    TUF-SAFE  backup  1234-ABCD\n"), "{plan}");
    assert!(
        plan.contains("\n  both: contents \"restore\", to vault, safe; what is on the medium stays\n"),
        "{plan}"
    );
}

#[test]
fn what_goes_out_encrypted_is_called_that() {
    let room = released_with_encrypted();
    let plan = unfolded(&room.run(&["plan"]).out);
    for told in ["everything: contents \"restore\", to safe; ", "website: contents \"online\", to carrier; "]
    {
        let (_, behind) = plan.split_once(told).unwrap();
        let (existing, behind) = behind.split_once(';').unwrap();
        assert!(!existing.contains(':') && behind.starts_with(" encrypted with a passphrase "), "{plan}");
    }
    assert_eq!(plan.matches("encrypted with a passphrase").count(), 2, "{plan}");
}

#[test]
fn the_release_says_how_it_goes_out() {
    let publish = "Next: publish the files of metadata/ as they are; clients start from 1.root.json.";
    let next = |done: &str| unfolded(&done[done.find("\nNext: ").unwrap()..]);
    assert_eq!(next(&released().run(&["release"]).ok().out), publish);
    let done = released_with_media().run(&["release"]).ok();
    assert_eq!(
        next(&done.out),
        format!("{publish} They go out with `tuf-ceremony media export --set website`.")
    );
    // To several media, each by its name.
    let media = "[media.one]\nrole = \"out\"\nlabel = \"ONE\"\n[media.two]\nrole = \"out\"\nlabel = \"TWO\"\n[set.web]\ncontents = \
                 \"online\"\nmedia = [\"one\", \"two\"]\nexisting = \"keep\"\n";
    let both = "They go out with `tuf-ceremony media export --set web --to one`, `tuf-ceremony media export --set web --to two`.";
    assert_eq!(next(&released_with(media).run(&["release"]).ok().out), format!("{publish} {both}"));
}
