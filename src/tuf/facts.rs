//! What a piece of metadata says, as an ordered list of facts. `inspect` prints the list; `diff` compares two of them.
//!
//! Fields that this program does not know are facts too, so nothing that is signed can hide from a review: metadata that
//! differs in anything but the order of a role's keyids differs in its facts. For that, names that could be taken for
//! something else are quoted, in places and in values.

use std::collections::BTreeMap;

use crate::crypto::hex;
use crate::host::display::count;
use crate::json::Json;
use crate::json::view::{At, ShapeError};

use super::commitment::{self, Commitment};
use super::delegation::{Delegates, Delegations, Paths};
use super::envelope::Header;
use super::key::Key;
use super::meta::{MetaFile, Snapshot, Timestamp};
use super::root::{RoleKeys, Root};
use super::targets::Targets;

/// Bytes of the longest name that is put into words. Names stand in the places of many facts.
const LONGEST_NAME: usize = 1024;

fn longest_name(value: &Json) -> Option<usize> {
    match value {
        Json::Obj(members) => {
            let inner = members.values().filter_map(longest_name);
            // Delegated roles and bins have their names in fields.
            let fields = ["name", "name_prefix"].iter().filter_map(|field| members.get(field)?.as_str());
            members.keys().map(String::len).chain(inner).chain(fields.map(str::len)).max()
        }
        Json::Arr(elements) => elements.iter().filter_map(longest_name).max(),
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Str(_) => None,
    }
}

/// One statement that metadata makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, unique within a list, e.g. `role root: threshold`.
    pub place: String,
    /// What is said, e.g. `3`.
    pub value: String,
}

/// Facts, and the keyids of every role in their order, by the place of the role.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) list: Vec<Fact>,
    pub(super) orders: BTreeMap<String, Vec<String>>,
}

/// All facts of the `signed` part of any kind of metadata.
pub fn facts(signed: &Json) -> Result<Vec<Fact>, ShapeError> {
    Ok(facts_and_orders(signed)?.list)
}

/// All facts, and what they leave out: the order of keyids, which means nothing and yet is signed.
pub(super) fn facts_and_orders(signed: &Json) -> Result<Facts, ShapeError> {
    if let Some(length) = longest_name(signed).filter(|length| *length > LONGEST_NAME) {
        let what = format!("a name of {length} bytes, which is more than anybody can review");
        return Err(At::new(signed, "signed").error(what));
    }
    let mut facts = Facts::default();
    let kind = signed.get("_type").and_then(Json::as_str).unwrap_or_default();
    let known: &[&str] = match kind {
        "root" => {
            facts.root(&Root::read(signed)?);
            &["consistent_snapshot", "keys", "roles"]
        }
        "snapshot" => {
            let snapshot = Snapshot::read(signed)?;
            facts.header(kind, &snapshot.header);
            snapshot.files().for_each(|(name, file)| facts.meta(name, &file));
            facts.nested_unknown(signed, "meta", &["version", "length", "hashes"]);
            &["meta"]
        }
        "timestamp" => {
            let timestamp = Timestamp::read(signed)?;
            facts.header(kind, &timestamp.header);
            facts.meta("snapshot.json", &timestamp.snapshot);
            for (name, file) in signed.get("meta").and_then(Json::as_object).into_iter().flatten() {
                if name == "snapshot.json" {
                    facts.unknown("meta snapshot.json: ", file, &["version", "length", "hashes"]);
                } else {
                    facts.say(format!("file {}", quoted(name)), exact(file));
                }
            }
            &["meta"]
        }
        _ => {
            let targets = Targets::read(signed)?;
            facts.header("targets", &targets.header);
            facts.targets(&targets, signed);
            &["targets", "delegations"]
        }
    };
    let header = ["_type", "spec_version", "version", "expires"];
    let mut known = [&header, known].concat();
    // One that has not exactly this form is shown as it is.
    if let Some(commitment) = Commitment::read(signed).filter(|_| kind == "root") {
        facts.say("the record of its ceremony", commitment_in_words(&commitment));
        known.push(commitment::FIELD);
    }
    facts.unknown("", signed, &known);
    Ok(facts)
}

