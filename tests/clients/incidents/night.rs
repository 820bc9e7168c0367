//! The program in a ceremony directory, with every holder at the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use toml::Table;
use tuf_ceremony::crypto::{Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token as _};
use tuf_ceremony::tuf::key::keyid_of;

use crate::program::Done;

/// A ceremony directory.
pub struct Night {
    pub folder: PathBuf,
}

/// Runs the program in a folder, with the PIN of rehearsal tokens on standard input.
pub fn run(folder: &Path, arguments: &[&str]) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuf-ceremony"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that wants no PIN may have ended already.
    let _ = child.stdin.take().unwrap().write_all(format!("{PIN}\n").as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

impl Night {
    pub fn run(&self, arguments: &[&str]) -> Done {
        run(&self.folder, arguments)
    }

    /// What the program said, which had nothing to complain of.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.run(arguments).ok()
    }

    /// Names keys in doubt, and what takes their place.
    #[track_caller]
    pub fn compromise(&self, keys: &[&str], good: &str, replace: &[&str]) -> String {
        let mut arguments = vec!["compromise", "--since", "2026-01-14T15:00:00Z", "--good", good];
        arguments.extend(["--what", "Somebody was seen at the rack"]);
        arguments.extend(keys.iter().flat_map(|key| ["--key", key]));
        arguments.extend(replace.iter().flat_map(|pair| ["--replace", pair]));
        self.ok(&arguments)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// A text without line breaks, for what is wrapped.
    pub fn words(&self, name: &str) -> String {
        words(&self.read(name))
    }

    /// Edits `ceremony.toml`.
    pub fn edit(&self, edit: impl FnOnce(String) -> String) {
        let text = edit(self.read("ceremony.toml"));
        fs::write(self.folder.join("ceremony.toml"), text).unwrap();
    }

    pub fn plan(&self) -> Table {
        self.read("ceremony.toml").parse().unwrap()
    }

    /// Makes every key of the plan that is on a token and not known yet.
    pub fn provision_all(&self) {
        for (key, plan) in self.plan()["key"].as_table().unwrap() {
            if plan.get("token").is_some() && !self.folder.join(format!("keys/{key}")).exists() {
                self.ok(&["token", "provision", "--key", key, "--pin-fd", "0"]);
            }
        }
    }

    #[track_caller]
    pub fn draft_and_freeze(&self) {
        self.ok(&["draft"]);
        self.ok(&["freeze"]);
    }

    /// Everybody signs everything that needs them, except those whose keys are lost.
    #[track_caller]
    pub fn sign_all(&self, lost: &[&str]) {
        let status: Value = serde_json::from_str(&self.run(&["status", "--json"]).out).unwrap();
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for payload in status["payloads"].as_array().unwrap() {
            for quorum in ["old", "new"] {
                for missing in payload[quorum]["missing"].as_array().into_iter().flatten() {
                    let (_, key) = missing.as_str().unwrap().rsplit_once('(').unwrap();
                    let digest = payload["sha256"].as_str().unwrap();
                    wanted.entry(key.trim_end_matches(')').to_owned()).or_default().insert(digest.to_owned());
                }
            }
        }
        for (key, digests) in wanted.iter().filter(|(key, _)| !lost.contains(&key.as_str())) {
            let mut arguments = vec!["sign", "--key", key, "--pin-fd", "0"];
            arguments.extend(digests.iter().flat_map(|digest| ["--confirm", &digest[..8]]));
            self.ok(&arguments);
        }
    }

    /// The digest of a role's payload, as it stands on paper.
    pub fn digest(&self, role: &str) -> String {
        let index: Value = serde_json::from_str(&self.read("payloads/index.json")).unwrap();
        index[role].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    /// The keyid that a key's object has by its hash.
    pub fn keyid(&self, key: &str) -> String {
        keyid_of(&Json::parse(self.read(&format!("keys/{key}/key.json")).as_bytes(), usize::MAX).unwrap())
    }

    /// What a key of the plan signs, as anybody can who has it: keyid and signature.
    pub fn signature(&self, key: &str, message: &[u8]) -> (String, String) {
        let plan = &self.plan()["key"][key];
        let scheme = Scheme::from_name(plan["scheme"].as_str().unwrap()).unwrap();
        let mut token = RehearsalToken::new(plan["token"]["serial"].as_str().unwrap(), scheme.algorithm());
        token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
        let place = KeyPlace { id: None, label: key.to_owned() };
        (self.keyid(key), hex::encode(&token.sign(&place, scheme, message).unwrap()))
    }
}

/// A text without line breaks.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
