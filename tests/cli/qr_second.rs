//! The second screen: a machine without the ceremony directory shows the same words and the same differences.

use std::fs;

use serde_json::Value;
use tuf_ceremony::ceremony::second_screen::ForReview;
use tuf_ceremony::json::Json;

use crate::later::later;
use crate::qr::run_inside;
use crate::rehearsal::frozen;
use crate::room::Room;

/// What both machines say of a payload: all before the checks, or before what the second says of itself.
fn review(text: &str) -> &str {
    text.split("\n\n").next().unwrap()
}

/// The words of a digest, in one line.
fn words(text: &str) -> String {
    let (_, words) = text.split_once("the same as words\n").unwrap();
    words.split_whitespace().take(32).collect::<Vec<_>>().join(" ")
}

/// Another machine: an empty folder.
fn elsewhere() -> Room {
    let room = Room::new();
    fs::create_dir(room.path("")).unwrap();
    room
}

/// Shows a payload to another machine, and compares what both say of it. Gives what the second says.
#[track_caller]
fn same_on_both(here: &Room, elsewhere: &Room, role: &str) -> (String, Value) {
    let frames = elsewhere.path(role);
    let shown = here.run(&["qr", "show", "--payload", role, "--frames", frames.to_str().unwrap()]).ok();
    // The first is lost, and so is every fifth after it. What is left of the rest brings what the first had: which parts a code mixes
    // is a matter of chance, and of few it may be none with that.
    for (place, name) in elsewhere.names(role).iter().enumerate() {
        if place % 5 == 0 {
            fs::remove_file(frames.join(name)).unwrap();
        }
    }
    let first = here.run(&["review", role]).ok();
    let second = run_inside(elsewhere, &["review", "--from-qr", role]).ok();
    assert_eq!(review(&first.out), review(&second.out));
    assert_eq!(words(&shown.out), words(&second.out));
    let first = here.run(&["--json", "review", role]).ok().json();
    let machine = run_inside(elsewhere, &["--json", "review", "--from-qr", role]).ok().json();
    assert_eq!(first["payloads"], machine["payloads"]);
    (second.out, machine)
}

#[test]
fn a_first_root_is_the_same_on_both_screens() {
    let (here, elsewhere) = (frozen(), elsewhere());
    for role in ["root", "timestamp"] {
        let (text, machine) = same_on_both(&here, &elsewhere, role);
        assert_eq!(machine["basis_sha256"], Value::Null);
        let says = "That there is nothing to compare the payload with came with the codes too.";
        assert!(text.replace('\n', " ").contains(says), "{text}");
    }
    let both = run_inside(&elsewhere, &["review", "--from-qr", "root", "timestamp"]);
    assert_eq!(both.code, 1);
    assert!(
        both.err.contains("root-1.review.json (") && both.err.contains("timestamp-1.review.json ("),
        "{}",
        both.err
    );
}

#[test]
fn a_later_root_is_compared_with_the_trusted_one_on_both_screens() {
    let (here, elsewhere) = (later(), elsewhere());
    here.change(&["set-threshold", "root", "3"]).ok();
    here.freeze();
    let (text, machine) = same_on_both(&here, &elsewhere, "root");
    assert!(text.contains("root version 2, compared with the trusted root, version 1\n"), "{text}");
    assert!(text.contains("~ role root: threshold\n    was 2\n    is  3\n"), "{text}");
    // What its own copy of the trusted root says is told apart from what came.
    let trusted = here.path("trusted/1.root.json");
    let own = run_inside(&elsewhere, &["--json", "inspect", trusted.to_str().unwrap()]).ok().json();
    assert_eq!(machine["basis_sha256"], own[0]["sha256"]);
    assert!(text.replace('\n', " ").contains("whether your own copy of it has this SHA-256:"), "{text}");
}

