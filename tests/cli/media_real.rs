//! Media in and out on real ext4 file systems, found and mounted by the program itself.

use std::fs;
use std::process::Command;

use serde_json::json;
use tuf_ceremony::checks::Check;
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::media_stick::{
    Stick, good_stick, in_namespace, manifest, planned_with_media, released_with_media, told,
};
use crate::room::Room;

const IMPORT: [&str; 4] = ["media", "import", "--from", "inbox"];

fn import(room: &Room, prefix: &str) -> crate::room::Done {
    room.run(&[&IMPORT[..], &["--confirm", prefix]].concat())
}

#[test]
fn only_removable_media_are_listed() {
    in_namespace("media_real::only_removable_media_are_listed", &["blkid"], || {
        let room = planned_with_media();
        let (stick, other) = (Stick::ext4("TUF-IN"), Stick::ext4("HIDDEN"));
        // This one is what the kernel says that it is: fixed.
        told("umount", &[&format!("/sys/block/{}/removable", other.name())]);
        let listed = room.run(&["media", "list", "--json"]).ok().json();
        let uuid = told("blkid", &["-p", "-o", "value", "-s", "UUID", &stick.device]);
        let expected = json!([{
            "bus": "loop",
            "bytes": 16 << 20,
            "device": stick.device,
            "file_system": "ext4",
            "id": uuid.trim(),
            "label": "TUF-IN",
            "mounted": [],
            "name": stick.name(),
            "read_only": false,
            "readable": true,
            "serial": null,
        }]);
        assert_eq!(listed, expected);
        let mounted = stick.mount("ro,nosuid");
        let listed = room.run(&["media", "list", "--json"]).ok().json();
        assert_eq!(listed[0]["mounted"][0]["at"], mounted.typed());
        assert_eq!(
            (&listed[0]["read_only"], &listed[0]["mounted"][0]["read_only"]),
            (&json!(true), &json!(true))
        );
        let text = room.run(&["media", "list"]).ok().out;
        let told = format!(
            "{}: TUF-IN, the medium inbox of the role in\n    file system ext4, 16.7 MB, loop, read-only\n    id {}\n    mounted at {}\n",
            stick.name(),
            uuid.trim(),
            mounted.typed()
        );
        assert_eq!(text, told);
        let elsewhere = Room::new().run(&["media", "list"]).ok().out;
        assert!(elsewhere.starts_with(&format!("{}: TUF-IN\n", stick.name())), "{elsewhere}");
        assert!(
            text.contains(&mounted.typed()) && text.contains("TUF-IN") && !text.contains("HIDDEN"),
            "{text}"
        );
    });
}

#[test]
fn files_come_in_and_the_stick_stays_as_it_was() {
    in_namespace("media_real::files_come_in_and_the_stick_stays_as_it_was", &[], || {
        let room = planned_with_media();
        let (stick, prefix) = good_stick();
        let before = fs::read(stick.image()).unwrap();
        let done = import(&room, &prefix).ok();
        assert!(
            done.out.ends_with("Next: take out the medium labelled TUF-IN; it is unmounted.\n"),
            "{}",
            done.out
        );
        assert_eq!(room.names("imported"), ["TUF-IN-1"]);
        assert_eq!(room.read("imported/TUF-IN-1/a.txt"), "one\n");
        assert_eq!(room.read("imported/TUF-IN-1/deep/b.json"), "b".repeat(100_000));
        assert!(fs::read(stick.image()).unwrap() == before, "the stick was written to");
        assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&format!("{} ", stick.device)));
        let record = room.record();
        let line = record.last().unwrap();
        assert_eq!(line["event"], "media-imported");
        assert_eq!((&line["data"]["label"], &line["data"]["digits"]), (&json!("TUF-IN"), &json!(8)));
        let digest = |name: &str| Sha256Digest::of(room.read(name).as_bytes()).to_hex();
        for name in ["imported/TUF-IN-1/a.txt", "imported/TUF-IN-1/deep/b.json", "imported/TUF-IN-1/MANIFEST"]
        {
            assert_eq!(line["data"]["files"][name], digest(name));
        }
        assert!(line["data"]["manifest"].as_str().unwrap().starts_with(&prefix));
        // Once more, and only one file: nothing is overwritten.
        let one = room.run(&[&IMPORT[..], &["--confirm", &prefix, "a.txt"]].concat()).ok().out;
        let note = "\nNote: 1 file of the MANIFEST stayed on the medium; `media check` of what is here names them as missing.\n";
        assert!(one.contains(note), "{one}");
        assert_eq!(room.names("imported"), ["TUF-IN-1", "TUF-IN-2"]);
        assert_eq!(room.names("imported/TUF-IN-2"), ["MANIFEST", "a.txt"]);
        let again = import(&room, &prefix).ok().out;
        let note =
            "\nNote: the same MANIFEST was imported before, to imported/TUF-IN-1, imported/TUF-IN-2.\n";
        let first = "Imported 2 files and a MANIFEST from the medium labelled TUF-IN to imported/TUF-IN-";
        assert!(again.starts_with(first) && again.contains(note), "{again}");
        assert!(done.out.starts_with(first) && !done.out.contains("Note"), "{}", done.out);
        // All 32 words do as well as the digits.
        let manifest = room.path("imported/TUF-IN-1/MANIFEST").display().to_string();
        let words = room.run(&["digest", &manifest, "--json"]).json()[0]["words"].clone();
        let words: Vec<&str> = words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        import(&room, &words.join(" ")).ok();
        assert_eq!(room.record().last().unwrap()["data"]["digits"], 64);
    });
}

