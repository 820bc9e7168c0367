//! `status`: who has signed, who is missing.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::signatures::Signed;
use crate::ceremony::status::{Status, count};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;
use crate::tuf::verify::{Signer, Tally};

/// Show who has signed and who is missing; exit 3 while a quorum is incomplete, 1 where a check refuses
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let status = ceremony.status()?;
    let text = if context.json { show::json(&json(&ceremony, &status)) } else { text(&ceremony, &status) };
    context.console.say(&text);
    Ok(match status.complete() {
        // No further signature mends it, be it complete or not.
        _ if !status.refusing.is_empty() => Exit::No,
        false => Exit::NotYet,
        true => Exit::Yes,
    })
}

/// Where the ceremony stands, as text.
pub fn text(ceremony: &Ceremony, status: &Status) -> String {
    let mut out = String::new();
    for one in &status.payloads {
        let title = visible(&one.payload.title());
        out.push_str(&format!("{title}  {}\n", one.payload.digest));
        if let Some(old) = &one.old {
            out.push_str(&tally(ceremony, "by the keys of the trusted root", old));
        }
        out.push_str(&tally(ceremony, "by its own keys", &one.new));
        for (signer, reason) in &one.not_called {
            let name = visible(&ceremony.signer_name(signer));
            out.push_str(&format!("    not called: revoked as {}: {name}\n", reason.name()));
        }
        for ignored in &one.new.ignored {
            out.push_str(&format!(
                "    ignored: {}: {}\n",
                visible(&ignored.keyid),
                visible(&ignored.why.to_string())
            ));
        }
        for (file, problem) in &one.unreadable {
            out.push_str(&format!("    ignored: {}: {}\n", visible(file), visible(problem)));
        }
    }
    for (digest, names) in &status.void {
        let many = if names.len() == 1 { "signature" } else { "signatures" };
        let what = format!("{} {many} over a void payload, kept out [SIGN-STALE]", names.len());
        out.push_str(&format!("void  {}\n    {what}\n", visible(digest)));
    }
    for file in &status.unrecorded {
        out.push_str(&format!("not in the record: {}\n", visible(file)));
    }
    out.push_str(&show::record(ceremony.transcript.len(), ceremony.transcript.last()));
    out.push('\n');
    if !status.refusing.is_empty() {
        out.push_str(&show::findings(&status.refusing));
        out.push('\n');
    }
    out.push_str(&next(status));
    out
}

fn next(status: &Status) -> String {
    if status.sealed {
        return "Sealed: nothing more is recorded here. What comes next is another ceremony: tuf-ceremony new DIR --from"
            .to_owned();
    }
    if status.released {
        return "Released: metadata/ is written. Next: tuf-ceremony seal".to_owned();
    }
    if !status.refusing.is_empty() {
        return "Next: mend what FAILS above.".to_owned();
    }
    if !status.complete() {
        let beyond = status.beyond_the_missing();
        let more = match beyond.is_empty() {
            true => String::new(),
            false => format!(
                "\nThey are too few for {}: whoever has a revoked key must sign, too, or the ceremony begins anew.",
                beyond.join(", ")
            ),
        };
        return format!(
            "Not yet complete. Next: those still missing sign, each with `tuf-ceremony sign --key NAME`{more}"
        );
    }
    let bare = status.without_spare();
    let advice = match bare.is_empty() {
        true => String::new(),
        false => format!("No spare signature: {}. Let one more holder sign if you can. ", bare.join(", ")),
    };
    format!("Every quorum is complete. {advice}Next: tuf-ceremony release")
}

fn tally(ceremony: &Ceremony, title: &str, tally: &Tally) -> String {
    let signed = visible(&ceremony.signer_names(&tally.counted));
    let rest = visible(&ceremony.signer_names(&tally.missing));
    let word = if tally.met() { "spare:  " } else { "missing:" };
    format!("  {title}: {}\n    signed:  {signed}\n    {word} {rest}\n", count(tally))
}

fn record(ceremony: &Ceremony) -> Json {
    let lines = i64::try_from(ceremony.transcript.len()).unwrap_or(i64::MAX);
    Json::object([("last", Json::from(ceremony.transcript.last().to_hex())), ("lines", Json::Int(lines))])
}

fn json(ceremony: &Ceremony, status: &Status) -> Json {
    let names = |signers: &[Signer]| Json::strings(signers.iter().map(|one| ceremony.signer_name(one)));
    let tally = |tally: &Tally| {
        let ignored = tally.ignored.iter().map(|one| {
            Json::object([
                ("keyid", Json::from(one.keyid.as_str())),
                ("why", Json::from(one.why.to_string())),
            ])
        });
        Json::object([
            ("ignored", Json::Arr(ignored.collect())),
            ("met", Json::Bool(tally.met())),
            ("missing", names(&tally.missing)),
            ("signed", names(&tally.counted)),
            ("threshold", Json::Int(tally.threshold)),
        ])
    };
    let unreadable = |files: &[(String, String)]| {
        let files = files.iter().map(|(file, why)| {
            Json::object([("file", Json::from(file.as_str())), ("why", Json::from(why.as_str()))])
        });
        Json::Arr(files.collect())
    };
    let payload = |one: &Signed| {
        let not_called = one.not_called.iter().map(|(signer, reason)| {
            let name = ceremony.signer_name(signer);
            Json::object([("name", Json::from(name)), ("reason", Json::from(reason.name()))])
        });
        Json::object([
            ("new", tally(&one.new)),
            ("not_called", Json::Arr(not_called.collect())),
            ("old", one.old.as_ref().map_or(Json::Null, tally)),
            ("role", Json::from(one.payload.role.as_str())),
            ("sha256", Json::from(one.payload.digest.to_hex())),
            ("unreadable", unreadable(&one.unreadable)),
            ("version", Json::Int(one.payload.version)),
        ])
    };
    Json::object([
        ("complete", Json::Bool(status.complete())),
        ("payloads", Json::Arr(status.payloads.iter().map(payload).collect())),
        ("record", record(ceremony)),
        ("refusing", show::findings_json(&status.refusing)),
        ("released", Json::Bool(status.released)),
        ("sealed", Json::Bool(status.sealed)),
        ("unrecorded", Json::strings(status.unrecorded.iter().cloned())),
        ("void", Json::strings(status.void.iter().map(|(digest, _)| digest.as_str()))),
    ])
}
