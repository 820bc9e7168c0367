//! Running text: what its parts become once it was parsed.

use super::values::LATE;
use super::{Inline, Late};

/// A value that is known later, if it is marked as one.
pub(super) fn late(value: &str) -> Option<Late> {
    let (kind, of) = value.strip_prefix(LATE)?.split_once(' ')?;
    let of = of.to_owned();
    match kind {
        "sha256" => Some(Late::Sha256(of)),
        "words" => Some(Late::Words(of)),
        "keyid" => Some(Late::Keyid(of)),
        _ => None,
    }
}

/// Words of one kind that stand beside each other, as one.
pub(super) fn joined(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    for inline in inlines {
        match (out.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text))
            | (Some(Inline::Strong(before)), Inline::Strong(text))
            | (Some(Inline::Code(before)), Inline::Code(text)) => before.push_str(&text),
            (_, inline) => out.push(inline),
        }
    }
    out
}
