//! Encrypted sets as others read them: Debian's `age`, which asks on a terminal alone, GNU tar and coreutils.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::media_age::{EXPORT, PASSPHRASE, SET};
use crate::media_stick::{Stick, in_namespace, released_with_encrypted, told};
use crate::room::Room;

/// Runs a line of shell in which `age` asks for the passphrase. Gives how it ended, and the screen.
fn asked(room: &Room, line: &str, passphrase: &str) -> (i32, String) {
    let mut person = room.sit_down_at("bash", &["-o", "pipefail", "-c", line]);
    person.answers("Enter passphrase", passphrase);
    person.leaves()
}

fn typed(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn age_and_tar_open_a_set_and_it_is_the_ceremony() {
    let test = "media_age_judge::age_and_tar_open_a_set_and_it_is_the_ceremony";
    in_namespace(test, &["age", "tar"], || {
        let room = released_with_encrypted();
        room.run(&["seal"]).ok();
        let stick = Stick::ext4("TUF-SAFE");
        room.run_with_passphrase(PASSPHRASE, &EXPORT).ok();
        let copy = room.beside("copy.tar.age");
        stick.look(|folder| {
            let set = folder.join(SET);
            told("sh", &["-c", &format!("cd {} && sha256sum -c --strict MANIFEST", typed(&set))]);
            fs::copy(set.join(format!("{SET}.tar.age")), &copy).unwrap();
        });
        let out = room.beside("restored");
        fs::create_dir(&out).unwrap();
        let line = format!("age -d {} | tar -x -C {}", typed(&copy), typed(&out));
        let (code, screen) = asked(&room, &line, "correct horse battery stable");
        assert!(code != 0 && screen.contains("incorrect passphrase"), "{screen}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
        let (code, screen) = asked(&room, &line, PASSPHRASE);
        assert!(code == 0 && !screen.contains("tar:"), "{screen}");
        let set = out.join(SET);
        let check = format!("cd {} && sha256sum -c --strict --quiet MANIFEST", typed(&set));
        assert_eq!(told("sh", &["-c", &check]), "");
        for (name, bytes) in room.tree() {
            assert!(fs::read(set.join(&name)).unwrap() == bytes, "{name}");
        }
        let listed = told("find", &[typed(&set), "-type", "f", "!", "-perm", "644"]);
        assert_eq!(listed, "");
        // What was restored is the ceremony: its own guide's first command works on it, and so does this program.
        told("sh", &["-c", &format!("cd {} && sha256sum --check --quiet SHA256SUMS", typed(&set))]);
        let restored = Room::new();
        fs::rename(&set, restored.path("")).unwrap();
        restored.run(&["transcript", "show"]).ok();
    });
}

/// Each time has its own salt and key, so that what is outside differs; what is inside is the same bytes, for the same files.
#[test]
fn the_same_set_is_the_same_inside() {
    in_namespace("media_age_judge::the_same_set_is_the_same_inside", &["age", "tar", "xorriso"], || {
        let room = released_with_encrypted();
        let mut seen = Vec::new();
        for number in ["1", "2"] {
            let iso = room.beside(&format!("{number}.iso"));
            let arguments = ["media", "image", "--set", "website", "--out", typed(&iso), "--json"];
            let done = room.run_with_passphrase(PASSPHRASE, &arguments).ok().json();
            assert_eq!(room.record().last().unwrap()["data"]["encrypted"], done["encrypted"]);
            let (file, plain) =
                (room.beside(&format!("{number}.age")), room.beside(&format!("{number}.tar")));
            let on_disc = "/rehearsal-1-website/rehearsal-1-website.tar.age";
            let xorriso = Command::new("xorriso")
                .args(["-osirrox", "on", "-indev", typed(&iso), "-extract", on_disc, typed(&file)])
                .output();
            assert!(xorriso.unwrap().status.success());
            let (code, screen) =
                asked(&room, &format!("age -d -o {} {}", typed(&plain), typed(&file)), PASSPHRASE);
            assert_eq!(code, 0, "{screen}");
            seen.push((fs::read(&file).unwrap(), fs::read(&plain).unwrap(), done["encrypted"].clone()));
        }
        assert!(seen[0].0 != seen[1].0, "two runs have the same salt");
        assert!(seen[0].1 == seen[1].1 && seen[0].2 == seen[1].2);
        let listed = told("tar", &["-tvf", typed(&room.beside("1.tar")), "--numeric-owner", "--utc"]);
        let first = listed.lines().next().unwrap();
        assert!(first.starts_with("-rw-r--r-- 0/0 ") && first.contains(" 1970-01-01 00:00 "), "{listed}");
        assert!(listed.lines().last().unwrap().ends_with(" rehearsal-1-website/MANIFEST"), "{listed}");
    });
}
