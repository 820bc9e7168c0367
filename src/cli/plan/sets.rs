//! The removable media and the sets that go out on them, as they are reviewed: before the freeze they can be changed, and
//! nobody should learn only with the medium in hand what it takes, or that this build cannot encrypt.

use super::text::line;
use crate::ceremony::Ceremony;
use crate::cli::show;
use crate::json::Json;
use crate::media::encrypted::AVAILABLE;
use crate::policy::{Existing, MediumPlan, Policy, SetPlan};

/// The media, where there are any.
pub fn media(ceremony: &Ceremony) -> String {
    let media = &ceremony.policy.media;
    if media.is_empty() {
        return String::new();
    }
    let row = |(name, plan): (&String, &MediumPlan)| {
        let serial = plan.serial.clone().unwrap_or_else(|| "any".to_owned());
        vec![name.clone(), plan.label.clone(), plan.role.name().to_owned(), serial]
    };
    let rows: Vec<Vec<String>> = media.iter().map(row).collect();
    format!("Removable media\n{}", show::rows(&["medium", "label", "role", "serial"], &rows))
}

/// The sets, where there are any.
pub fn sets(ceremony: &Ceremony) -> String {
    let sets = &ceremony.policy.sets;
    if sets.is_empty() {
        return String::new();
    }
    let mut out = "What goes out on them\n".to_owned();
    out.extend(sets.iter().map(|(name, set)| line(&told(name, set))));
    if !AVAILABLE && sets.values().any(|set| set.encrypted) {
        let what = "This program was built without the feature age, and cannot export what is encrypted: use one that was built";
        out.push_str(&line(&format!("{what} with `cargo build --release --features age`.")));
    }
    out
}

fn told(name: &str, set: &SetPlan) -> String {
    let existing = match set.existing {
        Existing::Keep => "what is on the medium stays",
        Existing::Refuse => "only onto an empty medium",
    };
    let encrypted = if set.encrypted { "; encrypted with a passphrase" } else { "" };
    let (contents, media) = (set.contents.name(), set.media.join(", "));
    format!("{name}: contents \"{contents}\", to {media}; {existing}{encrypted}")
}

/// The media, for machines.
pub fn media_json(policy: &Policy) -> Json {
    let one = |(name, plan): (&String, &MediumPlan)| {
        Json::object([
            ("label", Json::from(plan.label.as_str())),
            ("medium", Json::from(name.as_str())),
            ("role", Json::from(plan.role.name())),
            ("serial", plan.serial.as_deref().map_or(Json::Null, Json::from)),
        ])
    };
    Json::Arr(policy.media.iter().map(one).collect())
}

/// The sets, for machines.
pub fn sets_json(policy: &Policy) -> Json {
    let one = |(name, set): (&String, &SetPlan)| {
        Json::object([
            ("contents", Json::from(set.contents.name())),
            ("encrypted", Json::Bool(set.encrypted)),
            ("existing", Json::from(set.existing.name())),
            ("media", Json::strings(set.media.iter().cloned())),
            ("set", Json::from(name.as_str())),
        ])
    };
    Json::Arr(policy.sets.iter().map(one).collect())
}
