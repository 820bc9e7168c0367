//! python-tuf as the judge, both ways: what it signs is accepted here, what is built here is accepted there.

use std::collections::BTreeMap;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::build::{self, Common, DelegationSpec, RoleSpec};
use tuf_ceremony::tuf::chain::Link;
use tuf_ceremony::tuf::envelope::Envelope;
use tuf_ceremony::tuf::key::keyid_of;
use tuf_ceremony::tuf::root::Root;
use tuf_ceremony::tuf::verify::Why;
use tuf_ceremony::tuf::{ROOT_LIMIT, TOP_LEVEL};

use crate::python::python;
use crate::tuf_fixture::{Holder, json};

const JUDGE: &str = include_str!("tuf_judge.py");

fn judge(test: &str, mode: &str, stdin: &[u8]) -> Option<String> {
    let output = python(test, &format!("MODE = {mode:?}\n{JUDGE}"), stdin)?;
    Some(String::from_utf8(output).unwrap())
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json.get(name).unwrap().as_str().unwrap()
}

#[test]
fn what_python_signs_is_accepted_here_in_every_scheme() {
    let Some(output) = judge("what_python_signs_is_accepted_here_in_every_scheme", "sign", b"") else {
        return;
    };
    let mut schemes = Vec::new();
    for line in output.lines() {
        let case = json(line);
        let scheme = text(&case, "scheme");
        schemes.push(scheme.to_owned());
        let file = hex::decode(text(&case, "file")).unwrap();
        let canonical = hex::decode(text(&case, "canonical")).unwrap();
        let envelope = Envelope::parse(&file, ROOT_LIMIT).unwrap();
        assert_eq!(String::from_utf8(envelope.canonical()).unwrap(), String::from_utf8(canonical).unwrap());
        let root = Root::of(&envelope).unwrap();

        let [plain, odd] = case.get("keyids").unwrap().as_array().unwrap() else { panic!() };
        let [plain, odd] = [plain, odd].map(|keyid| &root.keys[keyid.as_str().unwrap()]);
        for key in [plain, odd] {
            assert_eq!(key.computed_keyid(), key.keyid, "{scheme}");
            assert_eq!(key.usable.as_ref().unwrap().scheme.name(), scheme);
        }
        assert_ne!(plain.keyid, odd.keyid);
        assert_eq!(plain.material(), odd.material());

        let link = Link::verify(None, &envelope, &root);
        assert!(link.holds(), "{scheme}: {link:?}");
        let mut altered = envelope.clone();
        altered.signed.as_object_mut().unwrap().insert("version".to_owned(), Json::Int(8));
        let link = Link::verify(None, &altered, &Root::of(&altered).unwrap());
        assert!(!link.holds());
        assert!(matches!(link.new.ignored[0].why, Why::Invalid(_)), "{scheme}: {link:?}");
    }
    schemes.sort_unstable();
    let mut all = Scheme::ALL.map(Scheme::name);
    all.sort_unstable();
    assert_eq!(schemes, all);
}

/// Fields that no client knows, at every level of `signed` that has room for them.
fn odd() -> Json {
    let text = "😀 \"quoted\" back\\slash \u{0}\u{1b}[31m\u{7f}\n\r\t e\u{301} é \u{ffff}\u{10000}";
    Json::object([(
        text,
        Json::Arr(vec![
            Json::from(text),
            Json::Null,
            Json::Int(i64::MIN),
            Json::object([("", Json::Arr(vec![]))]),
        ]),
    )])
}

fn with_odd(mut value: Json) -> Json {
    value.as_object_mut().unwrap().insert("x-odd \"\u{1}é".to_owned(), odd());
    value
}

/// Adds the odd field to each member of the object or array at this path.
fn decorate(value: &mut Json, path: &[&str]) {
    match (path, value) {
        (["*", rest @ ..], Json::Obj(members)) => {
            members.values_mut().for_each(|member| decorate(member, rest))
        }
        (["*", rest @ ..], Json::Arr(elements)) => {
            elements.iter_mut().for_each(|element| decorate(element, rest))
        }
        ([name, rest @ ..], Json::Obj(members)) => decorate(members.get_mut(name).unwrap(), rest),
        ([], value) => *value = with_odd(value.clone()),
        (path, value) => panic!("no {path:?} in {value:?}"),
    }
}

fn common(version: i64) -> Common {
    Common {
        version,
        expires: "2035-06-01T00:00:00Z".parse().unwrap(),
        spec_version: "1.0.31".to_owned(),
        rehearsal: version == 1,
    }
}

struct Repository {
    holders: [Holder; 3],
    /// Key objects as the metadata lists them, the second with a field that no client knows.
    objects: [Json; 3],
}

impl Repository {
    fn new() -> Repository {
        let algorithms = [KeyAlgorithm::Ed25519, KeyAlgorithm::P256, KeyAlgorithm::P384];
        let holders = algorithms.map(|algorithm| Holder::new(algorithm, 7));
        let mut objects = holders.each_ref().map(|holder| holder.object.clone());
        objects[1] = with_odd(objects[1].clone());
        Repository { holders, objects }
    }

