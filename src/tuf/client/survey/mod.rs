//! Names the oddities of a file, whoever reads it. What a client makes of each is in the table of rules.

use std::collections::BTreeSet;

use unicode_normalization::is_nfc;

use crate::crypto::hex;
use crate::json::{Json, Object};
use crate::tuf::TOP_LEVEL;
use crate::tuf::envelope::Signature;
use crate::tuf::time::Date;

use super::rule::{Findings, Found, Rule};

pub(super) mod keys;

use keys::keys_and_roles;

/// The greatest integer that JavaScript holds exactly.
const EXACT: i64 = 1 << 53;

/// The oddities of the `signatures` of an envelope.
pub fn signatures(signatures: &[Signature], found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for signature in signatures {
        let mut say = |rule| found.push(Found::new(rule, format!("signatures, keyid {}", signature.keyid)));
        if !seen.insert(signature.keyid.as_str()) {
            say(Rule::RepeatedSignature);
        }
        if signature.sig.is_empty() {
            say(Rule::EmptySignature);
        } else if hex::decode(&signature.sig).is_none() {
            say(Rule::NotHexSignature);
        }
    }
}

/// The oddities of the `signed` part.
pub fn signed(signed: &Json, found: &mut Findings) {
    values(signed, "signed", found);
    header(signed, found);
    match signed.get("_type").and_then(Json::as_str) {
        Some("root") => root(signed, found),
        Some("targets") => targets(signed, found),
        Some("snapshot" | "timestamp") => listed_files(signed, found),
        _ => {}
    }
}

/// Strings, integers and names at any depth. One finding a kind is enough.
fn values(value: &Json, place: &str, found: &mut Findings) {
    let mut seen = [false; 4];
    walk(value, &mut |value| {
        let is = match value {
            Walked::Text(text) => [!is_nfc(text), text.chars().any(is_odd_control), false, false],
            Walked::Number(number) => [false, false, !(-EXACT..=EXACT).contains(&number), false],
            Walked::Names(one, next) => [false, false, false, one.encode_utf16().gt(next.encode_utf16())],
        };
        for (seen, is) in seen.iter_mut().zip(is) {
            *seen |= is;
        }
    });
    let rules = [Rule::NotNfc, Rule::ControlCharacter, Rule::LargeInteger, Rule::NamesSortOddly];
    found.extend(
        rules.into_iter().zip(seen).filter(|(_, seen)| *seen).map(|(rule, _)| Found::new(rule, place)),
    );
}

/// Line ends stand in every PEM key.
fn is_odd_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

enum Walked<'a> {
    Text(&'a str),
    Number(i64),
    /// Two names of one object, in the order of code points.
    Names(&'a str, &'a str),
}

