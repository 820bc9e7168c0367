//! `print`: what is compared, cut out and signed with ink, and what is refused.

use std::fs;

use serde_json::json;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::tlog::note::{Kind, Verifier};

use crate::poppler::poppler;
use crate::record_fixture::key;
use crate::rehearsal::{PLAN, frozen, planned, released, signed};
use crate::room::Room;

/// A path beside the ceremony directory, as it is typed.
fn beside(room: &Room, name: &str) -> String {
    room.beside(name).to_str().unwrap().to_owned()
}

/// A text without what depends on how lines are broken.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A text in one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(text: &str, what: &str) {
    assert!(squeeze(text).contains(&squeeze(what)), "{what:?} is not in\n{text}");
}

#[test]
fn a_digest_sheet_needs_no_ceremony() {
    let room = Room::new();
    let hi = beside(&room, "hi");
    fs::write(&hi, "hi\n").unwrap();
    let text = room.run(&["print", "digest", &hi]).ok().out;
    says(&text, &format!("SHA-256 of {hi}"));
    says(&text, "3 bytes");
    assert!(text.contains("\n    98ea 6e4f 216f 2fb4 b69f ff9b 3a44 842c\n"), "{text}");
    assert!(text.contains("\n   5  blackjack    hemisphere   cement       politeness\n"), "{text}");
    assert!(text.contains("page 1 of 1\n"), "{text}");
    assert!(!text.contains("REHEARSAL") && !text.contains("Ceremony"), "{text}");
    let html = beside(&room, "sheet.html");
    let done = room.run(&["print", "digest", &hi, "--out", &html, "--paper", "letter"]).ok();
    let written = fs::read(&html).unwrap();
    assert_eq!(done.out, format!("Wrote {html}: html, SHA-256 {}\n", Sha256Digest::of(&written)));
    assert!(String::from_utf8(written).unwrap().contains("size: letter;"));
    room.run(&["print", "digest", &beside(&room, "none")]).failed(
        5,
        &format!("{} does not exist", beside(&room, "none")),
        "Check the name; it counts from the folder that you are in.",
    );
}

#[test]
fn a_digest_sheet_says_of_which_ceremony_it_is() {
    let room = planned();
    let plan = room.path("ceremony.toml").to_str().unwrap().to_owned();
    let text = room.run(&["print", "digest", &plan]).ok().out;
    assert!(text.starts_with("REHEARSAL: this was made in a rehearsal; nobody may trust it.\n"), "{text}");
    assert!(text.contains("\nCeremony rehearsal-1: Digest sheet\n"), "{text}");
    // A sheet that could be of a rehearsal and does not say so would be worse than none.
    room.write("ceremony.toml", "[ceremony]\n");
    assert_eq!(room.run(&["print", "digest", &plan]).code, 1);
}

#[test]
fn names_cannot_steer_what_is_printed() {
    let room = Room::new();
    let hostile = beside(&room, "a\u{1b}[2J\u{202e}b<b>");
    fs::write(&hostile, "").unwrap();
    for ending in ["txt", "html", "pdf"] {
        let out = beside(&room, &format!("sheet.{ending}"));
        room.run(&["print", "digest", &hostile, "--out", &out]).ok();
        let written = fs::read(&out).unwrap();
        assert!(!written.contains(&0x1b), "{ending}");
        let text = String::from_utf8_lossy(&written);
        assert!(!text.contains('\u{202e}'), "{ending}");
        if ending != "pdf" {
            assert!(squeeze(&text).contains("a\\u{1b}[2J\\u{202e}b"), "{ending}");
        }
        assert!(ending != "html" || !text.contains("b<b>"), "{text}");
    }
    let out = beside(&room, "\u{1b}[2J.txt");
    let done = room.run(&["print", "digest", &hostile, "--out", &out]).ok();
    assert!(!done.out.contains('\u{1b}'), "{}", done.out);
}

