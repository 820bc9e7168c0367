//! A later ceremony: one key is replaced. The new root needs the threshold of the old one and its own.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::{Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::keyid_of;

use crate::python::python;
use crate::rehearsal::{KEYS, PLAN, released};
use crate::room::Room;
use crate::softhsm::{self, HOLDERS, MODULE, ONLINE, Person, everybody, new_token, planned};

/// Holds Eve's place from the second ceremony on.
const EVA: Person = Person { name: "Eva", key: "root-6", pin: "pin-of-eva-2027" };

fn provision(room: &Room, person: Person) {
    room.run_with_pin(person.pin, &["token", "provision", "--key", person.key]).ok();
}

fn signs(room: &Room, person: Person, roles: &[&str]) {
    let mut arguments = vec!["sign".to_owned(), "--key".to_owned(), person.key.to_owned()];
    arguments.extend(roles.iter().flat_map(|role| ["--confirm".to_owned(), room.typed(role)]));
    room.run_with_pin(person.pin, &arguments.iter().map(String::as_str).collect::<Vec<_>>()).ok();
}

/// The first ceremony, in short; `genesis` goes through it in full.
fn first_root(test: &str) -> Option<Room> {
    let room = softhsm::room(test)?;
    planned(&room, "example-1", &[]);
    everybody().for_each(|person| provision(&room, person));
    room.freeze();
    HOLDERS[..3].iter().for_each(|person| signs(&room, *person, &["root", "targets"]));
    signs(&room, ONLINE, &["snapshot", "timestamp"]);
    room.run(&["release"]).ok();
    Some(room)
}

#[test]
fn one_key_is_replaced_and_clients_follow() {
    let test = "rotation::one_key_is_replaced_and_clients_follow";
    let Some(first) = first_root(test) else { return };
    let trusted = first.path("metadata/1.root.json").display().to_string();
    let mut room = Room::new();
    room.set("SOFTHSM2_CONF", &first.beside("softhsm2.conf"));
    planned(&room, "example-2", &["--trusted", &trusted]);
    assert_eq!(room.read("trusted/1.root.json"), first.read("metadata/1.root.json"));

    // Eva takes Eve's place in both roles; Eve can still sign, for the old root.
    let serial = new_token(&room, EVA.name, EVA.pin);
    let roles = room.read("ceremony.toml").replace("\"root-4\", \"root-5\"]", "\"root-4\", \"root-6\"]");
    let eva = format!(
        "\n[holder.eva]\nname = \"Eva\"\n\n[key.root-6]\nholder = \"eva\"\nscheme = \"ecdsa-sha2-nistp256\"\n\
         token = {{ kind = \"pkcs11\", module = \"{MODULE}\", serial = \"{serial}\" }}\n"
    );
    room.write("ceremony.toml", roles + &eva);
    for person in everybody() {
        // No PIN: the key is on the token, and its public half can be read.
        room.run(&["token", "provision", "--key", person.key, "--existing"]).ok();
    }
    provision(&room, EVA);

    let plan = room.run(&["plan"]).ok().out;
    let own = "  root version 2, by its own keys: 3 of 5: Ada (root-1), Ben (root-2), Cem\n  (root-3), Dan (root-4), Eva \
               (root-6)\n";
    assert!(plan.contains(own), "{plan}");
    assert!(plan.contains("  root version 2, by the keys of the trusted root: 3 of 5: "), "{plan}");
    assert!(plan.contains("Eve (root-5)"), "{plan}");
    room.freeze();
    assert!(
        room.run(&["review"]).ok().out.contains("root version 2, compared with the trusted root, version 1")
    );

    for person in [HOLDERS[0], HOLDERS[1], HOLDERS[4]] {
        signs(&room, person, &["root"]);
    }
    // Eve's signature counts for the old root only.
    let status = room.run(&["status", "--json"]);
    assert_eq!(status.code, 3);
    let root = &status.json()["payloads"][0];
    assert_eq!((&root["old"]["met"], &root["new"]["met"]), (&json!(true), &json!(false)));
    assert_eq!(root["new"]["signed"], json!(["Ada (root-1)", "Ben (root-2)"]));
    assert_eq!(root["new"]["ignored"], json!([]));
    assert!(root["old"]["signed"].as_array().unwrap().contains(&json!("Eve (root-5)")), "{root}");
    let text = room.run(&["status"]).out;
    assert!(text.contains("  by the keys of the trusted root: 3, 3 needed\n"), "{text}");
    assert!(text.contains("  by its own keys: 2 of 3 needed, 1 short\n"), "{text}");
    let next = "Let more holders sign: `sign --key NAME`. `status` shows who is missing.";
    let what = "root version 2 has 2 of 3 needed signatures, 1 short";
    room.run(&["release"]).refused(3, "QUORUM-NEW", what, next);
    assert!(!room.path("metadata").exists());

    signs(&room, EVA, &["root"]);
    room.run(&["release"]).ok();
    // The new root, and what stays: clients walk the old root, and still read the rest.
    let all = ["1.root.json", "1.snapshot.json", "1.targets.json", "2.root.json", "root.json"];
    assert_eq!(room.names("metadata"), all);
    assert_eq!(room.read("metadata/1.targets.json"), first.read("metadata/1.targets.json"));
    assert_eq!(room.json("metadata/2.root.json")["signatures"].as_array().unwrap().len(), 4);

    let metadata = room.path("metadata").display().to_string();
    let done = room.run(&["verify", &metadata, "--trusted", &trusted, "--roots-only"]).ok();
    let row = done.out.lines().find(|line| line.starts_with("  2.root.json ")).unwrap();
    assert!(row.ends_with("  3, 3 needed  3, 3 needed  accepted"), "{}", done.out);
    assert!(done.out.ends_with("ACCEPTED\n"), "{}", done.out);

    // What the repository serves from now on.
    fs::copy(room.path("metadata/2.root.json"), first.path("metadata/2.root.json")).unwrap();
    let input = json!({ "metadata": first.path("metadata") }).to_string();
    let Some(told) = python(test, FOLLOWS, input.as_bytes()) else { return };
    assert_eq!(String::from_utf8(told).unwrap(), "root 2, timestamp 1, snapshot 1, targets 1\n");
}

