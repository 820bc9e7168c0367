//! Requests that are not what they seem: tampered, inconsistent, expired, foreign, or made to hurt whoever reads them. None is
//! ever signed, and nothing of them reaches the screen as it is.

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::elsewhere::{REQUEST, RESPONSE, carried, machine};
use crate::later::later;
use crate::rehearsal::{PLAN, frozen, planned, provisioned};
use crate::room::{Done, Room};

const COMPARE: &str = "Do not sign. Compare the SHA-256 of the request with those who wrote it, and have it carried here once more.";
const TELL: &str = "Sign nothing. Tell those who sent the request what was refused, and ask for a new one.";
const AGAIN: &str = "Nothing of it was used. Have it carried here once more, and compare its SHA-256 with those who wrote it.";

/// Answers what is left of a request; nothing may be signed, or hidden in what is told.
#[track_caller]
fn answer(room: &Room, bytes: impl AsRef<[u8]>) -> (Room, Done) {
    let machine = carried(bytes);
    let done = machine.respond(&room.paper("ada"), &[]);
    assert_eq!(machine.names(""), [REQUEST], "{done:?}");
    assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'), "{done:?}");
    (machine, done)
}

/// A request to Ada in which something was changed.
fn changed(room: &Room, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut request = serde_json::from_slice(&room.request("ada")).unwrap();
    change(&mut request);
    serde_json::to_vec(&request).unwrap()
}

/// The payload of a role in a request.
fn payload<'a>(request: &'a mut Value, role: &str) -> &'a mut Value {
    request["payloads"].as_array_mut().unwrap().iter_mut().find(|one| one["role"] == role).unwrap()
}

fn name(machine: &Room) -> String {
    machine.path(REQUEST).display().to_string()
}

#[test]
fn changed_bytes_of_a_payload_are_noticed() {
    let room = frozen();
    let digest = room.digest("root");
    let mut found = String::new();
    let request = changed(&room, |request| {
        let root = payload(request, "root");
        let text = root["canonical"].as_str().unwrap().replace("2102-01-14", "2103-01-14");
        found = Sha256Digest::of(text.as_bytes()).to_hex();
        root["canonical"] = json!(text);
    });
    let what = format!(
        "root version 1 was changed after it was frozen: named {:.16}, the bytes are {found:.16}",
        digest
    );
    answer(&room, request).1.refused(1, "SIGN-STALE", &what, TELL);
}

#[test]
fn another_digest_is_noticed() {
    let room = frozen();
    let other = "0".repeat(64);
    let request = changed(&room, |request| payload(request, "root")["sha256"] = json!(other));
    let what = format!(
        "root version 1 was changed after it was frozen: named {:.16}, the bytes are {:.16}",
        other,
        room.digest("root")
    );
    answer(&room, request).1.refused(1, "SIGN-STALE", &what, TELL);
}

/// Bytes, digest and what is asked for fit one another; plan and record do not know this payload.
#[test]
fn another_payload_is_none_of_the_plan() {
    let room = frozen();
    let old = room.digest("targets");
    let request = changed(&room, |request| {
        let targets = payload(request, "targets");
        let text = targets["canonical"].as_str().unwrap().replace("2101-12-14", "2101-12-15");
        let digest = Sha256Digest::of(text.as_bytes()).to_hex();
        targets["canonical"] = json!(text);
        targets["sha256"] = json!(digest);
        let asked = request["keys"][0]["payloads"].as_array_mut().unwrap();
        asked.iter_mut().filter(|one| **one == json!(old)).for_each(|one| *one = json!(digest));
    });
    let (_, done) = answer(&room, request);
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("error: 2 checks refuse: PLAN-INTENT, PLAN-DIGEST\n"), "{done:?}");
    let what = "PLAN-DIGEST FAILS: the record does not say under which plan targets version 1 was frozen";
    assert!(done.out.contains(what), "{}", done.out);
    // What to do about it is not for the holder.
    assert!(done.err.ends_with(&format!("  next: {TELL}\n")) && !done.out.contains("freeze"), "{done:?}");
}

