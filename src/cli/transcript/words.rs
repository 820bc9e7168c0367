//! What a line of the record says, in words.

use std::collections::BTreeMap;

use crate::ceremony::event::{
    EXCEPTION, FROZEN, MEDIA_EXPORTED, MEDIA_IMAGE, MEDIA_IMPORTED, MERGED, RECORDED, REPAIRED, REQUESTED,
    SCRIPT, SEALED, SITTING_CLOSED, SITTING_OPENED, STEP, VOIDED,
};
use crate::ceremony::transcript::Transcript;
use crate::cli::show;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::host::display::visible;
use crate::json::Json;

/// Tells lines, and knows what the others say of the same things.
pub struct Told<'a> {
    record: &'a Transcript,
    /// Payloads by digest.
    titles: BTreeMap<&'a str, String>,
}

impl<'a> Told<'a> {
    /// Of a record.
    pub fn new(record: &'a Transcript) -> Told<'a> {
        let mut titles = BTreeMap::new();
        for (digest, title) in record.all(FROZEN).flat_map(payloads) {
            titles.insert(digest, title);
        }
        Told { record, titles }
    }

    /// Which request a response says that it answers.
    fn answers(&self, from: &Json) -> Option<String> {
        let sha256 = from.get("request").and_then(Json::as_str)?;
        let is_it = |data: &&Json| data.get("sha256").and_then(Json::as_str) == Some(sha256);
        let Some(asked) = self.record.all(REQUESTED).find(is_it) else {
            return Some(format!("an answer to a request that is not in this record: {sha256}"));
        };
        let file = asked.get("files").and_then(Json::as_object).and_then(|files| files.keys().next());
        let of = asked.get("holder").and_then(Json::as_str).unwrap_or("?");
        Some(match file {
            Some(file) => format!("an answer to the request {file}"),
            None => format!("an answer to the request to {of}: {sha256}"),
        })
    }

    /// Number, time, step and actor, and below it what happened.
    pub fn line(&self, line: &Json) -> String {
        let text = |name: &str| line.get(name).and_then(Json::as_str).unwrap_or_default();
        let seq = line.get("seq").and_then(Json::as_int).unwrap_or_default();
        let step = line.get("step").and_then(Json::as_str);
        let step = step.map_or(String::new(), |step| format!("  step {}", visible(step)));
        let mut out = format!("#{seq}  {}{step}  {}", visible(text("time")), visible(text("actor")));
        let data = line.get("data").unwrap_or(&Json::Null);
        for said in self.event(text("event"), data, usize::try_from(seq).unwrap_or(usize::MAX)) {
            out.push('\n');
            out.push_str(&show::indent("    ", &show::wrap(&visible(&said), 74)));
        }
        out
    }

    fn event(&self, event: &str, data: &Json, seq: usize) -> Vec<String> {
        let text = |name: &str| data.get(name).and_then(Json::as_str).unwrap_or("?");
        let number = |name: &str| data.get(name).and_then(Json::as_int).unwrap_or_default();
        let payload = || self.titles.get(text("payload")).cloned().unwrap_or("a payload".to_owned());
        let mut told = match event {
            "plan-read" => vec![format!("read the plan of ceremony {}, and what it names", text("id"))],
            "changed" => {
                let acts = list(data.get("acts").unwrap_or(&Json::Null))
                    .into_iter()
                    .map(|act| format!("changed the plan: {act}"));
                acts.chain([format!("ceremony.toml is {} since then", text("plan"))]).collect()
            }
            "key-enrolled" => {
                let how = if data.get("generated") == Some(&Json::Bool(true)) { "made" } else { "found" };
                vec![format!("{how} the key {} on the token {}", text("key"), text("serial"))]
            }
            "drafted" => vec!["wrote drafts".to_owned()],
            FROZEN => {
                let frozen =
                    payloads(data).into_iter().map(|(digest, title)| format!("froze {title}: {digest}"));
                let voided = list(data.get("voided").unwrap_or(&Json::Null))
                    .into_iter()
                    .map(|digest| format!("void from now on: {digest}"));
                frozen.chain(voided).collect()
            }
            "reviewed" => vec![format!("was shown {}: {}", payload(), text("payload"))],
            "signed" => vec![format!(
                "signed {} with the key {}, after typing {} digits of its digest",
                payload(),
                text("key"),
                number("digits")
            )],
            VOIDED => vec![
                format!("made {} void: {}", payload(), text("payload")),
                format!("because: {}", text("reason")),
            ],
            REQUESTED => self.requested(data),
            MERGED => {
                let from = data.get("from").unwrap_or(&Json::Null);
                [merged(from)].into_iter().chain(self.answers(from)).chain(taken_signatures(data)).collect()
            }
            "refused" => refused(data),
            "released" => vec!["wrote the release".to_owned()],
            "found" => vec!["found here, and not in the record before as they are:".to_owned()],
            REPAIRED => vec![format!(
                "removed a line that was cut off after {} bytes; SHA-256 of what there was: {}",
                number("bytes"),
                text("sha256")
            )],
            SCRIPT => vec![format!(
                "follows the script {}, {} steps: {}",
                text("name"),
                number("steps"),
                text("sha256")
            )],
            STEP => vec![format!("closed the step ({}): {}", text("who"), step(data))],
            EXCEPTION => vec![
                format!("passed over the step ({}): {}", text("who"), step(data)),
                format!("because: {}", text("reason")),
            ],
            SITTING_OPENED => vec![self.opened(seq), format!("key: {}", text("vkey"))],
            SITTING_CLOSED => vec![self.closed(seq)],
            MEDIA_IMPORTED => vec![
                format!(
                    "imported from the medium {}, labelled {}, after {} digits of its manifest's SHA-256 were typed",
                    text("medium"),
                    text("label"),
                    number("digits")
                ),
                format!("the manifest is {}; the files:", text("manifest")),
            ],
            MEDIA_EXPORTED => vec![
                match data.get("found") {
                    None => format!(
                        "exported the set {} to the medium {}, labelled {}, and read it back from there",
                        text("set"),
                        text("medium"),
                        text("label")
                    ),
                    Some(_) => format!(
                        "found the set {} complete on the medium {}, labelled {}, and read it again from there",
                        text("set"),
                        text("medium"),
                        text("label")
                    ),
                },
                format!("the manifest in {} is {}", text("folder"), text("manifest")),
            ],
            MEDIA_IMAGE => vec![
                format!("wrote the set {} as the image of a disc labelled {}", text("set"), text("label")),
                format!("the image is {}", text("image")),
                format!("the manifest in it is {}", text("manifest")),
            ],
            RECORDED => vec!["ended the recording of the screen:".to_owned()],
            SEALED => vec!["sealed the ceremony; every lasting file:".to_owned()],
            other => vec![format!("{other}: {}", String::from_utf8_lossy(&data.canonical()))],
        };
        told.extend(data.get("encrypted").map(encrypted));
        let files = data.get("files").and_then(Json::as_object).into_iter().flatten();
        told.extend(
            files.map(|(file, digest)| format!("{:.16}  {}", digest.as_str().unwrap_or("?"), short(file))),
        );
        for check in data.get("checks").and_then(Json::as_array).unwrap_or_default() {
            let part = |name: &str| check.get(name).and_then(Json::as_str).unwrap_or("?");
            told.push(format!("{} {}: {}", part("check"), part("outcome"), part("what")));
        }
        told
    }

    fn requested(&self, data: &Json) -> Vec<String> {
        let text = |name: &str| data.get(name).and_then(Json::as_str).unwrap_or("?");
        let title = |digest: String| self.titles.get(digest.as_str()).cloned().unwrap_or(digest);
        let keys = data.get("keys").and_then(Json::as_object);
        let asked = keys.into_iter().flatten().map(|(key, payloads)| {
            let payloads = list(payloads);
            let titles: Vec<String> = payloads.into_iter().map(title).collect();
            format!("asked the key {key} for {}, until {}", titles.join(", "), text("expires"))
        });
        let request = format!("in a request to the holder {}: {}", text("holder"), text("sha256"));
        asked.chain([request]).collect()
    }

    fn opened(&self, seq: usize) -> String {
        let place = self.record.sittings().iter().position(|sat| sat.opened == seq);
        let sat = place.and_then(|place| self.record.sittings().get(place));
        let last = place.is_some_and(|place| place + 1 == self.record.sittings().len());
        match sat.and_then(|sat| sat.closed) {
            Some(closed) => format!("a sitting begins, which #{closed} closes"),
            None if last && self.record.is_sealed() => {
                "a sitting begins, which the checkpoint closes".to_owned()
            }
            None => "a sitting begins, which nobody closed".to_owned(),
        }
    }

    fn closed(&self, seq: usize) -> String {
        let sat = self.record.sittings().iter().find(|sat| sat.closed == Some(seq));
        let opened = sat.map_or(0, |sat| sat.opened);
        let note = self.record.closing_note(seq);
        let head = note.and_then(|note| Checkpoint::parse(&note.text).ok());
        let root = head.map_or("?".to_owned(), |head| head.root.to_hex());
        format!(
            "the sitting of #{opened} ends; its key has signed the tree head of all lines before this: {root}"
        )
    }
}

/// Where merged files came from.
fn merged(from: &Json) -> String {
    let text = |name: &str| from.get(name).and_then(Json::as_str).unwrap_or("?");
    let number = |name: &str| from.get(name).and_then(Json::as_int).unwrap_or_default();
    match text("kind") {
        "response" => format!("took these from a response: {}", text("sha256")),
        _ => format!(
            "took these from a copy of this directory, whose record has {} lines, the first {} of them as here; tree head: {}",
            number("lines"),
            number("common"),
            text("root_hash")
        ),
    }
}

/// Who signed what, of what was merged. Records of earlier versions do not say it.
fn taken_signatures(data: &Json) -> Vec<String> {
    let told = |one: &Json| {
        let text = |name: &str| one.get(name).and_then(Json::as_str);
        let version = one.get("version").and_then(Json::as_int).unwrap_or_default();
        let signer = match (text("holder"), text("key")) {
            (Some(holder), Some(key)) => format!("{holder} ({key})"),
            _ => format!("a key that the plan does not name ({})", text("keyid").unwrap_or("?")),
        };
        format!("signature of {signer} over {} version {version}", text("role").unwrap_or("?"))
    };
    data.get("signatures").and_then(Json::as_array).unwrap_or_default().iter().map(told).collect()
}

/// A refusal; one that stands for several things has their number.
fn refused(data: &Json) -> Vec<String> {
    let text = |name: &str| data.get(name).and_then(Json::as_str);
    let (act, what) = (text("act").unwrap_or("?"), text("what").unwrap_or("?"));
    let mut told = vec![match text("check") {
        Some(check) => format!("{check} refused `{act}`: {what}"),
        None => format!("`{act}` was refused: {what}"),
    }];
    if let Some(count) = data.get("count").and_then(Json::as_int).filter(|count| *count > 1) {
        told.push(format!("{count} things were refused"));
    }
    told.extend(text("sha256").map(|sha256| format!("SHA-256 of the file: {sha256}")));
    told
}

/// The words of a step, and its command.
fn step(data: &Json) -> String {
    let text = |name: &str| data.get(name).and_then(Json::as_str);
    let command = text("command").map_or(String::new(), |command| format!(" `{command}`"));
    format!("{}{command}", text("text").unwrap_or("?"))
}

/// Digest and title of what a freeze made.
fn payloads(frozen: &Json) -> Vec<(&str, String)> {
    let roles = frozen.get("payloads").and_then(Json::as_object).into_iter().flatten();
    roles
        .flat_map(|(role, versions)| {
            let versions = versions.as_object().into_iter().flatten();
            versions.map(move |(version, digest)| {
                (digest.as_str().unwrap_or("?"), format!("{role} version {version}"))
            })
        })
        .collect()
}

/// A file name in which each digest is cut, to fit a line: the whole name is in the record.
fn short(file: &str) -> String {
    let part = |part: &str| match part.get(..64) {
        Some(digest) if digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{}…{}", digest.get(..16).unwrap_or(digest), part.get(64..).unwrap_or_default())
        }
        _ => part.to_owned(),
    };
    file.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn encrypted(set: &Json) -> String {
    let text = |name: &str| set.get(name).and_then(Json::as_str).unwrap_or("?");
    format!("it is encrypted ({}), and the manifest inside is {}", text("format"), text("manifest"))
}

fn list(all: &Json) -> Vec<String> {
    let all = all.as_array().unwrap_or_default();
    all.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
