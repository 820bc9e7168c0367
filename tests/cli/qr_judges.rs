//! Codes and sequences between this program and others: zbar reads ours, qrencode's are read, and so are multi-part resources
//! by another implementation (bc-ur of NGRAVE, in JavaScript).

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::qr::{TEXT, large, room, run_inside};

/// Whether a program is here. Without it the test named `test` is skipped, and says so; under CI that is a failure.
pub fn is_here(test: &str, program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let here = env::split_paths(&paths).any(|folder| folder.join(program).exists());
    if !here {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs {program}: run tests/run");
        println!("SKIPPED {test}: {program} is not installed");
    }
    here
}

/// bc-ur, as a program; skipped as [`is_here`] does.
fn bc_ur(test: &str) -> Option<OsString> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/parts/bc-ur/judge.js");
    let judge = env::var_os("TUF_CEREMONY_BC_UR").or_else(|| built.exists().then(|| built.into()));
    if judge.is_none() {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs bc-ur: run tests/run");
        println!("SKIPPED {test}: tests/parts/bc-ur is not built");
    }
    judge
}

/// What a program says to some input.
fn said(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let giving = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    giving.join().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What zbar reads in a picture, as bytes.
pub fn zbar(picture: &Path) -> Vec<u8> {
    said("zbarimg", &["--quiet", "--raw", "--oneshot", "-Sbinary", picture.to_str().unwrap()], b"")
}

/// A response to a request: as large as one may be, and like one.
fn response() -> String {
    let hex = large().replace(|c: char| !c.is_ascii_hexdigit(), "");
    let text = format!(
        "{{\"ceremony\": \"example\", \"holder\": \"Zoë\", \"keyid\": \"{}\", \"sig\": \"{}\"}}\n",
        &hex[..64],
        &hex[64..950]
    );
    assert!((1000..1024).contains(&text.len()), "{}", text.len());
    text
}

#[test]
fn zbar_reads_our_codes() {
    if !is_here("qr_judges::zbar_reads_our_codes", "zbarimg") {
        return;
    }
    let room = room();
    room.write("response.json", response());
    room.write("bytes", (0..=255).collect::<Vec<u8>>());
    for file in ["hi", "response.json", "bytes"] {
        run_inside(&room, &["qr", "show", file, "--png", &format!("{file}.png")]).ok();
        let picture = room.path(&format!("{file}.png"));
        assert_eq!(zbar(&picture), fs::read(room.path(file)).unwrap(), "{file}");
        run_inside(&room, &["qr", "read", picture.to_str().unwrap(), "--out", &format!("{file}.back")]).ok();
        assert_eq!(fs::read(room.path(&format!("{file}.back"))).unwrap(), fs::read(room.path(file)).unwrap());
    }
}

#[test]
fn our_codes_are_read_and_put_together_by_others() {
    let test = "qr_judges::our_codes_are_read_and_put_together_by_others";
    let (true, Some(judge)) = (is_here(test, "zbarimg"), bc_ur(test)) else { return };
    let room = room();
    run_inside(&room, &["qr", "show", "large.json", "--frames", "frames"]).ok();
    // Not the first, and not the last: sums are among what is left.
    let pictures = room.names("frames");
    let pictures = pictures.iter().skip(2).map(|name| zbar(&room.path(&format!("frames/{name}"))));
    let parts: Vec<String> = pictures.map(|text| String::from_utf8(text).unwrap()).collect();
    assert!(parts.iter().all(|part| part.starts_with("UR:BYTES/")));
    let read = said("node", &[judge.to_str().unwrap(), "read"], parts.join("\n").as_bytes());
    let read: Value = serde_json::from_slice(&read).unwrap();
    let told = run_inside(&room, &["--json", "digest", "large.json"]).ok().json();
    assert_eq!((&read["name"], &read["sha256"]), (&"large.json".into(), &told[0]["sha256"]));
}

#[test]
fn codes_by_qrencode_are_read() {
    let test = "qr_judges::codes_by_qrencode_are_read";
    if !is_here(test, "qrencode") {
        return;
    }
    let room = room();
    room.write("response.json", response());
    room.write("digits", "0123456789012345678901234567890123456789");
    room.write("capitals", "SHA256 OF ROOT: $1.50 / 20%");
    for (file, options) in [
        ("hi", &["-l", "H"][..]),
        ("response.json", &["-l", "M", "-8"]),
        ("response.json", &["-l", "L", "-s", "2", "-m", "2"]),
        ("digits", &["-l", "Q"]),
        ("capitals", &["-s", "5", "--foreground=335577", "--background=eeddcc"]),
    ] {
        let path = room.path(file).to_str().unwrap().to_owned();
        let picture = said("qrencode", &[options, &["-o", "-", "-r", &path]].concat(), b"");
        let (name, back) =
            (format!("{file}{}.png", options.len()), format!("{file}{}.back", options.join("")));
        let back = back.replace("--foreground=335577--background=eeddcc", "");
        room.write(&name, picture);
        run_inside(&room, &["qr", "read", &name, "--out", &back]).ok();
        // qrencode takes a file without its last line end.
        let (read, sent) = (room.read(&back), room.read(file));
        assert_eq!(read.trim_end(), sent.trim_end(), "{file}");
        fs::remove_file(room.path(&name)).unwrap();
    }
    assert_eq!(TEXT, room.read("hi"));
}

/// As a phone takes it: JPEG, a little blurred by that, and not quite black and white.
#[test]
fn photographs_are_read() {
    let test = "qr_judges::photographs_are_read";
    if !is_here(test, "cjpeg") {
        return;
    }
    let room = room();
    let code = tuf_ceremony::qr::code::Code::of(&large().as_bytes()[..600], 27).unwrap();
    let side = (code.side + 8) * 5;
    let shade = |at: usize| if code.is_light(at % side / 5, at / side / 5, 4) { 200 } else { 60 };
    let grey: Vec<u8> = (0..side * side).map(shade).collect();
    let photograph = |kind: &str, bytes: &[u8], options: &[&str]| {
        let header = format!("{kind}\n{side} {side}\n255\n");
        said("cjpeg", options, &[header.as_bytes(), bytes].concat())
    };
    let colour: Vec<u8> = grey.iter().flat_map(|grey| [*grey, grey - 10, grey - 30]).collect();
    for (number, jpeg) in [
        photograph("P5", &grey, &["-quality", "40"]),
        photograph("P6", &colour, &["-quality", "60"]),
        photograph("P6", &colour, &["-quality", "75", "-progressive"]),
    ]
    .into_iter()
    .enumerate()
    {
        let (name, back) = (format!("{number}.jpg"), format!("{number}.back"));
        room.write(&name, &jpeg);
        run_inside(&room, &["qr", "read", &name, "--out", &back]).ok();
        assert_eq!(room.read(&back), large()[..600]);
        room.write("cut.jpg", &jpeg[..jpeg.len() / 3]);
        let done = run_inside(&room, &["qr", "read", "cut.jpg", "--out", "cut"]);
        // A progressive one is whole, if not sharp, long before its end.
        match done.code {
            0 => assert_eq!(room.read("cut"), large()[..600]),
            _ => assert!(done.code == 5 && !room.path("cut").exists(), "{done:?}"),
        }
        room.write("head.jpg", &jpeg[..100]);
        let done = run_inside(&room, &["qr", "read", "head.jpg", "--out", "cut"]);
        assert!(done.err.starts_with("error: head.jpg: this JPEG cannot be read: "), "{done:?}");
    }
}

#[test]
fn sequences_by_others_are_read() {
    let test = "qr_judges::sequences_by_others_are_read";
    let (true, Some(judge)) = (is_here(test, "qrencode"), bc_ur(test)) else { return };
    let room = room();
    let parts =
        said("node", &[judge.to_str().unwrap(), "show", "theirs.json", "180", "60"], large().as_bytes());
    let parts = String::from_utf8(parts).unwrap();
    // In lower case, which takes codes of bytes, and with every fifth lost.
    for (number, part) in parts.lines().enumerate().filter(|(number, _)| number % 5 != 3) {
        let picture = said("qrencode", &["-l", "L", "-o", "-"], part.as_bytes());
        room.write(&format!("theirs/{number}.png"), picture);
    }
    run_inside(&room, &["qr", "read", "theirs"]).ok();
    assert_eq!(room.read("theirs.json"), large());
}