#[test]
fn another_trusted_root_is_not_the_one_of_the_plan() {
    let room = later();
    room.freeze();
    let request = changed(&room, |request| {
        let root = request["files"]["trusted/1.root.json"].as_str().unwrap().replace("2102-", "2103-");
        request["files"]["trusted/1.root.json"] = json!(root);
    });
    let (_, done) = answer(&room, request);
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("error [PLAN-DIGEST]: trusted/1.root.json has the SHA-256 "), "{done:?}");
    assert!(done.err.contains(&format!("  next: {TELL}\n")), "{done:?}");
}

/// A root that is signed well, with the plan that names it: the record knows neither.
#[test]
fn another_trusted_root_with_its_plan_is_not_what_was_frozen() {
    let (room, other) = (later(), later());
    room.freeze();
    let plan = other.read("ceremony.toml");
    let request = changed(&room, |request| {
        for name in other.names("trusted") {
            let file = format!("trusted/{name}");
            request["files"][&file] = json!(other.read(&file));
        }
        request["files"]["ceremony.toml"] = json!(plan);
        request["plan"] = json!(Sha256Digest::of(plan.as_bytes()).to_hex());
    });
    let (_, done) = answer(&room, request);
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("error: 1 check refuses: PLAN-DIGEST\n"), "{done:?}");
    let what = "PLAN-DIGEST FAILS: these are not what they were at the freeze: trusted/1.root.json";
    assert!(done.out.contains(what), "{}", done.out);
}

#[test]
fn whatever_else_is_changed_does_not_follow_from_the_rest() {
    let room = frozen();
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 12] = [
        ("ceremony", |request| request["ceremony"] = json!("rehearsal-2")),
        ("repository", |request| request["repository"] = json!("packages.example.com")),
        ("plan", |request| request["plan"] = json!("0".repeat(64))),
        ("rehearsal", |request| request["rehearsal"] = json!(false)),
        ("holder", |request| request["holder"] = json!("ben")),
        ("holder", |request| request["holder"] = json!("\u{1b}[2Jada")),
        ("keys", |request| request["keys"][0]["token"]["serial"] = json!("R2")),
        ("keys", |request| request["keys"][0]["public"] = json!("another")),
        ("keys", |request| request["keys"][0]["holder"] = json!("\u{1b}[31mBen\u{202e}")),
        ("more", |request| request["more"] = json!(true)),
        ("files", |request| request["files"]["signatures/x.json"] = json!("{}")),
        ("payloads", |request| request["payloads"][0]["more"] = json!(1)),
    ];
    for (member, change) in changes {
        let (machine, done) = answer(&room, changed(&room, change));
        let what = format!(
            "the request {} says in {member:?} something else than what follows from the files in it",
            name(&machine)
        );
        done.refused(1, "SIGN-STALE", &what, COMPARE);
    }
    // What is only longer: a date that nobody checks otherwise is covered by the digest of the request alone, and is shown.
    let later = changed(&room, |request| request["expires"] = json!("2101-12-01T00:00:00Z"));
    let machine = carried(later);
    assert!(machine.respond(&room.paper("ada"), &[]).ok().out.contains("until 2101-12-01T00:00:00Z"));
}

/// Names from the plan are held to the plan's own rules.
#[test]
fn escapes_in_names_are_refused_or_made_visible() {
    let room = frozen();
    for (old, new) in
        [("name = \"Ada\"", "name = \"A\\u001b[31mda\""), ("\"rehearsal-1\"", "\"re\\u001b[2J\"")]
    {
        let request = changed(&room, |request| {
            let plan = request["files"]["ceremony.toml"].as_str().unwrap();
            assert_eq!(plan.matches(old).count(), 1);
            request["files"]["ceremony.toml"] = json!(plan.replace(old, new));
        });
        let (_, done) = answer(&room, request);
        assert_eq!(done.code, 1);
        assert!(done.err.starts_with("error [PLAN-STRICT]: "), "{done:?}");
    }
    let request = changed(&room, |request| payload(request, "root")["role"] = json!("ro\u{1b}[2Jot"));
    let (_, done) = answer(&room, request);
    assert_eq!(done.code, 1);
    assert!(done.err.contains("SIGN-STALE"), "{done:?}");
}

