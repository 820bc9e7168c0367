//! Responses that are wrong, stale, foreign, repeated or forged: each is named, with the check that keeps it out, and disturbs
//! neither what is here nor the others.

use std::fs;

use serde_json::{Value, json};

use crate::elsewhere::{RESPONSE, carried, fate, fates};
use crate::rehearsal::{PLAN, frozen, provisioned, signed};
use crate::room::{Done, Room};

/// A response in which something was changed.
fn changed(response: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut response = serde_json::from_str(response).unwrap();
    change(&mut response);
    response.to_string()
}

/// Merges one response, of which nothing is taken; why not.
#[track_caller]
fn refused(room: &Room, response: impl AsRef<[u8]>) -> Value {
    room.lay("x.json", response);
    let before = room.tree();
    let done = room.merge(&["x.json"]);
    assert_eq!(done.code, 1, "{done:?}");
    let items = done.json()[0]["items"].as_array().unwrap().clone();
    assert!(items.iter().all(|item| item["fate"] != "taken"), "{items:?}");
    assert!(!done.out.contains('\u{1b}'), "{}", done.out);
    let mut now = room.tree();
    now.retain(|file, bytes| before.get(file) != Some(bytes));
    assert!(now.keys().all(|file| file == "transcript.jsonl"), "{:?}", now.keys());
    items.into_iter().find(|item| item["fate"] == "refused").unwrap()
}

fn file(room: &Room) -> String {
    room.beside("x.json").display().to_string()
}

#[test]
fn a_response_of_another_ceremony_is_refused_by_name() {
    let room = frozen();
    let other =
        changed(&room.response_of("ada"), |response| response["ceremony"] = json!("rehearsal-\u{202e}2"));
    let item = refused(&room, other);
    assert_eq!(item["check"], "SIGN-STALE");
    let what = format!(
        "the response {} belongs to the ceremony rehearsal-\\u{{202e}}2, and this is rehearsal-1",
        file(&room)
    );
    assert_eq!(item["why"], what);
    let refusal = room.record().pop().unwrap();
    assert_eq!((&refusal["event"], &refusal["data"]["what"]), (&json!("refused"), &json!(what)));
}

/// Frozen again meanwhile, with another plan: "You signed the wrong metadata!"
#[test]
fn a_response_for_what_was_frozen_before_is_stale() {
    let room = frozen();
    let (old, response) = (room.digest("targets"), room.response_of("ada"));
    room.edit("ceremony.toml", "expires = \"11 months\"", "expires = \"10 months\"");
    room.freeze();
    assert_ne!(old, room.digest("targets"));
    let root = room.digest("root");
    room.lay("x.json", &response);
    let done = room.merge(&["x.json"]);
    let all: Vec<Value> = done.json()[0]["items"].as_array().unwrap().clone();
    let stale =
        all.iter().find(|item| item["what"].as_str().unwrap().ends_with("targets version 1")).unwrap();
    let what = format!(
        "targets version 1 ({old:.16}) is void: a later freeze put {:.16} in its place",
        room.digest("targets")
    );
    assert_eq!((&stale["check"], &stale["why"]), (&json!("SIGN-STALE"), &json!(what)));
    assert_eq!(done.code, 1);
    // What is still the same payload keeps what was signed, whatever the plan says by now.
    let of_root = all.iter().find(|item| item["what"].as_str().unwrap().contains("root version")).unwrap();
    assert!(response.contains(&root));
    assert_eq!(of_root["fate"], "taken");
}

#[test]
fn a_response_for_no_payload_of_this_ceremony_is_stale() {
    let room = frozen();
    let response = changed(&room.response_of("ada"), |response| {
        let signatures = response["signatures"].as_object_mut().unwrap();
        let any = signatures.values().next().unwrap().clone();
        signatures.clear();
        signatures.insert("ab".repeat(32), any);
    });
    let item = refused(&room, response);
    assert_eq!(item["check"], "SIGN-STALE");
    assert_eq!(item["why"], "a payload (abababababababab) is not a payload of this ceremony");
    // Before anything is frozen, nothing can be signed.
    let early = provisioned();
    let item = refused(&early, frozen().response_of("ada"));
    assert_eq!(item["check"], "SIGN-STALE");
}

