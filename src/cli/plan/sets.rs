//! The sets that go out encrypted, and whether this build can do it: known long before anybody stands there with the medium.

use std::fmt::Write as _;

use super::text::line;
use crate::ceremony::Ceremony;
use crate::media::encrypted::AVAILABLE;

/// Their names.
pub fn names(ceremony: &Ceremony) -> Vec<String> {
    let encrypted = ceremony.policy.sets.iter().filter(|(_, set)| set.encrypted);
    encrypted.map(|(name, _)| name.clone()).collect()
}

/// The sets, where there are any.
pub fn text(ceremony: &Ceremony) -> String {
    let names = names(ceremony);
    if names.is_empty() {
        return String::new();
    }
    let mut out = "Encrypted with a passphrase when they go out\n".to_owned();
    for name in &names {
        let media = ceremony.policy.sets.get(name).map(|set| set.media.join(", ")).unwrap_or_default();
        let _ = writeln!(out, "  {name}, to {media}");
    }
    if !AVAILABLE {
        let what = "This program was built without the feature age, and cannot export them: use one that was built with";
        out.push_str(&line(&format!("{what} `cargo build --release --features age`.")));
    }
    out
}