#[test]
fn names_that_lead_out_of_the_request_are_refused() {
    let room = frozen();
    let deep = "a/".repeat(20) + "b";
    for hostile in ["../../evil", "/etc/evil", "a/../../b", ".hidden", "a//b", "", "a\\b", "nul\0", &deep] {
        let (machine, done) = answer(&room, changed(&room, |request| request["files"][hostile] = json!("x")));
        let shown = hostile.replace('\0', "\\u{0}");
        let what = format!(
            "{} is no signature request: request.files.{shown}: this is not the name of a file that a request carries",
            name(&machine)
        );
        done.failed(1, &what, AGAIN);
    }
    // What the plan names must be there.
    let (machine, done) = answer(
        &room,
        changed(&room, |request| {
            request["files"].as_object_mut().unwrap().remove("ceremony.toml");
        }),
    );
    done.failed(1, &format!("{} is no signature request: it lacks ceremony.toml", name(&machine)), AGAIN);
    let room = later();
    room.freeze();
    let (machine, done) = answer(
        &room,
        changed(&room, |request| {
            request["files"].as_object_mut().unwrap().remove("trusted/1.root.json");
        }),
    );
    let what = format!("{} is no signature request: it lacks trusted/1.root.json", name(&machine));
    done.failed(1, &what, AGAIN);
    // Two that cannot both be there.
    let (machine, done) =
        answer(&room, changed(&room, |request| request["files"]["ceremony.toml/x"] = json!("x")));
    let what = format!(
        "the request {} says in \"files\" something else than what follows from the files in it",
        name(&machine)
    );
    done.refused(1, "SIGN-STALE", &what, COMPARE);
}

#[test]
fn what_is_no_request_is_refused() {
    let room = frozen();
    let request = String::from_utf8(room.request("ada")).unwrap();
    let half = &request[..request.len() / 2];
    let twice = request.replacen('{', "{\"holder\": \"ada\", ", 1);
    let inner =
        request.replacen("\"payloads\": [", "\"payloads\": [{\"role\": \"root\", \"role\": \"root\"}, ", 1);
    let other = request.replace("tuf-ceremony-request/1", "tuf-ceremony-request/2");
    let float = request.replacen("\"version\": 1", "\"version\": 1.0", 1);
    let trailing = format!("{request}{{}}");
    for (bytes, problem) in [
        (half, "is no signature request: "),
        (&twice, "\"holder\""),
        (&inner, "\"role\""),
        (&other, "request.format: \"tuf-ceremony-request/1\" is what this version reads"),
        (&float, "is no signature request: "),
        (&trailing, "is no signature request: "),
        ("", "is no signature request: "),
        ("[]", "is no signature request: request: expected an object, found an array"),
        ("{}", "the field \"format\" is missing"),
    ] {
        let (_, done) = answer(&room, bytes);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.err.contains(problem) && done.err.contains(AGAIN), "{problem}: {done:?}");
    }
    // No date, no digest, no keys, a key twice.
    for (member, value) in [
        ("expires", json!("soon")),
        ("keys", json!([{ "name": "ada", "payloads": ["00"] }])),
        ("keys", json!({})),
    ] {
        let (_, done) = answer(&room, changed(&room, |request| request[member] = value));
        assert!(done.err.contains(&format!("request.{member}")) && done.err.contains(AGAIN), "{done:?}");
    }
    let (_, done) = answer(
        &room,
        changed(&room, |request| {
            let first = request["keys"][0].clone();
            request["keys"].as_array_mut().unwrap().push(first);
        }),
    );
    assert!(done.err.contains("request.keys[1].name: it is there twice"), "{done:?}");
}