const FOLLOWS: &str = r#"
import functools, http.server, json, pathlib, sys, tempfile, threading
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import Updater

metadata = pathlib.Path(json.load(sys.stdin)["metadata"])
old, new = (Metadata[Root].from_bytes((metadata / f"{n}.root.json").read_bytes()) for n in (1, 2))
old.verify_delegate("root", new)
new.verify_delegate("root", new)

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

handler = functools.partial(Quiet, directory=str(metadata))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as cache:
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    updater = Updater(cache, url, bootstrap=(metadata / "1.root.json").read_bytes())
    updater.refresh()
    trusted = updater._trusted_set
    roles = {name: getattr(trusted, name) for name in ("root", "timestamp", "snapshot", "targets")}
    print(", ".join(f"{name} {role.version}" for name, role in roles.items()))
server.shutdown()
"#;

/// A rehearsal that follows a root.
fn after(root: &[u8], change: &str, more: &str) -> Room {
    let room = Room::new();
    room.write("trusted/1.root.json", root);
    let trusted =
        format!("\n[trusted]\nroot = \"trusted/1.root.json\"\nsha256 = \"{}\"\n", Sha256Digest::of(root));
    let plan = PLAN
        .replace("id = \"rehearsal-1\"", "id = \"rehearsal-2\"")
        .replace("planned = 2101", "planned = 2102")
        .replace("change = \"genesis\"", &format!("change = \"{change}\""));
    room.write("ceremony.toml", format!("{plan}{trusted}{more}"));
    for key in KEYS {
        room.provision(key).ok();
    }
    room
}

/// The root that the rehearsal releases, changed, and signed anew by Ben and Cem.
fn changed_root(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let room = released();
    let mut signed = room.json("metadata/1.root.json")["signed"].clone();
    change(&mut signed);
    let signed = Json::parse(signed.to_string().as_bytes(), usize::MAX).unwrap();
    let mut signatures = Vec::new();
    for (label, serial, scheme) in [("ben", "R2", Scheme::EcdsaSha2Nistp384), ("cem", "R3", Scheme::Ed25519)]
    {
        let mut token = RehearsalToken::new(serial, scheme.algorithm());
        token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
        let place = KeyPlace { id: None, label: label.to_owned() };
        let sig = hex::encode(&token.sign(&place, scheme, &signed.canonical()).unwrap());
        signatures.push(Signature { keyid: room.keyid(label), sig });
    }
    Envelope::publish(&signed, &signatures)
}

fn plain_root() -> Vec<u8> {
    fs::read(released().path("metadata/1.root.json")).unwrap()
}

