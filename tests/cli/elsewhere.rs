//! Holders elsewhere: a machine of a holder is a room of its own, and nothing is in both rooms but what is carried.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::token::rehearsal::PIN;

use crate::later::later;
use crate::rehearsal::{frozen, roles_of};
use crate::room::{Done, Room};

/// What the request is called on a holder's machine.
pub const REQUEST: &str = "request.json";
/// And the response, unless somebody calls it something else.
pub const RESPONSE: &str = "request.response.json";

/// A machine with nothing of the ceremony.
pub fn machine() -> Room {
    let room = Room::new();
    fs::create_dir(room.path("")).unwrap();
    room
}

/// A machine to which a request was carried.
pub fn carried(request: impl AsRef<[u8]>) -> Room {
    let room = machine();
    room.write(REQUEST, request);
    room
}

impl Room {
    /// Writes a request, and gives its bytes.
    #[track_caller]
    pub fn request(&self, holder: &str) -> Vec<u8> {
        let told = self.run(&["request", "--holder", holder, "--json"]).ok().json();
        let bytes = fs::read(told["file"].as_str().unwrap()).unwrap();
        assert_eq!(told["sha256"], Sha256Digest::of(&bytes).to_hex());
        bytes
    }

    /// Answers the request on this machine; `confirm` comes from paper.
    pub fn respond(&self, confirm: &[String], arguments: &[&str]) -> Done {
        let request = self.path(REQUEST).display().to_string();
        let mut all = vec!["respond", &request];
        all.extend(confirm.iter().flat_map(|digits| ["--confirm", digits.as_str()]));
        self.run_with_pin(PIN, &[&all[..], arguments].concat())
    }

    /// What stands on the paper of a key's holder.
    pub fn paper(&self, key: &str) -> Vec<String> {
        roles_of(key).map(|role| self.typed(role)).to_vec()
    }

    /// A holder answers on a machine of their own; the response.
    #[track_caller]
    pub fn response_of(&self, key: &str) -> String {
        let machine = carried(self.request(key));
        machine.respond(&self.paper(key), &[]).ok();
        machine.read(RESPONSE)
    }

