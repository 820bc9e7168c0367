//! What `release` foresees of clients, and refuses because of it.

use serde_json::json;

use crate::rehearsal::{PLAN, released, signed};
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