fn walk(value: &Json, visit: &mut impl FnMut(Walked<'_>)) {
    match value {
        Json::Str(text) => visit(Walked::Text(text)),
        Json::Int(number) => visit(Walked::Number(*number)),
        Json::Arr(elements) => elements.iter().for_each(|element| walk(element, visit)),
        Json::Obj(members) => {
            members
                .keys()
                .zip(members.keys().skip(1))
                .for_each(|(one, next)| visit(Walked::Names(one, next)));
            for (name, member) in members {
                visit(Walked::Text(name));
                walk(member, visit);
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

fn header(signed: &Json, found: &mut Findings) {
    let text = |name| signed.get(name).and_then(Json::as_str);
    if text("expires").is_some_and(|text| Date::parse(text).is_none()) {
        found.push(Found::new(Rule::DateUnreadable, "signed.expires"));
    }
    if let Some(date) = text("expires").and_then(Date::parse).filter(|date| date.oddity.is_some()) {
        let mut rules = Vec::new();
        if date.text.contains('.') {
            rules.push(Rule::DateFraction);
        }
        if !date.text.ends_with(['Z', 'z']) {
            rules.push(Rule::DateOffset);
        }
        if rules.is_empty() {
            rules.push(Rule::DateForm);
        }
        found.extend(rules.into_iter().map(|rule| Found::new(rule, "signed.expires")));
    }
    // The one version that every client takes.
    if let Some(version) = text("spec_version").filter(|version| *version != "1.0.0") {
        found.push(Found::new(of_spec_version(version), "signed.spec_version"));
    }
    if matches!(signed.get("version"), Some(Json::Bool(_))) {
        found.push(Found::new(Rule::BooleanInteger, "signed.version"));
    }
}

/// Every form has a rule: there is one client that takes `1.0` and nothing else.
fn of_spec_version(version: &str) -> Rule {
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = |part: &&str| part.len() > 1 && part.starts_with('0');
    // Semantic Versioning 2.0.0, items 9 and 10.
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = plain.split('.').collect();
    let numeric = parts.iter().all(number);
    match (numeric, parts.len(), parts.first()) {
        _ if plain.len() != version.len() && (!numeric || parts.len() != 3) => Rule::SpecForm,
        (true, 2 | 3, _) if parts.iter().any(leading_zero) => Rule::SpecLeadingZero,
        (true, 2 | 3, Some(major)) if *major != "1" => Rule::SpecMajor,
        (true, 3, _) if plain.len() != version.len() => Rule::SpecPreRelease,
        (true, 2, _) => Rule::SpecShort,
        (true, 3, _) => Rule::SpecLong,
        _ => Rule::SpecForm,
    }
}

fn root(signed: &Json, found: &mut Findings) {
    if signed.get("consistent_snapshot").is_none() {
        found.push(Found::new(Rule::ConsistentAbsent, "signed"));
    }
    let empty = Object::new();
    let roles = signed.get("roles").and_then(Json::as_object).unwrap_or(&empty);
    for name in TOP_LEVEL.iter().filter(|name| !roles.contains_key(name)) {
        found.push(Found::new(Rule::MissingRole, format!("signed.roles, {name}")));
    }
    for name in roles.keys().filter(|name| !TOP_LEVEL.contains(&name.as_str())) {
        let rule = if name == "mirrors" { Rule::MirrorsRole } else { Rule::UnknownRole };
        found.push(Found::new(rule, format!("signed.roles.{name}")));
    }
    keys_and_roles(
        signed.get("keys"),
        "signed",
        roles.iter().map(|(name, role)| (name.as_str(), role)),
        found,
    );
}

fn targets(signed: &Json, found: &mut Findings) {
    let empty = Object::new();
    let files = signed.get("targets").and_then(Json::as_object).unwrap_or(&empty);
    if files.values().any(|file| file.get("custom").is_some_and(|custom| custom.as_object().is_none())) {
        found.push(Found::new(Rule::CustomForm, "signed.targets"));
    }
    let empty_custom =
        |file: &Json| file.get("custom").and_then(Json::as_object).is_some_and(Object::is_empty);
    if files.values().any(empty_custom) {
        found.push(Found::new(Rule::CustomEmpty, "signed.targets"));
    }
    if let Some(path) = files.keys().find(|path| is_no_file(path)) {
        found.push(Found::new(Rule::TargetName, format!("signed.targets, {path}")));
    }
    if let Some(path) = files.keys().find(|path| path.contains('/')) {
        found.push(Found::new(Rule::TargetInFolder, format!("signed.targets, {path}")));
    }
    hashes(files, "signed.targets", found);
    let Some(delegations) = signed.get("delegations") else { return };
    let place = "signed.delegations";
    let roles = delegations.get("roles").and_then(Json::as_array).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut extra = has_more_than(delegations, &["keys", "roles", "succinct_roles"]);
    for role in roles {
        let name = role.get("name").and_then(Json::as_str).unwrap_or_default();
        extra |= has_more_than(
            role,
            &["keyids", "name", "path_hash_prefixes", "paths", "terminating", "threshold"],
        );
        let mut say = |rule| found.push(Found::new(rule, format!("{place}, role {name}")));
        if !names.insert(name) {
            say(Rule::RepeatedDelegation);
        }
        match (role.get("paths"), role.get("path_hash_prefixes")) {
            (None, None) => say(Rule::PathsUnstated),
            (None, Some(prefixes)) => {
                say(Rule::HashPrefixes);
                if !prefixes
                    .as_array()
                    .unwrap_or_default()
                    .iter()
                    .filter_map(Json::as_str)
                    .all(is_digest_prefix)
                {
                    say(Rule::HashPrefixForm);
                }
            }
            _ => {}
        }
    }
    if extra {
        found.push(Found::new(Rule::DelegationExtra, place));
    }
    if delegations.get("succinct_roles").is_some() {
        found.push(Found::new(Rule::SuccinctBins, place));
    }
    let named = roles.iter().map(|role| (role.get("name").and_then(Json::as_str).unwrap_or_default(), role));
    let bins = delegations.get("succinct_roles").map(|bins| ("bins", bins));
    keys_and_roles(delegations.get("keys"), place, named.chain(bins), found);
}

/// Whether an object has other members than these.
fn has_more_than(object: &Json, known: &[&str]) -> bool {
    object.as_object().is_some_and(|members| members.keys().any(|name| !known.contains(&name.as_str())))
}

fn is_digest_prefix(prefix: &str) -> bool {
    prefix.len() <= 64 && prefix.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a target path, taken as the name of a file on any system or as a URL, leaves its folder or names no file.
fn is_no_file(path: &str) -> bool {
    let decoded = path.replace("%2e", ".").replace("%2E", ".").replace('\\', "/");
    decoded.is_empty()
        || decoded.contains('\0')
        || decoded.starts_with('/')
        || decoded.split('/').any(|part| part == "." || part == "..")
}

fn listed_files(signed: &Json, found: &mut Findings) {
    let empty = Object::new();
    let files = signed.get("meta").and_then(Json::as_object).unwrap_or(&empty);
    let is_timestamp = signed.get("_type").and_then(Json::as_str) == Some("timestamp");
    if is_timestamp && files.keys().any(|name| name != "snapshot.json") {
        found.push(Found::new(Rule::ExtraTimestampFile, "signed.meta"));
    }
    hashes(files, "signed.meta", found);
}

/// Digests of listed files. One finding a kind is enough.
fn hashes(files: &Object, place: &str, found: &mut Findings) {
    let listed = || files.values().filter_map(|file| file.get("hashes")?.as_object());
    let any = |bad: fn(&str, &str) -> bool| {
        listed().any(|hashes| hashes.iter().any(|(name, hash)| bad(name, hash.as_str().unwrap_or_default())))
    };
    let seen = [
        (Rule::NoHashes, listed().any(Object::is_empty)),
        (Rule::UpperCaseHash, any(|_, hash| hash.bytes().any(|byte| byte.is_ascii_uppercase()))),
        (Rule::NoSha256, listed().any(|hashes| !hashes.is_empty() && !hashes.contains_key("sha256"))),
        (Rule::UnknownHash, any(|name, _| !["sha256", "sha384", "sha512"].contains(&name))),
    ];
    found.extend(seen.into_iter().filter(|(_, seen)| *seen).map(|(rule, _)| Found::new(rule, place)));
}

/// `signed` as a client understands it that takes `true` for 1, and dates that it cannot read for never.
pub fn understood(signed: &Json) -> Json {
    let mut copy = signed.clone();
    if let Some(members) = copy.as_object_mut()
        && members.get("expires").and_then(Json::as_str).is_some_and(|text| Date::parse(text).is_none())
    {
        members.insert("expires".to_owned(), Json::from("9999-12-31T23:59:59Z"));
    }
    true_is_one(&mut copy);
    copy
}

fn true_is_one(value: &mut Json) {
    match value {
        Json::Obj(members) => {
            for name in ["version", "threshold"] {
                if let Some(found @ Json::Bool(true)) = members.get_mut(name) {
                    *found = Json::Int(1);
                }
            }
            members.values_mut().for_each(true_is_one);
        }
        Json::Arr(elements) => elements.iter_mut().for_each(true_is_one),
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Str(_) => {}
    }
}
