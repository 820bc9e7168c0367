//! The summary sheet: who was there, what is signed, where the record ends, what went another way than planned. It is what
//! everybody signs with ink, so that the record can be held to it later.

use super::document::{Block, Document, Level, NamedDigest, Running, Signatory, Table, Text};
use crate::ceremony::kept::Lost;
use crate::ceremony::signatures::Signed;
use crate::ceremony::status::{Status, count};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::policy::Holder;
use crate::tuf::time;
use crate::tuf::verify::Tally;

/// The sheet of a ceremony as it stands.
pub fn document(ceremony: &Ceremony) -> Result<Document, CeremonyError> {
    let policy = &ceremony.policy;
    let status = ceremony.status()?;
    let mut blocks = vec![Block::Paragraph(Text::from(format!(
        "Ceremony {} for {}: {}, planned for {}. {}",
        policy.id,
        policy.repository,
        policy.change.name(),
        time::write(policy.planned),
        state(&status)
    )))];
    blocks.push(act("Who was there"));
    blocks.push(Block::Paragraph(Text::from(
        "Tick who was in the room. Whoever signs here has seen that this sheet says what happened.",
    )));
    blocks.push(Block::Signatures(people(ceremony)));
    blocks.push(act("What is signed"));
    status.payloads.iter().for_each(|one| blocks.extend(payload(ceremony, one)));
    blocks.extend(not_counted(&status));
    blocks.extend(root(ceremony));
    blocks.push(act("The record"));
    blocks.extend(record(ceremony));
    blocks.push(act("Exceptions"));
    blocks.push(exceptions(ceremony));
    blocks.push(act("Checks that did not simply hold"));
    blocks.push(checks(ceremony, &status));
    Ok(Document {
        title: "Summary sheet".to_owned(),
        running: Running {
            ceremony: Some(policy.id.clone()),
            what: "Summary sheet".to_owned(),
            digest: Some(NamedDigest { of: "ceremony.toml".to_owned(), digest: policy.digest }),
        },
        rehearsal: policy.rehearsal,
        blocks,
    })
}

fn act(text: &str) -> Block {
    Block::Heading { level: Level::Act, text: text.to_owned(), aside: None }
}

fn state(status: &Status) -> &'static str {
    if status.released {
        "The release is written."
    } else if !status.refusing.is_empty() {
        "There is no release: a check refuses."
    } else if status.complete() {
        "Every quorum is complete, and the release is not written yet."
    } else {
        "There is no release: signatures are missing."
    }
}

/// Every holder, and lines for those whom the plan does not name.
fn people(ceremony: &Ceremony) -> Vec<Signatory> {
    let policy = &ceremony.policy;
    let holder = |(short, holder): (&String, &Holder)| {
        let keys = policy.keys.iter().filter(|(_, key)| key.holder.as_ref() == Some(short));
        let keys: Vec<&str> = keys.map(|(name, _)| name.as_str()).collect();
        let site = holder.site.as_ref().map_or(String::new(), |site| format!(", {site}"));
        let keys = if keys.is_empty() { "no key in the plan".to_owned() } else { keys.join(", ") };
        Signatory { name: holder.name.clone(), role: format!("key holder{site}: {keys}") }
    };
    let mut people: Vec<Signatory> = policy.holders.iter().map(holder).collect();
    let others = ["ceremony administrator", "witness", "witness", "also there, as:"];
    people.extend(others.map(|role| Signatory { name: String::new(), role: role.to_owned() }));
    people
}

/// A payload: its digest, who signed it and who has not.
fn payload(ceremony: &Ceremony, one: &Signed) -> Vec<Block> {
    let counted = |by: &str, tally: &Tally| {
        let mut text = Text::from(format!("By the keys of {by}: {}. Signed: ", count(tally)));
        text = text.bold(ceremony.signer_names(&tally.counted)).plain(".");
        if tally.missing.is_empty() {
            return text;
        }
        let rest = if tally.met() { " Not needed: " } else { " Missing: " };
        text.plain(rest).bold(ceremony.signer_names(&tally.missing)).plain(".")
    };
    let mut items: Vec<Text> = one.old.iter().map(|old| counted("the trusted root", old)).collect();
    items.push(counted(if one.old.is_some() { "the new root" } else { "the role" }, &one.new));
    items.extend(one.not_called.iter().map(|(signer, reason)| {
        let gone = Text::from(format!("Not called, because the key is revoked as {}: ", reason.name()));
        gone.bold(ceremony.signer_name(signer)).plain(".")
    }));
    vec![
        Block::Heading { level: Level::Part, text: one.payload.title(), aside: None },
        Block::Digest {
            named: NamedDigest { of: one.payload.title(), digest: one.payload.digest },
            note: Some("the exact bytes that are signed: the file of this name in payloads/".to_owned()),
        },
        Block::Bullets(items),
    ]
}