#[test]
fn forged_signatures_and_foreign_keys_are_refused() {
    let room = frozen();
    let response = room.response_of("ada");
    let root = room.digest("root");
    let why = |check: &str, response: String| {
        let item = refused(&room, response);
        assert_eq!(item["check"], check);
        item["why"].as_str().unwrap().to_owned()
    };
    let only_root = |change: &dyn Fn(&mut Value)| {
        changed(&response, |response| {
            response["signatures"].as_object_mut().unwrap().retain(|payload, _| *payload == root);
            change(&mut response["signatures"][&root]);
        })
    };
    let (ada, online) = (room.keyid("ada"), room.keyid("online"));
    // Of another payload.
    let targets = room.digest("targets");
    let swapped = serde_json::from_str::<Value>(&response).unwrap()["signatures"][&targets][&ada].clone();
    let forged = why("SIGN-VERIFY", only_root(&|all| all[&ada] = swapped.clone()));
    let begins =
        format!("the signature of {ada:.16} over root version 1 was not taken: it does not verify: ");
    assert!(forged.starts_with(&begins), "{forged}");
    // Empty, as a placeholder.
    let empty = why("SIGN-VERIFY", only_root(&|all| all[&ada] = json!("")));
    assert!(empty.ends_with("was not taken: it is empty"), "{empty}");
    // By a key that may sign something else, under its own keyid and under Ada's.
    let foreign = why(
        "SIGN-VERIFY",
        only_root(&|all| {
            let sig = all[&ada].clone();
            *all = json!({ &online: sig });
        }),
    );
    assert!(foreign.ends_with("was not taken: its key is not one of this role"), "{foreign}");
    // A keyid that would be a path.
    let path = why(
        "SIGN-VERIFY",
        only_root(&|all| {
            let sig = all[&ada].clone();
            *all = json!({ "../../../evil": sig });
        }),
    );
    assert!(path.contains("was not taken: its key is not one of this role"), "{path}");
}

