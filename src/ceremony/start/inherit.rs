//! A `ceremony.toml` made from nothing but a root: for those who took a repository over, or whose papers are lost.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::policy::edit::{Edit, NewKey};
use crate::tuf::TOP_LEVEL;
use crate::tuf::key::Key;
use crate::tuf::root::Root;
use crate::tuf::verify::signers;

use super::super::CeremonyError;
use super::Beginning;
use super::import::Imported;

const HEAD: &str = "\
# Made from a published root: its keys, thresholds and roles as they are. Nothing in a root says on which token a key is:
# where a holder signs on this machine, add token = { … } to the key. Delegations that are not listed here stay as they
# are published. `tuf-ceremony change` edits this file; the template minimal explains every field.

";

/// The policy that a root states, and its keys.
pub(super) fn policy(
    imported: &Imported,
    id: Option<&str>,
    planned: Timestamp,
) -> Result<Beginning, CeremonyError> {
    let root = &imported.root;
    let mut edit = Edit::of("")?;
    edit.set(
        "id",
        id.map_or_else(|| format!("root-{}", imported.version.saturating_add(1)), str::to_owned).as_str(),
    );
    edit.set("repository", "FILL-IN");
    edit.set("script", "annual-refresh");
    edit.set_instant("planned", planned);
    edit.set("change", "refresh");
    if imported.rehearsal {
        edit.set_switch("rehearsal", true);
    }
    edit.set_switch("consistent_snapshot", root.consistent_snapshot.unwrap_or(false));
    edit.set_trusted(&imported.root_file(), &imported.sha256.to_hex());
    let named = names(root);
    let mut files = Vec::new();
    // By the names that people go by: one person may have several keys.
    let mut people: BTreeMap<String, String> = BTreeMap::new();
    for (material, name) in &named {
        let Some(key) = root.keys.values().find(|key| key.material() == Some(*material)) else { continue };
        let Ok(usable) = &key.usable else { continue };
        let holder = is_offline(root, *material).then(|| {
            let known_as = key.holder().map(visible).filter(|known| !known.trim().is_empty());
            let known_as = known_as.unwrap_or_else(|| format!("the holder of {name}"));
            let is_new = !people.contains_key(&known_as);
            let short = people.entry(known_as.clone()).or_insert_with(|| name.clone()).clone();
            if is_new {
                edit.set_holder(&short, &known_as, None);
            }
            short
        });
        let public = format!("keys/{name}/public.pem");
        files.push((public.clone(), usable.public.to_spki_pem().into_bytes()));
        edit.add_key(&NewKey {
            name: name.clone(),
            holder,
            scheme: usable.scheme.name().to_owned(),
            token: Vec::new(),
            public: Some(public),
            standby_for: None,
        });
    }
    for role in TOP_LEVEL {
        let Some(keys) = root.roles.get(role) else { continue };
        let signers = signers(&root.keys, keys);
        let keys_of: Vec<String> =
            signers.iter().filter_map(|signer| named.get(&signer.material).cloned()).collect();
        let expires = match role {
            "snapshot" => "30 days",
            "timestamp" => "7 days",
            _ => "1 year",
        };
        edit.add_role(role, &keys_of, keys.threshold, expires);
    }
    let keys = named.into_values().collect();
    Ok(Beginning { text: format!("{HEAD}{}", edit.text().trim_start()), files, keys })
}

/// A name for each piece of key material of a root: its holder's, or the beginning of its digest.
fn names(root: &Root) -> BTreeMap<Sha256Digest, String> {
    let mut names: BTreeMap<Sha256Digest, String> = BTreeMap::new();
    let used = |key: &&Key| root.roles.values().any(|role| role.keyids.contains(&key.keyid));
    for key in root.keys.values().filter(used) {
        let Some(material) = key.material() else { continue };
        let fits = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        let holder: String = key.holder().unwrap_or_default().chars().filter(fits).take(40).collect();
        let holder = holder.trim_start_matches(['-', '_']).to_lowercase();
        let taken = |name: &String| names.iter().any(|(other, known)| known == name && *other != material);
        let name = Some(holder).filter(|holder| !holder.is_empty() && !taken(holder));
        names.entry(material).or_insert_with(|| name.unwrap_or_else(|| format!("key-{material:.8}")));
    }
    names
}

/// Whether a key belongs to a person, for all that a root says: it signs for root or targets.
fn is_offline(root: &Root, material: Sha256Digest) -> bool {
    ["root", "targets"]
        .iter()
        .any(|role| root.keys_of(role).iter().any(|key| key.material() == Some(material)))
}