/// Signatures and files that are there and count for nothing.
fn not_counted(status: &Status) -> Vec<Block> {
    let mut items = Vec::new();
    for one in &status.payloads {
        let title = one.payload.title();
        let ignored = one.new.ignored.iter().map(|other| (other.keyid.clone(), other.why.to_string()));
        for (what, why) in ignored.chain(one.unreadable.iter().cloned()) {
            items.push(Text::from(format!("{title}: {what}: {why}")));
        }
    }
    for (digest, names) in &status.void {
        let many = if names.len() == 1 { "signature" } else { "signatures" };
        items.push(Text::from(format!("{} {many} over the void payload {digest}", names.len())));
    }
    for (word, files) in [("changed", &status.kept.changed), ("gone", &status.kept.gone)] {
        let told =
            |one: &Lost| Text::from(format!("{word} since it was recorded (#{}): {}", one.seq, one.file));
        items.extend(files.iter().map(told));
    }
    let added = status.kept.added.iter();
    items.extend(added.map(|file| Text::from(format!("added since it was recorded: {file}"))));
    items.extend(status.unrecorded.iter().map(|file| Text::from(format!("not in the record: {file}"))));
    if items.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading {
            level: Level::Part,
            text: "What does not count, or is not as it was recorded".to_owned(),
            aside: None,
        },
        Block::Bullets(items),
    ]
}

/// The root as it is published, signatures included: what clients are shipped with.
fn root(ceremony: &Ceremony) -> Option<Block> {
    let files = ceremony.transcript.all("released").next_back()?.get("files")?.as_object()?;
    let digest = Sha256Digest::parse_hex(files.get("metadata/root.json")?.as_str()?)?;
    let of = "the newest root as it is published".to_owned();
    let note = "with its signatures: metadata/root.json, and the same file under its number".to_owned();
    Some(Block::Digest { named: NamedDigest { of, digest }, note: Some(note) })
}

/// With the end of the record on paper, nobody can shorten it unseen.
fn record(ceremony: &Ceremony) -> Vec<Block> {
    let lines = ceremony.transcript.len();
    if lines == 0 {
        return vec![Block::Paragraph(Text::from("There is no record."))];
    }
    let how = Text::from(format!("transcript.jsonl has {lines} lines. The digest below is what "))
        .code("tail -n1 transcript.jsonl | tr -d '\\n' | sha256sum")
        .plain(" prints; each line has the digest of the line before it.");
    let named = NamedDigest {
        of: format!("line {lines}, the last of the record"),
        digest: ceremony.transcript.last(),
    };
    let mut blocks = vec![Block::Paragraph(how), Block::Digest { named, note: None }];
    match &ceremony.seal {
        Some(seal) => {
            let named = NamedDigest {
                of: format!("the sealed record: the tree head over its {} lines", seal.head.size),
                digest: seal.head.root,
            };
            blocks.push(Block::Digest { named, note: Some("the file checkpoint has it in base64".to_owned()) });
        }
        None => blocks.push(Block::Paragraph(Text::from(
            "The record is not sealed yet, and more can come after this line. Print this sheet after `seal`, before people sign it.",
        ))),
    }
    blocks
}

/// What went another way than the script says, for initials.
fn exceptions(ceremony: &Ceremony) -> Block {
    let text = |value: Option<&Json>| value.and_then(Json::as_str).unwrap_or_default().to_owned();
    let row = |line: &Json| {
        let data = line.get("data");
        let reason = match data.and_then(|data| data.get("reason")).and_then(Json::as_str) {
            Some(reason) => reason.to_owned(),
            None => {
                data.map(|data| String::from_utf8_lossy(&data.canonical()).into_owned()).unwrap_or_default()
            }
        };
        let seq = line.get("seq").and_then(Json::as_int).map(|seq| seq.to_string());
        let cells = [
            seq.unwrap_or_default(),
            text(line.get("step")),
            text(line.get("time")),
            text(line.get("actor")),
            reason,
        ];
        let mut cells: Vec<Text> = cells.into_iter().map(Text::from).collect();
        cells.push(Text::default());
        cells
    };
    let rows: Vec<Vec<Text>> = ceremony.transcript.lines_of("exception").map(row).collect();
    if rows.is_empty() {
        return Block::Paragraph(Text::from("The record has none."));
    }
    let head = ["seq", "step", "time", "who", "reason", "initials"];
    Block::Table(Table { head: head.map(str::to_owned).to_vec(), rows })
}

/// What the record says that checks warned of or were waived for at the last freeze and the release, and what refuses now.
fn checks(ceremony: &Ceremony, status: &Status) -> Block {
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut add = |check: &str, outcome: &str, what: &str| {
        let row = [check, outcome, what].map(str::to_owned);
        if !rows.contains(&row) {
            rows.push(row);
        }
    };
    for event in ["frozen", "released"] {
        let last = ceremony.transcript.all(event).next_back();
        for one in last.and_then(|data| data.get("checks")?.as_array()).into_iter().flatten() {
            let text = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default();
            add(text("check"), text("outcome"), text("what"));
        }
    }
    for finding in &status.refusing {
        add(
            finding.check.id(),
            finding.word(),
            finding.trouble().map_or("", |trouble| trouble.what.as_str()),
        );
    }
    for waiver in &ceremony.policy.waivers {
        add(
            &waiver.check,
            "may fail",
            &format!("ceremony.toml lets it, until {}: {}", time::write(waiver.until), waiver.reason),
        );
    }
    if rows.is_empty() {
        return Block::Paragraph(Text::from("None is in the record, and none refuses now."));
    }
    let head = ["check", "outcome", "what it found"].map(str::to_owned).to_vec();
    Block::Table(Table { head, rows: rows.into_iter().map(|row| row.map(Text::from).to_vec()).collect() })
}
