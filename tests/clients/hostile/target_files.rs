//! Target files, and what targets metadata says of them.

use tuf_ceremony::crypto::digest::sha512;
use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;

use crate::repository::{Files, target};
use crate::tree::{at, empty, set};
use crate::variant::{Collector, Verdict};

const FILE: [&str; 2] = ["targets", "readme.txt"];

pub fn add(list: &mut Collector) {
    metadata(list);
    let hash = "5.7.3: the hashes of the file MUST match";
    let limit = "5.7.3: not more bytes are downloaded than are listed";
    type Change = fn(&mut Vec<u8>);
    for (name, why, change) in [
        ("other", hash, (|bytes| bytes[0] ^= 1) as Change),
        ("empty", hash, Vec::clear),
        ("longer", limit, |bytes| bytes.push(b'\n')),
        ("shorter", hash, |bytes| {
            bytes.pop();
        }),
        ("endless", limit, |bytes| bytes.resize(1_000_000, b'x')),
    ] {
        for path in ["readme.txt", "a.tgz", "one.txt"] {
            list.refused(format!("target-file-{name}-{path}"), why, |repository| {
                repository.files(move |files| change(found(files, path)));
            });
            list.in_targets();
        }
    }
    list.refused("target-file-name-without-hash", "5.7.3: HASH.FILENAME.EXT", |repository| {
        repository.files(|files| {
            let bytes = found(files, "readme.txt").clone();
            files.retain(|path, _| !path.ends_with("readme.txt"));
            files.insert("targets/readme.txt".to_owned(), bytes);
        });
    });
    list.absent_targets();
    let exact = "4.5: LENGTH is the length in bytes of the file, and every client compares it";
    list.refused("target-length-more-than-the-file", exact, |repository| {
        repository.targets.edit(|signed| set(signed, &[&FILE[..], &["length"]].concat(), 9));
    });
    list.refused("target-length-less-than-the-file", limit, |repository| {
        repository.targets.edit(|signed| set(signed, &[&FILE[..], &["length"]].concat(), 7));
    });
    list.in_targets();
    list.refused("target-hash-of-another-file", hash, |repository| {
        repository.targets.edit(|signed| {
            let other = at(&mut target(b"other"), &["hashes", "sha256"]).clone();
            set(signed, &[&FILE[..], &["hashes", "sha256"]].concat(), other);
        });
        repository.files(|files| {
            let bytes = found(files, "readme.txt").clone();
            let other = target(b"other");
            let hash = other.get("hashes").and_then(|hashes| hashes.get("sha256")).unwrap();
            files.insert(format!("targets/{}.readme.txt", hash.as_str().unwrap()), bytes);
        });
    });
    list.in_targets();
}

/// The target file whose name ends so.
fn found<'a>(files: &'a mut Files, end: &str) -> &'a mut Vec<u8> {
    let mut targets = files.iter_mut().filter(|(path, _)| path.starts_with("targets/"));
    targets.find(|(path, _)| path.ends_with(end)).unwrap().1
}

/// What shows without the files.
fn metadata(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let one = "4.5, 4.4: one or more hashes";
    let length = "4.5: LENGTH is a length in bytes";
    let custom = "4.5: the custom attribute maps to an object";
    let sha512 = Json::from(hex::encode(&sha512(b"read me\n")));
    for (name, field, value, verdict, why) in [
        ("no-hash", "hashes", empty(), Refused, one),
        ("hash-null", "hashes", Json::object([("sha256", Json::Null)]), Refused, "4.4: HASH is a hexdigest"),
        ("hash-int", "hashes", Json::object([("sha256", Json::Int(0))]), Refused, "4.4: HASH is a hexdigest"),
        ("length-negative", "length", (-1).into(), Refused, length),
        ("length-least", "length", i64::MIN.into(), Refused, length),
        ("custom-null", "custom", Json::Null, Refused, custom),
        ("custom-string", "custom", "x".into(), Refused, custom),
        ("custom-int", "custom", 1.into(), Refused, custom),
        ("custom-empty", "custom", empty(), Accepted, custom),
    ] {
        list.add(format!("target-{name}"), verdict, why, |repository| {
            repository.targets.edit(move |signed| set(signed, &[&FILE[..], &[field]].concat(), value));
        });
    }
    list.accepted("target-sha512-too", one, |repository| {
        repository.targets.edit(|signed| set(signed, &[&FILE[..], &["hashes", "sha512"]].concat(), sha512));
        // Each hash has a copy of the file (6.2.1).
        repository.files(|files| {
            let bytes = found(files, "readme.txt").clone();
            let digest = hex::encode(&tuf_ceremony::crypto::digest::sha512(&bytes));
            files.insert(format!("targets/{digest}.readme.txt"), bytes);
        });
    });
    list.accepted("target-of-no-bytes", length, |repository| {
        repository.targets.edit(|signed| set(signed, &["targets", "nothing"], target(b"")));
        repository.files.insert("nothing".to_owned(), vec![]);
    });
}