#[test]
fn what_is_done_with_responses_is_said() {
    in_namespace("media_real::what_is_done_with_responses_is_said", &[], || {
        let room = planned_with_media();
        let none = room.run(&["media", "list"]).ok().out;
        let fixed = "A disk that calls itself fixed is never listed. Mount it by hand, and give its folder to\n`media import` or \
                     `media export` with --at.";
        assert_eq!(none, format!("No removable medium is plugged in.\n{fixed}\n"));
        let (stick, mut prefix) = (Stick::ext4("TUF-IN"), String::new());
        stick.fill(|folder| {
            fs::create_dir(folder.join("ben")).unwrap();
            fs::write(folder.join("ben/ben-1.response.json"), "{}\n").unwrap();
            fs::write(folder.join("notes.txt"), "{}\n").unwrap();
            prefix = manifest(folder, &["ben/ben-1.response.json", "notes.txt"]);
        });
        let done = import(&room, &prefix).ok().out;
        let next = format!(
            "Next: take out the medium labelled TUF-IN; it is unmounted.\n\
             Then: tuf-ceremony -C {0} merge {0}/imported/TUF-IN-1/ben\n",
            room.directory()
        );
        assert!(done.ends_with(&next), "{done}");
        // Where the directory is that which one is in, nothing of it is typed.
        let mut inside = room.tool(env!("CARGO_BIN_EXE_tuf-ceremony"));
        inside.current_dir(room.path("")).args(IMPORT).args(["--confirm", &prefix]);
        let told = String::from_utf8(inside.output().unwrap().stdout).unwrap();
        assert!(told.ends_with("\nThen: tuf-ceremony merge imported/TUF-IN-2/ben\n"), "{told}");
    });
}

#[test]
fn the_wrong_medium_is_refused_by_name() {
    in_namespace("media_real::the_wrong_medium_is_refused_by_name", &[], || {
        let room = planned_with_media();
        let run = || import(&room, "00000000");
        let insert = "Insert the medium labelled TUF-IN, and run the command again.";
        let next = format!("{insert} `tuf-ceremony media list` shows what is there.");
        run().failed(5, "no medium labelled TUF-IN is inserted", &next);
        let (wrong, foreign) = (Stick::ext4("TUF-OUT"), Stick::ext4("HOLIDAYS"));
        let mut seen = [
            format!("{} is TUF-OUT, the medium carrier of the role out", wrong.name()),
            format!("{} is HOLIDAYS, which the plan does not have", foreign.name()),
        ];
        seen.sort();
        let what = format!("no medium labelled TUF-IN is inserted; {}", seen.join(", "));
        run().failed(5, &what, &format!("Nothing was touched. {insert}"));
        let what = "the medium carrier, labelled TUF-OUT, has the role \"out\", and this needs one of the role \"in\"";
        let next =
            "Nothing was touched. Name another medium of the plan, or correct its role in ceremony.toml.";
        room.run(&["media", "import", "--from", "carrier", "--confirm", "00000000"]).failed(2, what, next);
        room.run(&["media", "import", "--from", "tuf-in", "--confirm", "00000000"]).failed(
            2,
            "TUF-IN is the label of the medium inbox",
            "Name it as ceremony.toml does: inbox.",
        );
        room.run(&["media", "import", "--from", "in", "--confirm", "00000000"]).failed(
            2,
            "ceremony.toml has no medium \"in\"",
            "There are: inbox.",
        );
        let (one, two) = (Stick::ext4("TUF-IN"), Stick::ext4("tuf-in"));
        let mut both = [one.name().to_owned(), two.name().to_owned()];
        both.sort();
        let done = run();
        assert!(
            done.err.starts_with(&format!("error: 2 media are labelled TUF-IN: {}\n", both.join(", "))),
            "{done:?}"
        );
        assert_eq!(done.code, 5);
        drop(two);
        room.edit("ceremony.toml", "label = \"TUF-IN\"", "label = \"TUF-IN\"\nserial = \"0123\"");
        let what = format!(
            "the medium labelled TUF-IN ({}) is not the one of the plan: it has not the serial number 0123",
            one.name()
        );
        let next = "Do not use it: it may have been exchanged. Find the TUF-IN that was prepared, or correct its serial in ceremony.toml.";
        run().failed(5, &what, next);
        assert!(!room.path("imported").exists());
    });
}

