//! `plan`: what will be made, who must sign, when things expire, which checks fail.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::plan::{Plan, Quorum};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;

/// Compare the policy with the trusted root: changes, signers, both quorums, dates, failed checks
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let plan = ceremony.plan()?;
    let text = if context.json { show::json(&json(&ceremony, &plan)) } else { text(&ceremony, &plan) };
    context.console.say(&text);
    Ok(if plan.findings.iter().any(Finding::refuses) { Exit::No } else { Exit::Yes })
}

fn quorum(quorum: &Quorum) -> String {
    format!("{} of {}: {}", quorum.threshold, quorum.signers.len(), quorum.signers.join(", "))
}

/// The plan as text.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
    let policy = &ceremony.policy;
    let kind = if policy.rehearsal { "rehearsal" } else { "ceremony" };
    let mut out = format!(
        "Plan of the {kind} {} for {}: {}\n\nInputs, with their SHA-256\n",
        policy.id,
        visible(&policy.repository),
        policy.change.name()
    );
    for input in &plan.inputs {
        out.push_str(&format!("  {}  {}\n", input.sha256, visible(&input.file)));
    }
    out.push_str(&format!(
        "ceremony.toml as words\n{}\n\nWhat is made\n",
        show::indent("  ", &show::words(&plan.words))
    ));
    let made = plan.roles.iter().filter(|role| role.made);
    let rows: Vec<Vec<String>> = made
        .map(|role| {
            vec![
                role.role.clone(),
                role.version.to_string(),
                role.expires.clone(),
                role.quorum.threshold.to_string(),
            ]
        })
        .collect();
    out.push_str(&show::rows(&["role", "version", "expires", "signatures needed"], &rows));
    out.push_str("\n\nWho must sign\n");
    for role in plan.roles.iter().filter(|role| role.made) {
        let line = format!(
            "{} version {}, by its own keys: {}",
            role.role,
            role.version,
            visible(&quorum(&role.quorum))
        );
        out.push_str(&format!("{}\n", show::indent("  ", &show::wrap(&line, 76))));
        if role.role == "root" {
            let old = plan.old_quorum.as_ref().map_or("nobody, this is the first".to_owned(), quorum);
            let line =
                format!("root version {}, by the keys of the trusted root: {}", role.version, visible(&old));
            out.push_str(&format!("{}\n", show::indent("  ", &show::wrap(&line, 76))));
        }
    }
    out.push_str(&format!("\n{}\n", show::findings(&plan.findings)));
    if plan.findings.iter().any(Finding::refuses) {
        out.push_str("\nNext: mend what FAILS above, and look at the plan again.");
    } else if plan.missing_keys.is_empty() {
        out.push_str("\nNext: tuf-ceremony draft");
    } else {
        out.push_str("\nNot known yet, so not checked yet: the public halves of these keys.\n");
        for key in &plan.missing_keys {
            out.push_str(&format!("  next: {}\n", how_to_enrol(ceremony, key)));
        }
    }
    out.trim_end().to_owned()
}

/// How the public half of a key comes into the directory.
pub fn how_to_enrol(ceremony: &Ceremony, key: &str) -> String {
    let plan = ceremony.policy.keys.get(key);
    match plan.map(|plan| (&plan.token, &plan.public)) {
        Some((None, Some(file))) => {
            format!("put the public half of {key} at {} (PEM, SubjectPublicKeyInfo)", visible(file))
        }
        _ => format!("tuf-ceremony token provision --key {key}   (--existing if its token has it)"),
    }
}

fn json(ceremony: &Ceremony, plan: &Plan) -> Json {
    let quorum = |quorum: &Quorum| {
        Json::object([
            ("signers", Json::strings(quorum.signers.iter().cloned())),
            ("threshold", Json::Int(quorum.threshold)),
        ])
    };
    let roles = plan.roles.iter().filter(|role| role.made).map(|role| {
        Json::object([
            ("expires", Json::from(role.expires.as_str())),
            ("quorum_new", quorum(&role.quorum)),
            (
                "quorum_old",
                plan.old_quorum.as_ref().filter(|_| role.role == "root").map_or(Json::Null, quorum),
            ),
            ("role", Json::from(role.role.as_str())),
            ("version", Json::Int(role.version)),
        ])
    });
    let inputs = plan.inputs.iter().map(|input| (input.file.clone(), Json::from(input.sha256.to_hex())));
    Json::object([
        ("change", Json::from(ceremony.policy.change.name())),
        ("checks", show::findings_json(&plan.findings)),
        ("id", Json::from(ceremony.policy.id.as_str())),
        ("inputs", Json::Obj(inputs.collect())),
        ("missing_keys", Json::strings(plan.missing_keys.iter().cloned())),
        ("rehearsal", Json::Bool(ceremony.policy.rehearsal)),
        ("roles", Json::Arr(roles.collect())),
        ("words", Json::strings(plan.words.iter().copied())),
    ])
}