#[test]
fn only_text_goes_to_the_screen_and_nothing_is_overwritten() {
    let room = planned();
    for format in ["pdf", "html"] {
        room.run(&["print", "label", "--format", format]).failed(
            2,
            &format!("--format {format} needs a file to be written to"),
            &format!("Add --out FILE.{format}; only text is shown here."),
        );
    }
    let wrong = room.run(&["print", "label", "--paper", "a5"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(wrong.err.contains("[possible values: a4, letter]"), "{}", wrong.err);
    let out = beside(&room, "labels.pdf");
    fs::write(&out, "mine").unwrap();
    room.run(&["print", "label", "--out", &out]).failed(
        5,
        &format!("{out} exists already, and nothing is overwritten"),
        "Choose another name, or move the old file away yourself.",
    );
    assert_eq!(fs::read(&out).unwrap(), b"mine");
    let nowhere = beside(&room, "none/labels.pdf");
    assert_eq!(room.run(&["print", "label", "--out", &nowhere]).code, 5);
    // The name says what to write, unless the format is given.
    let named = beside(&room, "labels");
    let done = room.run(&["--json", "print", "label", "--format", "pdf", "--out", &named]).ok().json();
    let written = fs::read(&named).unwrap();
    assert!(written.starts_with(b"%PDF-1.7\n"));
    let told = json!({
        "file": named, "format": "pdf", "paper": "a4", "sha256": Sha256Digest::of(&written).to_hex(),
    });
    assert_eq!(done, told);
    let text = room.run(&["--json", "print", "label"]).ok().json();
    assert_eq!(text["text"], room.run(&["print", "label"]).ok().out);
}

#[test]
fn labels_are_for_tokens_of_the_plan_and_for_media() {
    let nowhere = Room::new();
    for command in [&["print", "label"][..], &["print", "sheet"]] {
        nowhere.run(command).failed(
            5,
            &format!("{} is not a ceremony directory: it has no ceremony.toml", nowhere.directory()),
            "Go to the ceremony directory, or name it with `-C DIR`. `tuf-ceremony new DIR --template minimal` starts one.",
        );
    }
    let room = planned();
    room.edit("ceremony.toml", "name = \"Ada\"", "name = \"Zoë \u{1f511} 王秀英\"\nsite = \"Łódź\"");
    room.edit(
        "ceremony.toml",
        "kind = \"rehearsal\", serial = \"R2\"",
        "kind = \"rehearsal\", serial = \"R1\"",
    );
    let before = room.tree();
    let text = room.run(&["print", "label"]).ok().out;
    assert_eq!(text.matches("serial of the bag [").count(), 4, "two keys share a device\n{text}");
    says(&text, "Token: ada, ben");
    for part in ["serial: R1 (rehearsal)", "ceremony: rehearsal-1", "planned: 2101-01-14T15:00:00Z"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(text.contains("holder: Zoë \u{1f511} 王秀英, Łódź"), "{text}");
    let text = room.run(&["print", "label", "cem", "release-1", "a\u{1b}[2Jb"]).ok().out;
    assert_eq!(text.matches("serial of the bag [").count(), 3, "{text}");
    for label in ["| Token: cem ", "| Medium: release-1 ", "| Medium: a\\u{1b}[2Jb "] {
        assert!(text.contains(label), "{text}");
    }
    for name in ["", &"x".repeat(101)] {
        let done = room.run(&["print", "label", name]);
        assert!(done.code == 2 && done.err.contains("a name on a label has 1 to 100 characters"), "{done:?}");
    }
    assert!(room.tree() == before, "printing changes nothing");
    // The media of the plan, by the labels that they are found by.
    room.write("ceremony.toml", format!("{}{}", room.read("ceremony.toml"), crate::media_stick::MEDIA));
    let text = room.run(&["print", "label"]).ok().out;
    assert_eq!(text.matches("serial of the bag [").count(), 7, "{text}");
    for label in ["| Medium: TUF-IN ", "| Medium: TUF-OUT ", "| Medium: TUF-SAFE ", "| Token: cem "] {
        assert!(text.contains(label), "{label}\n{text}");
    }
    for fact in
        ["in the plan: inbox, role in", "in the plan: safe, role backup", "for the set: paper, website"]
    {
        says(&text, fact);
    }
    let one = room.run(&["print", "label", "safe"]).ok().out;
    assert_eq!(one, room.run(&["print", "label", "tuf-safe"]).ok().out);
    assert!(one.contains("| Medium: TUF-SAFE ") && one.contains("for the set: everything"), "{one}");
}

#[test]
fn the_sheet_says_who_signed_and_who_is_missing() {
    let room = planned();
    let next = "Run `tuf-ceremony draft` and `tuf-ceremony freeze` first.";
    room.run(&["print", "sheet"]).failed(3, "nothing is frozen yet", next);
    let room = frozen();
    room.sign("ada").ok();
    let before = room.tree();
    let text = room.run(&["print", "sheet"]).ok().out;
    assert!(room.tree() == before, "printing changes nothing");
    says(&text, "There is no release: signatures are missing.");
    for holder in ["[ ] Ada", "[ ] Ben", "[ ] Cem", "[ ] Dan"] {
        assert!(text.contains(holder), "{text}");
    }
    assert_eq!(text.matches("    witness\n").count(), 2, "{text}");
    for role in ["root", "targets", "snapshot", "timestamp"] {
        assert!(text.contains(&format!("SHA-256 of {role} version 1\n")), "{text}");
        says(&text, &room.digest(role));
    }
    says(&text, "By the keys of the role: 1 of 2 needed, 1 short. Signed: Ada (ada).");
    says(&text, "Missing: Ben (ben), Cem (cem), Dan (dan).");
    let record = room.read("transcript.jsonl");
    let lines = record.lines().count();
    says(&text, &format!("transcript.jsonl has {lines} lines."));
    says(&text, &Sha256Digest::of(record.lines().last().unwrap().as_bytes()).to_hex());
    assert!(text.contains("\nThe record has none.\n"), "{text}");
}

#[test]
fn the_sheet_of_a_release_lists_exceptions_and_warnings() {
    let room = signed();
    let plan = "\n[[waiver]]\ncheck = \"HOST-CLOCK\"\nreason = \"No clock here\"\nuntil = 2101-02-01\n";
    room.write("ceremony.toml", format!("{}{plan}", room.read("ceremony.toml")));
    let text = room.run(&["print", "sheet"]).ok().out;
    says(&text, "There is no release: a check refuses.");
    says(&text, "PLAN-DIGEST");
    says(&text, "No clock here");

    let room = released();
    // Somebody sat down once more, and was stopped before the sitting was closed.
    room.rechain(|lines| {
        let mut opened = lines.iter().find(|line| line["event"] == "sitting-opened").unwrap().clone();
        let origin = opened["data"]["origin"].as_str().unwrap().to_owned();
        opened["data"]["vkey"] =
            json!(Verifier::new(&origin, Kind::Note, key(9).public()).unwrap().to_string());
        let mut exception = opened.clone();
        exception["actor"] = json!("Ada");
        exception["data"] = json!({ "reason": "the camera fell over \\u{1b}" });
        exception["event"] = json!("exception");
        exception["step"] = json!("4.2");
        exception["time"] = json!("2101-01-14T16:00:00Z");
        lines.extend([opened, exception]);
    });
    let text = room.run(&["print", "sheet"]).ok().out;
    says(&text, "The release is written.");
    says(&text, "the camera fell over");
    for cell in ["4.2", "2101-01-14T16:00:00Z", "Ada", "initials"] {
        says(&text, cell);
    }
    assert!(!text.contains("The record has none."), "{text}");
    // Two who signed are just enough.
    says(&text, "QUORUM-SURPLUS");
    says(&text, "Not needed: Cem (cem), Dan (dan)");
}

#[test]
fn what_is_longer_than_a_page_goes_on_on_the_next() {
    let room = planned();
    // The longest path that a file may have, and a name that is longer than a page.
    let deep = format!("{}{}", "d/".repeat(1_500), "x");
    let path = room.path(&deep);
    room.write(&deep, "");
    let name = "n".repeat(9_000);
    room.edit("ceremony.toml", "name = \"Ada\"", &format!("name = \"{name}\""));
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    let path = path.to_str().unwrap();
    for (command, what) in [(&["print", "digest", path][..], path), (&["print", "sheet"], name.as_str())] {
        let text = room.run(command).ok().out;
        let lines = text.lines().filter(|line| !line.contains("page ")).collect::<String>();
        let letters = |text: &str| text.matches(if what == name { 'n' } else { '/' }).count();
        assert!(letters(&lines) >= letters(what), "{text}");
        assert!(text.split('\u{c}').all(|page| page.lines().count() <= 60), "{text}");
        for ending in ["pdf", "html"] {
            let out = beside(&room, &format!("{}.{ending}", command[1]));
            room.run(&[command, &["--out", &out]].concat()).ok();
            let written = fs::read(&out).unwrap();
            if ending == "html" {
                says(&String::from_utf8(written).unwrap(), what);
            } else if let Some((text, _)) = poppler(
                "what_is_longer_than_a_page_goes_on_on_the_next",
                "pdftotext",
                &["-raw"],
                &written,
                &["-"],
            ) {
                assert!(letters(&text) >= letters(what), "{text}");
                assert!(what != name || text.matches('\u{c}').count() > 4, "{text}");
            }
        }
    }
    assert!(room.run(&["print", "label"]).ok().out.contains("nnn..."));
}

#[test]
fn twelve_holders_fit_on_paper() {
    let room = planned();
    let mut plan = PLAN.to_owned();
    for number in 0..12 {
        let name = format!("Holder {number} {}", "Maximiliane ".repeat(number).trim_end());
        plan.push_str(&format!("\n[holder.h{number}]\nname = \"{}\"\n", name.trim_end()));
    }
    room.write("ceremony.toml", plan);
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for paper in ["a4", "letter"] {
        let out = beside(&room, &format!("{paper}.pdf"));
        room.run(&["print", "sheet", "--paper", paper, "--out", &out]).ok();
        let again = beside(&room, &format!("{paper}-again.pdf"));
        room.run(&["print", "sheet", "--paper", paper, "--out", &again]).ok();
        let pdf = fs::read(&out).unwrap();
        assert!(pdf == fs::read(&again).unwrap(), "the same sheet is the same bytes");
        let Some((text, _)) = poppler("twelve_holders_fit_on_paper", "pdftotext", &["-raw"], &pdf, &["-"])
        else {
            return;
        };
        for number in 0..12 {
            let name = format!("Holder {number} {}", "Maximiliane ".repeat(number).trim_end());
            says(&text, &format!("{} key holder: no key in the plan", name.trim_end()));
        }
        assert_eq!(text.matches("date, time").count(), 20, "{text}");
    }
}

/// Every step of the script is on paper with its number, who acts, its command, and what to do otherwise; what is not known
/// yet is a blank, and the digest once it is frozen.
#[test]
fn the_script_is_printed_step_by_step() {
    let room = planned();
    let before = words(&room.run(&["print", "script"]).ok().out);
    assert!(before.contains("1.2 CA initials [______] time [_______] CA shows the plan."), "{before}");
    for key in ["ada", "ben", "cem", "dan", "online"] {
        assert!(
            before.contains(&format!("tuf-ceremony token provision --key {key} Expected:")),
            "{key}: {before}"
        );
        assert!(before.contains(&format!("tuf-ceremony sign --key {key} Expected:")), "{key}: {before}");
    }
    assert!(before.contains("- root 1: ________________"), "{before}");
    let frozen = frozen();
    let after = words(&frozen.run(&["print", "script"]).ok().out);
    for role in ["root", "targets", "snapshot", "timestamp"] {
        let digest = Sha256Digest::parse_hex(&frozen.digest(role)).unwrap().groups().join(" ");
        assert!(after.contains(&format!("- {role} 1: `{digest}`")), "{role}: {after}");
    }
    assert!(!after.contains("________________"), "{after}");
    // The structure is the same on paper that was printed before.
    let steps = |text: &str| text.matches("initials [______]").count();
    assert_eq!((steps(&before), steps(&after)), (26, 26));
}
