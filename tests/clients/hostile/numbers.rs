//! Numbers: spellings that are no plain integer, and integers at the edges.

use crate::repository::{PARTS, Repository};
use crate::text::swap;
use crate::tree::set;
use crate::variant::Collector;

const FLOAT: &str = "4.1: floating-point numbers omitted; house: fractions, exponents and -0 are refused";
const BIG: &str = "silent: no upper bound for integers; house: refused outside of 64 bits with sign";

pub fn add(list: &mut Collector) {
    for (name, spelling) in [
        ("fraction", "7.0"),
        ("fraction-not-whole", "7.5"),
        ("exponent", "7e0"),
        ("exponent-upper-case", "7E0"),
        ("exponent-negative", "70e-1"),
        ("exponent-signed", "7e+0"),
    ] {
        spelled(list, &format!("number-{name}"), FLOAT, spelling);
    }
    for (name, spelling) in [
        ("leading-zero", "07"),
        ("plus", "+7"),
        ("hex", "0x7"),
        ("underscore", "7_0"),
        ("point-without-digit", "7."),
        ("nan", "NaN"),
        ("infinity", "Infinity"),
        ("true", "True"),
    ] {
        spelled(list, &format!("number-{name}"), "RFC 8259 section 6: no such number", spelling);
    }
    elsewhere(list);
    versions(list);
    thresholds(list);
}

fn spelled(list: &mut Collector, name: &str, why: &str, spelling: &'static str) {
    list.refused(name, why, |repository| {
        repository
            .timestamp
            .text(move |text| swap(text, "\"version\": 7", format!("\"version\": {spelling}")));
    });
}

/// The places of numbers, other than the version of the timestamp.
fn elsewhere(list: &mut Collector) {
    let places = [
        ("root", "\"version\": 2"),
        ("root", "\"threshold\": 1"),
        ("targets", "\"version\": 4"),
        ("targets", "\"length\": 8"),
        ("targets", "\"threshold\": 1"),
        ("project", "\"version\": 5"),
        ("snapshot", "\"version\": 5"),
        ("snapshot", "\"version\": 6"),
        ("timestamp", "\"version\": 6"),
    ];
    for (part, found) in places {
        let name = found.replace(['"', ':'], "").replace(' ', "-");
        for (form, end) in [("fraction", ".0"), ("exponent", "e0")] {
            list.refused(format!("number-{form}-{part}-{name}"), FLOAT, |repository| {
                repository.part(part).text(move |text| swap(text, found, format!("{found}{end}")));
            });
        }
    }
    list.refused("number-minus-zero", FLOAT, |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-zero"], 0));
        repository.timestamp.text(|text| swap(text, "\"x-zero\": 0", "\"x-zero\": -0"));
    });
    list.refused("number-fraction-in-unknown-field", FLOAT, |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-half"], 5));
        repository.timestamp.text(|text| swap(text, "\"x-half\": 5", "\"x-half\": 0.5"));
    });
    list.accepted("number-least-in-unknown-field", "4: undefined fields are kept", |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-least"], i64::MIN));
    });
}

fn versions(list: &mut Collector) {
    for part in PARTS {
        for (name, version) in [("zero", 0), ("negative", -1), ("least", i64::MIN)] {
            list.refused(format!("version-{name}-{part}"), "4.3: VERSION is greater than 0", |repository| {
                repository.part(part).edit(move |signed| set(signed, &["version"], version));
            });
        }
    }
    for part in ["targets", "project", "snapshot", "timestamp"] {
        for (name, version) in
            [("2-53", 1_i64 << 53), ("2-53-plus-1", (1 << 53) + 1), ("2-63-minus-1", i64::MAX)]
        {
            list.accepted(
                format!("version-{name}-{part}"),
                "4.3: VERSION is an integer, without bound",
                |repository| {
                    repository.part(part).edit(move |signed| set(signed, &["version"], version));
                },
            );
        }
    }
    for (name, number) in [
        ("2-63", "9223372036854775808"),
        ("2-64", "18446744073709551616"),
        ("10-30", "1000000000000000000000000000000"),
    ] {
        list.refused(format!("version-{name}"), BIG, |repository| {
            signed_and_written(repository, "\"version\":7", format!("\"version\":{number}"));
        });
        list.refused(format!("unknown-field-{name}"), BIG, |repository| {
            repository.timestamp.edit(|signed| set(signed, &["x-big"], 1));
            signed_and_written(repository, "\"x-big\":1", format!("\"x-big\":{number}"));
        });
    }
}

/// Has the timestamp say something both in what is signed and in the file.
fn signed_and_written(repository: &mut Repository, from: &'static str, to: String) {
    let (found, written) = (from.replace(':', ": "), to.clone());
    repository.timestamp.message(move |message| swap(message, from, to));
    repository.timestamp.text(move |text| swap(text, &found, written));
}

fn thresholds(list: &mut Collector) {
    for role in ["root", "targets", "snapshot", "timestamp"] {
        for (name, threshold) in [("zero", 0), ("negative", -1), ("least", i64::MIN)] {
            list.refused(format!("threshold-{name}-{role}"), "4.3: THRESHOLD is at least 1", |repository| {
                repository
                    .part("root")
                    .edit(move |signed| set(signed, &["roles", role, "threshold"], threshold));
            });
        }
        for (name, threshold) in [("4", 4), ("2-53", 1_i64 << 53), ("2-63-minus-1", i64::MAX)] {
            list.refused(
                format!("threshold-{name}-{role}"),
                "5.3.4, 5.4.2, 5.5.3, 5.6.3: unmet",
                |repository| {
                    repository
                        .part("root")
                        .edit(move |signed| set(signed, &["roles", role, "threshold"], threshold));
                },
            );
        }
    }
    for (name, threshold) in [("zero", 0), ("negative", -1), ("2", 2), ("2-32", 1_i64 << 32)] {
        list.refused(
            format!("threshold-{name}-project"),
            "4.5, 5.6.3: as for root, and unmet",
            |repository| {
                repository
                    .targets
                    .edit(move |signed| set(signed, &["delegations", "roles", "0", "threshold"], threshold));
            },
        );
    }
    for (name, number) in [("2-63", "9223372036854775808"), ("2-64-plus-1", "18446744073709551617")] {
        list.refused(format!("threshold-{name}"), BIG, |repository| {
            let root = repository.part("root");
            root.message(move |text| swap(text, "\"threshold\":1", format!("\"threshold\":{number}")));
            root.text(move |text| swap(text, "\"threshold\": 1", format!("\"threshold\": {number}")));
        });
    }
}
