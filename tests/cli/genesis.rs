//! A whole production ceremony with SoftHSM2 tokens, as its holders go through it, and the world's judgement of what
//! comes out: python-tuf as a client, `sha256sum` and `openssl` as an auditor's tools.

use std::fs;

use serde_json::json;

use crate::python::python;
use crate::room::Room;
use crate::softhsm::{HOLDERS, MODULE, ONLINE, Person, everybody, planned, room};

/// Everything that was on a screen.
struct Screens(String);

impl Screens {
    fn keep(&mut self, (code, screen): (i32, String)) -> String {
        assert_eq!(code, 0, "{screen}");
        self.0.push_str(&screen);
        screen
    }
}

/// new, plan, token list, provision, draft, freeze, review.
fn until_review(room: &Room, screens: &mut Screens) {
    planned(room, "example-genesis", &[]);
    let plan = screens.keep(room.sit_down(&["plan"]).leaves());
    assert!(
        plan.contains("Plan of the ceremony example-genesis for packages.example.org: genesis"),
        "{plan}"
    );
    for person in everybody() {
        assert!(plan.contains(&format!("next: tuf-ceremony token provision --key {}", person.key)), "{plan}");
    }
    let list = screens.keep(room.sit_down(&["token", "list"]).leaves());
    for person in everybody() {
        assert!(list.contains(&format!("token {}\r\n", person.name)), "{list}");
        let mut holder = room.sit_down(&["token", "provision", "--key", person.key]);
        holder.reads(&format!("Token {} (serial ", person.name));
        holder.answers("PIN: ", person.pin);
        let made = screens.keep(holder.leaves());
        assert!(made.contains(&format!("Made the key {} on its token", person.key)), "{made}");
    }
    screens.keep(room.sit_down(&["plan"]).leaves());
    screens.keep(room.sit_down(&["draft"]).leaves());
    screens.keep(room.sit_down(&["freeze"]).leaves());
    let review = screens.keep(room.sit_down(&["review"]).leaves());
    for role in ["root", "targets", "snapshot", "timestamp"] {
        let digest = room.digest(role);
        let grouped: Vec<&str> = (0..8).map(|group| &digest[group * 4..group * 4 + 4]).collect();
        assert!(review.contains(&grouped.join(" ")), "{review}");
    }
}

/// One holder confirms each payload from paper, enters the PIN, and signs.
fn signs(room: &Room, screens: &mut Screens, person: Person, roles: [&str; 2]) {
    let mut holder = room.sit_down(&["sign", "--key", person.key]);
    for role in roles {
        holder.reads(&format!(
            "Read the SHA-256 of {role} version 1 from paper, and type its first 8 digits or more."
        ));
        holder.answers("Digits from paper: ", &room.typed(role));
    }
    holder.reads(&format!("Token {} (serial ", person.name));
    holder.answers("PIN: ", person.pin);
    let signed = screens.keep(holder.leaves());
    for role in roles {
        let told = format!("Signed {role} version 1 ({}), verified and stored.", &room.digest(role)[..16]);
        assert!(signed.contains(&told), "{signed}");
        assert!(room.path(&room.signature(role, person.key)).exists());
    }
}

/// No PIN is in any file of the ceremony, or was ever on a screen.
fn no_pin_anywhere(room: &Room, screens: &Screens) {
    for Person { pin, .. } in everybody() {
        assert!(!screens.0.contains(pin));
        for (file, bytes) in room.tree() {
            assert!(!bytes.windows(pin.len()).any(|window| window == pin.as_bytes()), "{file}");
        }
    }
}

#[test]
fn three_of_five_make_a_root_that_clients_accept() {
    let test = "genesis::three_of_five_make_a_root_that_clients_accept";
    let Some(room) = room(test) else { return };
    let mut screens = Screens(String::new());
    until_review(&room, &mut screens);
    for person in &HOLDERS[..3] {
        let (code, screen) = room.sit_down(&["status"]).leaves();
        assert_eq!(code, 3, "{screen}");
        signs(&room, &mut screens, *person, ["root", "targets"]);
    }
    let (code, screen) = room.sit_down(&["status"]).leaves();
    assert_eq!(code, 3, "{screen}");
    signs(&room, &mut screens, ONLINE, ["snapshot", "timestamp"]);
    let status = screens.keep(room.sit_down(&["status"]).leaves());
    assert!(
        status.contains(
            "by its own keys: 3, 3 needed\r\n    signed:  Ada (root-1), Ben (root-2), Cem (root-3)"
        ),
        "{status}"
    );
    assert!(status.contains("spare:   Dan (root-4), Eve (root-5)"), "{status}");
    screens.keep(room.sit_down(&["release"]).leaves());
    let files = ["1.root.json", "1.snapshot.json", "1.targets.json", "root.json", "timestamp.json"];
    assert_eq!(room.names("metadata"), files);
    no_pin_anywhere(&room, &screens);
    clients_accept(test, &room);
    our_client_accepts(&room);
    openssl_verifies(&room);
}

