//! Sets that are encrypted with a passphrase, on real ext4 file systems: chosen, written, read back, opened and checked.

use std::fs;
use std::os::unix::fs::FileExt as _;

use serde_json::json;
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::media_stick::{Stick, in_namespace, planned_with_encrypted, released_with_encrypted, told};
use crate::room::Room;
use crate::run_dialogue::{DO, FIRST, INITIALS};

/// A good one.
pub const PASSPHRASE: &str = "correct horse battery staple";
/// What is exported.
pub const EXPORT: [&str; 4] = ["media", "export", "--set", "everything"];
/// The folder of it on a medium.
pub const SET: &str = "rehearsal-1-everything";

/// No file of the ceremony has a word of the passphrase, and nothing that was shown.
#[track_caller]
fn says_nothing(room: &Room, shown: &str) {
    for (name, bytes) in room.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains("horse"), "{name}");
    }
    assert!(!shown.contains("horse"), "{shown}");
}

#[test]
fn a_passphrase_is_typed_twice_and_everything_is_opened_again() {
    in_namespace("media_age::a_passphrase_is_typed_twice_and_everything_is_opened_again", &[], || {
        let room = released_with_encrypted();
        let before = room.tree();
        let stick = Stick::ext4("TUF-SAFE");
        let (new, again) =
            ("New passphrase for the set everything, of 15 characters or more: ", "The same once more: ");
        let mut holder = room.sit_down(&EXPORT);
        holder.answers(new, "short horse");
        holder.reads("Not this one: the passphrase has 11 characters, and 15 are the fewest.");
        holder.answers(new, PASSPHRASE);
        holder.answers(again, "correct horse battery stable");
        holder.reads("The two differ: both are typed anew.");
        holder.answers(new, PASSPHRASE);
        holder.answers(again, PASSPHRASE);
        let (code, screen) = holder.leaves();
        assert_eq!(code, 0, "{screen}");
        assert!(
            screen.contains("It is encrypted, and was opened again with the passphrase: all as it went in.")
        );
        says_nothing(&room, &screen);
        room.only_recorded(&before, &["media-exported"]);
        // The record names what is on the medium, and what is inside.
        let line = room.record().last().unwrap().clone();
        let file = format!("{SET}/{SET}.tar.age");
        let written = line["data"]["written"].as_object().unwrap();
        assert_eq!(written.keys().collect::<Vec<_>>(), [&file]);
        stick.look(|folder| {
            let set = folder.join(SET);
            told("sh", &["-c", &format!("cd {} && sha256sum -c --strict MANIFEST", set.display())]);
            assert_eq!(fs::read_dir(&set).unwrap().count(), 2, "the file and the manifest");
            let bytes = fs::read(folder.join(&file)).unwrap();
            assert_eq!(written[&file], Sha256Digest::of(&bytes).to_hex());
            let manifest = fs::read_to_string(set.join("MANIFEST")).unwrap();
            let inside = line["data"]["encrypted"]["manifest"].as_str().unwrap();
            assert!(manifest.contains(&format!("\n# encrypted: age\n# inside: {inside}\n")), "{manifest}");
        });
        // Nothing of it is there in the clear.
        let image = fs::read(stick.image()).unwrap();
        let plain = b"\"event\":\"frozen\"";
        assert!(before["transcript.jsonl"].windows(plain.len()).any(|window| window == plain));
        assert!(!image.windows(plain.len()).any(|window| window == plain));
        let shown = room.run(&["transcript", "show"]).ok().out;
        let told = format!(
            "it is encrypted (age), and the manifest inside is {}",
            line["data"]["encrypted"]["manifest"].as_str().unwrap()
        );
        assert!(shown.split_whitespace().collect::<String>().contains(&told.replace(' ', "")), "{shown}");
    });
}

/// In a walk through a script all that the screen shows is recorded.
#[test]
fn a_recording_has_no_passphrase() {
    let room = planned_with_encrypted();
    room.edit("ceremony.toml", "script = \"genesis\"", "script = \"own.md\"");
    let out = room.beside("disc.iso").display().to_string();
    let script = format!(
        "# Own\n\nRoles in the room: **CA**.\n\n## 1. Copy (9 minutes)\n\n1. **CA** makes the disc.\n\n   ```ceremony\n   \
         media image --set everything --out {out}\n   ```\n\n   Expected: it opens.\n\n   If not: stop.\n"
    );
    room.write("own.md", script);
    let (new, again) =
        ("New passphrase for the set everything, of 15 characters or more: ", "The same once more: ");
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(DO, "do");
    holder.answers(new, "horse, too short");
    holder.answers(again, "horse, tooo short");
    holder.answers(new, PASSPHRASE);
    holder.answers(again, PASSPHRASE);
    holder.reads("It is encrypted, and was opened again with the passphrase");
    holder.answers(INITIALS, "leave");
    let (code, screen) = holder.leaves();
    assert_eq!(code, 3, "{screen}");
    assert!(room.read("recordings/1.cast").contains("The two differ: both are typed anew."));
    assert_eq!(room.record().iter().filter(|line| line["event"] == "media-image").count(), 1);
    says_nothing(&room, &screen);
}

