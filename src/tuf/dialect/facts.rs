//! What metadata of another dialect says, as a list of facts. The first names the dialect.

use crate::crypto::certificate::Certificate;
use crate::host::display::count;
use crate::json::view::ShapeError;
use crate::tuf::facts::{Fact, Facts, hashes, quoted};
use crate::tuf::time;

use super::file::{ForeignFile, Oddity};
use super::listing::Listed;
use super::root::ForeignRoot;

/// All facts of a file.
pub fn facts(file: &ForeignFile) -> Result<Vec<Fact>, ShapeError> {
    let mut facts = Facts::default();
    facts.say("dialect", file.dialect.name());
    let known: &[&str] = match file.kind {
        "root" => {
            let root = ForeignRoot::of(file.clone())?;
            facts.root(&root.root);
            for (keyid, certificate) in &root.certificates {
                facts.say(format!("key {}: certificate", quoted(keyid)), describe(certificate));
            }
            for keyid in root.root.keys.keys() {
                facts.say(format!("key {}: keyid", quoted(keyid)), keyid_word(keyid, &root.oddities));
            }
            odd(&mut facts, &root.oddities);
            &["consistent_snapshot", "keys", "roles"]
        }
        "targets" => {
            facts.header(file.kind, &file.header);
            for (path, listed) in file.targets()? {
                facts.say(format!("target {}", quoted(&path)), listed_value(&listed));
            }
            facts.nested_unknown(&file.signed, "targets", &["version", "length", "hashes"]);
            delegations(&mut facts, file)?;
            &["targets", "delegations"]
        }
        _ => {
            facts.header(file.kind, &file.header);
            for (role, listed) in file.listing()? {
                facts.say(format!("file {}", quoted(&role)), listed_value(&listed));
            }
            facts.nested_unknown(&file.signed, "meta", &["version", "length", "hashes"]);
            &["meta"]
        }
    };
    if let Some(oddity) = file.header.expires.oddity {
        facts.say("expires: note", oddity);
    }
    // These dialects state none, and the view has a place for it.
    facts.list.retain(|fact| fact.place != "specification version");
    facts.unknown("", &file.signed, &[&["_type", "version", "expires"], known].concat());
    Ok(facts.list)
}

fn delegations(facts: &mut Facts, file: &ForeignFile) -> Result<(), ShapeError> {
    let delegations = file.delegations()?;
    facts.keys("delegation ", &delegations.keys);
    for (index, role) in delegations.roles.iter().enumerate() {
        let place = format!("delegation {} to {}", index + 1, quoted(&role.name));
        let paths: Vec<String> = role.paths.iter().map(|path| quoted(path)).collect();
        facts.say(format!("{place}: paths that begin with"), paths.join(", "));
        facts.role(&place, &role.keys, &delegations.keys);
    }
    odd(facts, &delegations.oddities);
    if let Some(tree) = file.signed.get("delegations") {
        facts.delegation_unknown(tree);
    }
    Ok(())
}

fn describe(certificate: &Certificate) -> String {
    let (from, to) = (time::write(certificate.not_before), time::write(certificate.not_after));
    format!("for {}, valid from {from} to {to}", quoted(&certificate.subject))
}

fn keyid_word(keyid: &str, oddities: &[Oddity]) -> String {
    let other = oddities.iter().find_map(|oddity| match oddity {
        Oddity::Keyid { listed, computed } if listed == keyid => Some(computed),
        _ => None,
    });
    match other {
        None => "is the one that this dialect computes".to_owned(),
        Some(computed) => format!("is not the one that this dialect computes, which is {computed}"),
    }
}

fn odd(facts: &mut Facts, oddities: &[Oddity]) {
    for (index, oddity) in oddities.iter().enumerate() {
        facts.say(format!("note {}", index + 1), oddity.to_string());
    }
}

fn listed_value(listed: &Listed) -> String {
    let version = listed.version.map(|version| format!("version {version}, ")).unwrap_or_default();
    let length = listed.length.map_or("no length".to_owned(), |length| count(length, "byte"));
    format!("{version}{length}{}", hashes(&listed.hashes))
}