#[test]
fn a_request_that_is_too_large_is_not_read() {
    let room = frozen();
    let machine = machine();
    let file = std::fs::File::create(machine.path(REQUEST)).unwrap();
    file.set_len(5 << 30).unwrap();
    let done = machine.respond(&room.paper("ada"), &[]);
    let what = format!("{} has more than 67108864 bytes", name(&machine));
    done.failed(5, &what, "Check that this is the right file.");
}

#[test]
fn an_expired_request_is_not_answered() {
    let room = frozen();
    let request = changed(&room, |request| request["expires"] = json!("2020-01-01T00:00:00Z"));
    let (machine, done) = answer(&room, request);
    let begins = format!(
        "error [SIGN-STALE]: the request {} expired on 2020-01-01T00:00:00Z, and this machine's clock says ",
        name(&machine)
    );
    assert!(done.err.starts_with(&begins) && done.code == 1, "{done:?}");
    // None is written that could be answered when nothing is left to sign.
    let what = "a request until 2102-01-01T00:00:00Z could be answered after targets version 1 has expired, on 2101-12-14T15:00:00Z";
    let next = "Give a date up to 2101-12-14T15:00:00Z with --expires, or none.";
    room.run(&["request", "--holder", "ada", "--expires", "2102-01-01T00:00:00Z"]).failed(2, what, next);
    // And none that could not be.
    let what = "a request that expires on 2020-01-01T00:00:00Z could not be answered";
    let next = "Give a later date with --expires; `plan` says until when the payloads are good.";
    room.run(&["request", "--holder", "ada", "--expires", "2020-01-01T00:00:00Z"]).failed(2, what, next);
}

/// What else is frozen with it, and expires sooner, does not shorten the time for an answer.
#[test]
fn a_request_may_be_answered_as_long_as_what_it_asks_for_is_good() {
    let room = provisioned();
    let now = jiff::Timestamp::now();
    let planned = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    room.edit("ceremony.toml", "2101-01-14T15:00:00Z", &planned);
    room.freeze();
    let request: Value = serde_json::from_slice(&room.request("ada")).unwrap();
    let until: jiff::Timestamp = request["expires"].as_str().unwrap().parse().unwrap();
    // The timestamp is good for a week.
    assert!(until.duration_since(now).as_hours() >= 14 * 24 - 1, "{until}");
}

/// Where a key is made at its holder's, that is said, too.
#[test]
fn a_key_that_is_not_here_may_come_from_its_holder() {
    let next = "Run `tuf-ceremony token provision --key ada` with its token inserted; or, in a copy of this directory, where its \
                holder is, and bring that here with `merge DIR`.";
    planned().run(&["draft"]).failed(3, "the public half of the key ada is not here yet", next);
}

