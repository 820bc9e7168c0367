//! Images of discs, as xorriso reads them, and as `media check` verifies what was on them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::media::disc;
use tuf_ceremony::media::superblock::{Kind, Superblock, probe};

use crate::media_stick::{Stick, in_namespace, released_with_media};
use crate::room::Room;

/// Whether xorriso is here. Without it a test is skipped, aloud; in CI, where all parts are, it fails.
fn xorriso(test: &str) -> bool {
    let here = Command::new("xorriso").arg("-version").output().is_ok();
    assert!(
        here || std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{test} needs xorriso: run tests/run"
    );
    if !here {
        println!("SKIPPED {test}: xorriso is not installed");
    }
    here
}

fn image(room: &Room, set: &str, file: &str) -> serde_json::Value {
    let out = room.beside(file).display().to_string();
    room.run(&["media", "image", "--set", set, "--out", &out, "--json"]).ok().json()
}

#[test]
fn a_disc_has_the_set_under_its_names() {
    if !xorriso("media_image::a_disc_has_the_set_under_its_names") {
        return;
    }
    let room = released_with_media();
    let before = room.tree();
    let told = image(&room, "everything", "disc.iso");
    let bytes = fs::read(room.beside("disc.iso")).unwrap();
    assert_eq!(told["sha256"], Sha256Digest::of(&bytes).to_hex());
    let line = room.record().last().unwrap().clone();
    assert_eq!((&line["event"], &line["data"]["image"]), (&json!("media-image"), &told["sha256"]));
    let superblock =
        Superblock { kind: Kind::Iso, label: "TUF-SAFE".to_owned(), id: "2101011415000000".to_owned() };
    assert_eq!(probe(&bytes[..]), Some(superblock));
    let disc = room.beside("disc");
    let iso = room.beside("disc.iso");
    let output = Command::new("xorriso")
        .args(["-abort_on", "WARNING", "-osirrox", "on", "-indev", iso.to_str().unwrap()])
        .args(["-extract", "/", disc.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let set = disc.join("rehearsal-1-everything");
    // Payloads and signatures have names of more than 64 letters.
    for (name, bytes) in before.iter().filter(|(name, _)| *name != "transcript.jsonl") {
        assert!(fs::read(set.join(name)).unwrap() == *bytes, "{name}");
    }
    let sums = Command::new("sha256sum")
        .args(["-c", "--strict", "--quiet", "MANIFEST"])
        .current_dir(&set)
        .output()
        .unwrap();
    assert!(sums.status.success() && sums.stderr.is_empty(), "{sums:?}");
    let checked = room.run(&["media", "check", disc.to_str().unwrap(), "--json"]).ok().json();
    assert_eq!(
        (&checked["folders"][0]["whole"], &checked["folders"][0]["record"]),
        (&json!(true), &line["seq"])
    );
}

#[test]
fn the_same_set_gives_the_same_image() {
    let room = released_with_media();
    let (one, two) = (image(&room, "website", "one.iso"), image(&room, "website", "two.iso"));
    assert_eq!(one["sha256"], two["sha256"]);
    assert!(fs::read(room.beside("one.iso")).unwrap() == fs::read(room.beside("two.iso")).unwrap());
    let (three, four) = (image(&room, "paper", "three.iso"), image(&room, "paper", "four.iso"));
    assert_eq!(three["sha256"], four["sha256"]);
    let file = room.beside("one.iso").display().to_string();
    let what = format!("{file} exists already, and nothing is overwritten");
    let next = "Choose another name, or move the old file away yourself.";
    room.run(&["media", "image", "--set", "website", "--out", &file]).failed(5, &what, next);
    room.run(&["media", "image", "--set", "webseite", "--out", "x.iso"]).failed(
        2,
        "ceremony.toml has no set \"webseite\"",
        "There are: everything, paper, website.",
    );
}

#[test]
fn what_cannot_be_checked_is_named() {
    let room = released_with_media();
    image(&room, "website", "disc.iso");
    let seq = room.record().last().unwrap()["seq"].clone();
    let file = room.beside("disc.iso").display().to_string();
    let what = format!("{file} is a file, and neither a folder nor a device");
    let next = format!(
        "Mount it, as root, with `mount -o ro,loop {file} /mnt`, and run `tuf-ceremony media check /mnt`."
    );
    let recorded = format!("{what}; the record of this ceremony has it as an image, in line #{seq}");
    room.run(&["media", "check", &file]).failed(5, &recorded, &next);
    Room::new().run(&["media", "check", &file]).failed(5, &what, &next);
    let nowhere = room.beside("nowhere").display().to_string();
    let next = "Check the name. `tuf-ceremony media list` shows the devices that there are; a folder can be checked, too.";
    room.run(&["media", "check", &nowhere]).failed(5, &format!("there is no file or folder {nowhere}"), next);
    let empty = room.beside("empty").display().to_string();
    fs::create_dir(&empty).unwrap();
    let next = "Name the folder that has one; `media export` makes a folder for each set. Who prepares a medium by hand runs \
                `sha256sum FILE… > MANIFEST` in the folder of the files.";
    room.run(&["media", "check", &empty]).failed(5, &format!("in {empty}: there is no MANIFEST"), next);
    let website = ["media", "image", "--set", "website", "--out", "x.iso", "--to", "TUF-OUT"];
    let name = "Name it as ceremony.toml does: carrier.";
    room.run(&website).failed(2, "TUF-OUT is the label of the medium carrier", name);
}

/// The files on a disc, without the folder that they are in.
fn on_disc(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    let files = disc::files(&bytes).unwrap();
    let own = |(path, bytes): (String, &[u8])| (path.split_once('/').unwrap().1.to_owned(), bytes.to_vec());
    files.into_iter().map(own).collect()
}

/// Restoring is copying the folder off the medium, and its MANIFEST comes along.
#[test]
fn a_restored_directory_goes_out_again() {
    let room = released_with_media();
    image(&room, "everything", "disc.iso");
    let first = on_disc(&room.beside("disc.iso"));
    fs::remove_dir_all(room.path("")).unwrap();
    for (name, bytes) in &first {
        room.write(name, bytes);
    }
    let told = image(&room, "everything", "again.iso");
    let again = on_disc(&room.beside("again.iso"));
    assert!(again.keys().eq(first.keys()));
    assert_eq!(told["manifest"], Sha256Digest::of(&again["MANIFEST"]).to_hex());
    assert!(again == first, "the copy has the record as it was before the image");
    room.write("MANIFEST", "1\n");
    let own = "MANIFEST in the ceremony directory is no manifest of a medium of this ceremony, and every set has a MANIFEST of \
               its own";
    let next = "Nothing was written. Move it out of the ceremony directory, or give it another name.";
    let out = room.beside("x.iso").display().to_string();
    let everything = ["media", "image", "--set", "everything", "--out", &out];
    room.run(&everything).failed(5, own, next);
    fs::remove_file(room.path("MANIFEST")).unwrap();
    // And once it is sealed, unless the seal has it.
    room.run(&["seal"]).ok();
    room.write("MANIFEST", &again["MANIFEST"]);
    room.run(&everything).ok();
    assert!(on_disc(&room.beside("x.iso"))["SHA256SUMS"] == room.read("SHA256SUMS").into_bytes());
}

#[test]
fn the_manifest_of_a_copy_is_not_sealed() {
    let room = released_with_media();
    image(&room, "everything", "disc.iso");
    room.write("MANIFEST", &on_disc(&room.beside("disc.iso"))["MANIFEST"]);
    let what = "the MANIFEST of the medium from which this copy was taken is in the directory still";
    let next = "Move MANIFEST out of the ceremony directory, and seal again.";
    room.run(&["seal"]).failed(3, what, next);
    fs::remove_file(room.path("MANIFEST")).unwrap();
    room.run(&["seal"]).ok();
    // It was laid there again, and nothing of it leaves.
    room.write("MANIFEST", &on_disc(&room.beside("disc.iso"))["MANIFEST"]);
    image(&room, "everything", "again.iso");
}

/// In the script for other sites, a set of requests takes the place of copies by hand; elsewhere it has no step.
#[test]
fn the_script_has_the_requests_where_they_are_made() {
    let room = crate::media_stick::planned_with_media();
    let (by_hand, by_set) = ("copies the file to the medium for", "media export --set mail --to carrier");
    let script = |room: &Room| room.run(&["print", "script"]).ok().out;
    let set = "[set.mail]\ncontents = \"requests\"\nmedia = [\"carrier\"]\nexisting = \"keep\"\n";
    let plan = room.read("ceremony.toml");
    room.write("ceremony.toml", format!("{plan}{set}"));
    assert!(!script(&room).contains("--set mail"), "the release goes out without requests");
    let elsewhere = plan.replace("script = \"genesis\"", "script = \"other-site\"");
    room.write("ceremony.toml", &elsewhere);
    let text = script(&room);
    assert!(text.contains(by_hand) && !text.contains(by_set), "{text}");
    room.write("ceremony.toml", format!("{elsewhere}{set}"));
    let text = script(&room);
    assert!(!text.contains(by_hand) && text.contains(by_set), "{text}");
    room.run(&["script", "check"]).ok();
}

/// Requests and the digests for whoever answers them go out before anything is released.
#[test]
fn requests_go_out_with_digests_of_the_payloads() {
    let room = crate::media_stick::planned_with_media();
    let set = "[set.mail]\ncontents = \"requests\"\nmedia = [\"carrier\"]\nexisting = \"keep\"\n";
    room.write("ceremony.toml", format!("{}{set}", room.read("ceremony.toml")));
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    let out = |name: &str| room.beside(name).display().to_string();
    let paper = ["media", "image", "--set", "paper", "--out", &out("paper.iso")];
    let next = "Run `tuf-ceremony draft` and `tuf-ceremony freeze` first.";
    room.run(&paper).failed(3, "nothing is frozen yet", next);
    room.freeze();
    let mail = ["media", "image", "--set", "mail", "--out", &out("mail.iso")];
    let next = "Write one with `tuf-ceremony request --holder NAME`.";
    room.run(&mail).failed(3, "there is no signature request yet", next);
    room.run(&["request", "--holder", "ben"]).ok();
    room.run(&mail).ok();
    let names = room.names("requests");
    let mut found = on_disc(&room.beside("mail.iso"));
    assert!(found.remove("MANIFEST").is_some());
    assert!(names.iter().map(|name| format!("requests/{name}")).eq(found.keys().cloned()), "{names:?}");
    assert!(
        found[&format!("requests/{}", names[0])] == room.read(&format!("requests/{}", names[0])).into_bytes()
    );
    let done = room.run(&paper).ok().out;
    let told = "Nothing is released yet: the sheets have the digests of the frozen payloads.\n";
    assert!(done.starts_with(told), "{done}");
    let sheet = String::from_utf8(on_disc(&room.beside("paper.iso"))["digests.txt"].clone()).unwrap();
    for role in ["root", "targets", "snapshot", "timestamp"] {
        assert!(sheet.replace(['\n', ' '], "").contains(&room.digest(role)), "{role}\n{sheet}");
    }
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    let after = room.run(&["media", "image", "--set", "paper", "--out", &out("after.iso")]).ok().out;
    assert!(after.starts_with("Wrote "), "{after}");
}

#[test]
fn nothing_goes_online_before_it_is_released() {
    let room = crate::media_stick::planned_with_media();
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    let next = "Run `tuf-ceremony status` to see what is missing, and `tuf-ceremony release`.";
    let file = room.beside("x.iso").display().to_string();
    room.run(&["media", "image", "--set", "website", "--out", &file]).failed(
        3,
        "nothing is released yet",
        next,
    );
    assert!(!room.beside("x.iso").exists());
}

/// A disc has the label of the stick in the place of which it was burnt, and may lie in its drive still.
#[test]
fn a_disc_is_no_medium_to_be_written() {
    in_namespace("media_image::a_disc_is_no_medium_to_be_written", &[], || {
        let room = released_with_media();
        image(&room, "website", "disc.iso");
        let disc = Stick::disc(&room.beside("disc.iso"));
        let export = ["media", "export", "--set", "website"];
        let what = format!(
            "no medium labelled TUF-OUT is inserted; {} is TUF-OUT, the medium carrier of the role out, a disc, which only a \
             burner writes",
            disc.name()
        );
        let next = "Nothing was touched. Insert the medium labelled TUF-OUT, and run the command again.";
        room.run(&export).failed(5, &what, next);
        let stick = Stick::ext4("TUF-OUT");
        room.run(&export).ok();
        stick.look(|folder| assert!(folder.join("rehearsal-1-website").is_dir()));
    });
}

/// What lies in the ceremony directory is sealed.
#[test]
fn an_image_in_the_ceremony_directory_is_told() {
    let room = released_with_media();
    let attention =
        "\nATTENTION: it lies in the ceremony directory. Move it out: `seal` seals whatever is there.\n";
    for (place, told) in [("inside.iso", true), ("drafts/../../outside.iso", false)] {
        let out = room.path(place).display().to_string();
        let done = room.run(&["media", "image", "--set", "website", "--out", &out]).ok().out;
        assert_eq!(done.contains(attention), told, "{done}");
    }
}
