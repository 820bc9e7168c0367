//! The algorithm of a quorum changes key by key: from P-256 to Ed25519, and to ML-DSA (TAP 21), whose key no token here has.

use std::fs;

use base64ct::{Base64, Encoding as _};
use ml_dsa::{Keypair as _, MlDsa65, SigningKey};
use serde_json::json;
use sha2::{Digest as _, Sha512};
use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;

use super::World;
use super::asked::Clients;
use super::night::Night;

/// Ben's key, in a device that is elsewhere.
fn elsewhere() -> SigningKey<MlDsa65> {
    SigningKey::<MlDsa65>::from_seed(&[7; 32].into())
}

/// Its SubjectPublicKeyInfo in PEM (RFC 9881 section 4): 1,952 bytes behind the algorithm's name.
fn public_half() -> String {
    let head = "308207b2300b0609608648016503040312038207a100";
    let der = [hex::decode(head).unwrap(), elsewhere().verifying_key().encode().to_vec()].concat();
    let lines: Vec<String> = Base64::encode_string(&der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// What comes back from there: a signature for each payload that lists the key, put where signatures are.
fn signs_elsewhere(night: &Night, keyid: &str) {
    for entry in fs::read_dir(night.folder.join("payloads")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let listed = String::from_utf8_lossy(&bytes).contains(keyid);
        if path.extension().is_some_and(|ending| ending == "canonical") && listed {
            let framed = [&b"tuf\x01"[..], &Sha512::digest(&bytes)].concat();
            let signature = elsewhere().expanded_key().sign_deterministic(&framed, b"").unwrap();
            let folder = night.folder.join("signatures").join(path.file_stem().unwrap());
            fs::create_dir_all(&folder).unwrap();
            let sig = hex::encode(&signature.encode());
            let file = json!({ "keyid": keyid, "sig": sig }).to_string();
            fs::write(folder.join(format!("{keyid}.json")), file).unwrap();
        }
    }
}

#[test]
fn a_quorum_changes_its_algorithm_key_by_key() {
    let test = "a_quorum_changes_its_algorithm_key_by_key";
    let mut world = World::new(test);
    let good = world.copy("good");
    // Ada's new device makes Ed25519 keys.
    let night = world.starts("ed25519");
    let serials = ["--old-serial", "R-0001", "--serial", "R-0041", "--scheme", "ed25519"];
    night.ok(&[&["change", "replace-key", "ada-card", "--by", "ada-ed"][..], &serials].concat());
    world.finishes(&night, &[]);
    world.publish(&night);
    Clients::of(test, &world, 1..=3).after("offline", &[1, 2], &[&good]).end_on([3, 4, 4, 4]);

    // Ben's is ML-DSA, and known here by its public half.
    let night = world.starts("ml-dsa");
    let file = world.place.join("ben.pem");
    fs::write(&file, public_half()).unwrap();
    let public = ["--public", file.to_str().unwrap(), "--scheme", "ml-dsa-65/1", "--old-serial", "R-0002"];
    night.ok(&[&["change", "replace-key", "ben-card", "--by", "ben-pq"][..], &public].concat());
    night.draft_and_freeze();
    let draft = super::signed_in(&night.folder.join("drafts/root.json"));
    let keys = draft.get("keys").unwrap().as_object().unwrap().iter();
    let is_his = |key: &Json| key.get("keytype").and_then(Json::as_str) == Some("ml-dsa");
    let keyid = keys.into_iter().find(|(_, key)| is_his(key)).unwrap().0.clone();
    signs_elsewhere(&night, &keyid);
    night.sign_all(&[]);
    let status = night.ok(&["status"]);
    assert!(status.contains("by its own keys: 5, 3 needed"), "{status}");
    let said = night.ok(&["release"]);
    // The table says beforehand who will not read it.
    assert!(said.contains("  tough: 4.root.json: an ML-DSA key [scheme-ml-dsa]"), "{said}");
    world.publish(&night);
    // tuf-js does not count the key, and has four others; tough reads no root that has it.
    Clients::of(test, &world, 1..=4)
        .after("offline", &[1, 2], &[&good])
        .but(Profile::Tough, "", "ml-dsa")
        .end_on([4, 4, 4, 4]);
}
