//! `spec_version`.

use crate::repository::PARTS;
use crate::tree::set;
use crate::variant::{Collector, Verdict};

pub fn add(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let major = "4.3: clients MUST verify that it matches; the major version is a match";
    let semver = "4.3: the format is that of Semantic Versioning 2.0.0";
    for (name, text, verdict, why) in [
        ("1-0-0", "1.0.0", Accepted, major),
        ("newest", "1.0.37", Accepted, major),
        ("newer-minor", "1.99.0", Accepted, major),
        ("pre-release", "1.0.31-rc.1+build.5", Accepted, "4.3: semver with the same major version"),
        ("0-9-0", "0.9.0", Refused, major),
        ("10-0-0", "10.0.0", Refused, major),
        (
            "two-numbers",
            "1.0",
            Accepted,
            "4.3: adopters are free to determine what is a match, and every root of Sigstore says 1.0",
        ),
        ("one-number", "1", Refused, semver),
        ("four-numbers", "1.0.31.0", Refused, semver),
        ("empty", "", Refused, semver),
        ("letter", "v1.0.31", Refused, semver),
        ("leading-zero", "1.0.031", Refused, semver),
        ("space", "1.0.31 ", Refused, semver),
        ("full-width", "１.0.31", Refused, semver),
        ("word", "latest", Refused, semver),
        ("negative", "1.-1.0", Refused, semver),
        ("huge", "1.0.99999999999999999999", Accepted, "4.3: semver has no bound"),
    ] {
        list.add(format!("spec-version-{name}"), verdict, why, |repository| {
            repository.timestamp.edit(move |signed| set(signed, &["spec_version"], text));
        });
    }
    for part in PARTS {
        list.refused(format!("spec-version-2-0-0-{part}"), major, |repository| {
            repository.part(part).edit(|signed| set(signed, &["spec_version"], "2.0.0"));
        });
    }
    list.accepted("spec-version-differs-between-files", major, |repository| {
        repository.part("snapshot").edit(|signed| set(signed, &["spec_version"], "1.0.3"));
    });
}
