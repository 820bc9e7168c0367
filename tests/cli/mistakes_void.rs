//! A payload that was given up: nobody signs, requests or releases it, late signatures over it are named, and the next freeze
//! makes another.

use std::fs;

use serde_json::json;

use crate::elsewhere::{carried, fate, fates};
use crate::rehearsal::{frozen, released, signed};
use crate::room::Room;

const NEXT: &str = "Nobody signs it any longer. Correct the plan, then run `draft` and `freeze`: they make a new payload. Destroy \
                    papers and requests with the old digest.";

fn why(digest: &str) -> String {
    format!("root version 1 ({digest:.16}) was made void: The expiry is wrong.")
}

fn void(room: &Room, payload: &str) -> crate::room::Done {
    room.run(&["void", payload, "--reason", "The expiry is wrong."])
}

#[test]
fn a_void_payload_is_neither_signed_nor_requested_nor_released() {
    let room = signed();
    let digest = room.digest("root");
    let late = room.response_of("cem");
    let answered = carried(room.request("dan"));
    let told = void(&room, "root").ok().out;
    assert!(
        told.starts_with(&format!("Void: root version 1 ({digest:.16}): The expiry is wrong.\n")),
        "{told}"
    );
    let file = format!("payloads/{digest}.void.json");
    assert_eq!(room.json(&file)["reason"], "The expiry is wrong.");
    let line = room.record().pop().unwrap();
    assert_eq!((&line["event"], &line["data"]["payload"]), (&json!("voided"), &json!(digest)));
    assert!(line["data"]["files"].as_object().unwrap().contains_key(&file));

    room.sign("dan").refused(1, "SIGN-STALE", &why(&digest), NEXT);
    room.run(&["request", "--holder", "dan"]).refused(1, "SIGN-STALE", &why(&digest), NEXT);
    let release = room.run(&["release"]);
    assert!(release.out.contains(&format!("SIGN-STALE FAILS: {}", why(&digest))), "{}", release.out);
    assert_eq!(release.code, 1);
    assert!(!room.path("metadata").exists());
    let review = room.run(&["review"]);
    assert!(review.code == 1 && review.out.contains(&format!("SIGN-STALE FAILS: {}", why(&digest))));
    let status = room.run(&["status"]);
    assert_eq!(status.code, 1);
    let shown = format!(
        "{digest}\n    VOID: The expiry is wrong.\n    2 signatures over it, kept out [SIGN-STALE]\n"
    );
    assert!(status.out.contains(&shown), "{}", status.out);
    assert_eq!(room.run(&["status", "--json"]).json()["payloads"][0]["void"], "The expiry is wrong.");

    // Who has the request does not know of it. What comes back is kept out by name, and the rest is taken.
    answered.respond(&room.paper("dan"), &[]).ok();
    room.lay("cem.json", late);
    let done = room.merge(&["cem.json"]);
    let mut told = fates(&done);
    told.sort();
    assert_eq!((done.code, told), (1, vec![fate("refused", "SIGN-STALE"), fate("taken", "")]));
    assert!(done.out.contains(&why(&digest)), "{}", done.out);

    // The same draft becomes another root, for it commits to the record by now; what is not void keeps its signatures.
    let targets = room.digest("targets");
    let done = room.run(&["freeze"]).ok();
    let warns = format!(
        "SIGN-STALE WARNS: root version 1 says nothing else than {digest:.16} did, which was made void: The expiry is wrong."
    );
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&done.out).contains(&warns), "{}", done.out);
    assert_ne!(room.digest("root"), digest);
    assert_eq!(room.digest("targets"), targets);
    // Still by name: of who signed, and of what stands in its place.
    let told = room.run(&["merge", room.beside("cem.json").to_str().unwrap()]).out;
    assert!(told.contains("not taken: the signature of Cem (cem) over root version 1\n"), "{told}");
    let next = format!(
        "next: Nobody signs it any longer: {:.16} stands in its place. Send a new request for that. Destroy papers and requests \
         with the old digest.",
        room.digest("root")
    );
    assert!(told.contains(&next), "{told}");
    let late = fates(&room.merge(&["cem.json"]));
    assert!(late.contains(&fate("refused", "SIGN-STALE")) && late.contains(&fate("before", "")), "{late:?}");
    for key in ["ada", "ben"] {
        room.sign_only(key, "root").ok();
    }
    room.run(&["release"]).ok();
}

