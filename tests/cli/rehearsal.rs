//! A rehearsal, for what needs no real token: two of four holders, with keys of every scheme that tokens make.
//!
//! Rehearsal keys follow from serial number and label, and the plan is dated: the payloads are the same every time.

use tuf_ceremony::token::rehearsal::PIN;

use crate::room::{Done, Room};

/// The plan; tests edit it.
pub const PLAN: &str = r#"[ceremony]
id = "rehearsal-1"
repository = "packages.example.org"
script = "genesis"
planned = 2101-01-14T15:00:00Z
change = "genesis"
rehearsal = true

[holder.ada]
name = "Ada"

[holder.ben]
name = "Ben"

[holder.cem]
name = "Cem"

[holder.dan]
name = "Dan"

[key.ada]
holder = "ada"
scheme = "ecdsa-sha2-nistp256"
token = { kind = "rehearsal", serial = "R1" }

[key.ben]
holder = "ben"
scheme = "ecdsa-sha2-nistp384"
token = { kind = "rehearsal", serial = "R2" }

[key.cem]
holder = "cem"
scheme = "ed25519"
token = { kind = "rehearsal", serial = "R3" }

[key.dan]
holder = "dan"
scheme = "ed25519"
token = { kind = "rehearsal", serial = "R4" }

[key.online]
scheme = "ed25519"
token = { kind = "rehearsal", serial = "R9" }

[role.root]
keys = ["ada", "ben", "cem", "dan"]
threshold = 2
expires = "1 year"

[role.targets]
keys = ["ada", "ben", "cem", "dan"]
threshold = 2
expires = "11 months"

[role.snapshot]
keys = ["online"]
threshold = 1
expires = "30 days"

[role.timestamp]
keys = ["online"]
threshold = 1
expires = "7 days"
"#;

/// The names of all keys of [`PLAN`].
pub const KEYS: [&str; 5] = ["ada", "ben", "cem", "dan", "online"];

/// What a key of [`PLAN`] signs.
pub fn roles_of(key: &str) -> [&'static str; 2] {
    if key == "online" { ["snapshot", "timestamp"] } else { ["root", "targets"] }
}

/// A directory with nothing but [`PLAN`].
pub fn planned() -> Room {
    let room = Room::new();
    room.write("ceremony.toml", PLAN);
    room
}

/// Every key is known.
pub fn provisioned() -> Room {
    let room = planned();
    for key in KEYS {
        room.provision(key).ok();
    }
    room
}

/// Payloads are there to be signed.
pub fn frozen() -> Room {
    let room = provisioned();
    room.freeze();
    room
}

/// Ada, Ben and the online key have signed: every quorum is complete.
pub fn signed() -> Room {
    let room = frozen();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room
}

/// `metadata/` is written.
pub fn released() -> Room {
    let room = signed();
    room.run(&["release"]).ok();
    room
}

impl Room {
    pub fn provision(&self, key: &str) -> Done {
        self.run_with_pin(PIN, &["token", "provision", "--key", key])
    }

    /// Draft and freeze.
    #[track_caller]
    pub fn freeze(&self) {
        self.run(&["draft"]).ok();
        self.run(&["freeze"]).ok();
    }

    /// A key signs all that it has to, confirmed from the index.
    pub fn sign(&self, key: &str) -> Done {
        let [first, second] = roles_of(key).map(|role| self.typed(role));
        self.run_with_pin(PIN, &["sign", "--key", key, "--confirm", &first, "--confirm", &second])
    }

    /// A key signs the payload of one role.
    pub fn sign_only(&self, key: &str, role: &str) -> Done {
        self.run_with_pin(PIN, &["sign", "--key", key, "--confirm", &self.typed(role)])
    }
}
