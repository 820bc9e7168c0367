//! The judgements of single files: what the steps of the workflow have in common.

use std::sync::Arc;

use jiff::Timestamp;

use crate::json::Json;
use crate::tuf::chain::Link;
use crate::tuf::envelope::Header;
use crate::tuf::meta::{self, MetaFile, Snapshot};
use crate::tuf::root::Root;
use crate::tuf::verify::{Tally, tally};

use super::document::{Document, mismatch_for};
use super::evidence::{Refusal, Row};
use super::profile::{Counting, Profile};
use super::rule::Rule;
use super::survey::keys::{of_link, usable_by};
use super::trusted::{Authority, Origin};

/// What is asked of a file.
pub(super) struct Asked<'a> {
    /// The kind of role that must have signed it.
    pub(super) role: &'static str,
    /// Its name.
    pub(super) title: &'a str,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// The most bytes that are read.
    pub(super) limit: usize,
    /// What was said of it.
    pub(super) listed: Option<&'a MetaFile>,
}

/// A file that was read for a role.
pub(super) struct Judged {
    pub(super) document: Document,
    pub(super) row: Row,
}

/// Reads a file and judges its length, hashes and signatures.
pub(super) fn read_signed(
    profile: Profile,
    asked: &Asked<'_>,
    bytes: &[u8],
    authority: Option<Authority>,
    row: &mut Row,
) -> Result<Document, Refusal> {
    let (of_hashes, of_signatures) = match asked.role {
        "timestamp" => ("5.4.1", "5.4.2"),
        "snapshot" => ("5.5.2", "5.5.3"),
        _ => ("5.6.2", "5.6.3"),
    };
    if let Some(listed) = asked.listed
        && let Some(what) = mismatch_for(profile, bytes, listed)
    {
        return Err(Refusal::new(of_hashes, what));
    }
    let document = Document::read(profile, bytes, asked.limit)?;
    row.remarks = document.remarks(profile);
    let authority = authority.ok_or_else(|| Refusal::new("4.3", "no role is responsible for it"))?;
    let message = document.signed.canonical();
    let tally = tally(&authority.keys, &authority.role, &document.signatures, &message);
    let verdict = met(profile, &tally, "the threshold", of_signatures);
    row.new = Some(tally);
    verdict.map(|()| document)
}

pub(super) fn refused(mut row: Row, why: Refusal) -> Box<Row> {
    row.refused = Some(why);
    Box::new(row)
}

pub(super) fn read_root(profile: Profile, bytes: &[u8], row: &mut Row) -> Result<(Document, Root), Refusal> {
    let document = Document::read(profile, bytes, profile.limits().root)?;
    row.remarks = document.remarks(profile);
    let mut root =
        Root::read_shared(document.shared_view()).map_err(|error| Refusal::new("4.3", error.to_string()))?;
    row.describe(&root.header);
    root.keys = Arc::new(usable_by(profile, Arc::unwrap_or_clone(root.keys)));
    Ok((document, root))
}

/// Both thresholds and the version of a root (spec 5.3.4, 5.3.5).
pub(super) fn judge_link(
    profile: Profile,
    trusted: Option<&Root>,
    document: &Document,
    root: &Root,
    row: &mut Row,
) -> Result<(), Refusal> {
    let link = Link::judge(trusted, &document.signed.canonical(), &document.signatures, root);
    let consecutive = link.consecutive();
    row.remarks.extend(of_link(trusted, root, &link, profile));
    let new = link.new.without_those_counted_by(link.old.as_ref());
    let verdict = if consecutive {
        let old = link.old.as_ref();
        old.map_or(Ok(()), |old| met(profile, old, "the threshold of the root before it", "5.3.4"))
            .and_then(|()| met(profile, &new, "its own threshold", "5.3.4"))
    } else {
        Err(Refusal::new("5.3.5", format!("it has version {}", link.to)))
    };
    // To the root before, the signatures of the new keys are not foreign either.
    row.old = link.old.map(|old| old.without_those_counted_by(Some(&new)));
    row.new = Some(new);
    verdict
}

/// Whether a threshold is met, as this client counts.
fn met(profile: Profile, tally: &Tally, whose: &str, section: &'static str) -> Result<(), Refusal> {
    let counted = match profile.counting() {
        Counting::Material => tally.counted.len(),
        Counting::Keyids => tally.counted.iter().map(|signer| signer.signatures).sum(),
    };
    if usize::try_from(tally.threshold).is_ok_and(|threshold| counted >= threshold) {
        return Ok(());
    }
    let mut what = format!("{whose} is not met: {counted} of {} needed signatures", tally.threshold);
    let dropped = tally.ignored.iter().find_map(|one| one.why.not_counted());
    if let Some((rule, says)) = dropped {
        what.push_str(&format!("; not counted: {says} [{rule}]"));
    }
    let mut refusal = Refusal::new(section, what);
    refusal.short = true;
    refusal.rule = dropped.and_then(|(rule, _)| Rule::from_id(rule));
    Err(refusal)
}

pub(super) fn fresh(header: &Header, at: Timestamp, section: &'static str) -> Result<(), Refusal> {
    if header.expires.at > at {
        return Ok(());
    }
    Err(Refusal::new(section, format!("it expired on {}", header.expires.text)))
}

pub(super) fn is_version(
    header: &Header,
    listed: Option<&MetaFile>,
    section: &'static str,
) -> Result<(), Refusal> {
    match listed {
        Some(listed) if listed.version != header.version => Err(Refusal::new(
            section,
            format!("it has version {}, and {} is listed", header.version, listed.version),
        )),
        _ => Ok(()),
    }
}

/// Spec 5.4.3.
pub(super) fn not_rolled_back(
    earlier: Option<&meta::Timestamp>,
    new: &meta::Timestamp,
) -> Result<(), Refusal> {
    let Some(earlier) = earlier else { return Ok(()) };
    let (was, is) = (earlier.header.version, new.header.version);
    if is < was {
        return Err(Refusal::new(
            "5.4.3.1",
            format!("rolled back: version {is}, and {was} was trusted earlier"),
        ));
    }
    let (was, listed) = (earlier.snapshot.version, new.snapshot.version);
    if is > earlier.header.version && listed < was {
        let what =
            format!("rolled back: it lists version {listed} of the snapshot, and {was} was trusted earlier");
        return Err(Refusal::new("5.4.3.2", what));
    }
    Ok(())
}

/// Spec 5.5.5.
pub(super) fn nothing_rolled_back(earlier: Option<&Json>, new: &Snapshot<'_>) -> Result<(), Refusal> {
    let Some(Ok(earlier)) = earlier.map(Snapshot::read) else { return Ok(()) };
    for (name, was) in earlier.files() {
        let what = match new.file(name) {
            Some(is) if is.version >= was.version => continue,
            Some(is) => format!(
                "rolled back: version {} of {name}, and {} was listed earlier",
                is.version, was.version
            ),
            None => format!("{name} was listed earlier, and is not any more"),
        };
        return Err(Refusal::new("5.5.5", what));
    }
    Ok(())
}
