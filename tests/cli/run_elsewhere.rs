//! `run other-site` from its first step to its last, with a machine of its own for each holder; and a genesis in which the holders
//! sign elsewhere, whose steps are done by what comes back.

use std::fs;

use tuf_ceremony::console::words::words;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::token::rehearsal::PIN;

use crate::elsewhere::machine;
use crate::holder::Holder;
use crate::mistakes_copy::{copy, merge};
use crate::rehearsal::{frozen, planned};
use crate::room::Room;
use crate::run_dialogue::{DO, FIRST, INITIALS, answer, closed, follow, from_to, has_each_once};

const HOLDERS: [(&str, &str); 4] = [("ada", "Ada"), ("ben", "Ben"), ("cem", "Cem"), ("dan", "Dan")];

/// The same at each step: what appears, and what is typed.
fn step(room: &Room, here: &mut Holder, number: &str, answers: &[&'static str]) {
    here.reads(&format!("Step {number} of "));
    answer(room, here, answers);
}

/// A step is passed over.
fn pass_over(here: &mut Holder, number: &str, prompt: &str) {
    here.reads(&format!("Step {number} of "));
    here.answers(prompt, "exception");
    here.answers("Reason, as the record will have it: ", "Dan is not reached.");
    here.answers("Initials of the first: ", "ca");
    here.answers("Initials of the second: ", "wi");
}

/// A holder's own machine and terminal, as the script has it: the request that was carried there, the words from the telephone, the
/// digits from the paper. The response.
fn answers_elsewhere(here: &Room, holder: &str) -> String {
    let site = machine();
    let request = here.read(&format!("requests/{holder}-1.json"));
    site.write(&format!("{holder}-1.json"), &request);
    let all = words(&Sha256Digest::of(request.as_bytes()).0);
    let mut at = site.sit_down(&["respond", site.path(&format!("{holder}-1.json")).to_str().unwrap()]);
    at.reads(&all[..4].join(" "));
    at.reads(&all[4..8].join(" "));
    at.answers("Enter when they agree: ", "");
    for role in ["root", "targets"] {
        at.answers("Digits from paper: ", &here.typed(role));
    }
    at.answers("PIN: ", PIN);
    let (code, screen) = at.leaves();
    assert_eq!(code, 0, "{screen}");
    site.read(&format!("{holder}-1.response.json"))
}

#[test]
fn the_script_for_other_sites_is_walked_to_its_end() {
    let room = frozen();
    let mut here = room.sit_before_window(&["run", "other-site"]);
    here.answers(FIRST, "");
    step(&room, &mut here, "1.1", &["do", "AB"]);
    here.reads("Step 1.2 of ");
    // The digests are those on the paper.
    for role in ["root", "targets", "snapshot", "timestamp"] {
        here.reads(&format!("{role} 1: {}", &room.typed(role)[..4]));
    }
    here.answers(INITIALS, "wi");
    for (at, (id, name)) in HOLDERS.iter().enumerate() {
        here.reads(&format!("Step 1.{} of ", 3 + 2 * at));
        here.reads(&format!("$ tuf-ceremony request --holder {id}"));
        here.answers(DO, "do");
        // The words that W writes down.
        here.reads(&format!("Asks the key {id} for root version 1, targets version 1."));
        let request = room.read(&format!("requests/{id}-1.json"));
        let all = words(&Sha256Digest::of(request.as_bytes()).0);
        here.reads(&all[..4].join(" "));
        here.reads(&all[4..8].join(" "));
        here.answers(INITIALS, "wi");
        here.reads(&format!("Step 1.{} of ", 4 + 2 * at));
        here.reads(&format!("medium for {name}"));
        here.answers(INITIALS, "ca");
    }
    fs::create_dir(room.path("responses")).unwrap();
    for (at, (id, _)) in HOLDERS.iter().enumerate() {
        let (signs, sends) = (format!("2.{}", 1 + 2 * at), format!("2.{}", 2 + 2 * at));
        if *id == "dan" {
            pass_over(&mut here, &signs, INITIALS);
            pass_over(&mut here, &sends, INITIALS);
            continue;
        }
        here.reads(&format!("Step {signs} of "));
        here.reads(&format!("tuf-ceremony respond {id}-1.json"));
        let response = answers_elsewhere(&room, id);
        here.answers(INITIALS, id);
        step(&room, &mut here, &sends, &["kh"]);
        room.write(&format!("responses/{id}-1.response.json"), response);
    }
    step(&room, &mut here, "3.1", &["ca"]);
    here.reads("Step 3.2 of ");
    here.answers(DO, "do");
    for (_, name) in &HOLDERS[..3] {
        here.reads(&format!("taken: the signature of {name} "));
    }
    here.reads("Taken: 6. Here before: 0. Not taken: 0.");
    here.answers(INITIALS, "ca");
    step(&room, &mut here, "3.3", &["do", "snapshot", "timestamp", "PIN"]);
    here.reads("verified and stored.");
    here.answers(INITIALS, "op");
    here.reads("Step 3.4 of ");
    here.answers(DO, "do");
    here.reads("Every quorum is complete.");
    here.answers(INITIALS, "ca");
    step(&room, &mut here, "4.1", &["kh"]);
    step(&room, &mut here, "4.2", &["ca"]);
    here.reads("Every step is closed: 24 steps, 2 exceptions passed over.");
    let (code, screen) = here.leaves();
    assert_eq!(code, 0, "{screen}");
    assert!(!screen.contains("This did not succeed"), "{screen}");
    assert_eq!(closed(&room).iter().filter(|(_, event)| event == "exception").count(), 2);
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
    room.run(&["transcript", "check"]).ok();
}

/// A step of the genesis whose signature came back from elsewhere is done, and says from where.
#[test]
fn a_signature_that_was_merged_is_not_made_again() {
    let room = planned();
    let mut here = room.sit_before_window(&["run"]);
    here.answers(FIRST, "");
    follow(&room, &mut here, &from_to("1.1", "4.1"));
    here.reads("Step 4.1 of ");
    here.reads(DO);
    let response = room.response_of("ada");
    room.lay("ada.json", &response);
    room.merge(&["ada.json"]).ok();
    here.types("again");
    here.reads("Step 4.1 of ");
    let line = room.line_of("merged");
    here.reads(&format!("This is done: line #{line} of the record says `merged`"));
    let digest = Sha256Digest::of(response.as_bytes()).to_hex();
    here.reads(&digest[..16]);
    here.answers(INITIALS, "do");
    here.reads("The command has done its work, and is not run twice.");
    here.answers(INITIALS, "ada");
    here.reads("Step 4.2 of ");
    here.reads(DO);
    // Half of what Ben has to sign is not all of it.
    let site = copy(&room);
    site.run_with_pin(PIN, &["sign", "--key", "ben", "--confirm", &site.typed("root")]);
    merge(&room, &site, "half").ok();
    here.types("again");
    here.reads("Step 4.2 of ");
    here.reads(DO);
    site.run_with_pin(PIN, &["sign", "--key", "ben", "--confirm", &site.typed("targets")]).ok();
    merge(&room, &site, "whole").ok();
    here.types("again");
    here.reads("Step 4.2 of ");
    here.reads("another copy of this directory");
    here.answers(INITIALS, "ben");
    follow(&room, &mut here, &from_to("4.3", ""));
    here.reads("Every step is closed: 26 steps, none was passed over.");
    let (code, screen) = here.leaves();
    assert_eq!(code, 0, "{screen}");
    has_each_once(&room, &from_to("1.1", ""));
    let signed = room.record().into_iter().filter(|line| line["event"] == "signed");
    assert!(signed.into_iter().all(|line| line["data"]["key"] != "ada" && line["data"]["key"] != "ben"));
    assert!(room.path("metadata/1.root.json").exists());
}