#[test]
fn what_was_typed_must_be_the_digest() {
    in_namespace("media_real::what_was_typed_must_be_the_digest", &[], || {
        let room = planned_with_media();
        let (_stick, prefix) = good_stick();
        let next = "Stop. Compare the paper with `sha256sum MANIFEST` on the machine that wrote the medium; if they differ, this \
                    is not the medium that was prepared.";
        let what = "what was typed is not 8 or more of the first digits of the SHA-256 of the manifest on the medium labelled TUF-IN";
        for wrong in ["00000000", &prefix[..7], ""] {
            import(&room, wrong).failed(1, what, next);
        }
        let done = room.run(&IMPORT);
        assert_eq!(done.code, 2);
        assert!(done.err.contains("give --confirm PREFIX"), "{}", done.err);
        assert!(!room.path("imported").exists());
        // "A record of everything that happened, mistakes included".
        let refused = |what: &str| json!({"act": "media import", "what": what});
        let told: Vec<_> = room.record().into_iter().filter(|line| line["event"] == "refused").collect();
        assert!(told.len() == 3 && told.iter().all(|line| line["data"] == refused(what)), "{told:?}");
        let shown = room.run(&["transcript", "show"]).ok().out.replace("\n    ", " ");
        assert!(shown.contains(&format!("`media import` was refused: {what}")), "{shown}");
        import(&room, &"adroitness ".repeat(32)).code(1);
        let line = room.record().last().unwrap().clone();
        assert!(line["data"]["what"].as_str().unwrap().contains("belongs there"), "{line}");
        import(&room, &prefix).ok();
    });
}

/// What is not what it was said to be is in the record; that something is absent is not.
#[test]
fn what_was_exchanged_or_changed_is_recorded() {
    in_namespace("media_real::what_was_exchanged_or_changed_is_recorded", &[], || {
        let room = planned_with_media();
        import(&room, "00000000").code(5);
        assert_eq!(room.record().last().unwrap()["event"], "plan-read");
        let (stick, prefix) = good_stick();
        let last = |needed: &str| {
            let line = room.record().last().unwrap().clone();
            assert_eq!((&line["event"], &line["data"]["check"]), (&json!("refused"), &json!(null)));
            assert!(line["data"]["what"].as_str().unwrap().contains(needed), "{line}");
        };
        stick.fill(|folder| fs::write(folder.join("a.txt"), "two\n").unwrap());
        import(&room, &prefix).code(1);
        last("not as the manifest says: a.txt has SHA-256 ");
        stick.fill(|folder| fs::remove_file(folder.join("a.txt")).unwrap());
        import(&room, &prefix).code(1);
        last("not as the manifest says: a.txt is missing");
        stick.fill(|folder| fs::write(folder.join("MANIFEST"), "one\n").unwrap());
        import(&room, &prefix).code(5);
        last("MANIFEST, line 1: this is no line of sha256sum");
        room.edit("ceremony.toml", "label = \"TUF-IN\"", "label = \"TUF-IN\"\nserial = \"0123\"");
        import(&room, &prefix).code(5);
        last("it has not the serial number 0123");
    });
}

