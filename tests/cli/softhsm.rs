//! A production ceremony with six SoftHSM2 tokens: five holders with a token each, and the online key on the sixth.

use std::fs;
use std::path::Path;
use std::process::Output;

use jiff::Timestamp;
use serde_json::Value;

use crate::rehearsal::PLAN;
use crate::room::Room;

/// Where Debian's package `softhsm2` puts its module.
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

const SO_PIN: &str = "security-officer";

/// The holders of the template, and what each knows.
pub const HOLDERS: [Person; 5] = [
    Person { name: "Ada", key: "root-1", pin: "pin-of-ada-4711" },
    Person { name: "Ben", key: "root-2", pin: "pin-of-ben-0815" },
    Person { name: "Cem", key: "root-3", pin: "pin-of-cem-1848" },
    Person { name: "Dan", key: "root-4", pin: "pin-of-dan-1969" },
    Person { name: "Eve", key: "root-5", pin: "pin-of-eve-2001" },
];

/// The service that signs every day.
pub const ONLINE: Person = Person { name: "online", key: "online", pin: "pin-of-online-33" };

/// A person, the key that the person holds, and the PIN of its token.
#[derive(Clone, Copy)]
pub struct Person {
    pub name: &'static str,
    pub key: &'static str,
    pub pin: &'static str,
}

/// Everybody with a token.
pub fn everybody() -> impl Iterator<Item = Person> {
    HOLDERS.into_iter().chain([ONLINE])
}

/// Whether a real part is there. A missing one skips the test, aloud; in CI, where all parts are, it fails it.
pub fn present(test: &str, part: &Path, package: &str) -> bool {
    if part.exists() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: {package} is not installed");
    println!("SKIPPED {test}: {package} is not installed");
    false
}

/// A room with a SoftHSM of its own, still without tokens; `None` where SoftHSM is not installed.
pub fn room(test: &str) -> Option<Room> {
    if !present(test, Path::new(MODULE), "softhsm2") {
        return None;
    }
    let mut room = Room::new();
    let tokens = room.beside("tokens");
    fs::create_dir(&tokens).unwrap();
    let configuration = room.beside("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&configuration, text).unwrap();
    room.set("SOFTHSM2_CONF", &configuration);
    Some(room)
}

/// Initialises a token with a label and a PIN, and gives its serial number.
pub fn new_token(room: &Room, label: &str, pin: &str) -> String {
    let mut command = room.tool("softhsm2-util");
    command.args(["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    listed(room).into_iter().find(|token| token["label"] == label).unwrap()["serial"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Every token as the program lists it, before there is a plan.
pub fn listed(room: &Room) -> Vec<Value> {
    let listed = room.run(&["token", "list", "--module", MODULE, "--json"]).ok().json();
    listed.as_array().unwrap().clone()
}

/// `new`, and its template filled in for tokens that are made here.
pub fn planned(room: &Room, id: &str, arguments: &[&str]) {
    planned_for(room, id, arguments, |person| {
        let known = listed(room).into_iter().find(|token| token["label"] == person.name);
        known.map_or_else(
            || new_token(room, person.name, person.pin),
            |token| token["serial"].as_str().unwrap().to_owned(),
        )
    });
}

/// The same for tokens that are anywhere.
pub fn planned_for(room: &Room, id: &str, arguments: &[&str], serial_of: impl Fn(Person) -> String) {
    room.run(&[&["new", &room.directory(), "--template", "minimal"], arguments].concat()).ok();
    let planned = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut answers = vec![id.to_owned(), "packages.example.org".to_owned(), planned];
    answers.extend(HOLDERS.map(|person| person.name.to_owned()));
    answers.extend(everybody().flat_map(|person| [MODULE.to_owned(), serial_of(person)]));
    let text = fill_in(&room.read("ceremony.toml"), answers);
    // A mix of schemes: root-2 on P-384, root-3 on Ed25519.
    let text = with_scheme(&text, "root-2", "ecdsa-sha2-nistp384");
    room.write("ceremony.toml", with_scheme(&text, "root-3", "ed25519"));
}

/// Replaces each place that says FILL-IN, comments apart, by the next answer.
fn fill_in(template: &str, answers: Vec<String>) -> String {
    let mut answers = answers.into_iter();
    let mut out = String::new();
    for line in template.lines() {
        let mut line = line.to_owned();
        while !line.starts_with('#') && line.contains("FILL-IN") {
            line = line.replacen("FILL-IN", &answers.next().unwrap(), 1);
        }
        out.push_str(&line);
        out.push('\n');
    }
    assert_eq!(answers.next(), None);
    out
}

fn with_scheme(text: &str, key: &str, scheme: &str) -> String {
    let (before, after) = text.split_once(&format!("\n[key.{key}]\n")).unwrap();
    format!("{before}\n[key.{key}]\n{}", after.replacen("ecdsa-sha2-nistp256", scheme, 1))
}

/// A rehearsal in which Ada's key is on a SoftHSM2 token, with her PIN; and the token's serial number.
pub fn with_ada(test: &str) -> Option<(Room, String)> {
    let room = room(test)?;
    room.write("ceremony.toml", PLAN);
    let serial = new_token(&room, ADA.name, ADA.pin);
    let token = format!(r#"{{ kind = "pkcs11", module = "{MODULE}", serial = "{serial}" }}"#);
    room.edit("ceremony.toml", r#"{ kind = "rehearsal", serial = "R1" }"#, &token);
    Some((room, serial))
}

/// The holder of the key `ada` of the rehearsal plan.
pub const ADA: Person = Person { name: "Ada", key: "ada", pin: "pin-of-ada-4711" };

/// What a token's administrator does with OpenSC's tool, outside of this program.
pub fn pkcs11_tool(room: &Room, module: &Path, arguments: &[&str]) -> Output {
    room.tool("pkcs11-tool").arg("--module").arg(module).args(arguments).output().unwrap()
}

/// Makes a P-256 key with a label on Ada's token, behind the program's back.
pub fn foreign_key(room: &Room, label: &str) {
    let arguments =
        ["--token-label", "Ada", "--login", "--pin", ADA.pin, "--keypairgen", "--key-type", "EC:prime256v1"];
    let output =
        pkcs11_tool(room, Path::new(MODULE), &[&arguments[..], &["--label", label, "--id", "77"]].concat());
    assert!(output.status.success(), "{output:?}");
}

/// Changes a token's serial number in its file.
pub fn renumber(room: &Room, serial: &str, to: &str) {
    // A length of eight bytes, most significant first, precedes every value (SoftHSMv2, ObjectFile.cpp).
    let value = |serial: &str| [&(serial.len() as u64).to_be_bytes()[..], serial.as_bytes()].concat();
    let (old, new) = (value(serial), value(to));
    for folder in fs::read_dir(room.beside("tokens")).unwrap() {
        let file = folder.unwrap().path().join("token.object");
        let bytes = fs::read(&file).unwrap();
        if let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
            return fs::write(&file, [&bytes[..at], &new, &bytes[at + old.len()..]].concat()).unwrap();
        }
    }
    unreachable!("no token has serial {serial}");
}
