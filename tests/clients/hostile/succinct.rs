//! Succinct hash bins. The specification does not have them; TAP 15 does.

use tuf_ceremony::json::Json;

use crate::holder::PROJECT;
use crate::part::Part;
use crate::repository::{Repository, role, signed};
use crate::tree::{set, take};
use crate::variant::Collector;

const TAP: &str = "TAP 15 (silent: 4.5 has no succinct_roles)";
const PATH: [&str; 2] = ["delegations", "succinct_roles"];

pub fn add(list: &mut Collector) {
    list.accepted("succinct-two-bins", TAP, bins);
    list.refused("succinct-bin-missing", TAP, |repository| {
        bins(repository);
        repository.files(|files| drop(files.remove("metadata/1.bin-1.json").unwrap()));
    });
    list.refused("succinct-bin-not-in-snapshot", TAP, |repository| {
        bins(repository);
        repository.snapshot.edit(|signed| drop(take(signed, &["meta", "bin-1.json"])));
    });
    list.refused("succinct-bin-unsigned", TAP, |repository| {
        bins(repository);
        repository.delegated[1].signed_by(&[]);
    });
    list.refused("succinct-bin-expired", TAP, |repository| {
        bins(repository);
        repository.delegated[1].edit(|signed| set(signed, &["expires"], "2027-01-01T00:00:00Z"));
    });
    let wrong: [(&str, &str, Json); 14] = [
        ("bit-length-0", "bit_length", 0.into()),
        ("bit-length-33", "bit_length", 33.into()),
        ("bit-length-negative", "bit_length", (-1).into()),
        ("bit-length-huge", "bit_length", i64::MAX.into()),
        ("bit-length-string", "bit_length", "1".into()),
        ("bit-length-null", "bit_length", Json::Null),
        ("bit-length-bool", "bit_length", true.into()),
        ("name-prefix-int", "name_prefix", 1.into()),
        ("name-prefix-null", "name_prefix", Json::Null),
        ("name-prefix-leaves", "name_prefix", "../bin".into()),
        ("keyids-null", "keyids", Json::Null),
        ("keyids-string", "keyids", "bin".into()),
        ("threshold-0", "threshold", 0.into()),
        ("threshold-2", "threshold", 2.into()),
    ];
    for (name, field, value) in wrong {
        list.refused(format!("succinct-{name}"), TAP, |repository| {
            bins(repository);
            repository.targets.edit(move |signed| set(signed, &[&PATH[..], &[field]].concat(), value));
        });
    }
    for field in ["bit_length", "name_prefix", "keyids", "threshold"] {
        list.refused(format!("succinct-without-{field}"), TAP, |repository| {
            bins(repository);
            repository.targets.edit(move |signed| drop(take(signed, &[&PATH[..], &[field]].concat())));
        });
    }
    for (name, value) in [("null", Json::Null), ("array", Json::Arr(vec![]))] {
        list.refused(format!("succinct-is-{name}"), TAP, |repository| {
            bins(repository);
            repository.targets.edit(|signed| set(signed, &PATH, value));
        });
    }
    list.refused("succinct-and-roles", "TAP 15: one of the two", |repository| {
        bins(repository);
        repository.targets.edit(|signed| set(signed, &["delegations", "roles"], Json::Arr(vec![])));
    });
    list.refused("succinct-bit-length-32-without-bins", TAP, |repository| {
        bins(repository);
        repository.targets.edit(|signed| set(signed, &[&PATH[..], &["bit_length"]].concat(), 32));
    });
}

/// Two bins instead of the role `project`.
fn bins(repository: &mut Repository) {
    repository.targets.edit(|signed| {
        take(signed, &["delegations", "roles"]);
        let mut bins = role(&[PROJECT], 1);
        set(&mut bins, &["bit_length"], 1);
        set(&mut bins, &["name_prefix"], "bin");
        set(signed, &PATH, bins);
    });
    repository.files.remove("project/one.txt");
    repository.delegated = ["bin-0", "bin-1"].map(|name| Part::new(name, empty_targets(), &[PROJECT])).into();
}

fn empty_targets() -> Json {
    let mut tree = signed("targets", 1);
    set(&mut tree, &["targets"], Json::object([]));
    tree
}
