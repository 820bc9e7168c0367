//! `qr read` from standard input: a camera's frames, as PNG or raw.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use tuf_ceremony::qr::code::Code;
use tuf_ceremony::qr::sequence::Sequence;

use crate::qr::{large, room, run_inside};
use crate::room::{Done, Room};

/// Runs the program with a stream on standard input, in the room's folder. The stream may be cut off.
fn filmed(room: &Room, stream: Vec<u8>, arguments: &[&str]) -> Done {
    let mut command = room.command(arguments);
    command.current_dir(room.path("")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It ends as soon as it has seen enough, and does not read the rest.
    let film = std::thread::spawn(move || drop(stdin.write_all(&stream)));
    let output = child.wait_with_output().unwrap();
    film.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn png_frames_are_read_until_there_is_enough() {
    let room = room();
    run_inside(&room, &["qr", "show", "large.json", "--frames", "frames"]).ok();
    let frame = |name: &String| fs::read(room.path(&format!("frames/{name}"))).unwrap();
    let mut stream: Vec<u8> = room.names("frames").iter().flat_map(frame).collect();
    // Whatever follows is not looked at: the camera goes on.
    stream.extend([0; 100_000]);
    let done = filmed(&room, stream.clone(), &["qr", "read", "--out", "back"]).ok();
    assert_eq!(room.read("back"), large());
    assert!(done.out.starts_with("1 of "), "{}", done.out);
    // Switched off too early.
    let few = frame(&"01.png".to_owned());
    let done = filmed(&room, few, &["qr", "read", "--out", "few"]);
    assert_eq!(done.code, 3, "{}", done.err);
    let next = "Give PNG or JPEG pictures of up to 36 million pixels; a camera's raw frames go on standard input with --raw.";
    filmed(&room, b"JFIF and so on".to_vec(), &["qr", "read"]).failed(5, "frame 1: it is no PNG", next);
    assert!(!room.path("few").exists());
}

#[test]
fn raw_frames_are_read() {
    let room = room();
    let mut sequence = Sequence::new("large.json", large().as_bytes(), 18).unwrap();
    let (width, height) = (480, 360);
    // A camera's picture: grey on grey, the code somewhere in it, and noise.
    let mut noise = 7_u32;
    let mut frame = |code: &Code| {
        let shade = |at: usize| {
            let (x, y) = (at % width, at / width);
            let (x, y) = (x.wrapping_sub(60) / 3, y.wrapping_sub(40) / 3);
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = noise.to_be_bytes()[0] / 8;
            if code.is_light(x, y, 4) { 190 + grain } else { 40 + grain }
        };
        (0..width * height).map(shade).collect::<Vec<u8>>()
    };
    let stream: Vec<u8> = (0..30).flat_map(|_| frame(&sequence.next_code().unwrap())).collect();
    let done = filmed(&room, stream, &["--json", "qr", "read", "--raw", "480x360", "--out", "back"]).ok();
    assert_eq!(room.read("back"), large());
    assert_eq!(done.json()["bytes"], large().len());
    let refused = filmed(&room, vec![], &["qr", "read", "--raw", "480"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("such as 1280x720"), "{}", refused.err);
}