impl Facts {
    pub(super) fn say(&mut self, place: impl Into<String>, value: impl Into<String>) {
        self.list.push(Fact { place: place.into(), value: value.into() });
    }

    pub(super) fn header(&mut self, kind: &str, header: &Header) {
        self.say("type", kind);
        self.say("version", header.version.to_string());
        self.say("expires", header.expires.text.clone());
        self.say("specification version", header.spec_version.clone());
    }

    pub(super) fn root(&mut self, root: &Root) {
        self.header("root", &root.header);
        let consistent = root.consistent_snapshot.map_or("not stated".to_owned(), |value| value.to_string());
        self.say("consistent snapshots", consistent);
        self.keys("", &root.keys);
        for (name, role) in &root.roles {
            self.role(&format!("role {}", quoted(name)), role, &root.keys);
        }
        let known = ["keyids", "threshold"];
        self.nested_unknown(&root.tree, "roles", &known);
    }

    pub(super) fn keys(&mut self, prefix: &str, keys: &BTreeMap<String, Key>) {
        for (keyid, key) in keys {
            let place = format!("{prefix}key {}", quoted(keyid));
            let holder = key.holder().map(|name| format!("{name}, ")).unwrap_or_default();
            let value = match &key.usable {
                Ok(usable) => format!("{holder}{}, {}", usable.public.algorithm().name(), key.scheme),
                Err(problem) => format!("{holder}not usable: {problem}"),
            };
            self.say(place.clone(), value);
            // The encoded key in full: two keys that look alike in every other way differ here.
            self.say(format!("{place}: public"), public_value(key));
            self.say(format!("{place}: key type"), key.keytype.clone());
            if key.usable.is_err() {
                self.say(format!("{place}: scheme"), key.scheme.clone());
            }
            let object = key.object();
            self.unknown(&format!("{place}: "), &object, &["keytype", "scheme", "keyval"]);
            if let Some(keyval) = object.get("keyval") {
                // A value that is no text was not shown above.
                let is_text = keyval.get("public").is_some_and(|public| public.as_str().is_some());
                let known: &[&str] = if is_text { &["public"] } else { &[] };
                self.unknown(&format!("{place}: keyval: "), keyval, known);
            }
        }
    }

    pub(super) fn role(&mut self, place: &str, role: &RoleKeys, keys: &BTreeMap<String, Key>) {
        self.say(format!("{place}: threshold"), role.threshold.to_string());
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        role.keyids.iter().for_each(|keyid| *times.entry(keyid).or_default() += 1);
        for (keyid, times) in times {
            let holder = match keys.get(keyid) {
                Some(key) => key.holder().unwrap_or("holder not named"),
                None => "not defined",
            };
            let repeated = if times > 1 { format!(", listed {times} times") } else { String::new() };
            self.say(format!("{place}: key {}", quoted(keyid)), format!("{holder}{repeated}"));
        }
        self.orders.insert(place.to_owned(), role.keyids.clone());
    }

    fn meta(&mut self, name: &str, file: &MetaFile) {
        let length = file.length.map(|length| format!(", {}", count(length, "byte"))).unwrap_or_default();
        self.say(
            format!("file {}", quoted(name)),
            format!("version {}{length}{}", file.version, hashes(&file.hashes)),
        );
    }

    fn targets(&mut self, targets: &Targets<'_>, signed: &Json) {
        for (path, file) in targets.files() {
            self.say(
                format!("target {}", quoted(path)),
                format!("{}{}", count(file.length, "byte"), hashes(&file.hashes)),
            );
        }
        // `custom` is opaque to TUF; it is shown whole, as an unknown field.
        self.nested_unknown(signed, "targets", &["length", "hashes"]);
        if let (Some(delegations), Some(tree)) = (&targets.delegations, signed.get("delegations")) {
            self.delegations(delegations, tree);
            self.delegation_unknown(tree);
        }
    }

