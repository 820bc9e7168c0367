//! Metadata of every kind with every feature, and what the tests of facts and differences ask of it.

use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::facts::facts;

use crate::tuf_fixture::{Holder, json};

/// Names that would be taken for something else if facts were put together carelessly.
pub const TRICKY: [&str; 15] = [
    "",
    "a",
    "a: b",
    "a: threshold",
    "a: public",
    "1 to a",
    "key a",
    "field a",
    "a, b",
    "a b",
    "\"a\"",
    "a\\",
    "bytes",
    "a: key a",
    "sha256",
];

pub fn assert_places_differ(signed: &Json) {
    let mut places: Vec<_> = facts(signed).unwrap().into_iter().map(|fact| fact.place).collect();
    places.sort();
    for pair in places.windows(2) {
        assert_ne!(pair[0], pair[1], "{}", String::from_utf8_lossy(&signed.canonical()));
    }
}

pub fn root() -> Json {
    let [ada, ben, cleo] = [1, 2, 3].map(Holder::ed25519);
    let mut text = r#"{"_type":"root","spec_version":"1.0.31","version":3,"expires":"2030-01-01T00:00:00Z",
        "consistent_snapshot":true,"x-note":{"a":[1,"b",null]},
        "keys":{"ADA":ADAKEY,"BEN":BENKEY,"odd":{"keytype":"k","scheme":"s","keyval":{"public":"p","x":1},"x-why":[]}},
        "roles":{"root":{"keyids":["ADA","BEN"],"threshold":2,"x-tuf-on-ci":{"days":3}},
                 "timestamp":{"keyids":["odd","gone","odd"],"threshold":1}}}"#
        .to_owned();
    for (name, holder) in [("ADA", &ada), ("BEN", &ben), ("CLEO", &cleo)] {
        text = text.replace(&format!("{name}KEY"), &String::from_utf8(holder.object.canonical()).unwrap());
        text = text.replace(name, &holder.keyid);
    }
    json(&text)
}

pub fn targets() -> Json {
    json(
        r#"{"_type":"targets","spec_version":"1.0.31","version":1,"expires":"2030-01-01T00:00:00Z","x-top":"y",
        "targets":{"a b.txt":{"length":5,"hashes":{"sha256":"ab","sha512":"cd"},"custom":{"x":1}},"c":{"length":0,"hashes":{"blake":"??"}}},
        "delegations":{"x-all":true,
            "keys":{"k1":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"zz"}}},
            "roles":[
                {"name":"same","keyids":["k1"],"threshold":1,"terminating":false,"paths":["a b","c"],"x-role":1},
                {"name":"same","keyids":["k1","k1"],"threshold":1,"terminating":true,"path_hash_prefixes":["00","0f"]},
                {"name":"key k1","keyids":[],"threshold":9,"terminating":true,"paths":[]}]}}"#,
    )
}

pub fn succinct() -> Json {
    json(
        r#"{"_type":"targets","spec_version":"1","version":2,"expires":"2030-01-01T00:00:00Z","targets":{},
        "delegations":{"keys":{},"succinct_roles":{"keyids":["k","l"],"threshold":1,"bit_length":5,"name_prefix":"bin","x":0}}}"#,
    )
}

pub fn snapshot() -> Json {
    json(
        r#"{"_type":"snapshot","spec_version":"1","version":2,"expires":"2030-01-01T00:00:00Z","x":{},
        "meta":{"targets.json":{"version":3,"length":5,"hashes":{"sha256":"aa"},"x-m":0},"a: b.json":{"version":1}}}"#,
    )
}

pub fn timestamp() -> Json {
    json(
        r#"{"_type":"timestamp","spec_version":"1","version":2,"expires":"2030-01-01T00:00:00.5Z","x":{},
        "meta":{"snapshot.json":{"version":3,"hashes":{"sha256":"aa","x":"b"},"x-m":0}}}"#,
    )
}

pub fn all_kinds() -> [Json; 5] {
    [root(), targets(), succinct(), snapshot(), timestamp()]
}

/// The same with the keyids of every role sorted: what two trees that differ in their order only have in common.
pub fn without_order(value: &Json) -> Json {
    let member = |(name, value): (&String, &Json)| {
        let mut value = without_order(value);
        if let ("keyids", Json::Arr(keyids)) = (name.as_str(), &mut value) {
            keyids.sort_by_key(Json::canonical);
        }
        (name.clone(), value)
    };
    match value {
        Json::Obj(members) => Json::Obj(members.iter().map(member).collect()),
        Json::Arr(elements) => Json::Arr(elements.iter().map(without_order).collect()),
        other => other.clone(),
    }
}
