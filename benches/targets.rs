//! A large targets.json, from its bytes to the verdict: what `verify` waits for where a repository lists many files.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "it fails by panicking, and reaches for files, programs and the clock directly"
)]

mod measure;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use measure::{Against, compare, program, run, time};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::METADATA_LIMIT;
use tuf_ceremony::tuf::build::{self, Common, RoleSpec};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key, keyid_of, written_scheme};
use tuf_ceremony::tuf::root::Root;
use tuf_ceremony::tuf::targets::Targets;
use tuf_ceremony::tuf::verify::tally;

/// Target files that are listed, with names as on PyPI.
const FILES: usize = 100_000;

fn main() {
    if !measure::is_asked() {
        return;
    }
    let folder = measure::folder();
    let root = publish(folder.path());
    let path = folder.path().join("targets.json");
    let bytes = fs::read(&path).unwrap();
    let envelope = Envelope::parse(&bytes, METADATA_LIMIT).unwrap();
    let python = python();
    let (python, place) = (python.as_deref(), folder.path());
    let peer = |name, what| Against::peer(name, python.is_some(), move || judge(python, what, place).1);

    measure::title(&format!("targets.json of {FILES} files, {} MB", bytes.len() / 1_000_000));
    let parsed = || time(|| serde_json::from_slice::<serde_json::Value>(&bytes).unwrap());
    compare(
        "read strictly, as a tree",
        || time(|| Json::parse(&bytes, METADATA_LIMIT).unwrap()),
        vec![Against::limit("serde_json, as its own tree", parsed), peer("json of Python", "json")],
    );
    let digest = Sha256Digest::of(&envelope.canonical());
    compare(
        "canonical form and its SHA-256",
        || time(|| assert_eq!(envelope.digest(), digest)),
        vec![
            Against::limit("the SHA-256 alone", || {
                let canonical = envelope.canonical();
                time(|| assert_eq!(Sha256Digest::of(&canonical), digest))
            }),
            peer("securesystemslib", "canonical"),
        ],
    );
    compare(
        "bytes to verdict, 2 signatures",
        || time(|| assert!(is_signed(&root, &bytes))),
        vec![peer("python-tuf", "verdict")],
    );
    compare(
        "the program: verify",
        || time(|| run(verify(place).args(["--at", "2027-01-14T15:00:00Z"]))),
        vec![Against::peer("python-tuf, the program", python.is_some(), || judge(python, "update", place).0)],
    );
}

fn verify(folder: &Path) -> std::process::Command {
    let mut command = program(env!("CARGO_BIN_EXE_tuf-ceremony"));
    command.arg("verify").arg(folder).arg("--trusted").arg(folder.join("1.root.json"));
    command
}

/// As a client judges it.
fn is_signed(root: &Root, bytes: &[u8]) -> bool {
    let envelope = Envelope::parse(bytes, METADATA_LIMIT).unwrap();
    Targets::read(&envelope.signed).unwrap();
    tally(&root.keys, &root.roles["targets"], &envelope.signatures, &envelope.canonical()).met()
}

/// Writes a repository, whose root is given.
fn publish(folder: &Path) -> Root {
    let signers = [KeyAlgorithm::Ed25519, KeyAlgorithm::P256].map(Signer::new);
    let common = Common {
        version: 1,
        expires: "2099-01-01T00:00:00Z".parse().unwrap(),
        spec_version: "1.0.31".to_owned(),
        rehearsal: false,
    };
    let role = RoleSpec { keys: signers.iter().map(|signer| signer.object.clone()).collect(), threshold: 2 };
    let roles = ["root", "snapshot", "targets", "timestamp"].map(|name| (name.to_owned(), role.clone()));
    let write = |name: &str, signed: &Json| {
        let message = signed.canonical();
        let signatures: Vec<Signature> = signers.iter().map(|signer| signer.sign(&message)).collect();
        fs::write(folder.join(name), Envelope::publish(signed, &signatures)).unwrap();
    };
    let root = build::root(None, &common, false, &BTreeMap::from(roles));
    write("1.root.json", &root);
    let mut targets = build::targets(&common, &[]);
    let listed = Json::Obj((0..FILES).map(listed).collect());
    targets.as_object_mut().unwrap().insert("targets".to_owned(), listed);
    write("targets.json", &targets);
    write("snapshot.json", &build::snapshot(None, &common, &BTreeMap::from([("targets".to_owned(), 1)])));
    write("timestamp.json", &build::timestamp(None, &common, 1));
    Root::read(&root).unwrap()
}

fn listed(number: usize) -> (String, Json) {
    let sha256 = Sha256Digest::of(&number.to_be_bytes()).to_hex();
    let (one, two, rest) = (&sha256[..2], &sha256[2..4], &sha256[4..]);
    let path = format!("packages/{one}/{two}/{rest}/example_{number}-1.0-py3-none-any.whl");
    let hashes = Json::object([("sha256", Json::from(sha256.as_str()))]);
    let length = Json::Int(i64::try_from(number).unwrap());
    (path, Json::object([("hashes", hashes), ("length", length)]))
}

struct Signer {
    key: SoftwareKey,
    object: Json,
}

impl Signer {
    fn new(algorithm: KeyAlgorithm) -> Signer {
        let key = SoftwareKey::from_seed(algorithm, &[7; 32]).unwrap();
        let object = Key::write(key.public(), written_scheme(algorithm).unwrap(), None);
        Signer { key, object }
    }

    fn sign(&self, message: &[u8]) -> Signature {
        Signature { keyid: keyid_of(&self.object), sig: hex::encode(&self.key.sign(message)) }
    }
}

/// The Python that has python-tuf, as the tests find it.
fn python() -> Option<PathBuf> {
    let made_by_tests_run = || Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let named = env::var_os("TUF_CEREMONY_PYTHON").map(PathBuf::from);
    Some(named.unwrap_or_else(made_by_tests_run)).filter(|path| path.exists())
}

/// What python-tuf needs for the same: as a program with its start, and for the work alone, by its own clock.
fn judge(python: Option<&Path>, what: &str, folder: &Path) -> (Duration, Duration) {
    let mut command = program(python.unwrap());
    command.args(["-I", "-c", include_str!("targets_judge.py"), what]).arg(folder);
    let mut said = Vec::new();
    let all = time(|| said = run(&mut command));
    let seconds: f64 = String::from_utf8(said).unwrap().trim().parse().unwrap();
    (all, Duration::from_secs_f64(seconds))
}