/// MEDIA-READ-ONLY, for what somebody else mounted.
#[test]
fn a_mount_by_hand_must_be_harmless() {
    in_namespace("media_real::a_mount_by_hand_must_be_harmless", &[], || {
        let room = planned_with_media();
        let (stick, prefix) = good_stick();
        let at = |options: &str| {
            let mounted = stick.mount(options);
            room.run(&[&IMPORT[..], &["--confirm", &prefix, "--at", &mounted.typed()]].concat())
        };
        let next = "Nothing was read. Unmount it and let this command mount it, as root; or mount it with \
                    `mount -o ro,nosuid,nodev,noexec`.";
        let all = ["ro", "nosuid", "nodev", "noexec"];
        for lacking in all {
            let given: Vec<&str> = all.into_iter().filter(|one| *one != lacking).collect();
            let what = format!("the medium labelled TUF-IN is mounted without {lacking}");
            at(&given.join(",")).refused(1, Check::MediaReadOnly.id(), &what, next);
            assert_eq!(room.record().last().unwrap()["data"]["check"], "MEDIA-READ-ONLY");
        }
        let what = "the medium labelled TUF-IN is mounted without ro, nosuid, nodev, noexec";
        at("rw").refused(1, "MEDIA-READ-ONLY", what, next);
        assert!(!room.path("imported").exists());
        let done = at("ro,nosuid,nodev,noexec").ok();
        assert!(
            done.out.ends_with("Next: unmount the medium labelled TUF-IN, and take it out.\n"),
            "{}",
            done.out
        );
        // Without --at, a medium in use is left to whoever uses it.
        let mounted = stick.mount("ro,nosuid,nodev,noexec");
        let what = format!("the medium labelled TUF-IN is mounted already, at {}", mounted.typed());
        let next = format!(
            "Unmount it with `umount {0}` and run the command again, or add `--at {0}`.",
            mounted.typed()
        );
        import(&room, &prefix).failed(5, &what, &next);
        // And `media check` takes the folder itself.
        let next = format!("Run `tuf-ceremony media check {}`.", mounted.typed());
        room.run(&["media", "check", &stick.device]).failed(5, &what, &next);
        let nowhere = room.beside("nowhere").display().to_string();
        room.run(&[&IMPORT[..], &["--confirm", &prefix, "--at", &nowhere]].concat()).failed(
            5,
            &format!("{nowhere} is not where a medium is mounted: there is no such folder"),
            "Name the folder on which the medium itself is mounted, as /proc/self/mountinfo has it.",
        );
        // A folder of a medium is not the medium.
        let deep = mounted.path().join("deep").display().to_string();
        let next = "Name the folder on which the medium itself is mounted, as /proc/self/mountinfo has it.";
        let what = format!("{deep} is not where a medium is mounted: it is a folder of a larger file system");
        room.run(&[&IMPORT[..], &["--confirm", &prefix, "--at", &deep]].concat()).failed(5, &what, next);
        drop(mounted);
        // As desktops mount; `--at` is not advised where it would not do.
        let mounted = stick.mount("rw,nosuid,nodev");
        let what = format!("the medium labelled TUF-IN is mounted already, at {}", mounted.typed());
        let next = format!(
            "Unmount it with `umount {}`, and run the command again, as root. `--at` does not do: it is mounted without ro, \
             noexec.",
            mounted.typed()
        );
        import(&room, &prefix).failed(5, &what, &next);
    });
}

