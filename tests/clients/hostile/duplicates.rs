//! A name twice in one object, at every level of every file, the double before and after the value that is signed.

use tuf_ceremony::json::Json;

use crate::holder::{A, C, PROJECT, STRANGER, TIMESTAMP};
use crate::repository::PARTS;
use crate::text::{Side, doubled, swap};
use crate::tree::empty;
use crate::variant::Collector;

const WHY: &str = "house: a name twice in one object is refused (4.1: without ambiguity; RFC 8259 section 4)";

pub fn add(list: &mut Collector) {
    for part in PARTS {
        both(list, part, &["signed"], empty());
        both(list, part, &["signatures"], Json::Arr(vec![]));
        both(list, part, &["signatures", "0", "keyid"], STRANGER.keyid().into());
        both(list, part, &["signatures", "0", "sig"], "00".into());
        both(list, part, &["signed", "_type"], "mirrors".into());
        both(list, part, &["signed", "version"], 99.into());
        both(list, part, &["signed", "expires"], "2099-01-01T00:00:00Z".into());
    }
    both(list, "root", &["signed", "keys"], empty());
    both(list, "root", &["signed", "keys", &C.keyid()], A.object());
    both(list, "root", &["signed", "keys", &TIMESTAMP.keyid(), "scheme"], "none".into());
    both(list, "root", &["signed", "roles", "timestamp"], empty());
    both(list, "root", &["signed", "roles", "root", "threshold"], 1.into());
    both(list, "targets", &["signed", "targets"], empty());
    both(list, "targets", &["signed", "targets", "readme.txt"], empty());
    both(list, "targets", &["signed", "targets", "readme.txt", "length"], 1.into());
    both(list, "targets", &["signed", "targets", "readme.txt", "hashes", "sha256"], "00".into());
    both(list, "targets", &["signed", "targets", "lib/a.tgz", "custom", "kind"], "other".into());
    both(list, "targets", &["signed", "delegations"], empty());
    both(list, "targets", &["signed", "delegations", "keys", &PROJECT.keyid()], STRANGER.object());
    both(list, "targets", &["signed", "delegations", "roles", "0", "name"], "other".into());
    both(list, "snapshot", &["signed", "meta", "targets.json"], empty());
    both(list, "snapshot", &["signed", "meta", "targets.json", "version"], 1.into());
    both(list, "timestamp", &["signed", "meta"], empty());
    both(list, "timestamp", &["signed", "meta", "snapshot.json", "version"], 1.into());
    list.refused("duplicate-identical-version", WHY, |repository| {
        repository.timestamp.text(|text| swap(text, "\"version\": 7", "\"version\": 7, \"version\": 7"));
    });
    list.refused("duplicate-by-escape", WHY, |repository| {
        repository
            .timestamp
            .text(|text| swap(text, "\"version\": 7", "\"\\u0076ersion\": 9, \"version\": 7"));
    });
}

fn both(list: &mut Collector, part: &'static str, path: &[&str], double: Json) {
    for (side, word) in [(Side::Before, "before"), (Side::After, "after")] {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        let short: Vec<&str> = path.iter().map(|step| step.get(..12).unwrap_or(step)).collect();
        let name = format!("duplicate-{part}-{}-{word}", short.join("-").replace('/', "-"));
        let double = double.clone();
        list.refused(name, WHY, |repository| {
            repository.part(part).text(move |text| {
                let tree = Json::parse(text, usize::MAX).unwrap();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                *text = doubled(&tree, &path, &double, side);
            });
        });
    }
}
