//! The evidence of `verify` for machines, and that nothing hostile in it reaches a terminal as it is.

use serde_json::{Value, json};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::source::file_stem;

use crate::flow::changed;
use crate::graph::{edge, graph, node};
use crate::holder::{A, B, C, D, E, PROJECT, SNAPSHOT, STRANGER, TARGETS, TIMESTAMP};
use crate::part::{signature, with_sig};
use crate::program::{folder, verify};
use crate::repository::{Repository, role};
use crate::tree::{list, rename, set};

fn row<'a>(json: &'a Value, file: &str) -> &'a Value {
    let rows = json["files"].as_array().unwrap();
    rows.iter().find(|row| row["file"] == file).unwrap_or_else(|| panic!("no row for {file}"))
}

fn keyids(holders: &[crate::holder::Holder]) -> Value {
    json!(holders.iter().map(|holder| [holder.keyid()]).collect::<Vec<_>>())
}

#[test]
fn every_file_has_its_signers_and_those_who_did_not_sign() {
    let json = verify(&folder("evidence-good", &Repository::good().build()), &["--json"]).json();
    let names: Vec<&Value> = json["files"].as_array().unwrap().iter().map(|row| &row["file"]).collect();
    let expected = [
        "trusted root",
        "2.root.json",
        "timestamp.json",
        "6.snapshot.json",
        "4.targets.json",
        "5.project.json",
    ];
    assert_eq!(names, expected);
    let signed = |file: &str, side: &str, holders: &[_], missing: &[_], threshold: i64| {
        let tally = &row(&json, file)[side];
        assert_eq!(tally["signed"], keyids(holders), "{file}");
        assert_eq!(tally["missing"], keyids(missing), "{file}");
        assert_eq!(tally["threshold"], threshold, "{file}");
    };
    signed("trusted root", "new", &[A, C], &[B], 2);
    signed("2.root.json", "old", &[A, C], &[B], 2);
    signed("2.root.json", "new", &[C, D], &[E], 2);
    signed("timestamp.json", "new", &[TIMESTAMP], &[], 1);
    signed("6.snapshot.json", "new", &[SNAPSHOT], &[], 1);
    signed("4.targets.json", "new", &TARGETS, &[], 2);
    signed("5.project.json", "new", &[PROJECT], &[], 1);
    // Neither a new key to the root before nor an old key to the new root is a stranger.
    for row in json["files"].as_array().unwrap() {
        assert_eq!(row["new"]["ignored"], json!([]), "{row}");
        assert!(row["old"].is_null() || row["old"]["ignored"] == json!([]), "{row}");
    }
    assert!(row(&json, "trusted root")["old"].is_null());
    assert_eq!(row(&json, "5.project.json")["delegator"], "targets");
    assert_eq!(row(&json, "4.targets.json")["version"], 4);
    assert_eq!(row(&json, "4.targets.json")["expires"], "2028-01-14T15:00:00Z");
    let targets = json!({ "listed": 2, "right": 2, "unreachable": 0, "wrong": 0 });
    assert_eq!(row(&json, "4.targets.json")["targets"], targets);
    assert_eq!((&json["dialect"], &json["rehearsal"]), (&json!("TUF 1.0"), &json!(false)));
}

