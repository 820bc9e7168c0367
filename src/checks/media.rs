//! Media: MEDIA-READ-ONLY, MEDIA-READ-BACK.

use super::{Check, Finding};
use crate::host::display::count;

/// How much of what is refused is named.
const MOST: usize = 20;

/// A medium that is read, and what is to be taken from it.
#[derive(Clone, Debug)]
pub struct Inward<'a> {
    /// Its label.
    pub label: &'a str,
    /// The options that its mount lacks, of ro, nosuid, nodev and noexec.
    pub lacking: &'a [&'static str],
    /// What must not be taken, and why.
    pub refused: &'a [String],
}

/// MEDIA-READ-ONLY: a medium cannot act on this machine, and only plain files are taken from it.
pub fn media_read_only(case: &Inward<'_>) -> Finding {
    let Inward { label, lacking, refused } = case;
    let check = Check::MediaReadOnly;
    if !lacking.is_empty() {
        let what = format!("the medium labelled {label} is mounted without {}", lacking.join(", "));
        let next = "Nothing was read. Unmount it and let this command mount it, as root; or mount it with \
                    `mount -o ro,nosuid,nodev,noexec`.";
        return Finding::fail(check, what, next);
    }
    let next = "Nothing was taken. Have the medium written anew, on another stick: only plain files, with plain names.";
    // A medium can have any number of them, and the record has them all.
    let named = refused.iter().take(MOST).map(|one| format!("on the medium labelled {label}, {one}"));
    let others = refused.len().saturating_sub(MOST);
    let others = (others > 0).then(|| format!("and {}", count(others, "other")));
    let refused = named.chain(others).collect();
    Finding::judge(check, refused, next, format!("{label} is mounted ro, nosuid, nodev, noexec"))
}

/// A medium that was written.
#[derive(Clone, Debug)]
pub struct Outward<'a> {
    /// Its label.
    pub label: &'a str,
    /// How many files were read back.
    pub files: usize,
    /// What differs from what was written.
    pub differing: &'a [String],
    /// Whether it lay there before, and nothing was written now.
    pub before: bool,
    /// Why it cannot be read past the page cache, if so.
    pub cached: Option<&'static str>,
}

/// MEDIA-READ-BACK: what was written is on the medium.
pub fn media_read_back(case: &Outward<'_>) -> Finding {
    let Outward { label, files, differing, before, cached } = case;
    let check = Check::MediaReadBack;
    if let Some(why) = cached {
        let what = format!("the medium labelled {label} cannot be read back past the page cache: {why}");
        let next = "Nothing was written. Unmount it and let this command mount it, as root.";
        return Finding::fail(check, what, next);
    }
    let differing = differing.iter().map(|one| format!("on the medium labelled {label}, {one}")).collect();
    let next = match before {
        true => "Keep this medium as it is, as evidence of who had it, and export to another one.",
        false => "Do not use this medium again: export to another one.",
    };
    Finding::judge(check, differing, next, format!("{files} files on {label} read back from the medium"))
}
