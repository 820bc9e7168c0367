//! Sticks that somebody made to do harm, or that went wrong: each is refused for its own reason, nothing of it is taken, and
//! the ceremony goes on with another stick.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::media_stick::{
    Stick, good_stick, in_namespace, planned_with_media, released_with_media, told, typed,
};
use crate::room::{Done, Room};

const NEXT: &str =
    "Nothing was taken. Have the medium written anew, on another stick: only plain files, with plain names.";

fn import(room: &Room, prefix: &str) -> Done {
    room.run(&["media", "import", "--from", "inbox", "--confirm", prefix])
}

/// A manifest of these lines, each a name with some digest.
fn listing(folder: &Path, names: &[&str]) {
    let digest = "0".repeat(64);
    let lines: String = names.iter().map(|name| format!("{digest}  {name}\n")).collect();
    fs::write(folder.join("MANIFEST"), lines).unwrap();
}

/// What a stick that is filled like this is answered with.
fn answer(room: &Room, fill: impl FnOnce(&Path)) -> Done {
    let stick = Stick::ext4("TUF-IN");
    let mut prefix = String::new();
    stick.fill(|folder| {
        fill(folder);
        prefix = typed(folder);
    });
    let done = import(room, &prefix);
    assert!(!room.path("imported").exists(), "something was imported: {done:?}");
    done
}

/// A stick on which this is refused by MEDIA-READ-ONLY.
#[track_caller]
fn refused(room: &Room, what: &str, fill: impl FnOnce(&Path)) {
    let what = format!("on the medium labelled TUF-IN, {what}");
    answer(room, fill).refused(1, "MEDIA-READ-ONLY", &what, NEXT);
    let line = room.record().last().unwrap().clone();
    assert_eq!((&line["event"], &line["data"]["check"]), (&"refused".into(), &"MEDIA-READ-ONLY".into()));
}

#[track_caller]
fn goes_on(room: &Room) {
    let (_stick, prefix) = good_stick();
    import(room, &prefix).ok();
    assert_eq!(room.read("imported/TUF-IN-1/a.txt"), "one\n");
}

#[test]
fn names_that_lead_elsewhere() {
    in_namespace("media_hostile::names_that_lead_elsewhere", &[], || {
        let room = planned_with_media();
        let odd = "has line ends, backslashes, escapes or invisible characters in its name";
        let cases = [
            ("../ceremony.toml", "../ceremony.toml leads out of its folder with `..`"),
            ("a/../../b", "a/../../b leads out of its folder with `..`"),
            ("/etc/hostname", "/etc/hostname is an absolute path"),
            (".profile", ".profile is hidden: a name in its path begins with a dot"),
            ("a//b", "a//b has an empty name in its path"),
            ("red\u{1b}[31m", &format!("red\\u{{1b}}[31m {odd}")),
            ("gpj\u{202e}.txt", &format!("gpj\\u{{202e}}.txt {odd}")),
            ("MANIFEST", "MANIFEST lists itself, and is to list the other files only"),
        ];
        for (name, what) in cases {
            refused(&room, what, |folder| listing(folder, &[name]));
        }
        // As sha256sum writes them.
        refused(&room, &format!("two\\u{{a}}lines {odd}"), |folder| {
            fs::write(folder.join("two\nlines"), "x").unwrap();
            crate::media_stick::manifest(folder, &["two\nlines"]);
        });
        refused(&room, "caf\u{fffd} is no UTF-8", |folder| {
            fs::write(folder.join("MANIFEST"), [&[b'0'; 64][..], b"  caf\xe9\n"].concat()).unwrap();
        });
        let apart = "cannot lie beside each other on every file system: they differ only in case or in how letters are composed, \
                     or one is a folder of the other";
        refused(&room, &format!("Root.json and root.json {apart}"), |folder| {
            listing(folder, &["root.json", "Root.json"])
        });
        refused(&room, &format!("a and a/b {apart}"), |folder| listing(folder, &["a", "a/b"]));
        // Beside it the manifest itself comes in, and goes out with every backup.
        refused(&room, &format!("manifest and MANIFEST {apart}"), |folder| listing(folder, &["manifest"]));
        refused(&room, &format!("u\u{308}.txt and \u{fc}.txt {apart}"), |folder| {
            listing(folder, &["u\u{308}.txt", "\u{fc}.txt"])
        });
        goes_on(&room);
    });
}

