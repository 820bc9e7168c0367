//! Fields that no specification knows, in every object.

use tuf_ceremony::json::Json;

use crate::repository::PARTS;
use crate::tree::{empty, nested, set};
use crate::variant::Collector;

const WHY: &str = "4: undefined fields are hashed, verified and preserved";

pub fn add(list: &mut Collector) {
    for part in PARTS {
        list.accepted(format!("extra-in-signed-{part}"), WHY, |repository| {
            repository.part(part).edit(|signed| set(signed, &["x-note"], everything()));
        });
        list.accepted(format!("extra-in-envelope-{part}"), WHY, |repository| {
            repository.part(part).envelope(|envelope, _| set(envelope, &["x-note"], everything()));
        });
        list.accepted(format!("extra-in-signature-{part}"), WHY, |repository| {
            repository
                .part(part)
                .envelope(|envelope, _| set(envelope, &["signatures", "0", "x-note"], everything()));
        });
    }
    let places: [(&str, &'static [&'static str]); 12] = [
        ("root", &["roles", "root"]),
        ("root", &["roles", "timestamp"]),
        ("targets", &["targets", "readme.txt"]),
        ("targets", &["targets", "lib/a.tgz", "custom"]),
        ("targets", &["delegations"]),
        ("targets", &["delegations", "roles", "0"]),
        ("project", &["targets", "project/one.txt"]),
        ("snapshot", &["meta", "targets.json"]),
        ("snapshot", &["meta", "project.json"]),
        ("timestamp", &["meta", "snapshot.json"]),
        ("root", &[]),
        ("snapshot", &[]),
    ];
    for (index, (part, path)) in places.into_iter().enumerate() {
        let name = format!("extra-{index}-{part}-{}", path.join("-").replace('/', "-"));
        list.accepted(name, WHY, |repository| {
            repository
                .part(part)
                .edit(move |signed| set(signed, &[path, &["x note \u{e9}\n"]].concat(), everything()));
        });
    }
    list.accepted(
        "extra-names-that-sort-oddly",
        "4.1: canonical JSON sorts names by code point",
        |repository| {
            repository.timestamp.edit(|signed| {
                // UTF-16 code units would put these two the other way round, as JCS does.
                set(signed, &["\u{ff5e}"], 1);
                set(signed, &["\u{1f511}"], 2);
                set(signed, &[""], 3);
                set(signed, &["Z"], 4);
            });
        },
    );
    list.accepted("extra-two-names-that-normalise-to-one", "silent: nothing is normalised", |repository| {
        repository.timestamp.edit(|signed| {
            set(signed, &["\u{e9}"], 1);
            set(signed, &["e\u{301}"], 2);
        });
    });
    list.accepted("extra-constructor-names", WHY, |repository| {
        repository.timestamp.edit(|signed| {
            set(signed, &["__proto__"], empty());
            set(signed, &["constructor"], "x");
        });
    });
    list.accepted("extra-100000-characters", WHY, |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-long"], "x".repeat(100_000)));
    });
}

/// A value of every kind.
fn everything() -> Json {
    let values = [
        Json::Null,
        true.into(),
        false.into(),
        0.into(),
        (-1).into(),
        "\u{e9}\n\"\\".into(),
        empty(),
        nested(3),
    ];
    Json::object([("values", Json::Arr(values.into()))])
}
