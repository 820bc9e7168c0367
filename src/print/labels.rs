//! Labels for tamper-evident bags and media: one for each token, one for each medium.

use super::document::{Block, Document, Label, NamedDigest, Running, Text};
use crate::ceremony::Ceremony;
use crate::policy::{MediumPlan, Policy, TokenPlan};
use crate::tuf::time;

/// The longest text on a label, in characters.
pub const LONGEST: usize = 100;

/// The labels for keys and media of the plan, and for media with any other names; without names, for each token and each medium
/// of the plan.
pub fn document(ceremony: &Ceremony, names: &[String]) -> Document {
    let policy = &ceremony.policy;
    let with_token =
        || policy.keys.iter().filter(|(_, key)| key.token.is_some()).map(|(name, _)| name.clone());
    let all: Vec<Label> = match names {
        // A medium and a key may have the same name.
        [] => with_token().map(|name| label(policy, &name)).chain(media(policy)).collect(),
        names => names.iter().map(|name| label(policy, name)).collect(),
    };
    let mut labels: Vec<Label> = Vec::new();
    for label in all {
        // Two keys of one device share its label.
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let how = "Cut along the dashed lines. Write the serial of the bag on the label before the label goes into it, face \
               outwards; two people put their initials beside one another, and everybody notes the serial.";
    Document {
        title: "Labels for bags and media".to_owned(),
        running: Running {
            ceremony: Some(policy.id.clone()),
            what: "Labels for bags and media".to_owned(),
            digest: Some(NamedDigest { of: "ceremony.toml".to_owned(), digest: policy.digest }),
        },
        rehearsal: policy.rehearsal,
        blocks: vec![Block::Paragraph(Text::from(how)), Block::Labels(labels)],
    }
}

fn label(policy: &Policy, name: &str) -> Label {
    let mut facts: Vec<(&str, String)> = Vec::new();
    let (mut kind, mut label) = ("Medium", name.to_owned());
    if let Some((own, plan)) = medium_of(policy, name).filter(|_| !policy.keys.contains_key(name)) {
        return of_medium(policy, own, plan);
    }
    if let Some(key) = policy.keys.get(name) {
        kind = "Token";
        let keys = key.token.as_ref().map_or(vec![name], |token| on_device(policy, token));
        label = keys.join(", ");
        let mut holders: Vec<String> = Vec::new();
        for holder in keys.iter().map(|name| holder(policy, name)) {
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        facts.push(("holder", holders.join("; ")));
        facts.extend(
            key.token.iter().map(|token| ("serial", format!("{} ({})", token.serial, token.kind.name()))),
        );
    }
    whole(policy, kind, &label, facts)
}

/// A medium of the plan, by its name or its label.
fn medium_of<'p>(policy: &'p Policy, name: &str) -> Option<(&'p str, &'p MediumPlan)> {
    let by_name = policy.media.get_key_value(name);
    let found =
        by_name.or_else(|| policy.media.iter().find(|(_, plan)| plan.label.eq_ignore_ascii_case(name)));
    found.map(|(name, plan)| (name.as_str(), plan))
}

/// A label for each medium of the plan.
fn media(policy: &Policy) -> impl Iterator<Item = Label> {
    policy.media.iter().map(|(name, plan)| of_medium(policy, name, plan))
}

/// The label on a medium is what it is found by: that of its file system.
fn of_medium(policy: &Policy, name: &str, plan: &MediumPlan) -> Label {
    let mut facts = vec![("in the plan", format!("{name}, role {}", plan.role.name()))];
    let sets = policy.sets.iter().filter(|(_, set)| set.media.iter().any(|one| one == name));
    let sets: Vec<&str> = sets.map(|(set, _)| set.as_str()).collect();
    if !sets.is_empty() {
        facts.push(("for the set", sets.join(", ")));
    }
    facts.extend(plan.serial.iter().map(|serial| ("serial", serial.clone())));
    whole(policy, "Medium", &plan.label, facts)
}

/// A label with what all of a ceremony have.
fn whole(policy: &Policy, kind: &str, label: &str, mut facts: Vec<(&str, String)>) -> Label {
    facts.push(("ceremony", policy.id.clone()));
    facts.push(("repository", policy.repository.clone()));
    facts.push(("planned", time::write(policy.planned)));
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), short(&value))).collect();
    Label { kind: kind.to_owned(), name: short(label), facts }
}

/// What a label has room for. A longer text is told from others by its beginning, and by the serial of the bag.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The keys that are on a device.
fn on_device<'a>(policy: &'a Policy, token: &TokenPlan) -> Vec<&'a str> {
    let is_it = |other: &TokenPlan| other.serial == token.serial && other.kind.name() == token.kind.name();
    let keys = policy.keys.iter().filter(|(_, key)| key.token.as_ref().is_some_and(is_it));
    keys.map(|(name, _)| name.as_str()).collect()
}

/// Who answers for a key, and where.
fn holder(policy: &Policy, key: &str) -> String {
    let holder = policy.keys.get(key).and_then(|key| policy.holders.get(key.holder.as_ref()?));
    match holder {
        None => "nobody: an online key".to_owned(),
        Some(holder) => match &holder.site {
            Some(site) => format!("{}, {site}", holder.name),
            None => holder.name.clone(),
        },
    }
}
