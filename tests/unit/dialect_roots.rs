//! Roots of other dialects: which dialect a file is in, its keys with their keyids, and what it states.

use tuf_ceremony::crypto::certificate::Certificate;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::{Scheme, base64};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::dialect::{Dialect, ForeignRoot, facts, read_other, read_root};
use tuf_ceremony::tuf::verify::tally;

use crate::dialect_fixture::{Sample, samples};
use crate::tuf_fixture::json;

#[test]
fn every_file_names_its_dialect() {
    let Some(samples) = samples("every_file_names_its_dialect") else { return };
    for (name, dialect) in [("notary", Dialect::Notary1), ("go-tuf", Dialect::GoTuf09)] {
        for case in samples.get(name).unwrap().as_object().unwrap().keys() {
            let sample = Sample::of(samples, name, case);
            for file in sample.files.keys() {
                assert_eq!(Dialect::of(&sample.tree(file)), dialect, "{case}: {file}");
            }
        }
    }
}

#[test]
fn what_states_a_specification_version_is_tuf_1_and_so_is_what_nobody_knows() {
    for text in [
        r#"{"signed":{"_type":"Root","spec_version":"1.0","keys":{}},"signatures":[{"keyid":"a","method":"ecdsa","sig":""}]}"#,
        r#"{"signed":{"_type":"root","keys":{"a":{"scheme":"ed25519"}}},"signatures":[{"keyid":"a","sig":""}]}"#,
        r#"{"signed":{"_type":"mirrors"},"signatures":[]}"#,
        r#"{"signed":[],"signatures":{}}"#,
        "[]",
        "7",
    ] {
        assert_eq!(Dialect::of(&json(text)), Dialect::Tuf1, "{text}");
    }
    let old = r#"{"signed":{"_type":"root","keys":{"a":{"keytype":"ed25519"}}},"signatures":[]}"#;
    assert_eq!(Dialect::of(&json(old)), Dialect::GoTuf09);
    let lower =
        json(r#"{"signed":{"_type":"root","keys":{"a":{"keyval":{"private":null}}}},"signatures":[]}"#);
    let error = read_root(&lower).unwrap_err().to_string();
    assert_eq!(error, "metadata.signed._type: \"root\" is no type of metadata in Notary 1");
}

#[test]
fn keys_are_read_with_the_scheme_of_their_type_and_the_keyid_of_their_dialect() {
    let Some(samples) = samples("keys_are_read_with_the_scheme_of_their_type_and_the_keyid_of_their_dialect")
    else {
        return;
    };
    let expected = [
        ("second", Scheme::RsassaPssSha256, "rsa-x509"),
        ("targets", Scheme::EcdsaSha2Nistp256, "ecdsa"),
        ("snapshot", Scheme::Ed25519, "ed25519"),
        ("timestamp", Scheme::RsassaPssSha256, "rsa"),
    ];
    let root = read_root(&Sample::of(samples, "notary", "good").tree("root.json")).unwrap();
    assert_eq!(root.root.keys.len(), expected.len());
    for (name, scheme, keytype) in expected {
        let keyid = samples.get("keyids").unwrap().get("notary").unwrap().get(name).unwrap();
        let key = &root.root.keys[keyid.as_str().unwrap()];
        assert_eq!((key.usable.as_ref().unwrap().scheme, key.keytype.as_str()), (scheme, keytype));
    }
    let subjects: Vec<&str> = root.certificates.values().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects, ["CN=registry.example.org/app"]);
    assert!(root.oddities.is_empty());

    let root = read_root(&Sample::of(samples, "go-tuf", "good").tree("root.json")).unwrap();
    for name in ["second", "targets", "snapshot", "timestamp"] {
        let keyid = samples.get("keyids").unwrap().get("go-tuf").unwrap().get(name).unwrap();
        assert_eq!(root.root.keys[keyid.as_str().unwrap()].usable.as_ref().unwrap().scheme, Scheme::Ed25519);
    }
}