/// The holder's own mistakes: the digest of something else, another key, a response that is there already.
#[test]
fn the_holder_is_held_to_the_paper_and_to_the_token() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    let what = "what was typed is not the beginning of the digest of any payload that this key signs";
    let next = "Stop. Compare the paper with the review; if they differ, this is not what was agreed: sign nothing, and tell \
                those who sent the request. After a slip, run the command again: nothing was signed.";
    machine.respond(&["0123456789".to_owned()], &[]).refused(1, "SIGN-REVIEW", what, next);
    // Zeros are no digits of nothing, either: the other of the two was signed before.
    let only = changed(&room, |request| request["keys"][0]["payloads"] = json!([]));
    let what_of_none = carried(only).respond(&["00000000".to_owned()], &[]);
    what_of_none.refused(1, "SIGN-REVIEW", what, next);
    let next = "Name one of these with --key: ada.";
    machine.respond(&room.paper("ada"), &["--key", "ben"]).failed(
        2,
        "this request asks nothing of the key ben",
        next,
    );
    let what = "the key ada is on no PKCS#11 token, and --module names a library for one";
    machine.respond(&room.paper("ada"), &["--module", "/lib/x.so"]).failed(2, what, "Leave --module out.");
    assert_eq!(machine.names(""), [REQUEST]);
    machine.write("there.json", "mine");
    let there = machine.path("there.json").display().to_string();
    let done = machine.respond(&room.paper("ada"), &["--out", &there]);
    let next = "It is no answer to this request, and nothing is overwritten. Name another file with --out.";
    done.refused(1, "PLAN-OUTPUT", &format!("{there} exists already"), next);
    assert_eq!(machine.read("there.json"), "mine");
    // What was never asked for is not signed, whatever is typed.
    let only = changed(&room, |request| {
        request["keys"][0]["payloads"].as_array_mut().unwrap().pop();
    });
    let machine = carried(only);
    let done = machine.respond(&room.paper("ada"), &[]).ok();
    assert!(
        done.out.contains("Signed root version 1") && !done.out.contains("Signed targets"),
        "{}",
        done.out
    );
}

/// Whether the response can be written is known before a token signs, and what is unfinished of something else stays.
#[test]
fn the_response_has_a_place_before_anything_is_signed() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    let out = machine.path("no-such-folder/x.json").display().to_string();
    let done = machine.respond(&room.paper("ada"), &["--out", &out]);
    assert!(
        done.code == 5 && done.out.contains("Signature request") && !done.out.contains("Signed "),
        "{done:?}"
    );
    let unfinished = format!("{RESPONSE}.unfinished");
    machine.write(&unfinished, "{}");
    let done = machine.respond(&room.paper("ada"), &[]);
    let shown = machine.path(&unfinished).display().to_string();
    let next =
        "It is of another answer, and nothing is overwritten. Move it away, or name another file with --out.";
    done.refused(1, "PLAN-OUTPUT", &format!("{shown} exists already"), next);
    assert_eq!(machine.read(&unfinished), "{}");
}

/// A production ceremony's plan marks nothing as a rehearsal, and a rehearsal token signs nothing of it.
#[test]
fn a_rehearsal_is_no_production_ceremony_elsewhere_either() {
    let room = frozen();
    let plan = PLAN.replace("rehearsal = true", "rehearsal = false");
    let request = changed(&room, |request| {
        request["files"]["ceremony.toml"] = json!(plan);
        request["plan"] = json!(Sha256Digest::of(plan.as_bytes()).to_hex());
        request["rehearsal"] = json!(false);
    });
    let (_, done) = answer(&room, request);
    assert!(done.out.contains("PLAN-REHEARSAL FAILS: "), "{done:?}");
    assert_eq!(done.code, 1);
}

#[test]
fn nobody_is_asked_for_what_nobody_may_sign() {
    let room = provisioned();
    room.run(&["request", "--holder", "ada"]).failed(
        3,
        "nothing is frozen yet",
        "Run `tuf-ceremony draft` and `tuf-ceremony freeze` first.",
    );
    room.freeze();
    room.run(&["request", "--holder", "zoe"]).failed(
        2,
        "ceremony.toml has no holder \"zoe\"",
        "The holders are: ada, ben, cem, dan.",
    );
    room.edit("ceremony.toml", "expires = \"7 days\"", "expires = \"8 days\"");
    let done = room.run(&["request", "--holder", "ada"]);
    assert!(done.out.contains("PLAN-DIGEST FAILS: "), "{done:?}");
    assert!(!room.path("requests").exists());
    // Somebody's own file is not overwritten.
    room.edit("ceremony.toml", "expires = \"8 days\"", "expires = \"7 days\"");
    let mine = room.lay("mine.json", "mine").display().to_string();
    let done = room.run(&["request", "--holder", "ada", "--out", &mine]);
    let what = format!("{mine} exists already, and nothing is overwritten");
    done.failed(5, &what, "Choose another name, or move the old file away yourself.");
}