#[test]
fn a_medium_is_checked_from_outside_and_from_inside() {
    in_namespace("media_age::a_medium_is_checked_from_outside_and_from_inside", &[], || {
        let room = released_with_encrypted();
        let stick = Stick::ext4("TUF-SAFE");
        let done = room.run_with_passphrase(PASSPHRASE, &[&EXPORT[..], &["--json"]].concat()).code(0);
        says_nothing(&room, &done.out);
        let done = done.json();
        let seq = room.record().last().unwrap()["seq"].clone();
        let check = ["media", "check", &stick.device];
        let elsewhere = Room::new();
        let closed = elsewhere.run(&check).ok().out;
        let file = format!("{SET}/{SET}.tar.age");
        let told = format!(
            "\n  {file} is encrypted in the age format, and was not opened; to open it, in its folder:\n    age -d {SET}.tar.age | tar -x\n"
        );
        assert!(closed.contains(&told) && closed.contains("\nEvery file is as listed.\n"), "{closed}");
        let opened = elsewhere.run_with_passphrase(PASSPHRASE, &[&check[..], &["--json"]].concat()).ok();
        let (opened, closed) = (opened.json(), room.run(&[&check[..], &["--json"]].concat()).ok().json());
        assert_eq!(
            (&closed["folders"][0]["record"], &closed["folders"][0]["encrypted"][0]["files"]),
            (&seq, &json!(null))
        );
        let inside = &opened["folders"][0]["encrypted"][0];
        assert_eq!((&inside["file"], &inside["unopened"]), (&json!(file), &json!(null)));
        assert_eq!(inside["manifest"], done["encrypted"]["manifest"]);
        assert!(inside["files"].as_i64().unwrap() > 20, "{inside}");
        // With another passphrase it is not said to be whole, but that it is as listed is said all the same.
        let mut person = elsewhere.sit_down(&[&check[..], &["--open"]].concat());
        let again = "It does not open with that. Type the passphrase once more, or stop with Ctrl-C.";
        for before in ["The medium is in use: do not take it out yet.", again, again] {
            person.reads(before);
            person.answers(&format!("Passphrase of {file}: "), "correct horse battery stable");
        }
        let (code, screen) = person.leaves();
        let told =
            format!("{file} is encrypted, and was not looked into: it does not open with this passphrase");
        assert!(code == 1 && screen.contains(&told) && !screen.contains("horse"), "{screen}");
        // One bit on the medium.
        stick.fill(|folder| {
            let file = fs::File::options().read(true).write(true).open(folder.join(&file)).unwrap();
            let mut byte = [0];
            file.read_exact_at(&mut byte, 5000).unwrap();
            file.write_all_at(&[byte[0] ^ 1], 5000).unwrap();
        });
        let broken = elsewhere.run_with_passphrase(PASSPHRASE, &check);
        assert_eq!(broken.code, 1);
        let differs = format!("\n  {SET}.tar.age has SHA-256 ");
        let damaged =
            "was not looked into: it is damaged, or not encrypted with a passphrase: decryption error";
        assert!(broken.out.contains(&differs) && broken.out.contains(damaged), "{}", broken.out);
        assert!(broken.out.contains("\nNOT AS IT MUST BE.\n"), "{}", broken.out);
    });
}