#[test]
fn one_signature_short_releases_nothing() {
    let Some(room) = room("genesis::one_signature_short_releases_nothing") else { return };
    let mut screens = Screens(String::new());
    until_review(&room, &mut screens);
    for person in &HOLDERS[..2] {
        signs(&room, &mut screens, *person, ["root", "targets"]);
    }
    signs(&room, &mut screens, ONLINE, ["snapshot", "timestamp"]);
    // A third holder signs the targets only.
    let third = HOLDERS[4];
    let signed =
        room.run_with_pin(third.pin, &["sign", "--key", third.key, "--confirm", &room.typed("targets")]);
    assert_eq!((signed.code, signed.err.as_str()), (3, ""), "{}", signed.out);
    let before = room.tree();
    let what = "root version 1 has 2 of 3 needed signatures, 1 short";
    let next = "Let more holders sign: `sign --key NAME`. `status` shows who is missing.";
    room.run(&["release"]).refused(3, "QUORUM-NEW", what, next);
    // Nothing that a client could be given.
    assert!(!room.path("metadata").exists());
    room.only_recorded(&before, &["refused"]);
    no_pin_anywhere(&room, &screens);
}

/// python-tuf, as a client that is shipped with the first root and fetches the rest over HTTP; and every file by itself.
pub fn clients_accept(test: &str, room: &Room) {
    let input = json!({ "metadata": room.path("metadata") }).to_string();
    let Some(told) = python(test, CLIENT, input.as_bytes()) else { return };
    assert_eq!(
        String::from_utf8(told).unwrap(),
        "root 1, timestamp 1, snapshot 1, targets 1\nroot targets snapshot timestamp\n"
    );
}

const CLIENT: &str = r#"
import functools, http.server, json, pathlib, sys, tempfile, threading
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import Updater

metadata = pathlib.Path(json.load(sys.stdin)["metadata"])

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

handler = functools.partial(Quiet, directory=str(metadata))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as cache:
    shipped = (metadata / "1.root.json").read_bytes()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    updater = Updater(cache, url, bootstrap=shipped)
    updater.refresh()
    trusted = updater._trusted_set
    roles = {name: getattr(trusted, name) for name in ("root", "timestamp", "snapshot", "targets")}
    print(", ".join(f"{name} {role.version}" for name, role in roles.items()))
server.shutdown()

root = Metadata[Root].from_bytes((metadata / "1.root.json").read_bytes())
checked = []
for name, file in (
    ("root", "1.root.json"), ("targets", "1.targets.json"),
    ("snapshot", "1.snapshot.json"), ("timestamp", "timestamp.json"),
):
    root.verify_delegate(name, Metadata.from_bytes((metadata / file).read_bytes()))
    checked.append(name)
assert (metadata / "root.json").read_bytes() == (metadata / "1.root.json").read_bytes()
print(*checked)
"#;

pub fn our_client_accepts(room: &Room) {
    let (metadata, root) = (room.path("metadata"), room.path("metadata/1.root.json"));
    let done = room.run(&["verify", metadata.to_str().unwrap(), "--trusted", root.to_str().unwrap()]).ok();
    assert!(done.out.trim_end().ends_with("ACCEPTED"), "{}", done.out);
}

/// The record can be checked without this program.
fn openssl_verifies(room: &Room) {
    for name in room.names("payloads").iter().filter(|name| name.ends_with(".canonical")) {
        let output = room.tool("sha256sum").arg(room.path(&format!("payloads/{name}"))).output().unwrap();
        let digest = String::from_utf8(output.stdout).unwrap()[..64].to_owned();
        assert_eq!(format!("{digest}.canonical"), *name);
    }
    for (key, arguments) in [
        ("root-1", "dgst -sha256 -verify KEY -signature SIGNATURE PAYLOAD"),
        ("root-2", "dgst -sha384 -verify KEY -signature SIGNATURE PAYLOAD"),
        ("root-3", "pkeyutl -verify -pubin -inkey KEY -rawin -in PAYLOAD -sigfile SIGNATURE"),
    ] {
        let signature = room.json(&room.signature("root", key))["sig"].as_str().unwrap().to_owned();
        let pairs = signature.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        let file = room.beside("signature");
        fs::write(&file, bytes.collect::<Vec<u8>>()).unwrap();
        let arguments = arguments.split(' ').map(|argument| match argument {
            "KEY" => room.path(&format!("keys/{key}/public.pem")),
            "SIGNATURE" => file.clone(),
            "PAYLOAD" => room.path(&format!("payloads/{}.canonical", room.digest("root"))),
            other => other.into(),
        });
        let output = room.tool("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{key}: {output:?}");
    }
    // Tokens list their keys under the same material.
    let listed = room.run(&["token", "list", "--module", MODULE, "--json"]).ok().json();
    let of_ada = listed.as_array().unwrap().iter().find(|token| token["label"] == "Ada").unwrap();
    assert_eq!(of_ada["keys"][0]["public"], room.read("keys/root-1/public.pem"));
}