/// The example in the TUF specification 0.9, section 4.3: its keyid is stated there.
#[test]
fn the_keyid_of_the_specification_is_computed() {
    let root = json(
        r#"{"signatures":[],"signed":{"_type":"Root","expires":"2030-01-01T00:00:00Z","keys":{
            "f2d5020d08aea06a0a9192eb6a4f549e17032ebefa1aa9ac167c1e3e727930d6":{"keytype":"ed25519","keyval":{
            "public":"66dd78c5c2a78abc6fc6b267ff1a8017ba0e8bfc853dd97af351949bba021275"}}},"roles":{"root":{"keyids":[
            "f2d5020d08aea06a0a9192eb6a4f549e17032ebefa1aa9ac167c1e3e727930d6"],"threshold":1}},"version":1}}"#,
    );
    let root = read_root(&root).unwrap();
    assert_eq!(root.file.dialect, Dialect::GoTuf09);
    assert!(root.oddities.is_empty());
}

#[test]
fn a_root_in_this_view_is_counted_like_any_other() {
    let Some(samples) = samples("a_root_in_this_view_is_counted_like_any_other") else { return };
    for dialect in ["notary", "go-tuf"] {
        let sample = Sample::of(samples, dialect, "good");
        let [old, new] = ["1.root.json", "root.json"].map(|file| read_root(&sample.tree(file)).unwrap());
        let link = ForeignRoot::link(Some(&old), &new);
        assert!(link.holds(), "{link:?}");
        let signatures: Vec<_> = new.file.signatures.iter().map(|one| one.to_signature()).collect();
        let counted = tally(&old.root.keys, &old.root.roles["root"], &signatures, &new.file.canonical);
        assert!(counted.met());
        assert!(!ForeignRoot::link(Some(&new), &old).holds(), "backwards");
    }
}

#[test]
fn facts_name_the_dialect_first_and_leave_nothing_out() {
    let Some(samples) = samples("facts_name_the_dialect_first_and_leave_nothing_out") else { return };
    let sample = Sample::of(samples, "notary", "good");
    let keyids = samples.get("keyids").unwrap().get("notary").unwrap();
    let keyid = |name| keyids.get(name).unwrap().as_str().unwrap();
    let of = |tree: &Json| {
        let facts = facts(&read_other(tree).unwrap()).unwrap();
        facts.iter().map(|fact| format!("{}: {}", fact.place, fact.value)).collect::<Vec<_>>()
    };
    let root = of(&sample.tree("root.json"));
    assert_eq!(root[..3], ["dialect: Notary 1", "type: root", "version: 2"]);
    for line in [
        format!("key {}: Ed25519, ed25519", keyid("snapshot")),
        format!("key {}: key type: rsa-x509", keyid("second")),
        format!("key {}: keyid: is the one that this dialect computes", keyid("targets")),
        format!(
            "key {}: certificate: for CN=registry.example.org/app, valid from 2024-01-01T00:00:00Z to \
             2034-01-01T00:00:00Z",
            keyid("second")
        ),
        "role timestamp: threshold: 1".to_owned(),
        "expires: 2035-07-17T16:19:21.101698314-07:00".to_owned(),
        "expires: note: has fractions of a second".to_owned(),
    ] {
        assert!(root.contains(&line), "{line} is not among {root:#?}");
    }
    let targets = of(&sample.tree("targets.json"));
    let digest = Sha256Digest::of(b"target");
    assert!(targets.iter().any(|line| line.contains(&format!("6 bytes, sha256 {digest}, sha512 "))));
    assert!(targets.contains(&"delegation 1 to targets/releases: paths that begin with: \"\"".to_owned()));
    let broken = of(&Sample::of(samples, "notary", "broken keyid").tree("root.json"));
    let other = format!("is not the one that this dialect computes, which is {}", keyid("timestamp"));
    assert!(broken.contains(&format!("key {}: keyid: {other}", "ab".repeat(32))), "{broken:#?}");

    // Every place in what is signed shows: a field added anywhere is a fact.
    let mut odd = sample.tree("snapshot.json");
    let signed = odd.as_object_mut().unwrap().get_mut("signed").unwrap().as_object_mut().unwrap();
    signed.insert("x-odd".to_owned(), Json::from("here"));
    assert!(of(&odd).contains(&"field x-odd: \"here\"".to_owned()));
}

