//! Somebody else can write the ceremony directory, and can sign: the keys of a rehearsal are known to everybody.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Map, Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::tlog::note::{Kind, Verifier};
use tuf_ceremony::crypto::tlog::tree::Tree;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token as _};
use tuf_ceremony::tuf::key::keyid_of;

use crate::room::{Done, Room};

/// The longest that a command may take which looks at anything strange, as `timeout` wants it.
const PATIENCE: &str = "5";

/// What `timeout` exits with when it has lost its patience.
const HUNG: i32 = 124;

/// serde_json's tree as this program's own.
pub fn tree(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes(), usize::MAX).unwrap()
}

impl Room {
    /// Changes what a draft, or any other metadata file of the directory, says.
    pub fn forge(&self, file: &str, change: impl FnOnce(&mut Value)) {
        let mut metadata = self.json(file);
        change(&mut metadata["signed"]);
        self.write(file, tree(&metadata).to_disk());
    }

    /// The `signed` part of the payload of a role.
    pub fn frozen_as(&self, role: &str) -> Value {
        self.json(&format!("payloads/{}.json", self.digest(role)))["signed"].clone()
    }

    /// Lays a payload down as `freeze` does; a root commits to the record as it is now. Gives its digest.
    pub fn forge_payload(&self, signed: &Value) -> String {
        let mut signed = signed.clone();
        self.forge_sitting();
        if signed["_type"] == "root" {
            let record = self.read("transcript.jsonl");
            let root = Tree::of(record.lines()).root(record.lines().count()).unwrap();
            signed["x-tuf-ceremony"]["size"] = json!(record.lines().count());
            signed["x-tuf-ceremony"]["root_hash"] = json!(root.to_hex());
        }
        self.lay_payload(&signed)
    }

    /// Lays a payload down as it is. Gives its digest.
    pub fn lay_payload(&self, signed: &Value) -> String {
        let canonical = tree(signed).canonical();
        let digest = Sha256Digest::of(&canonical).to_hex();
        self.write(&format!("payloads/{digest}.canonical"), canonical);
        let published = tree(&json!({ "signatures": [], "signed": signed })).to_disk();
        self.write(&format!("payloads/{digest}.json"), published);
        digest
    }

    /// Writes `payloads/index.json`, and a line into the record that says it came from a freeze under this plan.
    pub fn forge_index(&self, index: &Value) {
        self.write("payloads/index.json", index.to_string());
        let plan = Sha256Digest::of(self.read("ceremony.toml").as_bytes()).to_hex();
        self.forge_lines(&[
            json!({ "checks": [], "files": {}, "payloads": index, "plan": plan, "voided": [] }),
        ]);
    }

    /// Opens a sitting, as anybody can who can write the record, if none is open.
    pub fn forge_sitting(&self) {
        let lines = self.lines();
        let last = |event: &str| lines.iter().rposition(|line| line["event"] == event);
        if last("sitting-opened") > last("sitting-closed") {
            return;
        }
        let origin = lines[0]["data"]["origin"].as_str().unwrap();
        // Another key each time.
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&lines.len().to_le_bytes());
        let key = SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &seed).unwrap();
        let vkey = Verifier::new(origin, Kind::Note, key.public()).unwrap().to_string();
        self.forge_events("sitting-opened", &[json!({ "origin": origin, "vkey": vkey })]);
    }

    /// Appends `frozen` lines to the record, with the right numbers and digests.
    pub fn forge_lines(&self, data: &[Value]) {
        self.forge_sitting();
        self.forge_events("frozen", data);
    }

    /// Appends lines to the record, with the right numbers and digests.
    fn forge_events(&self, event: &str, data: &[Value]) {
        let mut record = self.read("transcript.jsonl");
        let mut last = Sha256Digest::of(record.lines().last().unwrap().as_bytes());
        let first = record.lines().count();
        for (seq, data) in (first..).zip(data) {
            let line = json!({
                "actor": "administrator", "data": data, "event": event, "prev": last.to_hex(), "seq": seq,
                "step": null, "time": "2026-01-01T00:00:00Z",
            });
            let line = String::from_utf8(tree(&line).canonical()).unwrap();
            last = Sha256Digest::of(line.as_bytes());
            record.push_str(&line);
            record.push('\n');
        }
        self.write("transcript.jsonl", record);
    }

    /// Signs a payload with a key of the plan, past every check.
    pub fn forge_signature(&self, digest: &str, key: &str) {
        let signature = self.signature_by(key, self.read(&format!("payloads/{digest}.canonical")).as_bytes());
        let keyid = signature["keyid"].as_str().unwrap();
        self.write(&format!("signatures/{digest}/{keyid}.json"), signature.to_string());
    }

    /// What the token of a key makes of any bytes.
    pub fn signature_by(&self, key: &str, message: &[u8]) -> Value {
        let (serial, algorithm, scheme) = match key {
            "ada" => ("R1", KeyAlgorithm::P256, "ecdsa-sha2-nistp256"),
            "ben" => ("R2", KeyAlgorithm::P384, "ecdsa-sha2-nistp384"),
            "online" => ("R9", KeyAlgorithm::Ed25519, "ed25519"),
            other => panic!("{other}"),
        };
        let mut token = RehearsalToken::new(serial, algorithm);
        token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
        let place = KeyPlace { id: None, label: key.to_owned() };
        let sig = token.sign(&place, Scheme::from_name(scheme).unwrap(), message).unwrap();
        let keyid = keyid_of(&tree(&self.json(&format!("keys/{key}/key.json"))));
        json!({ "keyid": keyid, "sig": hex::encode(&sig) })
    }

    /// Publishes metadata in `metadata/`, signed by keys of the plan.
    pub fn forge_release(&self, name: &str, signed: &Value, keys: &[&str]) {
        let message = tree(signed).canonical();
        let signatures: Vec<Value> = keys.iter().map(|key| self.signature_by(key, &message)).collect();
        let envelope = json!({ "signatures": signatures, "signed": signed });
        self.write(&format!("metadata/{name}"), tree(&envelope).to_disk());
    }

    /// The index as it is, as roles and versions.
    pub fn index(&self) -> Map<String, Value> {
        self.json("payloads/index.json").as_object().unwrap().clone()
    }

    /// Runs the program, which must end by itself.
    #[track_caller]
    pub fn run_in_time(&self, arguments: &[&str]) -> Done {
        let program = self.command(arguments);
        let mut command = self.tool("timeout");
        command.arg(PATIENCE).arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let done =
            Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert_ne!(done.code, HUNG, "{done:?}");
        done
    }

    /// A pipe that nobody writes to.
    pub fn pipe(&self, place: &Path) {
        assert!(self.tool("mkfifo").arg(place).status().unwrap().success());
    }
}