/// Without a commitment the same draft would be the same payload: signatures over the void one would count again.
#[test]
fn a_void_payload_does_not_come_back() {
    let room = frozen();
    let digest = room.digest("targets");
    void(&room, &digest[..8]).ok();
    room.run(&["draft"]).ok();
    let next = "Correct in ceremony.toml what was wrong with it. If it was right, set `planned` anew: all dates count from there, and \
                other bytes come out.";
    let what = format!(
        "targets version 1 comes out as {digest:.16} again, which was made void: The expiry is wrong."
    );
    room.run(&["freeze"]).refused(1, "SIGN-STALE", &what, next);
    room.edit("ceremony.toml", "2101-01-14T15:00:00Z", "2101-01-14T15:00:01Z");
    room.freeze();
    assert_ne!(room.digest("targets"), digest);
    room.sign("ada").ok();
}

/// The file alone is enough, and so is the record alone.
#[test]
fn neither_a_lost_file_nor_a_lost_line_brings_it_back() {
    let room = frozen();
    let before = room.read("transcript.jsonl");
    void(&room, "root").ok();
    let digest = room.digest("root");
    let file = format!("payloads/{digest}.void.json");
    let said = room.read(&file);
    fs::remove_file(room.path(&file)).unwrap();
    let status = room.run(&["status"]).out;
    assert!(
        status.contains("VOID: ")
            && status
                .contains(&format!("GONE since it was recorded (#{}): {file}\n", room.line_of("voided"))),
        "{status}"
    );
    room.sign("ada").refused(1, "SIGN-STALE", &why(&digest), NEXT);
    // A process that died between the two.
    room.write("transcript.jsonl", before);
    room.write(&file, said);
    room.sign("ada").refused(1, "SIGN-STALE", &why(&digest), NEXT);
    assert!(
        room.record()
            .iter()
            .any(|line| line["event"] == "found" && line["data"]["files"].get(&file).is_some())
    );
    // What says nothing readable says that it is void all the same.
    let other = frozen();
    let root = other.digest("root");
    other.write(&format!("payloads/{root}.void.json"), "?");
    let what = format!("root version 1 ({root:.16}) was made void: its file gives no reason");
    other.sign("ada").refused(1, "SIGN-STALE", &what, NEXT);
}

#[test]
fn what_cannot_be_given_up_is_refused() {
    let room = frozen();
    let old = room.digest("root");
    let next = "Give a role, or the beginning of the digest of a payload that stands, as `status` lists them; others are void.";
    for wanted in ["nightly", "000", "00000000"] {
        let what = format!("{wanted} is not a current payload of this ceremony");
        void(&room, wanted).refused(1, "SIGN-STALE", &what, next);
    }
    for reason in ["", "  ", "two\nlines", &"x".repeat(301)] {
        let done = room.run(&["void", "root", "--reason", reason]);
        assert!(
            done.code == 2 && done.err.contains("say why in one line of up to 300 characters"),
            "{done:?}"
        );
    }
    assert_eq!(room.run(&["void", "root"]).code, 2);
    void(&room, "root").ok();
    void(&room, "root").refused(1, "SIGN-STALE", &why(&old), NEXT);
    // Of what a later freeze has put another in the place of, that is what is said.
    room.freeze();
    let what = format!(
        "root version 1 ({old:.16}) is void: a later freeze put {:.16} in its place",
        room.digest("root")
    );
    let other = "Review and sign the new payload; `status` names it. Destroy papers with the old digest.";
    void(&room, &old).refused(1, "SIGN-STALE", &what, other);
    // Nothing of a release is taken back.
    let next = "What is released cannot be taken back: make what follows it, with `tuf-ceremony new DIR --from` this directory.";
    void(&released(), "root").refused(1, "PLAN-OUTPUT", "root version 1 is released", next);
    // Escapes in the reason are shown, and not obeyed.
    let room = frozen();
    let done = room.run(&["void", "targets", "--reason", "be\u{1b}[2Jfore"]).ok();
    assert!(done.out.contains("be\\u{1b}[2Jfore") && !done.out.contains('\u{1b}'), "{}", done.out);
    assert!(!room.run(&["status"]).out.contains('\u{1b}'));
}