#[test]
fn only_a_certificate_is_a_certificate() {
    let why = |text: &str| Certificate::from_first_pem(text).unwrap_err().to_string();
    let no = "this is not a well-formed X.509 certificate";
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    assert_eq!(why(&block("CERTIFICATE")), no);
    assert_eq!(why(&block("PUBLIC KEY")), "this is not a single PEM block");
    let mixed = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END CERTIFICATE-----";
    assert_eq!(why(mixed), no);
    let private = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END CERTIFICATE-----";
    assert!(why(private).starts_with("this is a private key"));
}

#[test]
fn base64_is_padded_and_may_be_broken_into_lines() {
    assert_eq!(base64::decode("aGVs\r\nbG8=\n").unwrap(), b"hello");
    assert_eq!(base64::encode(b"hello"), "aGVsbG8=");
    for text in ["aGVsbG8", "aGVs bG8=", "aGVsbG8=\t", "aGVsbG_=", "*"] {
        assert_eq!(base64::decode(text), None, "{text}");
    }
}

#[test]
fn null_is_an_empty_list_as_go_writes_it() {
    let text = r#"{"signed":{"_type":"Targets","expires":"2030-01-01T00:00:00Z","version":1,"targets":null,
        "delegations":{"keys":null,"roles":null}},"signatures":null}"#;
    let file = read_other(&json(text)).unwrap();
    assert!(file.signatures.is_empty() && file.targets().unwrap().is_empty());
    assert!(file.delegations().unwrap().roles.is_empty());
}

/// Every tree that has one value of this one replaced by one of these, or, in an object, removed.
fn variants(tree: &Json, values: &[&str]) -> Vec<Json> {
    let mut all: Vec<Json> = values.iter().map(|value| json(value)).collect();
    if let Some(members) = tree.as_object() {
        for (name, member) in members.iter() {
            let with = |value: Option<Json>| {
                let others = members.iter().filter(|(other, _)| *other != name);
                let others = others.map(|(name, value)| (name.clone(), value.clone()));
                Json::Obj(others.chain(value.map(|value| (name.clone(), value))).collect())
            };
            all.push(with(None));
            all.extend(variants(member, values).into_iter().map(|value| with(Some(value))));
        }
    }
    for (index, element) in tree.as_array().unwrap_or_default().iter().enumerate() {
        for value in variants(element, values) {
            let mut elements = tree.as_array().unwrap().to_vec();
            elements[index] = value;
            all.push(Json::Arr(elements));
        }
    }
    all
}

#[test]
fn no_misshapen_file_is_more_than_refused() {
    let Some(samples) = samples("no_misshapen_file_is_more_than_refused") else { return };
    for dialect in ["notary", "go-tuf"] {
        let sample = Sample::of(samples, dialect, "good");
        for file in ["root.json", "targets.json", "snapshot.json", "timestamp.json"] {
            let original = sample.tree(file);
            for tree in variants(&original, &["null", "0", "-1", "true", "\"x\"", "[]", "{}", "[null]"]) {
                let _ = read_other(&tree).map(|file| facts(&file));
            }
            // Verifying is slow with RSA, and what reads a root is the same in both dialects.
            let verified = if dialect == "notary" && file == "root.json" {
                vec![]
            } else {
                variants(&original, &["null"])
            };
            for tree in verified {
                let mut altered = Sample { trusted: sample.trusted.clone(), files: sample.files.clone() };
                altered.files.remove("2.root.json");
                altered.files.insert(file.to_owned(), tree.to_disk());
                let report = altered.verify("2030-01-01T00:00:00Z", false);
                // In go-tuf the method says nothing, and nothing lists the bytes of a timestamp.
                let same = tree.get("signed") == original.get("signed") && file == "timestamp.json";
                assert!(report.refused.is_some() || same && dialect == "go-tuf", "{file}: {tree:?}");
            }
        }
    }
}
