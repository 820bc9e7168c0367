//! What `release` foresees of clients, and refuses because of it.

use serde_json::{Value, json};

use crate::later::{after, released_with};
use crate::rehearsal::{PLAN, frozen, released, signed};
use crate::room::Room;

#[test]
fn a_release_that_a_strict_client_refuses_is_not_written() {
    let room = Room::new();
    // A plan may ask for this, and only a client notices: it is no semantic version.
    room.write(
        "ceremony.toml",
        PLAN.replace("rehearsal = true", "rehearsal = true\nspec_version = \"1.0.031\""),
    );
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    let what = "a strict client that starts from root 1 refuses: trusted root: a specification version with a \
                leading zero in a number [spec-version-leading-zero] at signed.spec_version (spec 4)";
    let next = "Do not publish. Mend what is named in ceremony.toml, then `draft` and `freeze` again: payloads that come \
                out the same keep their signatures.";
    room.run(&["release"]).refused(1, "RELEASE-CLIENTS", what, next);
    assert!(!room.path("metadata").exists());
}

#[test]
fn release_tells_what_each_client_will_make_of_it() {
    let room = signed();
    let text = room.run(&["release"]).ok().out;
    for line in [
        "  strict                 1                  -",
        "  lenient                1                  -",
        "  python-tuf 7.0.1       1                  -",
        // Ben's key is on P-384: tough does not read it, and tuf-js does not count what it signs.
        "  tough 0.24.0           -                  1",
        "  tuf-js 5.0.1           -                  1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.contains("  tough: trusted root: the scheme ecdsa-sha2-nistp384 [scheme-p384]"), "{text}");
    let machine = released().run(&["release", "--json"]).ok().json();
    let clients = machine["clients"].as_array().unwrap();
    assert_eq!(clients.len(), 7);
    assert_eq!(
        clients[0],
        json!({"accepted": true, "client": "strict", "from": 1, "lost_before": false, "past": "fresh", "refused": null})
    );
    assert_eq!(clients[4]["accepted"], json!(false));
}

/// The root changes alone; what stays published is seen as well, by clients that count otherwise.
#[test]
fn what_stays_is_seen_with_a_root_that_changes_alone() {
    let first = released_with(PLAN);
    let room = after(&first.path(""));
    room.change(&["set-threshold", "targets", "4"]).ok();
    room.freeze();
    for key in ["ada", "cem", "dan"] {
        room.signs_all(key);
    }
    let clients = room.run(&["release", "--json"]).ok().json()["clients"].clone();
    let of = |name: &str| {
        let is = |one: &&Value| one["client"].as_str().unwrap().starts_with(name) && one["past"] == "fresh";
        clients.as_array().unwrap().iter().find(is).unwrap().clone()
    };
    // All four have signed targets, and tuf-js does not count what Ben signed.
    let refused = "1.targets.json: the threshold is not met: 3 of 4 needed signatures";
    assert_eq!(of("python-tuf")["accepted"], json!(true));
    assert!(of("tuf-js")["refused"].as_str().unwrap().starts_with(refused), "{clients}");
    assert!(!room.path("metadata/timestamp.json").exists());
}

/// tuf-js does not count P-384: who signs decides whether its users can follow, and that is said while more can still sign.
#[test]
fn clients_that_would_refuse_are_named_before_the_release() {
    let room = frozen();
    for key in ["ben", "cem", "online"] {
        room.signs_all(key);
    }
    let done = room.run(&["status"]).ok();
    let words = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("WARNS: tuf-js 5.0.1 that starts from root 1 would refuse: trusted root: its own threshold is not met"),
        "{}",
        done.out
    );
    assert!(words.contains("Another signature may help the clients that would refuse"), "{}", done.out);
    let refused = room.run(&["status", "--json"]).json()["would_refuse"].clone();
    assert_eq!((&refused[0]["client"], &refused[0]["from"]), (&json!("tuf-js"), &json!(1)));
    room.signs_all("ada");
    let done = room.run(&["status"]).ok();
    assert!(!done.out.contains("WARNS"), "{}", done.out);
}