#[test]
fn a_set_goes_out_and_is_checked_anywhere() {
    in_namespace("media_real::a_set_goes_out_and_is_checked_anywhere", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        stick.fill(|folder| fs::write(folder.join("somebody's own"), "stays").unwrap());
        let done = room.run(&["media", "export", "--set", "website", "--json"]).code(0);
        // What is for people does not get between what is for the machine.
        assert!(done.err.starts_with("Writing 6 files to the medium labelled TUF-OUT, "), "{}", done.err);
        let done = done.json();
        assert_eq!(done["read_back"], "past the page cache");
        let line = room.record().last().unwrap().clone();
        assert_eq!((&line["event"], &line["data"]["set"]), (&json!("media-exported"), &json!("website")));
        assert_eq!(line["data"]["manifest"], done["manifest"]);
        stick.look(|folder| {
            assert_eq!(fs::read_to_string(folder.join("somebody's own")).unwrap(), "stays");
            let set = folder.join("rehearsal-1-website");
            let check =
                Command::new("sha256sum").args(["-c", "--strict", "MANIFEST"]).current_dir(&set).output();
            let check = check.unwrap();
            assert!(check.status.success() && check.stderr.is_empty(), "{check:?}");
            for name in room.names("metadata") {
                assert_eq!(
                    fs::read(set.join("metadata").join(&name)).unwrap(),
                    fs::read(room.path(&format!("metadata/{name}"))).unwrap()
                );
                assert_eq!(
                    line["data"]["written"][format!("rehearsal-1-website/metadata/{name}")],
                    Sha256Digest::of(&fs::read(room.path(&format!("metadata/{name}"))).unwrap()).to_hex()
                );
            }
            assert_eq!(fs::read_dir(folder).unwrap().count(), 3, "the set, the file, and lost+found");
        });
        // With its ceremony, and on any machine.
        let checked = room.run(&["media", "check", &stick.device, "--json"]).ok().json();
        assert_eq!(
            (&checked["folders"][0]["whole"], &checked["folders"][0]["record"]),
            (&json!(true), &line["seq"])
        );
        let elsewhere = Room::new();
        let checked = elsewhere.run(&["media", "check", &stick.device, "--json"]).ok().json();
        assert_eq!(
            (&checked["folders"][0]["whole"], &checked["folders"][0]["record"]),
            (&json!(true), &json!(null))
        );
        let text = elsewhere.run(&["media", "check", &stick.device]).ok().out;
        let unmounted = "\nThe medium labelled TUF-OUT is unmounted, and can be taken out.\n";
        assert!(text.contains("\nEvery file is as listed.\n"), "{text}");
        let attention = "\nATTENTION: in no MANIFEST, and not checked: somebody's own";
        assert!(text.ends_with(&format!("{attention}{unmounted}")), "{text}");
        assert_eq!(checked["folders"][0]["manifest"], done["manifest"]);
        // Once more: it is there, is read again, and nothing is written.
        let again = room.run(&["media", "export", "--set", "website"]).ok();
        assert!(again.out.starts_with("Found complete on the medium labelled TUF-OUT"), "{}", again.out);
        let found = room.record().last().unwrap().clone();
        assert_eq!((&line["data"]["found"], &found["data"]["found"]), (&json!(null), &json!(true)));
        let shown = room.run(&["transcript", "show"]).ok().out.replace("\n    ", " ");
        for told in [
            "exported the set website to the medium carrier, labelled TUF-OUT, and read it back from there",
            "found the set website complete on the medium carrier, labelled TUF-OUT, and read it again from there",
        ] {
            assert_eq!(shown.matches(told).count(), 1, "{shown}");
        }
        // The plan wants an empty medium for this one.
        let what = "the medium labelled TUF-OUT is not empty, and the plan refuses that: rehearsal-1-website, somebody's own";
        let next = "Nothing was written. Use an empty medium labelled TUF-OUT. The plan is frozen, and media and sets are part \
                    of it.";
        room.run(&["media", "export", "--set", "paper"]).failed(5, what, next);
        // Another set where this one is looked for is not passed over in silence.
        stick.fill(|folder| fs::write(folder.join("rehearsal-1-website/MANIFEST"), "another\n").unwrap());
        let second = room.run(&["media", "export", "--set", "website"]).ok().out;
        let attention = "\nATTENTION: rehearsal-1-website is on the medium, too, from before. Whoever receives it must take \
                         rehearsal-1-website-2.\n";
        let wrote = "Writing 6 files to the medium labelled TUF-OUT, and reading them back. Leave it in until this says that it can \
                     be taken out.\n\
                     Wrote on the medium labelled TUF-OUT: rehearsal-1-website-2, 5 files and a MANIFEST.\n";
        assert!(second.starts_with(wrote) && second.contains(attention), "{second}");
        stick.fill(|folder| {
            fs::remove_dir_all(folder.join("rehearsal-1-website")).unwrap();
            fs::rename(folder.join("rehearsal-1-website-2"), folder.join("rehearsal-1-website")).unwrap();
        });
        // What is changed afterwards is named.
        stick.fill(|folder| {
            fs::write(folder.join("rehearsal-1-website/metadata/root.json"), "{}").unwrap();
            fs::remove_file(folder.join("rehearsal-1-website/metadata/1.root.json")).unwrap();
            fs::write(folder.join("rehearsal-1-website/metadata/9.root.json"), "{}").unwrap();
        });
        let done = elsewhere.run(&["media", "check", &stick.device]);
        assert_eq!(done.code, 1);
        for trouble in [
            "root.json has SHA-256 44136fa355b3678a…",
            "1.root.json is missing",
            "9.root.json is not in the manifest",
        ] {
            assert!(done.out.contains(&format!("\n  metadata/{trouble}")), "{}", done.out);
        }
        assert!(done.out.contains("\nNOT AS IT MUST BE.\n"), "{}", done.out);
    });
}