/// After the seal nothing is recorded: what is inside is compared with the directory.
#[test]
fn what_was_sealed_goes_out_encrypted_too() {
    in_namespace("media_age::what_was_sealed_goes_out_encrypted_too", &[], || {
        let room = released_with_encrypted();
        room.run(&["seal"]).ok();
        let before = room.tree();
        let stick = Stick::ext4("TUF-SAFE");
        room.run_with_passphrase(PASSPHRASE, &EXPORT).ok();
        assert!(room.tree() == before, "a sealed ceremony was written to");
        let check = ["media", "check", &stick.device, "--json"];
        assert_eq!(room.run(&check).ok().json()["folders"][0]["record"], "closed");
        assert_eq!(room.run_with_passphrase(PASSPHRASE, &check).ok().json()["folders"][0]["record"], "files");
        let wrong = room.run_with_passphrase("correct horse battery stable", &check);
        assert_eq!((wrong.code, &wrong.json()["folders"][0]["record"]), (1, &json!("closed")));
        // Another ceremony's directory is none of it.
        let other = released_with_encrypted();
        let done = other.run_with_passphrase(PASSPHRASE, &check);
        assert_eq!((done.code, &done.json()["folders"][0]["record"]), (1, &json!(false)));
    });
}

#[test]
fn a_passphrase_that_is_not_accepted_touches_nothing() {
    in_namespace("media_age::a_passphrase_that_is_not_accepted_touches_nothing", &[], || {
        let room = released_with_encrypted();
        let plan = room.run(&["plan", "--json"]).json();
        let encrypted = |set: &serde_json::Value| set["encrypted"] == true;
        let sets: Vec<_> = plan["sets"].as_array().unwrap().iter().filter(|set| encrypted(set)).collect();
        assert_eq!(
            (&sets[0]["set"], &sets[1]["set"], sets.len()),
            (&json!("everything"), &json!("website"), 2)
        );
        let stick = Stick::ext4("TUF-SAFE");
        let image = fs::read(stick.image()).unwrap();
        let next = "Nothing was written. Choose another: six or more words that were drawn with dice are good, and are easily typed.";
        room.run_with_passphrase("short horse", &EXPORT).failed(
            2,
            "the passphrase has 11 characters, and 15 are the fewest",
            next,
        );
        let done = room.run(&EXPORT);
        assert_eq!(done.code, 2);
        assert!(
            done.err.ends_with("next: Run the command in a terminal, or give --passphrase-fd N.\n"),
            "{}",
            done.err
        );
        says_nothing(&room, &done.err);
        // Private keys are looked for in what goes in: nothing would see them afterwards.
        room.write("notes.txt", "-----BEGIN PRIVATE KEY-----\n");
        let what = "notes.txt holds a private key in PEM, and private keys are not exported";
        let next = "Nothing was written. Find out why a private key is in the ceremony directory: it belongs on a token.";
        room.run_with_passphrase(PASSPHRASE, &EXPORT).failed(1, what, next);
        assert!(fs::read(stick.image()).unwrap() == image, "the stick was written to");
    });
}

/// A set has other bytes each time, and is found again all the same: after a power cut behind the last rename, too.
#[test]
fn a_power_cut_does_not_leave_a_second_set() {
    let test = "media_age::a_power_cut_does_not_leave_a_second_set";
    if !crate::kill_strace::present(test) {
        return;
    }
    in_namespace(test, &[], || {
        let room = released_with_encrypted();
        let stick = Stick::ext4("TUF-OUT");
        let export = ["media", "export", "--set", "website"];
        fs::write(room.beside("passphrase"), PASSPHRASE).unwrap();
        let mut strace = room.tool("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsopen", "-e"]);
        strace.args(["inject=fsopen:signal=SIGKILL:when=2", "--", env!("CARGO_BIN_EXE_tuf-ceremony")]);
        strace.args(["-C", &room.directory()]).args(export).args(["--passphrase-fd", "0"]);
        strace.stdin(fs::File::open(room.beside("passphrase")).unwrap());
        assert!(!strace.output().unwrap().status.success());
        assert!(!room.record().iter().any(|line| line["event"] == "media-exported"));
        let folders = || {
            stick.look(|folder| {
                let entries = fs::read_dir(folder).unwrap();
                let mut names: Vec<_> =
                    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
                names.sort();
                names
            })
        };
        assert_eq!(folders(), ["lost+found", "rehearsal-1-website"]);
        let again = room.run_with_passphrase(PASSPHRASE, &export).ok();
        assert!(again.out.starts_with("Found complete on the medium labelled TUF-OUT"), "{}", again.out);
        assert_eq!(folders(), ["lost+found", "rehearsal-1-website"]);
        // With another passphrase it is another set.
        let other = room.run_with_passphrase("correct horse battery stable", &export).ok();
        assert!(other.out.contains("\nWrote on the medium"), "{}", other.out);
        assert_eq!(folders(), ["lost+found", "rehearsal-1-website", "rehearsal-1-website-2"]);
    });
}