/// What could come in here, and never go out again on a stick or a disc.
#[test]
fn names_that_no_backup_could_have() {
    in_namespace("media_hostile::names_that_no_backup_could_have", &[], || {
        let room = planned_with_media();
        let fat = "has a name that FAT and exFAT cannot have";
        for name in ["x.", "a:b", "y ", "CON", "deep/nul.txt"] {
            refused(&room, &format!("{name} {fat}"), |folder| listing(folder, &[name]));
        }
        let long = "n".repeat(161);
        refused(&room, &format!("{long} has too long a name"), |folder| listing(folder, &[&long]));
        // These could lie on a medium, and not in imported/TUF-IN-1 on another one.
        let within = "once it lies in imported/TUF-IN-1";
        let deep = format!("{}file", "d/".repeat(14));
        refused(&room, &format!("{deep} lies in too many folders {within}"), |folder| {
            listing(folder, &[&deep])
        });
        let long = format!("{}file", format!("{}/", "n".repeat(100)).repeat(10));
        refused(&room, &format!("{long} has too long a name {within}"), |folder| listing(folder, &[&long]));
        // Only some of very many are named.
        let many: Vec<String> = (0..3000).map(|number| format!("{number:04}.")).collect();
        let done =
            answer(&room, |folder| listing(folder, &many.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(done.err.contains("0019. has a name") && !done.err.contains("0020."), "{done:?}");
        assert!(done.err.contains("; and 2980 others\n"), "{done:?}");
        // As a label is written does not matter, and where its files go does not depend on it.
        let stick = Stick::ext4("tuf-in");
        let mut prefix = String::new();
        let fits = format!("{}file", "d/".repeat(13));
        stick.fill(|folder| {
            fs::create_dir_all(folder.join("d/".repeat(13))).unwrap();
            fs::write(folder.join(&fits), "x").unwrap();
            prefix = crate::media_stick::manifest(folder, &[&fits]);
        });
        import(&room, &prefix).ok();
        assert_eq!(room.names("imported"), ["TUF-IN-1"]);
        drop(stick);
        // And it does go out.
        let _safe = Stick::ext4("TUF-SAFE");
        room.run(&["media", "export", "--set", "everything"]).ok();
    });
}

/// What comes in would be in every backup.
#[test]
fn private_keys_do_not_come_in() {
    in_namespace("media_hostile::private_keys_do_not_come_in", &[], || {
        let room = planned_with_media();
        let what = "on the medium labelled TUF-IN: deep/jwk.json holds a private key in JSON, and private keys are not imported";
        let next = "Nothing was taken. A private key belongs on a token. Ask who prepared the medium; whoever may have had it in \
                    hands can have the key.";
        let done = answer(&room, |folder| {
            fs::create_dir(folder.join("deep")).unwrap();
            fs::write(folder.join("a.txt"), "x").unwrap();
            fs::write(folder.join("deep/jwk.json"), r#"{"kty":"OKP","d":"bb"}"#).unwrap();
            crate::media_stick::manifest(folder, &["a.txt", "deep/jwk.json"]);
        });
        done.failed(1, what, next);
        goes_on(&room);
    });
}

/// A file that is named twice is taken once.
#[test]
fn a_file_is_taken_once() {
    in_namespace("media_hostile::a_file_is_taken_once", &[], || {
        let room = planned_with_media();
        let (_stick, prefix) = good_stick();
        room.run(&["media", "import", "--from", "inbox", "--confirm", &prefix, "a.txt", "a.txt"]).ok();
        assert_eq!(room.names("imported"), ["TUF-IN-1"]);
        assert_eq!(room.names("imported/TUF-IN-1"), ["MANIFEST", "a.txt"]);
    });
}

#[test]
fn things_that_are_no_plain_files() {
    in_namespace("media_hostile::things_that_are_no_plain_files", &[], || {
        let room = planned_with_media();
        refused(&room, "link is a link, or leads out of the medium", |folder| {
            symlink("/etc/hostname", folder.join("link")).unwrap();
            listing(folder, &["link"]);
        });
        refused(&room, "folder/hostname is a link, or leads out of the medium", |folder| {
            symlink("/etc", folder.join("folder")).unwrap();
            listing(folder, &["folder/hostname"]);
        });
        // Opening it would wait forever.
        refused(&room, "pipe is not a plain file", |folder| {
            told("mkfifo", &[folder.join("pipe").to_str().unwrap()]);
            listing(folder, &["pipe"]);
        });
        refused(&room, "disk is not a plain file", |folder| {
            told("mknod", &[folder.join("disk").to_str().unwrap(), "b", "7", "0"]);
            listing(folder, &["disk"]);
        });
        refused(&room, "folder is not a plain file", |folder| {
            fs::create_dir(folder.join("folder")).unwrap();
            listing(folder, &["folder"]);
        });
        refused(&room, "large has 5000000000 bytes, and 67108864 are the most", |folder| {
            fs::File::create(folder.join("large")).unwrap().set_len(5_000_000_000).unwrap();
            listing(folder, &["large"]);
        });
        // All of them at once, and what is good beside them stays there, too.
        let all = "on the medium labelled TUF-IN, large has 5000000000 bytes, and 67108864 are the most; on the medium labelled \
                   TUF-IN, link is a link, or leads out of the medium";
        let done = answer(&room, |folder| {
            fs::write(folder.join("good"), "x").unwrap();
            symlink("good", folder.join("link")).unwrap();
            fs::File::create(folder.join("large")).unwrap().set_len(5_000_000_000).unwrap();
            listing(folder, &["good", "link", "large"]);
        });
        done.refused(1, "MEDIA-READ-ONLY", all, NEXT);
        goes_on(&room);
    });
}

#[test]
fn manifests_that_are_none() {
    in_namespace("media_hostile::manifests_that_are_none", &[], || {
        let room = planned_with_media();
        let next = "Nothing was taken. Have it written anew, with `sha256sum FILE… > MANIFEST` in the folder of the files.";
        let digest = "0".repeat(64);
        let cases = [
            (format!("{digest}  a\n{digest}  a\n"), 2, "a is listed twice"),
            (format!("{digest}  a"), 1, "it is cut off: its line does not end"),
            (format!("# about: this\n{}  a\n", &digest[1..]), 2, "this is no line of sha256sum"),
            (format!("{digest}  a\n\n"), 2, "it is blank"),
            (format!("{digest} a\n"), 1, "this is no line of sha256sum"),
            ("# nothing: here\n".to_owned(), 1, "it lists no file"),
        ];
        for (text, line, what) in cases {
            let done = answer(&room, |folder| fs::write(folder.join("MANIFEST"), &text).unwrap());
            let what = format!("on the medium labelled TUF-IN: MANIFEST, line {line}: {what}");
            done.failed(5, &what, next);
        }
        let done = answer(&room, |folder| {
            fs::write(folder.join("changed"), "x").unwrap();
            listing(folder, &["changed", "missing"]);
        });
        let what = "on the medium labelled TUF-IN, not as the manifest says: missing is missing; changed has SHA-256 \
                    2d711642b726b044…, and 0000000000000000… is listed";
        let next = "Nothing was taken. Have the medium written anew, on another stick, and compare its digests on paper.";
        done.failed(1, what, next);
        // A manifest that is itself a link is none that is read.
        let stick = Stick::ext4("TUF-IN");
        stick.fill(|folder| symlink("/etc/hostname", folder.join("MANIFEST")).unwrap());
        let done = import(&room, "00000000");
        assert!(
            done.err.starts_with(
                "error: on the medium labelled TUF-IN: /MANIFEST is a link, or leads out of its medium\n"
            ),
            "{done:?}"
        );
        drop(stick);
        goes_on(&room);
    });
}

/// File systems that are damaged: by chance, and on purpose.
#[test]
fn file_systems_that_are_broken() {
    in_namespace("media_hostile::file_systems_that_are_broken", &[], || {
        let room = planned_with_media();
        let breaks: [(&str, u64, &[u8]); 3] = [
            ("the size of its blocks", 1024 + 0x18, &[0xff, 0xff, 0xff, 0xff]),
            ("a feature that nobody knows", 1024 + 0x60, &[0xff, 0xff, 0xff, 0xff]),
            ("the number of its blocks", 1024 + 4, &[0xff, 0xff, 0xff, 0x7f]),
        ];
        for (which, at, bytes) in breaks {
            let (stick, prefix) = good_stick();
            // Through the device: while anybody has that open, memory keeps what the file behind it had.
            let mut image = fs::File::options().write(true).open(&stick.device).unwrap();
            image.seek(SeekFrom::Start(at)).unwrap();
            image.write_all(bytes).unwrap();
            let done = import(&room, &prefix);
            assert!(
                done.err.starts_with("error: the medium labelled TUF-IN cannot be mounted: "),
                "{which}: {done:?}"
            );
            let next = "\n  next: If it was pulled out, insert it again and run the command again. Otherwise do not repair it here: use another medium, or have this one written anew.\n";
            assert!(done.err.ends_with(next), "{which}: {done:?}");
            assert_eq!(done.code, 5, "{which}");
        }
        assert!(!room.path("imported").exists());
        goes_on(&room);
    });
}

/// What must not leave, and what not every file system can have.
#[test]
fn sets_that_must_not_go_out() {
    in_namespace("media_hostile::sets_that_must_not_go_out", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-SAFE");
        let export = || room.run(&["media", "export", "--set", "everything"]);
        let next = "Nothing was written. Find out why a private key is in the ceremony directory: it belongs on a token.";
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n";
        room.write("notes/witness.pem", pem);
        export().failed(
            1,
            "notes/witness.pem holds a private key in PEM, and private keys are not exported",
            next,
        );
        fs::remove_file(room.path("notes/witness.pem")).unwrap();
        room.write("notes/Signed", "x");
        room.write("notes/signed", "x");
        let what = "notes/Signed and notes/signed differ only in case or in how letters are composed, or one is a folder of the \
                    other: not every file system can have both";
        export().failed(
            5,
            what,
            "Nothing was written. Give it another name, or use a medium with another file system.",
        );
        fs::remove_file(room.path("notes/Signed")).unwrap();
        stick.look(|folder| assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "lost+found alone"));
        export().ok();
    });
}
