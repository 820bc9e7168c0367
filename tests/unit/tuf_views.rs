//! The typed views: what they read, what they refuse and where, and what they leave as it is.

use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::ShapeError;
use tuf_ceremony::tuf::delegation::{Delegates, Paths, SuccinctBins};
use tuf_ceremony::tuf::envelope::{Envelope, MetadataError, Signature};
use tuf_ceremony::tuf::facts::facts;
use tuf_ceremony::tuf::meta::{Snapshot, Timestamp};
use tuf_ceremony::tuf::root::{RoleKeys, Root};
use tuf_ceremony::tuf::targets::Targets;
use tuf_ceremony::tuf::time::Date;

use crate::python::python;
use crate::tuf_documents::{all_kinds, root, snapshot, succinct, targets, timestamp};
use crate::tuf_fixture::{Holder, json};

#[test]
fn root_is_read_whole() {
    let tree = root();
    let root = Root::read(&tree).unwrap();
    assert_eq!(*root.tree, tree);
    assert_eq!((root.header.version, root.header.spec_version.as_str()), (3, "1.0.31"));
    assert_eq!(root.header.expires.at.to_string(), "2030-01-01T00:00:00Z");
    assert_eq!(root.consistent_snapshot, Some(true));
    let [ada, ben] = [1, 2].map(Holder::ed25519);
    assert_eq!(root.keys.len(), 3);
    assert_eq!(root.keys[&ada.keyid].usable.as_ref().unwrap().public, *ada.private.public());
    assert_eq!(root.roles["root"], RoleKeys { keyids: vec![ada.keyid, ben.keyid], threshold: 2 });
    assert_eq!(root.roles["timestamp"].keyids, ["odd", "gone", "odd"]);
    let mut old = tree;
    old.as_object_mut().unwrap().remove("consistent_snapshot");
    assert_eq!(Root::read(&old).unwrap().consistent_snapshot, None);
}

#[test]
fn targets_are_read_with_both_kinds_of_named_delegations() {
    let tree = targets();
    let targets = Targets::read(&tree).unwrap();
    let file = targets.file("a b.txt").unwrap();
    assert_eq!((file.length, file.hashes.len()), (5, 2));
    assert_eq!((targets.file("c").is_some(), targets.file("b")), (true, None));
    assert_eq!(targets.files().map(|(path, _)| path).collect::<Vec<_>>(), ["a b.txt", "c"]);
    let delegations = targets.delegations.unwrap();
    let Delegates::Roles(roles) = delegations.delegates else { panic!() };
    let text = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let Paths::Patterns(patterns) = &roles[0].paths else { panic!() };
    assert_eq!(patterns.iter().collect::<Vec<_>>(), ["a b", "c"]);
    let Paths::HashPrefixes(prefixes) = &roles[1].paths else { panic!() };
    assert_eq!(prefixes.iter().collect::<Vec<_>>(), ["00", "0f"]);
    assert_eq!((roles[0].terminating, roles[1].terminating), (false, true));
    assert_eq!(roles[1].keys, RoleKeys { keyids: text(&["k1", "k1"]), threshold: 1 });
    assert!(delegations.keys["k1"].usable.is_err());
}

#[test]
fn snapshot_and_timestamp_are_read() {
    let tree = snapshot();
    let snapshot = Snapshot::read(&tree).unwrap();
    let file = snapshot.file("targets.json").unwrap();
    assert_eq!((file.version, file.length, file.hashes["sha256"].as_str()), (3, Some(5), "aa"));
    let other = snapshot.file("a: b.json").unwrap();
    assert_eq!((other.length, other.hashes.len()), (None, 0));
    let timestamp = Timestamp::read(&timestamp()).unwrap();
    assert_eq!((timestamp.snapshot.version, timestamp.snapshot.length), (3, None));
    assert_eq!(timestamp.header.expires.oddity, Some("has fractions of a second"));
}

/// Reads a line `bit_length name_prefix path`, and prints the bin and the last bin of all.
const BINS: &str = r#"
import sys
from tuf.api.metadata import SuccinctRoles
for line in sys.stdin.buffer.read().decode().splitlines():
    bits, prefix, path = line.split(" ", 2)
    roles = SuccinctRoles([], 1, int(bits), prefix)
    last = f"{roles.number_of_bins - 1:x}"
    sys.stdout.buffer.write(f"{roles.get_role_for_target(path)} {prefix}-{last.zfill(roles.suffix_len)}\n".encode())