    fn delegations(&mut self, delegations: &Delegations, tree: &Json) {
        self.keys("delegation ", &delegations.keys);
        match &delegations.delegates {
            Delegates::Succinct(bins) => {
                self.say("bins", format!("2^{} bins named {}-…", bins.bit_length, bins.name_prefix));
                self.role("bins", &bins.keys, &delegations.keys);
            }
            Delegates::Roles(roles) => {
                for (index, role) in roles.iter().enumerate() {
                    let place = format!("delegation {} to {}", index + 1, quoted(&role.name));
                    let of_tree =
                        tree.get("roles").and_then(Json::as_array).and_then(|roles| roles.get(index));
                    let listed =
                        |name| of_tree.and_then(|role| role.get(name)).map(exact).unwrap_or_default();
                    match &role.paths {
                        Paths::Patterns(_) => self.say(format!("{place}: paths"), listed("paths")),
                        Paths::HashPrefixes(_) => {
                            self.say(format!("{place}: path hash prefixes"), listed("path_hash_prefixes"));
                        }
                        Paths::Unstated => self.say(format!("{place}: paths"), "not stated"),
                    }
                    self.say(format!("{place}: terminating"), role.terminating.to_string());
                    self.role(&place, &role.keys, &delegations.keys);
                }
            }
        }
    }

    pub(super) fn delegation_unknown(&mut self, tree: &Json) {
        self.unknown("delegations: ", tree, &["keys", "roles", "succinct_roles"]);
        let known = ["name", "keyids", "threshold", "terminating", "paths", "path_hash_prefixes"];
        for (index, role) in tree.get("roles").and_then(Json::as_array).unwrap_or_default().iter().enumerate()
        {
            self.unknown(&format!("delegation {}: ", index + 1), role, &known);
        }
        if let Some(bins) = tree.get("succinct_roles") {
            self.unknown("bins: ", bins, &["keyids", "threshold", "bit_length", "name_prefix"]);
        }
    }

    /// Unknown fields of each member of the object called `name`.
    pub(super) fn nested_unknown(&mut self, signed: &Json, name: &str, known: &[&str]) {
        for (member, object) in signed.get(name).and_then(Json::as_object).into_iter().flatten() {
            self.unknown(&format!("{name} {}: ", quoted(member)), object, known);
        }
    }

    pub(super) fn unknown(&mut self, prefix: &str, object: &Json, known: &[&str]) {
        for (name, value) in object.as_object().into_iter().flatten() {
            if !known.contains(&name.as_str()) {
                self.say(format!("{prefix}field {}", quoted(name)), exact(value));
            }
        }
    }
}

fn commitment_in_words(commitment: &Commitment) -> String {
    let Commitment { id, origin, size, root_hash } = commitment;
    let lines = if *size == 1 { "line".to_owned() } else { format!("{size} lines") };
    format!(
        "commits to the first {lines} of the record of ceremony {}, log {}, tree head {root_hash}",
        quoted(id),
        quoted(origin)
    )
}

pub(super) fn hashes(hashes: &BTreeMap<String, String>) -> String {
    // A digest that is not hex is quoted, or it could be taken for the word after a length.
    let digest = |hash: &String| {
        if hex::decode(hash).is_some() { hash.clone() } else { exact(&Json::from(hash.as_str())) }
    };
    hashes.iter().map(|(name, hash)| format!(", {} {}", quoted(name), digest(hash))).collect()
}

/// The base64 of a key in the PEM that everybody writes; of a key in any other form the whole text, so that a key
/// encoded anew is seen to change.
fn public_value(key: &Key) -> String {
    let object = key.object();
    let public = object.get("keyval").and_then(|keyval| keyval.get("public"));
    let text = public.and_then(Json::as_str).unwrap_or_default();
    match &key.usable {
        Ok(usable) if usable.public.to_spki_pem() == text => {
            text.lines().filter(|line| !line.starts_with("-----")).collect()
        }
        _ => quoted(text),
    }
}

/// A name as it is, or as a JSON string if it is empty or holds anything that facts use between names.
pub(super) fn quoted(name: &str) -> String {
    let between = |character: char| {
        character.is_whitespace() || character.is_control() || matches!(character, ':' | ',' | '"' | '\\')
    };
    if name.is_empty() || name.contains(between) { exact(&Json::from(name)) } else { name.to_owned() }
}

/// The canonical form of a value, which nothing else has.
fn exact(value: &Json) -> String {
    String::from_utf8_lossy(&value.canonical()).into_owned()
}
