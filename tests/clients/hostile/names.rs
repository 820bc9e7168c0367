//! Names of delegated roles and of target files: those that leave the folder, and those that only look strange.

use crate::repository::{Repository, target};
use crate::text::swap;
use crate::tree::set;
use crate::variant::{Collector, Verdict};

const LEAVES: &str = "silent: such a name would leave the folder";
/// What every client does, and what the public conformance suite demands of it.
const ENCODED: &str = "silent: clients ask for the name percent-encoded, which is an ordinary file";
const HARMLESS: &str = "silent: a strange name for an ordinary file";

pub fn add(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let taken = "silent: the file of the role would be that of a top-level role";
    for (name, role, verdict, why) in [
        ("parent", "../x", Accepted, ENCODED),
        ("absolute", "/etc/passwd", Accepted, ENCODED),
        ("down-and-up", "a/../../b", Accepted, ENCODED),
        ("backslash-parent", "..\\x", Accepted, ENCODED),
        ("folder", "a/b", Accepted, ENCODED),
        ("trailing-slash", "a/", Accepted, ENCODED),
        ("two-dots", "..", Accepted, "silent: 5....json is an ordinary file"),
        ("dot", ".", Accepted, "silent: 5...json is an ordinary file"),
        ("empty", "", Refused, "silent: names nobody"),
        ("space", "a b", Accepted, HARMLESS),
        ("newline", "a\nb", Accepted, HARMLESS),
        ("escape-sequence", "\u{1b}[31mred", Accepted, HARMLESS),
        ("nul", "a\0b", Accepted, ENCODED),
        ("bidi-override", "gpj\u{202e}exe", Accepted, HARMLESS),
        ("percent", "a%2Fb", Accepted, HARMLESS),
        ("not-ascii", "\u{e9}", Accepted, HARMLESS),
        ("dash", "-rf", Accepted, HARMLESS),
        ("300-bytes", LONG, Refused, "silent: no file can have this name"),
        ("root", "root", Refused, taken),
        ("targets", "targets", Refused, taken),
        ("snapshot", "snapshot", Refused, taken),
        ("timestamp", "timestamp", Refused, taken),
    ] {
        list.add(format!("role-name-{name}"), verdict, why, |repository| rename(repository, role));
    }
    list.accepted("role-name-parent-unversioned", ENCODED, |repository| {
        repository.inconsistent();
        rename(repository, "../x");
        repository.delegated[0].places = Some(vec!["x.json".to_owned(), "metadata/..%2Fx.json".to_owned()]);
    });
    list.refused("role-name-is-a-root-unversioned", "silent: its file is 2.root.json", |repository| {
        repository.inconsistent();
        rename(repository, "2.root");
        repository.delegated[0].places = Some(vec![]);
    });
    list.refused("role-name-surrogate", "house: lone surrogates are refused", |repository| {
        repository.targets.text(|text| swap(text, "\"project\"", "\"\\ud800\""));
    });
    targets(list);
}

const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// Renames the delegated role. Its file lies where clients look that take the name as it is, and where those look that
/// encode it as in a URL.
fn rename(repository: &mut Repository, role: &'static str) {
    repository.targets.edit(move |signed| set(signed, &["delegations", "roles", "0", "name"], role));
    role.clone_into(&mut repository.delegated[0].role);
    let plain = normal(&format!("metadata/5.{role}.json"));
    let encoded = format!("metadata/5.{}.json", percent_encoded(role));
    let places = plain.into_iter().chain([encoded]);
    repository.delegated[0].places =
        Some(places.filter(|place| !place.contains('\0') && place.len() < 255).collect());
}

/// The path without steps back; nothing if it leaves the folder of the variant.
fn normal(path: &str) -> Option<String> {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            _ => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

fn targets(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let recommended =
        "4.5: RECOMMENDED not to start with a separator; written as it is, it leaves the folder (5.7.3)";
    let url = "4.5: a path-relative-URL string, in which %2e%2e is a step back";
    for (name, path, verdict, why) in [
        ("parent", "../x", Refused, LEAVES),
        ("absolute", "/etc/passwd", Refused, recommended),
        ("down-and-up", "a/../../b", Refused, LEAVES),
        ("two-dots", "..", Refused, LEAVES),
        ("dot", ".", Refused, "silent: names a folder"),
        ("empty", "", Refused, "silent: names a folder"),
        ("encoded-parent", "%2e%2e/x", Refused, url),
        ("backslash-parent", "..\\x", Refused, "silent: leaves the folder on some systems"),
        ("nul", "a\0b", Refused, "silent: no file can have this name"),
        ("newline", "a\nb", Accepted, HARMLESS),
        ("escape-sequence", "\u{1b}[31mred", Accepted, HARMLESS),
        ("bidi-override", "gpj\u{202e}exe", Accepted, HARMLESS),
        ("space", "a b", Accepted, HARMLESS),
        ("hidden", ".x", Accepted, HARMLESS),
        ("three-dots", "...", Accepted, HARMLESS),
        ("not-ascii", "\u{e9}.txt", Accepted, HARMLESS),
    ] {
        list.add(format!("target-name-{name}"), verdict, why, |repository| {
            repository.targets.edit(|signed| set(signed, &["targets", path], target(b"strange\n")));
            if verdict == Accepted {
                repository.files.insert(path.to_owned(), b"strange\n".to_vec());
            }
        });
    }
}
