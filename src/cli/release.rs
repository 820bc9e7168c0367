//! `release`: write `metadata/`, only when every check holds.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::event::Artifact;
use crate::ceremony::release::Released;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::checks::clients::Foreseen;
use crate::console::Console as _;
use crate::json::Json;
use crate::policy::Contents;

/// What a judgement of roots alone leaves open.
const ROOTS_ALONE: &str = "Roots alone were judged: what is below them is not here, or others sign it anew. Verify what is \
    published with `verify DIR --from-every-root` as soon as all of it is.";

/// Write metadata/, only when every check holds
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| act(context, ceremony))
}

fn act(context: &mut Context, ceremony: &mut Ceremony) -> Result<Exit, CeremonyError> {
    let Released { findings, foreseen, roots_alone, outcome } = ceremony.release()?;
    if !context.json {
        context.console.say(&show::findings(&findings));
        if !foreseen.is_empty() {
            context.console.say(&show::foreseen(&foreseen, roots_alone));
            if roots_alone {
                context.console.say(&show::wrap(ROOTS_ALONE, 78));
            }
        }
    }
    let release = match outcome {
        Ok(release) => release,
        Err(refused) => {
            if context.json {
                context.console.say(&show::json(&json(&findings, &foreseen, &[])));
            }
            ceremony.record_refusal(ADMINISTRATOR, "release", &refused)?;
            return Err(refused);
        }
    };
    if context.json {
        context.console.say(&show::json(&json(&findings, &foreseen, release.files())));
        return Ok(Exit::Yes);
    }
    let verb = if release.before() { "Released before, and unchanged:" } else { "Released:" };
    context.console.say(&format!("\n{verb}"));
    for file in release.files() {
        context.console.say(&format!("  {}  {}", file.sha256, file.file));
    }
    // The line that ends the sitting is the last one.
    ceremony.close()?;
    context.console.say(&show::record(ceremony.transcript.len(), ceremony.transcript.last()));
    let left = ceremony.planned_drafts()?.left;
    if !left.is_empty() {
        context.console.say(&show::left(&left));
    }
    let refusing = foreseen.iter().any(|one| one.refused.is_some() && !one.lost_before);
    let mut next = next(ceremony, release.files(), !left.is_empty(), refusing);
    let exports = ceremony.exports(Contents::Online);
    if !exports.is_empty() {
        next.push_str(&format!(" They go out with {}.", exports.join(", ")));
    }
    context.next(&show::wrap(&next, 72));
    Ok(Exit::Yes)
}

/// What is done with the release.
fn next(ceremony: &Ceremony, files: &[Artifact], left: bool, refusing: bool) -> String {
    if ceremony.ended.is_some() {
        return "publish the files of metadata/ under a new address, where no root of the old line is; clients are \
                shipped with the new 1.root.json and that address. Publish statement.md, in more than one place; the old \
                address serves nothing any longer."
            .to_owned();
    }
    if ceremony.trusted.is_none() {
        return "publish the files of metadata/ as they are; clients start from 1.root.json.".to_owned();
    }
    let has_timestamp = files.iter().any(|one| one.file == "metadata/timestamp.json");
    let order = match (has_timestamp, left) {
        (true, _) => "timestamp.json goes last",
        (false, true) => "What others sign anew is published together with them, timestamp.json last",
        (false, false) => "The timestamp.json that is published stays as it is",
    };
    let follow = match refusing {
        true => {
            "clients that trust an earlier root follow by themselves, but for those that refuse by the table above"
        }
        false => "clients that trust an earlier root follow by themselves",
    };
    format!(
        "publish the files of metadata/ as they are; {follow}. {order}; \
         remove nothing that is published under a name with a version: slow clients still read it."
    )
}

fn json(findings: &[Finding], foreseen: &[Foreseen], files: &[Artifact]) -> Json {
    let client = |one: &Foreseen| {
        Json::object([
            ("accepted", Json::Bool(one.refused.is_none())),
            ("client", Json::from(one.profile.name())),
            ("from", Json::Int(one.from)),
            ("lost_before", Json::Bool(one.lost_before)),
            ("past", Json::from(one.past.name())),
            ("refused", one.refused.as_deref().map_or(Json::Null, Json::from)),
        ])
    };
    let clients = Json::Arr(foreseen.iter().map(client).collect());
    let files = files.iter().map(|one| (one.file.clone(), Json::from(one.sha256.to_hex())));
    Json::object([
        ("checks", show::findings_json(findings)),
        ("clients", clients),
        ("files", Json::Obj(files.collect())),
    ])
}
