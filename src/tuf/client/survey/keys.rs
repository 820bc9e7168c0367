//! The oddities of keys and of the roles that use them.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::crypto::{KeyAlgorithm, Scheme, Weakness, hex};
use crate::json::view::At;
use crate::json::{Json, Object};
use crate::tuf::chain::Link;
use crate::tuf::client::profile::Profile;
use crate::tuf::client::rule::{Findings, Found, Rule, Stance, shortened};
use crate::tuf::key::{Key, KeyProblem, keyid_of};
use crate::tuf::root::Root;
use crate::tuf::verify::Tally;

use super::has_more_than;

/// The keys of a root or of delegations, and the roles that use them.
pub(super) fn keys_and_roles<'a>(
    keys: Option<&Json>,
    place: &str,
    roles: impl Iterator<Item = (&'a str, &'a Json)>,
    found: &mut Findings,
) {
    let empty = Object::new();
    let objects = keys.and_then(Json::as_object).unwrap_or(&empty);
    let roles: Vec<(&str, &Json)> = roles.collect();
    let keyids_of = |role: &'a Json| {
        let keyids = role.get("keyids").and_then(Json::as_array).unwrap_or_default();
        keyids.iter().filter_map(Json::as_str)
    };
    let used: BTreeSet<&str> = roles.iter().flat_map(|(_, role)| keyids_of(role)).collect();
    // A file may have tens of thousands of keys: of each only the digest is kept.
    let (mut keys, mut of_keys) = (BTreeMap::new(), Vec::new());
    for (keyid, key) in objects.iter() {
        let Ok(key) = Key::read(keyid, &At::new(key, keyid)) else { continue };
        keys.insert(keyid.as_str(), key.material());
        let rules = of_key(&key, used.contains(keyid.as_str()));
        of_keys.extend(rules.into_iter().map(|rule| Found::new(rule, format!("{place}, key {keyid}"))));
    }
    for (name, role) in roles {
        let place = shortened(format!("{place}, role {name}"));
        if matches!(role.get("threshold"), Some(Json::Bool(_))) {
            found.push(Found::new(Rule::BooleanInteger, place.clone()));
        }
        let mut of_role = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for keyid in keyids_of(role) {
            if !seen.insert(keyid) {
                found.push(Found::new(Rule::RepeatedRoleKeyid, format!("{place}, keyid {keyid}")));
                continue;
            }
            match keys.get(keyid) {
                None => found.push(Found::new(Rule::UndefinedKeyid, format!("{place}, keyid {keyid}"))),
                Some(material) => {
                    let Some(material) = material else { continue };
                    if of_role.insert(material, keyid).is_some() {
                        found.push(Found::new(Rule::OneKeyTwoKeyids, format!("{place}, keyid {keyid}")));
                    }
                }
            }
        }
    }
    found.extend(of_keys);
}

/// The rules that apply to a key; [`usable_by`] drops the keys that a client does not count.
pub(in crate::tuf::client) fn of_key(key: &Key, used: bool) -> Vec<Rule> {
    let mut rules = Vec::new();
    let object = key.object();
    let computed = keyid_of(&object);
    if computed != key.keyid {
        let same = computed.eq_ignore_ascii_case(&key.keyid);
        rules.push(if same { Rule::KeyidUpperCase } else { Rule::KeyidNotHash });
    }
    let known = ["keytype", "scheme", "keyval", "keyid_hash_algorithms"];
    let keyval = object.get("keyval").is_some_and(|keyval| has_more_than(keyval, &["public"]));
    if keyval || has_more_than(&object, &known) {
        rules.push(Rule::KeyExtra);
    }
    if key.keytype.starts_with("ecdsa-sha2-nistp") {
        rules.push(Rule::OldKeyType);
    }
    let usable = match &key.usable {
        Ok(usable) => usable,
        Err(KeyProblem::Unknown { .. }) => {
            rules.push(if used { Rule::UnknownKeyUsed } else { Rule::UnknownKeyUnused });
            return rules;
        }
        Err(KeyProblem::Disagree { .. }) => {
            rules.push(Rule::KeyDisagrees);
            return rules;
        }
        Err(_) => {
            rules.push(Rule::BrokenKey);
            return rules;
        }
    };
    rules.extend(match usable.scheme {
        Scheme::Ed25519 => None,
        Scheme::EcdsaSha2Nistp256 => Some(Rule::SchemeP256),
        Scheme::EcdsaSha2Nistp384 => Some(Rule::SchemeP384),
        Scheme::RsassaPssSha256 => Some(Rule::SchemePss),
        Scheme::RsaPkcs1v15Sha256 => Some(Rule::SchemePkcs1),
        Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87 => Some(Rule::SchemeMlDsa),
    });
    let is_point = matches!(usable.public.algorithm(), KeyAlgorithm::P256 | KeyAlgorithm::P384);
    let public = object.get("keyval").and_then(|keyval| keyval.get("public")).and_then(Json::as_str);
    if is_point && public.is_some_and(|text| hex::decode(text).is_some()) {
        rules.push(Rule::HexPoint);
    }
    if usable.scheme == Scheme::Ed25519 && public.is_some_and(|text| hex::decode(text).is_none()) {
        rules.push(Rule::Ed25519Pem);
    }
    // The specification's bound; what this program writes has a higher one (KEY-STRENGTH).
    if usable.public.algorithm() == KeyAlgorithm::Rsa
        && matches!(usable.public.weakness(), Some(Weakness::RsaShort { bits }) if bits < 2048)
    {
        rules.push(Rule::ShortRsa);
    }
    rules
}

/// What a person should know of a link of the root chain.
pub(in crate::tuf::client) fn of_link(
    trusted: Option<&Root>,
    next: &Root,
    link: &Link,
    profile: Profile,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut before: BTreeMap<Sha256Digest, BTreeSet<&str>> = BTreeMap::new();
    for key in trusted.iter().flat_map(|root| root.keys.values()) {
        if let Some(material) = key.material() {
            before.entry(material).or_default().insert(&key.keyid);
        }
    }
    let reencoded = next.keys.values().find(|key| {
        let was = key.material().and_then(|material| before.get(&material));
        was.is_some_and(|keyids| !keyids.contains(key.keyid.as_str()))
    });
    if let Some(key) = reencoded {
        found.push(Found::new(Rule::KeyReencoded, format!("signed.keys, {}", key.keyid)));
    }
    let spare =
        |tally: &Tally| usize::try_from(tally.threshold).is_ok_and(|least| tally.counted.len() > least);
    let short =
        [link.old.as_ref(), Some(&link.new)].into_iter().flatten().any(|tally| tally.met() && !spare(tally));
    if short && link.new.threshold > 1 {
        found.push(Found::new(Rule::NoSpareSignature, "signatures"));
    }
    found.retain(|found| found.rule.stance(profile) != Stance::Accepts);
    found
}

/// The keys as a client counts them: those that it does not count are there, and say why.
pub(in crate::tuf::client) fn usable_by(
    profile: Profile,
    mut keys: BTreeMap<String, Key>,
) -> BTreeMap<String, Key> {
    for key in keys.values_mut().filter(|key| key.usable.is_ok()) {
        // Whether a role uses it makes no difference to a key that is known.
        let dropped = of_key(key, true).into_iter().find(|rule| rule.stance(profile) == Stance::DoesNotCount);
        if let Some(rule) = dropped {
            key.usable = Err(KeyProblem::NotCounted { rule: rule.id(), says: rule.says() });
        }
    }
    keys
}