    /// All three keys, all of which have to sign.
    fn role(&self) -> RoleSpec {
        RoleSpec { keys: self.objects.to_vec(), threshold: 3 }
    }

    fn publish(&self, signed: &Json) -> Vec<u8> {
        let message = signed.canonical();
        let sign = |(holder, object): (&Holder, &Json)| holder.sign_as(&keyid_of(object), &message);
        let signatures: Vec<_> = self.holders.iter().zip(&self.objects).map(sign).collect();
        Envelope::publish(signed, &signatures)
    }

    fn signed(&self) -> BTreeMap<&'static str, Json> {
        let roles = TOP_LEVEL.map(|role| (role.to_owned(), self.role())).into();
        // Fields of the base survive a redraft; those of its roles too, and a role that nobody knows.
        let base = with_odd(json(
            r#"{"roles":{"root":{"keyids":["gone"],"threshold":9,"x-kept":[1]}},"keys":{"gone":{}},"version":41}"#,
        ));
        let mut root = build::root(Some(&base), &common(42), true, &roles);
        assert_eq!(
            root.get("roles").unwrap().get("root").unwrap().get("x-kept"),
            Some(&Json::Arr(vec![Json::Int(1)]))
        );
        assert_eq!(root.get("keys").unwrap().as_object().unwrap().len(), 3);
        decorate(&mut root, &["roles", "*"]);
        let delegation = DelegationSpec {
            name: "delegated".to_owned(),
            role: self.role(),
            paths: Some(vec!["a/*".to_owned(), "é \"b\"".to_owned()]),
            terminating: Some(true),
        };
        let mut targets = build::targets(&common(3), &[delegation]);
        decorate(&mut targets, &[]);
        decorate(&mut targets, &["delegations"]);
        decorate(&mut targets, &["delegations", "roles", "*"]);
        let versions = BTreeMap::from([("targets".to_owned(), 3), ("delegated".to_owned(), 1)]);
        let mut snapshot = build::snapshot(None, &common(2), &versions);
        decorate(&mut snapshot, &[]);
        decorate(&mut snapshot, &["meta", "*"]);
        let mut timestamp = build::timestamp(None, &common(1), 2);
        decorate(&mut timestamp, &[]);
        decorate(&mut timestamp, &["meta", "*"]);
        let delegated = with_odd(build::targets(&common(1), &[]));
        BTreeMap::from([
            ("root", root),
            ("targets", targets),
            ("snapshot", snapshot),
            ("timestamp", timestamp),
            ("delegated", delegated),
        ])
    }
}

#[test]
fn what_is_built_here_is_accepted_by_python_and_nothing_altered_is() {
    let repository = Repository::new();
    let signed = repository.signed();
    let files: BTreeMap<_, _> =
        signed.iter().map(|(name, signed)| (*name, repository.publish(signed))).collect();
    let request =
        files.iter().map(|(name, file)| ((*name).to_owned(), Json::from(hex::encode(file)))).collect();
    let test = "what_is_built_here_is_accepted_by_python_and_nothing_altered_is";
    let Some(output) = judge(test, "verify", &Json::Obj(request).to_disk()) else { return };
    let said = json(&output);
    for name in TOP_LEVEL {
        assert_eq!(text(said.get("verdicts").unwrap(), name), "accepted", "{name}");
        let shown = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let answer = |what: &str| shown(hex::decode(text(said.get(what).unwrap(), name)).unwrap());
        assert_eq!(answer("canonical"), shown(signed[name].canonical()), "{name}");
        // Written anew by python-tuf, a file is the same but for the newline at its end.
        assert_eq!(answer("again"), shown(files[name].clone()), "{name}");
        let flipped = said.get("flipped").unwrap().get(name).unwrap().as_object().unwrap();
        assert!(!flipped.contains_key("accepted"), "{name}: {flipped:?}");
        assert!(flipped.get("UnsignedMetadataError").unwrap().as_int().unwrap() > 10, "{name}: {flipped:?}");
    }
    let keyids = said.get("keyids").unwrap().as_object().unwrap();
    assert_eq!(keyids.len(), 3);
    for (holder, object) in repository.holders.iter().zip(&repository.objects) {
        let computed = keyid_of(object);
        assert_eq!(*keyids.get(&computed).unwrap(), Json::strings([computed.as_str(), &holder.keyid]));
    }
}

#[test]
fn a_keyid_is_the_sha_256_of_the_canonical_key() {
    let holder = Holder::ed25519(1);
    let public = hex::encode(&holder.private.public().ed25519_bytes().unwrap());
    let canonical = format!(r#"{{"keytype":"ed25519","keyval":{{"public":"{public}"}},"scheme":"ed25519"}}"#);
    assert_eq!(holder.keyid, Sha256Digest::of(canonical.as_bytes()).to_hex());
}