#[test]
fn unknown_fields_of_the_old_root_survive() {
    let mut new_keyid = String::new();
    let root = changed_root(|signed| {
        signed["x-note"] = json!({ "b": [1, "ä"], "a": null });
        signed["roles"]["timestamp"]["x-url"] = json!("https://example.org/timestamp");
        // A field in a key object makes another keyid.
        let ada = signed["keys"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(_, key)| key["scheme"] == "ecdsa-sha2-nistp256");
        let (old, mut object) = ada.map(|(keyid, key)| (keyid.clone(), key.clone())).unwrap();
        object["x-owner"] = json!("@ada");
        new_keyid = keyid_of(&Json::parse(object.to_string().as_bytes(), usize::MAX).unwrap());
        let text = signed.to_string().replace(&old, &new_keyid);
        *signed = serde_json::from_str(&text).unwrap();
        signed["keys"][&new_keyid] = object;
    });
    let room = after(&root, "refresh", "");
    room.freeze();
    for key in ["ada", "ben"] {
        room.run_with_pin(PIN, &["sign", "--key", key, "--confirm", &room.typed("root")]).ok();
    }
    room.run(&["release"]).ok();
    let signed = room.json("metadata/2.root.json")["signed"].clone();
    assert_eq!((&signed["version"], &signed["expires"]), (&json!(2), &json!("2103-01-14T15:00:00Z")));
    assert_eq!(signed["x-note"], json!({ "a": null, "b": [1, "ä"] }));
    assert_eq!(signed["roles"]["timestamp"]["x-url"], "https://example.org/timestamp");
    assert_eq!(signed["keys"][&new_keyid]["x-owner"], "@ada");
    let mut before: Value = serde_json::from_slice(&root).unwrap();
    for field in ["version", "expires"] {
        before["signed"][field] = signed[field].clone();
    }
    before["signed"]["x-tuf-ceremony"] = signed["x-tuf-ceremony"].clone();
    assert_eq!(signed, before["signed"]);
}

#[test]
fn a_refresh_that_changes_a_key_is_not_frozen() {
    let room = after(&plain_root(), "refresh", "");
    room.edit("ceremony.toml", "serial = \"R4\"", "serial = \"R5\"");
    fs::remove_dir_all(room.path("keys/dan")).unwrap();
    room.provision("dan").ok();
    room.run(&["draft"]).ok();
    let before = room.tree();
    let done = room.run(&["freeze"]);
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("error [PLAN-INTENT]: root: a refresh changes only version and expiry: "),
        "{}",
        done.err
    );
    assert!(done.err.contains("a refresh changes only version and expiry: role root: key "), "{}", done.err);
    room.only_recorded(&before, &["refused"]);
}

#[test]
fn a_revoked_key_that_stays_in_a_role_is_not_frozen() {
    let revoke = "\n[[revoke]]\nkey = \"dan\"\nreason = \"lost\"\n";
    let room = after(&plain_root(), "revoke", revoke);
    room.edit(
        "ceremony.toml",
        "keys = [\"ada\", \"ben\", \"cem\", \"dan\"]\nthreshold = 2\nexpires = \"11 months\"",
        "keys = [\"ada\", \"ben\", \"cem\"]\nthreshold = 2\nexpires = \"11 months\"",
    );
    room.run(&["draft"]).ok();
    let before = room.tree();
    let next = "Remove the key from every role in ceremony.toml, add another where a threshold needs it, and run \
                `draft` again.";
    room.run(&["freeze"]).refused(1, "ROOT-REVOKED", "the revoked key dan is still in root", next);
    room.only_recorded(&before, &["refused"]);
}

#[test]
fn the_id_of_the_ceremony_before_is_not_used_again() {
    let root = changed_root(|signed| signed["x-tuf-ceremony"] = json!({ "id": "rehearsal-2" }));
    let room = Room::new();
    room.write("trusted/1.root.json", &root);
    let trusted =
        format!("\n[trusted]\nroot = \"trusted/1.root.json\"\nsha256 = \"{}\"\n", Sha256Digest::of(&root));
    let plan = PLAN
        .replace("rehearsal-1", "rehearsal-2")
        .replace("\"genesis\"\nrehearsal", "\"refresh\"\nrehearsal");
    room.write("ceremony.toml", plan + &trusted);
    let before = room.tree();
    let next =
        "Choose an id that was never used, and start each ceremony in a directory of its own with `new`.";
    let what = "the trusted root was made in a ceremony with the id rehearsal-2";
    room.run(&["draft"]).refused(1, "PLAN-ID", what, next);
    room.only_recorded(&before, &[]);
}

#[test]
fn a_trusted_root_that_is_not_the_planned_one_is_refused() {
    let root = plain_root();
    let room = after(&root, "refresh", "");
    let other = changed_root(|signed| signed["x-note"] = json!(1));
    room.write("trusted/1.root.json", &other);
    let what = format!(
        "trusted/1.root.json has the SHA-256 {}, and ceremony.toml says {}",
        Sha256Digest::of(&other),
        Sha256Digest::of(&root)
    );
    let next = "Import the file again, and compare its digest with a second source, before you correct ceremony.toml.";
    room.run(&["plan"]).refused(1, "PLAN-DIGEST", &what, next);
}

/// A rehearsal that follows version 3, with this beside it.
fn after_the_third(beside: &[(&str, Vec<u8>)]) -> Room {
    let room = after(&changed_root(|signed| signed["version"] = json!(3)), "refresh", "");
    fs::rename(room.path("trusted/1.root.json"), room.path("trusted/3.root.json")).unwrap();
    room.edit("ceremony.toml", "trusted/1.root.json", "trusted/3.root.json");
    for (name, bytes) in beside {
        room.write(&format!("trusted/{name}"), bytes);
    }
    room.freeze();
    for key in ["ada", "ben", "cem"] {
        room.run_with_pin(PIN, &["sign", "--key", key, "--confirm", &room.typed("root")]).ok();
    }
    room
}