/// A machine that shows its holder one payload and signs another would have to show the other one's codes.
#[test]
fn another_payload_has_other_words() {
    let (here, elsewhere) = (frozen(), elsewhere());
    run_inside(&here, &["qr", "show", "--payload", "root", "--frames", "frames"]).ok();
    let told = run_inside(&here, &["qr", "read", "frames", "--out", "carried.json"]).ok().out;
    // The file has other words than the payload, and says so.
    let told = told.split_whitespace().collect::<Vec<_>>().join("");
    assert!(told.contains("notofthepayloaditself,whoseSHA-256is"), "{told}");
    assert!(told.contains(&here.digest("root")), "{told}");
    let changed = here.read("carried.json").replace("2102-01-14T15:00:00Z", "2103-01-14T15:00:00Z");
    elsewhere.write("root-1.review.json", changed);
    run_inside(&elsewhere, &["qr", "show", "root-1.review.json", "--frames", "frames"]).ok();
    let second = run_inside(&elsewhere, &["review", "--from-qr", "frames"]).ok();
    assert!(second.out.contains("+ expires: 2103-01-14T15:00:00Z"), "{}", second.out);
    assert_ne!(words(&here.run(&["review", "root"]).ok().out), words(&second.out));
}

#[test]
fn what_is_no_payload_is_refused() {
    let elsewhere = elsewhere();
    elsewhere.write("hi", "hi\n");
    run_inside(&elsewhere, &["qr", "show", "hi", "--png", "hi.png"]).ok();
    let what = "a code was read that this program does not show: it is no payload to review: expected value at line 1, column 1";
    let next = "Nothing was written. Read codes that `tuf-ceremony qr show` showed.";
    run_inside(&elsewhere, &["review", "--from-qr", "hi.png"]).failed(1, what, next);
    let here = frozen();
    let stale = here.run(&["qr", "show", "--payload", "00000000", "--png", "x.png"]);
    let next = "Give a role, or the beginning of the digest of a payload that stands, as `status` lists them; others are void.";
    stale.refused(1, "SIGN-STALE", "00000000 is not a current payload of this ceremony", next);
}

#[test]
fn nothing_else_is_taken_for_a_payload() {
    let here = frozen();
    run_inside(&here, &["qr", "show", "--payload", "root", "--frames", "frames"]).ok();
    run_inside(&here, &["qr", "read", "frames", "--out", "carried.json"]).ok();
    let right = here.read("carried.json");
    let carried = ForReview::read(right.as_bytes()).unwrap();
    assert_eq!(carried.to_bytes(), right.as_bytes());
    assert_eq!(carried.payload.digest.to_hex(), here.digest("root"));
    let edited = |edit: &dyn Fn(&mut Json)| {
        let mut tree = Json::from_canonical(right.as_bytes(), 1 << 20).unwrap();
        edit(&mut tree);
        ForReview::read(&tree.canonical()).unwrap_err().to_string()
    };
    let put = |name: &'static str, value: Json| {
        edited(&|tree| drop(tree.as_object_mut().unwrap().insert(name.to_owned(), value.clone())))
    };
    let refusals = [
        (put("more", Json::Null), "review: the field \"more\" is unknown"),
        (put("kind", Json::from("tuf-ceremony review 2")), "review.kind: expected \"tuf-ceremony review 1\""),
        (
            put("role", Json::from("targets")),
            "review.payload._type: metadata of targets has \"targets\" here",
        ),
        (put("rebased", Json::Null), "review.rebased: expected a boolean, found null"),
        (put("basis", Json::Bool(true)), "review.basis: expected an object, found a boolean"),
        (put("names", Json::Null), "review.names: expected an object, found null"),
        (
            edited(&|tree| drop(tree.as_object_mut().unwrap().remove("payload"))),
            "review: the field \"payload\" is missing",
        ),
    ];
    for (said, why) in refusals {
        let before = "a code was read that this program does not show: it is no payload to review: ";
        assert_eq!(said, format!("{before}{why}"));
    }
    // Not in canonical form: bytes that hash to something else must not look the same.
    let spaced = right.replacen(':', ": ", 1);
    assert!(
        ForReview::read(spaced.as_bytes()).unwrap_err().to_string().contains("it is no payload to review")
    );
}
