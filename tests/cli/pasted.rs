//! Commands that people are told to type next can be pasted as they are, whatever the files are called.

use std::path::Path;
use std::process::Command;

use crate::elsewhere::fates;
use crate::media_stick::{Stick, in_namespace, manifest, planned_with_media};
use crate::rehearsal::frozen;
use crate::room::Room;

/// A command line as a shell runs it, in a folder; whether it succeeded, and what it said.
fn pasted(line: &str, folder: &Path) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_tuf-ceremony")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output =
        Command::new("sh").args(["-c", line]).env("PATH", path).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The first command in a text that begins like this: up to the end of its line, or of what is in backticks.
#[track_caller]
fn told<'a>(text: &'a str, begins: &str) -> &'a str {
    let (_, rest) = text.split_at(text.find(begins).unwrap_or_else(|| panic!("{begins}: {text}")));
    rest.split(['\n', '`']).next().unwrap()
}

/// A code of a response was photographed, and the picture has the name that people give to pictures.
#[test]
fn files_that_were_carried() {
    let room = frozen();
    let response = room.lay("a/ada.response.json", room.response_of("ada")).display().to_string();
    let picture = room.lay("Ada's stick/a (1) $HOME.png", "").display().to_string();
    std::fs::remove_file(&picture).unwrap();
    room.run(&["qr", "show", &response, "--png", &picture]).ok();
    let done = room.run(&["merge", &picture]).code(1);
    let line = told(&done.out, "tuf-ceremony qr read");
    let made = picture.replace(".png", ".response.json");
    let words = shell_words::split(line).unwrap();
    assert_eq!(words, ["tuf-ceremony", "qr", "read", &picture, "--out", &made]);
    let (code, text) = pasted(line, &room.beside(""));
    assert_eq!(code, Some(0), "{text}");
    let merge = told(&text, "tuf-ceremony merge");
    assert_eq!(shell_words::split(merge).unwrap(), ["tuf-ceremony", "merge", &made]);
    let (code, text) = pasted(merge, &room.path(""));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Taken: 2. Here before: 0. Not taken: 0."), "{text}");
    assert_eq!(fates(&room.run(&["merge", "--json", &made]).ok()).len(), 2);

    let request = room.lay("my stick/for ada.json", room.request("ben")).display().to_string();
    let done = room.run(&["merge", &request]).code(1);
    let words = shell_words::split(told(&done.out, "tuf-ceremony respond")).unwrap();
    assert_eq!(words, ["tuf-ceremony", "respond", &request]);
}

#[test]
fn directories() {
    let room = Room::new();
    for (typed, told_as) in [("my ceremony", "'my ceremony'"), ("-c", "./-c")] {
        let (code, text) =
            pasted(&format!("tuf-ceremony new --template rehearsal -- '{typed}'"), &room.beside(""));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(&format!("Made {typed}/ceremony.toml from ")), "{text}");
        let line = told(&text, "tuf-ceremony -C");
        assert_eq!(line, format!("tuf-ceremony -C {told_as} plan"));
        let (code, text) = pasted(line, &room.beside(""));
        assert!(code == Some(0) && text.contains("PLAN-ID"), "{code:?} {text}");
    }
    let (code, text) = pasted("tuf-ceremony rehearse --dir 'my rehearsal'", &room.beside(""));
    assert_eq!(code, Some(0), "{text}");
    for act in ["status", "transcript show", "seal"] {
        let line = format!("tuf-ceremony -C 'my rehearsal' {act}");
        assert!(text.contains(&format!("\n  {line}\n")), "{line}: {text}");
        let (code, text) = pasted(&line, &room.beside(""));
        assert_eq!(code, Some(0), "{text}");
    }
}

/// What came in from a stick is merged by the command that is told, from wherever the directory was named.
#[test]
fn responses_on_a_medium() {
    in_namespace("pasted::responses_on_a_medium", &[], || {
        let room = planned_with_media();
        std::fs::rename(room.path(""), room.beside("my ceremony")).unwrap();
        let (stick, mut prefix) = (Stick::ext4("TUF-IN"), String::new());
        stick.fill(|folder| {
            std::fs::create_dir(folder.join("Ben's")).unwrap();
            std::fs::write(folder.join("Ben's/ben-1.response.json"), "{}\n").unwrap();
            prefix = manifest(folder, &["Ben's/ben-1.response.json"]);
        });
        let import = format!("tuf-ceremony -C 'my ceremony' media import --from inbox --confirm {prefix}");
        let (code, text) = pasted(&import, &room.beside(""));
        assert_eq!(code, Some(0), "{text}");
        let line = told(&text, "tuf-ceremony -C");
        let folder = "my ceremony/imported/TUF-IN-1/Ben's";
        let words = shell_words::split(line).unwrap();
        assert_eq!(words, ["tuf-ceremony", "-C", "my ceremony", "merge", folder]);
        // It is no response, and is found.
        let (code, text) = pasted(line, &room.beside(""));
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(&format!("{folder}/ben-1.response.json is no signature response")), "{text}");
    });
}