#[test]
fn a_client_that_never_comes_to_the_new_root_is_told() {
    let room = after_the_third(&[("1.root.json", plain_root())]);
    let done = room.run(&["release"]).ok();
    let said = "RELEASE-CLIENTS WARNS: a strict client that starts from root 1 refuses: it comes to root 1 and no further";
    assert!(done.out.contains(said), "{}", done.out);
    let row = done.out.lines().find(|line| line.starts_with("  strict ")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["strict", "3", "-", "1"]);
    let said = "clients that trust an earlier root follow by themselves.";
    let words: Vec<&str> = done.out.split_whitespace().collect();
    assert!(words.join(" ").contains(said), "{}", done.out);
}

#[test]
fn roots_that_cannot_be_are_not_released_over() {
    let next = "Put the root there as it was published, or move it away if it is none of the chain. To start from a newer \
                root, make another ceremony directory with `new --trusted`.";
    let newer = changed_root(|signed| signed["version"] = json!(4));
    let cases = [
        ("4.root.json", newer, "it is newer than trusted/3.root.json, from which this ceremony starts"),
        ("2.root.json", plain_root(), "it does not hold version 2 of root"),
        ("1.root.json", b"no JSON".to_vec(), "it does not hold version 1 of root"),
    ];
    for (name, bytes, problem) in cases {
        let what = format!("trusted/{name} is not what it should be: {problem}");
        // The root before the trusted one must lead to it, from the first command on.
        if name == "2.root.json" {
            let room = after(&changed_root(|signed| signed["version"] = json!(3)), "refresh", "");
            fs::rename(room.path("trusted/1.root.json"), room.path("trusted/3.root.json")).unwrap();
            room.edit("ceremony.toml", "trusted/1.root.json", "trusted/3.root.json");
            room.write("trusted/2.root.json", bytes);
            room.run(&["plan"]).failed(1, &what, next);
            continue;
        }
        let room = after_the_third(&[(name, bytes)]);
        room.run(&["release"]).failed(1, &what, next);
        assert!(!room.path("metadata").exists());
    }
}

/// A root that was made by somebody else, and that the real one happens to follow.
#[test]
fn a_root_before_the_trusted_one_that_does_not_lead_to_it_is_refused() {
    let room = after(&changed_root(|signed| signed["version"] = json!(2)), "refresh", "");
    fs::rename(room.path("trusted/1.root.json"), room.path("trusted/2.root.json")).unwrap();
    room.edit("ceremony.toml", "trusted/1.root.json", "trusted/2.root.json");
    let mut fake: Value = serde_json::from_slice(&plain_root()).unwrap();
    fake["signatures"] = json!([]);
    room.write("trusted/1.root.json", fake.to_string());
    let what = "trusted/1.root.json is not what it should be: it is not signed by its own threshold, or the next root does \
                not follow it";
    let next = "Put the root there as it was published, or move it away if it is none of the chain. To start from a newer \
                root, make another ceremony directory with `new --trusted`.";
    room.run(&["plan"]).failed(1, what, next);
}

#[test]
fn the_roots_before_a_trusted_one_are_imported_with_it() {
    let from = Room::new();
    from.write("3.root.json", changed_root(|signed| signed["version"] = json!(3)));
    from.write("2.root.json", changed_root(|signed| signed["version"] = json!(2)));
    let room = Room::new();
    let trusted = from.path("3.root.json").display().to_string();
    let new = ["new", &room.directory(), "--template", "rehearsal", "--trusted", &trusted];
    let done = room.run(&new).ok();
    assert_eq!(room.names("trusted"), ["2.root.json", "3.root.json"]);
    let said = "Imported the root before it that lay beside it, from which clients may start: version 2.\n";
    assert!(done.out.contains(said), "{}", done.out);
}

#[test]
fn a_root_under_the_number_of_another_is_not_imported_and_nothing_is_made() {
    let from = Room::new();
    from.write("3.root.json", changed_root(|signed| signed["version"] = json!(3)));
    from.write("2.root.json", plain_root());
    let trusted = from.path("3.root.json").display().to_string();
    let directory = from.path("new").display().to_string();
    let done = from.run(&["new", &directory, "--template", "rehearsal", "--trusted", &trusted]);
    let what = format!("{} does not hold version 2 of root", from.path("2.root.json").display());
    let next = "Fetch the file again from where it was published, or move it away; nothing was made.";
    done.failed(1, &what, next);
    assert!(!from.path("new").exists());
}