#[test]
fn what_is_no_response_is_refused_and_the_others_are_taken() {
    let room = frozen();
    let response = room.response_of("ada");
    room.lay("a.json", "{");
    room.lay("b.json", response.replacen('{', "{\"plan\":\"0\",", 1));
    room.lay("c.json", changed(&response, |response| response["more"] = json!(1)));
    room.lay("d.json", response.replace("response/1", "response/2"));
    room.lay("e.json", changed(&response, |response| response["signatures"] = json!({ "AB": {} })));
    room.lay("f.json", changed(&response, |response| response["signatures"] = json!({})));
    room.lay("g.json", " ".repeat(1 << 20));
    room.lay("h.json", &response);
    room.lay("i.json", changed(&response, |response| response["plan"] = json!("0")));
    let half = &response[..response.len() / 2];
    room.lay("j.json", half);
    let names: Vec<String> = ('a'..='k').map(|name| format!("{name}.json")).collect();
    let done = room.merge(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(done.code, 1);
    let refused = || fate("refused", "");
    let taken = || fate("taken", "");
    let expected = [
        refused(),
        refused(),
        refused(),
        refused(),
        refused(),
        refused(),
        refused(),
        taken(),
        taken(),
        refused(),
        refused(),
        refused(),
    ];
    assert_eq!(fates(&done), expected);
    for part in
        ["a response has no field \\\"more\\\"", "lower-case hex", "more than 65536 bytes", "does not exist"]
    {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    // A base64 that has two spellings has one.
    let (root, ada) = (room.digest("root"), room.keyid("ada"));
    for change in ["\n", " ", "%"] {
        let loose = changed(&response, |response| {
            let sig = &mut response["signatures"][&root][&ada];
            *sig = json!(format!("{}{change}", sig.as_str().unwrap()));
        });
        room.lay("x.json", loose);
        let done = room.merge(&["x.json"]);
        assert!(done.out.contains("it is not base64"), "{}", done.out);
    }
    // Only what is not there: exit 5.
    assert_eq!(room.merge(&["k.json"]).code, 5);
}

#[test]
fn what_is_repeated_changes_nothing() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    machine.respond(&room.paper("ada"), &[]).ok();
    let first = machine.read(RESPONSE);
    let again = machine.path("again.json").display().to_string();
    // Ben's, so that there is something new among them.
    room.lay("ada.json", &first);
    room.lay("ben.json", room.response_of("ben"));
    let done = room.merge(&["ada.json", "ada.json", "ben.json"]).ok();
    let (taken, before) = (fate("taken", ""), fate("before", ""));
    assert_eq!(fates(&done), [&taken, &taken, &before, &before, &taken, &taken].map(Clone::clone));
    let tree = room.tree();
    assert_eq!(fates(&room.merge(&["ben.json", "ada.json"]).ok()), vec![before.clone(); 4]);
    room.only_recorded(&tree, &[]);
    // Signed once more, elsewhere: the first signature stays.
    machine.respond(&room.paper("ada"), &["--out", &again]).ok();
    room.lay("again.json", machine.read("again.json"));
    assert_eq!(fates(&room.merge(&["again.json"]).ok()), vec![before; 2]);
    room.only_recorded(&tree, &[]);
}

/// Somebody put something where a signature belongs: it is named, and neither trusted nor replaced.
#[test]
fn what_stands_in_the_place_of_a_signature_is_named() {
    let room = frozen();
    room.lay("ada.json", room.response_of("ada"));
    let place = room.signature("root", "ada");
    room.write(&place, "{}");
    let done = room.merge(&["ada.json"]);
    assert_eq!(done.code, 1);
    assert!(
        done.out.contains("it is no valid signature of its key, and nothing was put in its place"),
        "{}",
        done.out
    );
    let mut told = fates(&done);
    told.sort();
    assert_eq!(told, [fate("refused", ""), fate("taken", "")]);
    assert_eq!(room.read(&place), "{}");
    // Moved away, the response is as good as before.
    fs::remove_file(room.path(&place)).unwrap();
    let mut told = fates(&room.merge(&["ada.json"]).ok());
    told.sort();
    assert_eq!(told, [fate("before", ""), fate("taken", "")]);
}

#[test]
fn what_comes_after_the_release_does_not_enter_it() {
    let room = signed();
    let late = room.response_of("cem");
    room.run(&["release"]).ok();
    let item = refused(&room, &late);
    assert_eq!(item["check"], "PLAN-OUTPUT");
    let why = ["root", "targets"].map(|role| {
        format!("the signature of Cem (cem) over {role} version 1 is good, and came after the release")
    });
    assert!(why.contains(&item["why"].as_str().unwrap().to_owned()), "{item}");
    let told = room.run(&["merge", room.beside("x.json").to_str().unwrap()]).out;
    let next = "next: Nothing needs it: the release was complete without it, and stays as it is.";
    assert!(told.contains(next), "{told}");
    let done: Done = room.run(&["status"]);
    assert!(done.out.contains("Released: metadata/ is written."), "{}", done.out);
    // Once it is sealed, nobody writes here.
    room.run(&["seal"]).ok();
    let done = room.merge(&["x.json"]);
    assert!(done.err.starts_with("error: this ceremony is sealed\n"), "{done:?}");
}

/// A response is small: with two ECDSA signatures less than 1 kB, whatever the ceremony's id.
#[test]
fn a_response_is_small() {
    let room = Room::new();
    let id = "i".repeat(64);
    room.write("ceremony.toml", PLAN.replace("rehearsal-1", &id));
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "cem"] {
        let response = room.response_of(key);
        assert!(response.len() < 880, "{key}: {}", response.len());
    }
}
