//! `script.md`: the script of the night, with the keys of this one in its commands.

use crate::host::display::visible;

use super::super::plan::Plan;
use super::super::{Ceremony, start};
use super::Going;

/// The script `compromise` for this ceremony. A block whose command names a placeholder is written once for each key.
pub(super) fn expanded(ceremony: &Ceremony, going: &[Going], plan: &Plan) -> String {
    let policy = &ceremony.policy;
    let text = start::script(&policy.script).unwrap_or_default();
    let replacements: Vec<String> =
        policy.revoke.iter().filter_map(|revoked| revoked.replacement.clone()).collect();
    let is_new = |key: &&String| ceremony.keyring.get(key).is_none();
    let new: Vec<String> = replacements.iter().filter(is_new).cloned().collect();
    let gone = |key: &str| going.iter().any(|one| one.key == key);
    // What is carried over is signed by the keys that its delegator lists: not all of them need be in the plan.
    let signs = |online: bool| {
        let is_there =
            |key: &&String| policy.keys.get(*key).is_some_and(|plan| plan.holder.is_none() == online);
        let mut keys: Vec<String> = Vec::new();
        for key in plan.made().flat_map(|role| &role.quorum.keys).filter(is_there) {
            if !keys.contains(key) && !gone(key) {
                keys.push(key.clone());
            }
        }
        keys
    };
    let places = [("NEW-KEY", new), ("HOLDER-KEY", signs(false)), ("ONLINE-KEY", signs(true))];
    let mut out = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if block.is_empty() && !fence {
            out.push(line.to_owned());
            continue;
        }
        block.push(line);
        if fence && block.len() > 1 {
            out.push(filled(&block.join("\n"), &places));
            block.clear();
        }
    }
    let id = visible(&policy.id);
    format!("<!-- The script of the ceremony {id}; its keys are filled in. -->\n{}\n", out.join("\n"))
}

fn filled(block: &str, places: &[(&str, Vec<String>)]) -> String {
    // It wrote this script: whoever follows the script has it behind them.
    if block.lines().any(|line| line.trim() == "compromise") {
        return "   (Done: the answers are in brief.md. A second time needs a new directory.)".to_owned();
    }
    match places.iter().find(|(place, _)| block.contains(place)) {
        None => block.to_owned(),
        Some((_, keys)) if keys.is_empty() => "   (Nothing to do in this ceremony.)".to_owned(),
        Some((place, keys)) => {
            keys.iter().map(|key| block.replace(place, key)).collect::<Vec<_>>().join("\n\n")
        }
    }
}