#[test]
fn every_ignored_signature_has_its_reason() {
    let files = changed(|repository| {
        let root = repository.part("root");
        root.edit(|signed| {
            list(signed, &["roles", "root", "keyids"]).push(Json::from("undefined"));
        });
        root.envelope(|envelope, message| {
            let foreign = signature(&STRANGER.signer(), message);
            let wrong = with_sig(&E.keyid(), &E.sign(b"something else"));
            let more = [with_sig(&B.keyid(), ""), foreign, wrong, with_sig("undefined", "00")];
            list(envelope, &["signatures"]).extend(more);
        });
    });
    let json = verify(&folder("evidence-ignored", &files), &["--json"]).json();
    assert_eq!(json["accepted"], true, "{json}");
    let reasons = |side: &str| -> Vec<(String, String)> {
        let ignored = row(&json, "2.root.json")[side]["ignored"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        ignored.iter().map(|one| (text(&one["keyid"]), text(&one["why"]))).collect()
    };
    let (foreign, invalid) = ("its key is not one of this role", "it does not verify: ");
    let new = reasons("new");
    let old = reasons("old");
    let has = |found: &[(String, String)], keyid: &str, why: &str| {
        assert!(found.iter().any(|(id, said)| id == keyid && said.starts_with(why)), "{keyid}: {found:?}");
    };
    has(&new, &STRANGER.keyid(), foreign);
    has(&new, &E.keyid(), invalid);
    has(&new, &B.keyid(), foreign);
    has(&new, "undefined", "its key is not defined");
    has(&old, &B.keyid(), "it is empty");
    has(&old, &STRANGER.keyid(), foreign);
    assert!(old.iter().all(|(keyid, _)| *keyid != D.keyid()), "a new key is no stranger: {old:?}");
    assert_eq!(row(&json, "2.root.json")["new"]["missing"], keyids(&[E]));
}

#[test]
fn a_refusal_by_a_rule_names_it() {
    let files = changed(|repository| {
        repository.snapshot.edit(|signed| set(signed, &["expires"], "2028-01-14T15:00:00.5Z"));
    });
    let folder = folder("evidence-rule", &files);
    let refusal = verify(&folder, &["--json"]).json()["refusal"].clone();
    let what = "an expiry with fractions of a second [date-fraction] at signed.expires";
    let expected =
        json!({ "file": "6.snapshot.json", "rule": "date-fraction", "section": "4", "what": what });
    assert_eq!(refusal, expected);
    let json = verify(&folder, &["--json", "--client", "lenient"]).json();
    assert_eq!(json["accepted"], true);
    let remarks = &row(&json, "6.snapshot.json")["remarks"];
    let says = "an expiry with fractions of a second";
    let remark = json!({ "place": "signed.expires", "rule": "date-fraction", "says": says });
    assert!(remarks.as_array().unwrap().contains(&remark), "{remarks}");
}

/// Clears the screen, colours, rings, and turns letters round.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]0;y\u{7}\r\n\u{202e}\u{9b}31m\u{200b}";

fn is_harmless(text: &str) {
    let harmless = |c: char| c == '\n' || !(c.is_control() || "\u{202e}\u{200b}".contains(c));
    assert!(text.chars().all(harmless), "{text:?}");
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let hostile_role = graph(
        vec![edge(HOSTILE, PROJECT, "*")],
        vec![
            node(HOSTILE, &[PROJECT], &[], vec![edge("below", PROJECT, "*")]),
            node("below", &[PROJECT], &[], vec![]),
        ],
        |repository| {
            let place = format!("metadata/1.{}.json", file_stem(HOSTILE));
            repository.delegated[0].places = Some(vec![place]);
        },
    );
    let hostile_keyid = changed(|repository| {
        repository.part("root").edit(|signed| rename(signed, &E.keyid(), HOSTILE));
        repository.part("root").signatures(|list| list.push(with_sig(HOSTILE, "00")));
        repository.timestamp.signatures(|list| list.push(with_sig(HOSTILE, "00")));
    });
    let hostile_expiry = changed(|repository| {
        repository.timestamp.edit(|signed| set(signed, &["expires"], HOSTILE));
    });
    let hostile_target = changed(|repository| {
        repository.files.insert(HOSTILE.to_owned(), vec![]);
        repository.targets.edit(|signed| {
            set(signed, &["targets", HOSTILE], crate::repository::target(b"different"));
        });
        repository.inconsistent();
    });
    let hostile_root_role = changed(|repository| {
        repository.part("root").edit(|signed| set(signed, &["roles", HOSTILE], role(&[A], 1)));
    });
    let hostile_meta = changed(|repository| {
        let path = ["meta", HOSTILE];
        repository.timestamp.edit(move |signed| set(signed, &path, Json::object([("version", 1.into())])));
    });
    for (name, files) in [
        ("role", hostile_role),
        ("keyid", hostile_keyid),
        ("expires", hostile_expiry),
        ("target", hostile_target),
        ("root-role", hostile_root_role),
        ("meta", hostile_meta),
    ] {
        let folder = folder(&format!("hostile-text-{name}"), &files);
        let mut seen = false;
        for client in ["strict", "lenient", "python-tuf", "tuf-js"] {
            for more in [&[][..], &["--from-every-root"], &["--json"]] {
                let done = verify(&folder, &[&["--client", client], more].concat());
                assert!([0, 1].contains(&done.code), "{name}: {done:?}");
                is_harmless(&done.out);
                is_harmless(&done.err);
                seen |= done.out.contains("\\u{1b}[2J");
            }
        }
        // Of an expiry that is no date, and of the names of files that do not belong there, nothing is shown.
        assert!(seen || ["expires", "meta"].contains(&name), "{name} is shown, and made visible");
    }
}