"#;

#[test]
fn bins_are_those_of_python() {
    let tree = succinct();
    let delegations = Targets::read(&tree).unwrap().delegations.unwrap();
    let Delegates::Succinct(read) = delegations.delegates else { panic!() };
    assert_eq!((read.bit_length, read.name_prefix.as_str(), read.keys.threshold), (5, "bin", 1));
    let mut cases = Vec::new();
    for bit_length in 1..=32 {
        for path in ["a", "a b/c.txt", "", "😀/é", "dists/stable/Release", "x\u{301}"] {
            cases.push((
                SuccinctBins { bit_length, name_prefix: format!("p{bit_length}"), ..read.clone() },
                path,
            ));
        }
    }
    let input: String = cases
        .iter()
        .map(|(bins, path)| format!("{} {} {path}\n", bins.bit_length, bins.name_prefix))
        .collect();
    let Some(output) = python("bins_are_those_of_python", BINS, input.as_bytes()) else { return };
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.lines().count(), cases.len());
    for ((bins, path), line) in cases.iter().zip(output.lines()) {
        let last = bins.name((1 << bins.bit_length) - 1);
        assert_eq!(format!("{} {last}", bins.bin_for(path)), line, "{path} {}", bins.bit_length);
    }
}

/// What a reader says of this text after one replacement in it.
fn problem<'a, T: 'a>(
    read: fn(&'a Json) -> Result<T, ShapeError>,
    tree: &Json,
    from: &str,
    to: &str,
) -> String {
    let text = String::from_utf8(tree.canonical()).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    // The view borrows from the tree, for as long as the caller likes.
    let changed = Box::leak(Box::new(json(&text.replacen(from, to, 1))));
    read(changed).map(drop).unwrap_err().to_string()
}

#[test]
fn a_root_of_another_shape_is_refused_by_place() {
    let tree = root();
    for (from, to, expected) in [
        (
            "\"_type\":\"root\"",
            "\"_type\":\"targets\"",
            "signed._type: expected metadata of type \"root\", found \"targets\"",
        ),
        ("\"_type\":\"root\",", "", "signed: the field \"_type\" is missing"),
        ("\"version\":3", "\"version\":0", "signed.version: 0 is less than 1"),
        ("\"version\":3", "\"version\":\"3\"", "signed.version: expected an integer, found a string"),
        ("2030-01-01T00:00:00Z", "soon", "signed.expires: \"soon\" is not a date"),
        (
            "\"spec_version\":\"1.0.31\"",
            "\"spec_version\":1",
            "signed.spec_version: expected a string, found an integer",
        ),
        (
            "\"consistent_snapshot\":true",
            "\"consistent_snapshot\":null",
            "signed.consistent_snapshot: expected a boolean, found null",
        ),
        ("\"keytype\":\"k\",", "", "signed.keys.odd: the field \"keytype\" is missing"),
        ("{\"public\":\"p\",\"x\":1}", "true", "signed.keys.odd.keyval: expected an object, found a boolean"),
        ("\"threshold\":2", "\"threshold\":0", "signed.roles.root.threshold: 0 is less than 1"),
        (",\"threshold\":1", "", "signed.roles.timestamp: the field \"threshold\" is missing"),
        ("\"gone\"", "7", "signed.roles.timestamp.keyids[1]: expected a string, found an integer"),
        ("\"roles\":{\"root\":", "\"roles\":{\"rood\":", "signed: the role \"root\" is missing from roles"),
    ] {
        assert_eq!(problem(Root::read, &tree, from, to), expected);
    }
}

#[test]
fn other_metadata_of_another_shape_is_refused_by_place() {
    let tree = targets();
    for (from, to, expected) in [
        ("\"length\":5", "\"length\":-1", "signed.targets.a b.txt.length: -1 is less than 0"),
        ("{\"blake\":\"??\"}", "{}", "signed.targets.c.hashes: no hash at all"),
        (
            "\"sha256\":\"ab\"",
            "\"sha256\":1",
            "signed.targets.a b.txt.hashes.sha256: expected a string, found an integer",
        ),
        (
            "\"name\":\"same\"",
            "\"name\":\"root\"",
            "signed.delegations.roles[0].name: \"root\" cannot be the name of a delegated role",
        ),
        (
            "\"name\":\"same\"",
            "\"name\":\"\"",
            "signed.delegations.roles[0].name: \"\" cannot be the name of a delegated role",
        ),
        ("\"terminating\":false,", "", "signed.delegations.roles[0]: the field \"terminating\" is missing"),
        (
            "\"path_hash_prefixes\":",
            "\"paths\":[],\"path_hash_prefixes\":",
            "signed.delegations.roles[1]: can have only one of \"paths\" and \"path_hash_prefixes\"",
        ),
        (
            "\"roles\":[",
            "\"succinct_roles\":{},\"roles\":[",
            "signed.delegations: needs exactly one of \"roles\" and \"succinct_roles\"",
        ),
    ] {
        assert_eq!(problem(Targets::read, &tree, from, to), expected);
    }
    for bits in ["0", "33", "4294967297"] {
        let said = problem(Targets::read, &succinct(), "\"bit_length\":5", &format!("\"bit_length\":{bits}"));
        assert!(said.starts_with("signed.delegations.succinct_roles.bit_length: "), "{said}");
    }
    assert_eq!(
        problem(Snapshot::read, &snapshot(), "\"version\":1}", "\"version\":0}"),
        "signed.meta.a: b.json.version: 0 is less than 1"
    );
    assert_eq!(
        problem(Timestamp::read, &timestamp(), "\"snapshot.json\"", "\"snapshot\""),
        "signed.meta: the field \"snapshot.json\" is missing"
    );
    // Clients do not mind other files; `facts` shows them, and strict clients refuse them by rule.
    let mut more = timestamp();
    let meta = more.as_object_mut().unwrap().get_mut("meta").unwrap().as_object_mut().unwrap();
    meta.insert("root.json".to_owned(), Json::object([("version", Json::Int(1))]));
    assert_eq!(Timestamp::read(&more).unwrap().snapshot.version, 3);
    let told = facts(&more).unwrap();
    assert!(
        told.iter().any(|fact| fact.place == "file root.json" && fact.value == "{\"version\":1}"),
        "{told:?}"
    );
}

#[test]
fn an_envelope_of_another_shape_is_refused_by_place() {
    let parse = |text: &str| Envelope::parse(text.as_bytes(), 1000).unwrap_err().to_string();
    for (text, expected) in [
        ("{\"signed\":{}}", "not TUF metadata: metadata.signed: the field \"_type\" is missing"),
        ("[]", "not TUF metadata: metadata: expected an object, found an array"),
        (
            "{\"signed\":{\"_type\":\"root\"}}",
            "not TUF metadata: metadata: the field \"signatures\" is missing",
        ),
        (
            "{\"signed\":{\"_type\":\"root\"},\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\"}]}",
            "not TUF metadata: metadata.signatures[1]: the field \"sig\" is missing",
        ),
        (
            "{\"signed\":1.5}",
            "not strict JSON: a number that is not a plain integer (fraction, exponent, -0, or beyond 64 bits) at line 1, column 13",
        ),
    ] {
        assert_eq!(parse(text), expected);
    }
    assert!(
        matches!(Envelope::parse(b"{}", 1), Err(MetadataError::Json(error)) if error.what.contains("limit"))
    );
}

/// Adds a field with every kind of value, and text of every kind, to each object of a tree.
fn decorate(value: &mut Json) {
    match value {
        Json::Arr(elements) => elements.iter_mut().for_each(decorate),
        Json::Obj(members) => {
            members.values_mut().for_each(decorate);
            let text = "😀 \"quoted\" \\ \u{0}\u{1b}[31m\u{7f}\n\r\t e\u{301} é \u{ffff}\u{10000}";
            let odd =
                Json::object([(text, Json::Arr(vec![Json::from(text), Json::Null, Json::Int(i64::MIN)]))]);
            members.insert(format!("x-{text}"), odd);
        }
        _ => {}
    }
}

#[test]
fn unknown_fields_survive_at_every_level() {
    for mut signed in all_kinds() {
        // Hashes and meta are maps from names to values of one kind, and so have no room for fields.
        let original = signed.clone();
        decorate(&mut signed);
        let signatures = [Signature { keyid: "k".to_owned(), sig: "00".to_owned() }];
        let file = Envelope::publish(&signed, &signatures);
        let read = Envelope::parse(&file, file.len()).unwrap();
        assert_eq!(read.canonical(), signed.canonical());
        assert_eq!(Envelope::publish(&read.signed, &read.signatures), file);
        assert_ne!(read.digest().to_hex(), Envelope { signed: original, ..read }.digest().to_hex());
    }
    let mut decorated = root();
    let key = decorated.as_object_mut().unwrap().get_mut("keys").unwrap().as_object_mut().unwrap();
    key.values_mut().for_each(decorate);
    let root = Root::read(&decorated).unwrap();
    assert_eq!(root.tree.canonical(), decorated.canonical());
    for (keyid, key) in root.keys.iter() {
        assert_eq!(Some(&key.object()), decorated.get("keys").unwrap().get(keyid));
    }
}

#[test]
fn a_rehearsal_is_known_by_anything_but_an_explicit_no() {
    for (mark, expected) in [
        ("", false),
        (r#","x-tuf-ceremony-rehearsal":false"#, false),
        (r#","x-tuf-ceremony-rehearsal":true"#, true),
        (r#","x-tuf-ceremony-rehearsal":null"#, true),
        (r#","x-tuf-ceremony-rehearsal":"false""#, true),
    ] {
        let tree = json(&format!(r#"{{"signed":{{"_type":"root"{mark}}},"signatures":[]}}"#));
        assert_eq!(Envelope::read(tree).unwrap().is_rehearsal(), expected, "{mark}");
    }
}

#[test]
fn dates_are_read_as_rfc_3339_and_flagged_where_they_depart_from_the_specification() {
    let (fraction, offset, form) = (
        "has fractions of a second",
        "has an offset instead of Z",
        "is not in the form YYYY-MM-DDTHH:MM:SSZ",
    );
    for (text, at, oddity) in [
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", None),
        ("2028-02-29T23:59:59Z", "2028-02-29T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None),
        // "Never": the last instant that can be represented is a day earlier.
        ("9999-12-31T23:59:59Z", "9999-12-30T22:00:00.999999999Z", None),
        ("9999-12-31T23:59:59z", "9999-12-30T22:00:00.999999999Z", Some(form)),
        ("2021-12-18T13:28:12.99008-06:00", "2021-12-18T19:28:12.99008Z", Some(fraction)),
        ("2022-05-11T19:09:02.663975009Z", "2022-05-11T19:09:02.663975009Z", Some(fraction)),
        ("2030-01-01T00:00:00.0Z", "2030-01-01T00:00:00Z", Some(fraction)),
        ("2030-01-01T00:00:00+00:00", "2030-01-01T00:00:00Z", Some(offset)),
        ("2030-01-01T05:30:00+05:30", "2030-01-01T00:00:00Z", Some(offset)),
        ("2030-01-01t00:00:00Z", "2030-01-01T00:00:00Z", Some(form)),
        ("2030-01-01T00:00:00z", "2030-01-01T00:00:00Z", Some(form)),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", Some(form)),
    ] {
        let date = Date::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((date.text.as_str(), date.at.to_string().as_str(), date.oddity), (text, at, oddity));
    }
    for text in [
        "",
        "2030",
        "2030-01-01",
        "2030-01-01T00:00Z",
        "2030-01-01T00:00:00+24:00",
        "9999-12-32T00:00:00Z",
        "9999-12-31T25:00:00Z",
        "9999-12-31T23:59:59+99:99",
        "2030-01-01T00:00:00",
        "2030-01-01T00:00:00.5",
        "2030-01-01 00:00:00Z",
        "2030-02-29T00:00:00Z",
        "2030-13-01T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01T00:00:00.Z",
        "2030-01-01T00:00:00,5Z",
        "2030-01-01T00:00:00ZZ",
        " 2030-01-01T00:00:00Z",
        "2030-01-01T00:00:00Z\n",
        "20300101T000000.00Z",
        "2030-01-01T000000.0Z",
        "2030-01-01T00:00:00+01",
        "2030-01-01T00:00:00+0100",
        "2030-01-01T00:00:00+01:00:30",
        "2030-01-01T00+00:00:00",
        "2030-W01-2T00:00:00Z",
        "2030-001T00:00:00+00:00",
        "+002030-01-01T00:00:00Z",
        "-002030-01-01T00:00:00Z",
        "2030-01-01T00:00:00Z[UTC]",
        "2030-01-01T00:00:00+00:00[UTC]",
        "２０３０-01-01T00:00:00Z",
        "2030-01-01T00:00:00.1234567891Z",
    ] {
        assert_eq!(Date::parse(text), None, "{text}");
    }
}