    /// Lays something beside the ceremony directory, as on a stick.
    pub fn lay(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.beside(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// `merge` of what lies beside the ceremony directory.
    pub fn merge(&self, names: &[&str]) -> Done {
        let paths: Vec<String> = names.iter().map(|name| self.beside(name).display().to_string()).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        self.run(&[&["merge", "--json"], &paths[..]].concat())
    }
}

/// What became of each thing that was brought: its fate, and the check that refused it.
#[track_caller]
pub fn fates(done: &Done) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let brought = done.json();
    let items = brought.as_array().unwrap().iter().flat_map(|one| one["items"].as_array().unwrap());
    items.map(|item| (text(&item["fate"]).unwrap(), text(&item["check"]))).collect()
}

/// As [`fates`] has them.
pub fn fate(fate: &str, check: &str) -> (String, Option<String>) {
    (fate.to_owned(), Some(check.to_owned()).filter(|check| !check.is_empty()))
}

#[test]
fn a_holder_signs_elsewhere() {
    let room = frozen();
    let before = room.tree();
    let request = room.request("ada");
    assert_eq!(room.names("requests"), ["ada-1.json"]);
    let asked = room.record().pop().unwrap();
    assert_eq!((&asked["event"], &asked["data"]["holder"]), (&json!("requested"), &json!("ada")));
    assert_eq!(asked["data"]["keys"]["ada"], json!([room.digest("root"), room.digest("targets")]));
    let machine = carried(&request);
    let done = machine.respond(&room.paper("ada"), &[]).ok();
    // The same review as at the ceremony, and the words of the request.
    let review = room.run(&["review", "root"]).ok().out;
    let statements = review.split("\nSHA-256").next().unwrap().rsplit_once('\n').unwrap().0;
    assert!(done.out.contains(statements), "{}\n{statements}", done.out);
    let words = tuf_ceremony::console::words::words(&Sha256Digest::of(&request).0);
    assert!(done.out.contains(&words[..4].join(" ")), "{}", done.out);
    assert_eq!(machine.names(""), [REQUEST, RESPONSE]);
    let response = machine.read(RESPONSE);
    assert!(response.len() < 1000 && response.lines().count() == 1, "{response}");
    // Nothing came back by itself.
    assert!(!room.path("signatures").exists());
    room.lay("ada.json", &response);
    assert_eq!(fates(&room.merge(&["ada.json"]).ok()), [fate("taken", ""), fate("taken", "")]);
    for role in roles_of("ada") {
        assert!(room.path(&room.signature(role, "ada")).exists());
    }
    let merged = room.record().pop().unwrap();
    assert_eq!(merged["event"], "merged");
    assert_eq!(merged["data"]["from"]["sha256"], Sha256Digest::of(response.as_bytes()).to_hex());
    assert_eq!(merged["data"]["from"]["request"], Sha256Digest::of(&request).to_hex());
    assert_eq!(merged["data"]["files"].as_object().unwrap().len(), 2);
    // The record is told in words.
    let told = room.run(&["transcript", "show"]).ok().out;
    for words in [
        "asked the key ada for root version 1, targets version 1",
        "took these from a response:",
        "an answer to the request requests/ada-1.json",
        "signature of Ada (ada) over root version 1",
        "signature of Ada (ada) over targets version 1",
    ] {
        assert!(told.replace("\n    ", " ").contains(words), "{told}");
    }
    // Nothing else was touched.
    let mut now = room.tree();
    now.retain(|file, _| !["requests/", "signatures/"].iter().any(|folder| file.starts_with(folder)));
    assert!(now.iter().all(|(file, bytes)| file == "transcript.jsonl" || before.get(file) == Some(bytes)));
    // Nobody is asked twice.
    let next = "Nothing was written. `tuf-ceremony status` says who is missing.";
    room.run(&["request", "--holder", "ada"]).failed(1, "no payload needs a key of ada", next);
}

/// In a later ceremony the request carries the trusted root, what is published beside it, and both quorums.
#[test]
fn a_holder_signs_what_follows_a_trusted_root() {
    let room = later();
    room.freeze();
    let request = room.request("ben");
    let said: Value = serde_json::from_slice(&request).unwrap();
    let files: Vec<&String> = said["files"].as_object().unwrap().keys().collect();
    assert!(files.contains(&&"trusted/1.root.json".to_owned()), "{files:?}");
    let machine = carried(&request);
    let done = machine.respond(&room.paper("ben"), &[]).ok();
    assert!(done.out.contains("root version 2, compared with the trusted root, version 1"), "{}", done.out);
    assert!(done.out.contains("The trusted root that it goes by, version 1: SHA-256"), "{}", done.out);
    room.lay("ben.json", machine.read(RESPONSE));
    room.merge(&["ben.json"]).ok();
    let root = &room.run(&["status", "--json"]).json()["payloads"][0];
    assert_eq!(
        (&root["old"]["signed"], &root["new"]["signed"]),
        (&json!(["Ben (ben)"]), &json!(["Ben (ben)"]))
    );
}

/// One payload now, the other with the next response.
#[test]
fn a_holder_may_answer_in_parts() {
    let room = frozen();
    let machine = carried(room.request("cem"));
    let first = machine.respond(&[room.typed("root")], &[]);
    assert_eq!((first.code, first.err.as_str()), (3, ""), "{}", first.out);
    let other = machine.path("other.json").display().to_string();
    machine.respond(&[room.typed("targets")], &["--out", &other]);
    room.lay("stick/a.response.json", machine.read(RESPONSE));
    room.lay("stick/b.response.json", machine.read("other.json"));
    room.lay("stick/notes.txt", "hello");
    // A folder: what has the name of a response is taken, and the rest is named.
    let done = room.merge(&["stick"]).ok();
    assert_eq!(fates(&done), [fate("taken", ""), fate("taken", ""), fate("left", "")]);
    assert!(done.out.contains("notes.txt"), "{}", done.out);
}

/// What an interrupted answer had signed is taken up, also where the token is not there any longer.
#[test]
fn an_answer_goes_on_after_a_stop() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    machine.respond(&[room.typed("root")], &[]);
    let unfinished = format!("{RESPONSE}.unfinished");
    fs::rename(machine.path(RESPONSE), machine.path(&unfinished)).unwrap();
    let done = machine.respond(&[room.typed("targets")], &[]).ok();
    assert!(done.out.contains("root version 1 was signed with this key before."), "{}", done.out);
    assert_eq!(machine.names(""), [REQUEST, RESPONSE]);
    room.lay("ada.json", machine.read(RESPONSE));
    assert_eq!(fates(&room.merge(&["ada.json"]).ok()), [fate("taken", ""), fate("taken", "")]);
}

/// With `--json` standard output has nothing else, and what the holder must see is on standard error.
#[test]
fn machines_are_told_what_was_signed() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    let title = |role: &str| format!("{role} version 1");
    let signed = |role: &str| json!({ "payload": room.digest(role), "title": title(role) });
    let first = machine.respond(&[room.typed("root")], &["--json"]);
    assert_eq!(first.code, 3, "{first:?}");
    let review = room.run(&["review", "root"]).ok().out;
    let statements = review.split("\nSHA-256").next().unwrap().rsplit_once('\n').unwrap().0;
    assert!(first.err.contains(statements), "{first:?}");
    let response = machine.read(RESPONSE);
    let file = machine.path(RESPONSE).display().to_string();
    let written = json!({
        "bytes": response.len(), "file": file, "sha256": Sha256Digest::of(response.as_bytes()).to_hex(),
    });
    assert_eq!(
        first.json(),
        json!({
            "before": [], "key": "ada", "response": written, "signed": [signed("root")], "waiting": [title("targets")],
        })
    );
    // A digest that is not on the paper: no word on standard output.
    let other = machine.path("other.json").display().to_string();
    let wrong = machine.respond(&["00000000".to_owned()], &["--json", "--out", &other]);
    assert!(
        wrong.code == 1 && wrong.out.is_empty() && wrong.err.contains("error [SIGN-REVIEW]"),
        "{wrong:?}"
    );

    let typed = room.typed("targets");
    let here = room.run_with_pin(PIN, &["sign", "--key", "ada", "--confirm", &typed, "--json"]);
    assert_eq!(here.code, 3, "{here:?}");
    assert_eq!(
        here.json(),
        json!({ "before": [], "key": "ada", "signed": [signed("targets")], "waiting": [title("root")] })
    );
    let void = room.run(&["void", "root", "--reason", "a wrong key", "--json"]).ok();
    assert_eq!(
        void.json(),
        json!({ "payload": room.digest("root"), "reason": "a wrong key", "title": title("root") })
    );
}
