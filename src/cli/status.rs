//! `status`: who has signed, who is missing.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::request::Open;
use crate::ceremony::signatures::Signed;
use crate::ceremony::status::{Status, count};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::clients::Foreseen;
use crate::console::Console as _;
use crate::host::display::{self, visible};
use crate::json::Json;
use crate::tuf::time;
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
        _ if !status.refusing.is_empty() || is_harmed(&status) => Exit::No,
        false => Exit::NotYet,
        true => Exit::Yes,
    })
}

/// Whether somebody has been at what was released, or at anything that was sealed.
fn is_harmed(status: &Status) -> bool {
    status.kept.is_harmed() || (status.sealed && !status.kept.is_whole())
}

/// Where the ceremony stands, as text.
pub fn text(ceremony: &Ceremony, status: &Status) -> String {
    let mut out = String::new();
    for one in &status.payloads {
        let title = visible(&one.payload.title());
        out.push_str(&format!("{title}  {}\n", one.payload.digest));
        if let Some(reason) = status.void_reason(one.payload.digest) {
            out.push_str(&format!("    VOID: {}\n", visible(reason)));
            let had = display::count(one.signatures.len(), "signature");
            out.push_str(&format!("    {had} over it, kept out [SIGN-STALE]\n"));
            continue;
        }
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
        let signatures = display::count(names.len(), "signature");
        let what = format!("{signatures} over a void payload, kept out [SIGN-STALE]");
        out.push_str(&format!("void  {}\n    {what}\n", visible(digest)));
    }
    out.extend(status.requests.iter().map(request));
    let kept = &status.kept;
    for told in show::kept(kept) {
        out.push_str(&format!("{told}\n"));
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
    for one in &status.would_refuse {
        let why = one.refused.as_deref().unwrap_or_default();
        let told = format!(
            "WARNS: {} that starts from root {} would refuse: {why}",
            one.profile.known_as(),
            one.from
        );
        out.push_str(&format!("{}\n", show::wrap(&visible(&told), 78)));
    }
    out.push_str(&next(ceremony, status));
    out
}

/// A request that is not answered, or not in full, and what comes next with it.
fn request(one: &Open) -> String {
    let (name, holder, until) = (visible(&one.name), visible(&one.holder), time::write(one.expires));
    let file = one.file.as_deref().map_or("a file outside this directory".to_owned(), visible);
    let asks = one.keys.iter().map(|(key, titles)| {
        let asks = format!("the key {} is asked for {}", visible(key), visible(&titles.join(", ")));
        show::indent("    ", &show::wrap(&asks, 74))
    });
    let asks = asks.collect::<Vec<_>>().join("\n");
    let (until, next) = match one.has_run_out {
        false => (
            format!("it may be answered until {until}"),
            "when the response is here, tuf-ceremony merge FILE".to_owned(),
        ),
        true => (
            format!("RAN OUT on {until}: nobody answers it any longer"),
            format!(
                "a response from before that is still taken: tuf-ceremony merge FILE; else make it anew: tuf-ceremony request \
                 --holder {holder}"
            ),
        ),
    };
    let next = show::indent("    ", &show::wrap(&format!("next: {next}"), 74));
    let sha256 = one.sha256;
    format!("request to {name} ({holder}): {file}\n    SHA-256 {sha256}\n{asks}\n    {until}\n{next}\n")
}

fn next(ceremony: &Ceremony, status: &Status) -> String {
    if status.kept.is_harmed() {
        return "Next: find out who has been at metadata/ after the release, and restore it from another copy of this directory."
            .to_owned();
    }
    if is_harmed(status) {
        return "Next: find out who has been at this directory after it was sealed; tuf-ceremony transcript check looks at all of it. Take \
                another copy."
            .to_owned();
    }
    if status.sealed {
        let here = display::word(ceremony.root());
        return format!(
            "Sealed: nothing more is recorded here. What comes next is another ceremony: `tuf-ceremony new DIR --from {here}`"
        );
    }
    if status.released {
        return "Released: metadata/ is written. Next: tuf-ceremony seal".to_owned();
    }
    if !status.refusing.is_empty() {
        return "Next: mend what FAILS above.".to_owned();
    }
    if !status.complete() {
        let missing = status
            .payloads
            .iter()
            .flat_map(|one| one.new.missing.iter().chain(one.old.iter().flat_map(|old| &old.missing)));
        let elsewhere = missing.filter(|signer| !ceremony.signs_here(signer)).count() > 0;
        let elsewhere = match elsewhere {
            true => {
                "; for a key that is on no token of the plan, its signature is put under signatures/, as `sign` says"
            }
            false => "",
        };
        return format!(
            "Not yet complete. Next: those still missing sign, each with `tuf-ceremony sign --key NAME`{elsewhere}"
        );
    }
    let bare = status.without_spare();
    let advice = match bare.is_empty() {
        _ if !status.would_refuse.is_empty() => {
            "Another signature may help the clients that would refuse: later ones do not enter the release. "
                .to_owned()
        }
        true => String::new(),
        false => format!("No spare signature: {}. Let one more holder sign if you can. ", bare.join(", ")),
    };
    format!("Every quorum is complete. {advice}Next: tuf-ceremony release")
}

fn tally(ceremony: &Ceremony, title: &str, tally: &Tally) -> String {
    let signed = visible(&ceremony.signer_names(&tally.counted));
    let rest = visible(&ceremony.signer_names(&tally.missing));
    let word = if tally.met() { "spare:  " } else { "missing:" };
    let rest = if tally.missing.is_empty() { "nobody: all of them have signed".to_owned() } else { rest };
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
            ("void", status.void_reason(one.payload.digest).map_or(Json::Null, Json::from)),
            ("version", Json::Int(one.payload.version)),
        ])
    };
    let would_refuse = |one: &Foreseen| {
        Json::object([
            ("client", Json::from(one.profile.name())),
            ("from", Json::Int(one.from)),
            ("refused", one.refused.as_deref().map_or(Json::Null, Json::from)),
        ])
    };
    let request = |one: &Open| {
        let keys = one.keys.iter().map(|(key, titles)| (key.clone(), Json::strings(titles.iter().cloned())));
        Json::object([
            ("expires", Json::from(time::write(one.expires))),
            ("file", one.file.as_deref().map_or(Json::Null, Json::from)),
            ("has_run_out", Json::Bool(one.has_run_out)),
            ("holder", Json::from(one.holder.as_str())),
            ("keys", Json::Obj(keys.collect())),
            ("sha256", Json::from(one.sha256.to_hex())),
        ])
    };
    Json::object([
        ("added", Json::strings(status.kept.added.iter().cloned())),
        ("changed", Json::strings(status.kept.changed.iter().map(|one| one.file.clone()))),
        ("complete", Json::Bool(status.complete())),
        ("gone", Json::strings(status.kept.gone.iter().map(|one| one.file.clone()))),
        ("payloads", Json::Arr(status.payloads.iter().map(payload).collect())),
        ("record", record(ceremony)),
        ("refusing", show::findings_json(&status.refusing)),
        ("released", Json::Bool(status.released)),
        ("requests", Json::Arr(status.requests.iter().map(request).collect())),
        ("sealed", Json::Bool(status.sealed)),
        ("unrecorded", Json::strings(status.unrecorded.iter().cloned())),
        ("void", Json::strings(status.void.iter().map(|(digest, _)| digest.as_str()))),
        ("would_refuse", Json::Arr(status.would_refuse.iter().map(would_refuse).collect())),
    ])
}