#[test]
fn what_is_needed_to_restore_goes_out_also_when_sealed() {
    in_namespace("media_real::what_is_needed_to_restore_goes_out_also_when_sealed", &[], || {
        let room = released_with_media();
        room.run(&["seal"]).ok();
        let before = room.tree();
        let stick = Stick::ext4("TUF-SAFE");
        let done = room.run(&["media", "export", "--set", "everything"]).ok();
        assert!(done.out.contains("\nNothing was recorded: the ceremony is sealed.\n"), "{}", done.out);
        assert!(room.tree() == before, "a sealed ceremony was written to");
        stick.look(|folder| {
            let set = folder.join("rehearsal-1-everything");
            for (name, bytes) in &before {
                assert!(fs::read(set.join(name)).unwrap() == *bytes, "{name}");
            }
            // The copy is the ceremony: its own guide's first command works on it.
            let sums = Command::new("sha256sum")
                .args(["--check", "--quiet", "SHA256SUMS"])
                .current_dir(&set)
                .output();
            assert!(sums.unwrap().status.success());
        });
        let checked = room.run(&["media", "check", &stick.device, "--json"]).ok().json();
        assert_eq!(checked["folders"][0]["record"], "files");
        // A sealed directory that was changed does not leave as if it were the sealed one.
        room.write("notes.txt", "later");
        let next = "Move what was added out of the directory; of the rest `sha256sum --check --quiet SHA256SUMS` says the same: keep it as it \
                    is, and compare it with another copy.";
        let what = "not as it was when this ceremony was sealed: notes.txt";
        room.run(&["media", "export", "--set", "everything"]).failed(1, what, next);
    });
}

#[test]
fn several_manifests_and_none() {
    in_namespace("media_real::several_manifests_and_none", &[], || {
        let room = planned_with_media();
        let stick = Stick::ext4("TUF-IN");
        let what = "on the medium labelled TUF-IN: there is no MANIFEST";
        let next = "Nothing was taken. Whoever prepares the medium runs `sha256sum FILE… > MANIFEST` in the folder of the files, \
                    and writes the SHA-256 of MANIFEST on paper.";
        import(&room, "00000000").failed(5, what, next);
        let mut prefix = String::new();
        stick.fill(|folder| {
            for name in ["one", "two"] {
                fs::create_dir(folder.join(name)).unwrap();
                fs::write(folder.join(name).join("file"), name).unwrap();
                prefix = manifest(&folder.join(name), &["file"]);
            }
        });
        let what = "on the medium labelled TUF-IN: 2 folders have a MANIFEST: one, two";
        import(&room, &prefix).failed(5, what, "Name one with --folder.");
        let what = "on the medium labelled TUF-IN: there is no folder three with a MANIFEST";
        let wrong = room.run(&[&IMPORT[..], &["--confirm", &prefix, "--folder", "three"]].concat());
        wrong.failed(5, what, "Nothing was taken. Those that have one: one, two.");
        stick.fill(|folder| fs::write(folder.join("two/extra"), "").unwrap());
        let done = room.run(&[&IMPORT[..], &["--confirm", &prefix, "--folder", "two"]].concat()).ok().out;
        assert!(done.contains("\nNote: not in the MANIFEST, and not taken: extra.\n"), "{done}");
        assert_eq!(room.read("imported/TUF-IN-1/file"), "two");
        let what = "the manifest on the medium labelled TUF-IN does not list other";
        let next = "Nothing was taken. Names are as in the manifest, folders included.";
        room.run(&[&IMPORT[..], &["--confirm", &prefix, "--folder", "two", "other"]].concat())
            .failed(5, what, next);
    });
}
