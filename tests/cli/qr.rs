//! `qr show` and `qr read`: files out as pictures, and in again.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::room::{Done, Room};

/// The digest and the words of `TEXT`, as they are told.
pub const TOLD: &str = "  98ea 6e4f 216f 2fb4 b69f ff9b 3a44 842c\n  3868 6ca6 85f3 f55d c48c 5d3f b110 7be4\nthe same as words\n  \
                    printer undaunted goldfish document\n  blackjack hemisphere cement politeness\n  Scotland opulent Zulu \
                    Norwegian\n  cleanup designing mural Chicago\n  classic gravity glucose paragon\n  music vertigo vapor \
                    filament\n  snowslide megaton exceed customer\n  sailboat autopsy kickoff tradition\n";
pub const TEXT: &str = "hi\n";

/// A root of some 6 kB: what cannot be guessed of it is as long as in a real one.
pub fn large() -> String {
    let mut state = 0x1234_5678_9abc_def0_u64;
    let mut digits = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{state:016x}")
    };
    let mut line = || format!("{{\"keyid\": \"{}\"}}\n", [digits(), digits(), digits(), digits()].concat());
    (0..80).map(|_| line()).collect()
}

/// Runs the program in the room's folder, so that relative names are meant from there.
pub fn run_inside(room: &Room, arguments: &[&str]) -> Done {
    let output = room.command(arguments).current_dir(room.path("")).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A room with the file `hi` and the file `large.json`.
pub fn room() -> Room {
    let mut room = Room::new();
    room.set("TERM", Path::new("xterm-256color"));
    room.write("hi", TEXT);
    room.write("large.json", large());
    room
}

#[test]
fn one_code_goes_out_and_comes_in() {
    let room = room();
    let done = run_inside(&room, &["qr", "show", "hi", "--png", "hi.png"]).ok();
    assert_eq!(done.out, format!("Written: 1 code.\nSHA-256 of hi\n{TOLD}"));
    let done = run_inside(&room, &["qr", "read", "hi.png", "--out", "back"]).ok();
    assert_eq!(done.out, format!("Wrote back: 3 bytes.\nSHA-256 of back\n{TOLD}"));
    assert_eq!(room.read("back"), TEXT);
    // For machines, and inverted.
    let shown =
        run_inside(&room, &["--json", "qr", "show", "hi", "--png", "light.png", "--invert"]).ok().json();
    assert_eq!((&shown["of"], &shown["codes"]), (&json!("hi"), &json!(1)));
    assert_ne!(fs::read(room.path("hi.png")).unwrap(), fs::read(room.path("light.png")).unwrap());
    let read = run_inside(&room, &["--json", "qr", "read", "light.png", "--out", "again"]).ok().json();
    assert_eq!(
        (&read["file"], &read["bytes"], &read["sha256"]),
        (&json!("again"), &json!(3), &shown["sha256"])
    );
    assert_eq!(read["words"], shown["words"]);
    // The vector picture has the same modules.
    run_inside(&room, &["qr", "show", "hi", "--svg", "hi.svg"]).ok();
    let svg = room.read("hi.svg");
    assert!(svg.starts_with("<svg xmlns=") && svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
    assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
}

#[test]
fn a_sequence_comes_in_with_a_fifth_lost() {
    let room = room();
    let done = run_inside(&room, &["qr", "show", "large.json", "--frames", "frames"]).ok();
    let pictures = room.names("frames");
    assert!(done.out.starts_with(&format!("Written: {} codes.\n", pictures.len())), "{}", done.out);
    assert!(pictures.len() < 60, "{}", pictures.len());
    // A file of that name stands there: nothing is overwritten.
    let next = "Choose another name, or move the old file away yourself.";
    run_inside(&room, &["qr", "read", "frames"]).failed(
        5,
        "large.json exists already, and nothing is overwritten",
        next,
    );
    fs::rename(room.path("large.json"), room.path("sent")).unwrap();
    for picture in pictures.iter().skip(1).step_by(5) {
        fs::remove_file(room.path(&format!("frames/{picture}"))).unwrap();
    }
    let read = run_inside(&room, &["qr", "read", "frames"]).ok();
    let wrote = format!("Wrote large.json: {} bytes.\n", large().len());
    assert!(read.out.starts_with(&wrote), "{}", read.out);
    assert_eq!(room.read("large.json"), room.read("sent"));
    assert_eq!(done.out.split_once('\n').unwrap().1, read.out.split_once('\n').unwrap().1);
    // One by one, backwards, with one of them twice.
    let mut names: Vec<String> = room.names("frames").iter().map(|name| format!("frames/{name}")).collect();
    names.reverse();
    names.truncate(names.len() / 2 + 4);
    names.push(names[0].clone());
    let arguments: Vec<&str> =
        ["qr", "read", "--out", "again"].into_iter().chain(names.iter().map(String::as_str)).collect();
    run_inside(&room, &arguments).ok();
    assert_eq!(room.read("again"), room.read("sent"));
}

#[test]
fn a_sequence_goes_into_one_animated_picture() {
    let room = room();
    let done = run_inside(&room, &["qr", "show", "large.json", "--png", "large.png", "--rate", "8"]).ok();
    let codes: usize = done.out.split(' ').nth(1).unwrap().parse().unwrap();
    assert!((30..60).contains(&codes), "{}", done.out);
    let read = run_inside(&room, &["qr", "read", "large.png", "--out", "back"]).ok();
    assert!(read.out.starts_with("Wrote back: "), "{}", read.out);
    assert_eq!(room.read("back"), large());
    // The format as others read it: so many frames, for ever, an eighth of a second each.
    let png = fs::read(room.path("large.png")).unwrap();
    let chunks = |kind: &[u8]| png.windows(4).filter(|window| *window == kind).count();
    assert_eq!((chunks(b"acTL"), chunks(b"fcTL")), (1, codes));
    let at = png.windows(4).position(|window| window == b"acTL").unwrap() + 4;
    assert_eq!(png[at..at + 8], [0, 0, 0, u8::try_from(codes).unwrap(), 0, 0, 0, 0]);
    let at = png.windows(4).position(|window| window == b"fcTL").unwrap() + 4;
    assert_eq!(png[at + 20..at + 24], [0, 1, 0, 8]);
    // What looks like a part of another sequence does not stand alone.
    room.write("ur", "UR:BYTES/1-1/AA");
    let done = run_inside(&room, &["qr", "show", "ur", "--png", "ur.png"]).ok();
    assert!(done.out.starts_with("Written: 6 codes.\n"), "{}", done.out);
    run_inside(&room, &["qr", "read", "ur.png", "--out", "ur.back"]).ok();
    assert_eq!(room.read("ur.back"), "UR:BYTES/1-1/AA");
    run_inside(&room, &["qr", "show", "large.json", "--svg", "large.svg"]).ok();
    let svg = room.read("large.svg");
    assert_eq!(svg.matches("<animate ").count(), codes);
    assert_eq!(svg.matches("<path visibility=\"hidden\"").count(), codes - 1);
}

#[test]
fn missing_parts_are_not_yet_a_file() {
    let room = room();
    run_inside(&room, &["qr", "show", "large.json", "--frames", "frames"]).ok();
    let done = run_inside(&room, &["qr", "read", "frames/01.png", "frames/03.png", "--out", "back"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("parts are missing of large.json ("), "{}", done.err);
    assert!(
        done.err.contains(" parts are known\n  next: Give the pictures that there are together with more"),
        "{}",
        done.err
    );
    assert!(!room.path("back").exists());
}

#[test]
fn two_messages_are_told_apart() {
    let room = room();
    room.write("other.json", large().replace("keyid", "other"));
    run_inside(&room, &["qr", "show", "large.json", "--frames", "one"]).ok();
    run_inside(&room, &["qr", "show", "other.json", "--frames", "two"]).ok();
    run_inside(&room, &["qr", "show", "hi", "--png", "hi.png"]).ok();
    for more in ["two/01.png", "hi.png"] {
        let done = run_inside(&room, &["qr", "read", "one/01.png", "one/02.png", more, "--out", "back"]);
        assert_eq!(done.code, 1);
        let named = if more == "hi.png" { "one code that says \"hi" } else { "other.json (" };
        assert!(done.err.starts_with("error: the codes are of more than one message: "), "{}", done.err);
        assert!(done.err.contains("large.json (") && done.err.contains(named), "{}", done.err);
        assert!(!room.path("back").exists());
    }
}

#[test]
fn what_cannot_be_done_says_what_can() {
    let room = room();
    room.write("empty", "");
    room.write("vast", vec![b'x'; 300_000]);
    room.write("no picture", "hello");
    room.write("naïve.json", large());
    let told = |arguments: &[&str]| run_inside(&room, arguments);
    let next = "Give --png FILE, --svg FILE or --frames DIR.";
    told(&["qr", "show", "hi"]).failed(2, "this is for people at a terminal, and there is none", next);
    told(&["qr", "show", "empty", "--png", "x"]).failed(
        5,
        "empty is empty, and there is nothing to show",
        "Check the name of the file.",
    );
    told(&["qr", "show", "vast", "--frames", "x"]).failed(
        5,
        "vast has more than 262144 bytes",
        "Check that this is the right file.",
    );
    let what = "naïve.json is no name that a code can carry";
    let next = "Give a copy of the file a name of up to 100 letters, digits, '.', '-', '_' and '+'.";
    told(&["qr", "show", "naïve.json", "--frames", "x"]).failed(5, what, next);
    assert!(!room.path("x").exists());
    told(&["qr", "show", "hi", "--png", "hi.png"]).ok();
    let next = "Choose another name, or move the old file away yourself.";
    told(&["qr", "show", "hi", "--png", "hi.png"]).failed(
        5,
        "hi.png exists already, and nothing is overwritten",
        next,
    );
    // What it says is told, also without a name for it.
    let said = told(&["qr", "read", "hi.png"]).failed(
        2,
        "a single code carries no file name",
        "Give --out FILE to keep what it says.",
    );
    assert_eq!(said, format!("SHA-256 of what the code says\n{TOLD}"));
    let done = told(&["qr", "read", "no picture"]);
    assert_eq!(done.code, 5);
    assert!(done.err.starts_with("error: no picture: it is neither PNG nor JPEG\n"), "{}", done.err);
    let next = "Take the pictures again: the whole code with a light edge, straight from the front, sharp, and without glare.";
    fs::create_dir(room.path("none")).unwrap();
    told(&["qr", "read", "none"]).failed(5, "no code was found in 0 pictures", next);
}
