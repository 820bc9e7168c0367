//! What is wrong with a script for one ceremony, beyond its form: commands that are none, and what of the plan it leaves out.

use super::super::{Ceremony, CeremonyError};
use super::values::Values;
use super::{Block, Script, Step};

/// Something that has to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line in the expanded script, from 1; 0 where something is missing altogether.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// Looks for problems. `valid` says why the words of a command are none that a script may have.
pub fn problems(
    script: &Script,
    ceremony: &Ceremony,
    valid: &dyn Fn(&[String]) -> Result<(), String>,
) -> Result<Vec<Problem>, CeremonyError> {
    let mut problems = frame(script);
    for (_, step) in script.steps() {
        problems.extend(of_step(step, valid));
    }
    // Whoever releases has signed, and so has to do with everybody whom the plan needs.
    if commands(script).any(|command| command == ["release"]) {
        problems.extend(coverage(script, &Values::of(ceremony)?));
    }
    Ok(problems)
}

fn commands(script: &Script) -> impl Iterator<Item = Vec<&str>> {
    script
        .steps()
        .filter_map(|(_, step)| step.command.as_ref())
        .map(|words| words.iter().map(String::as_str).collect())
}

/// How a script begins and ends.
fn frame(script: &Script) -> Vec<Problem> {
    let mut problems = Vec::new();
    let says = |blocks: &[Block], word: &str| blocks.iter().any(|block| block.text(&|_| None).contains(word));
    if !says(&script.intro, "Roles in the room:") {
        problems.push(Problem {
            line: 1,
            what: "it does not begin with who is in the room".to_owned(),
            next: "Write \"Roles in the room:\" below the title, and who they are.".to_owned(),
        });
    }
    for act in script.acts.iter().filter(|act| act.steps.is_empty()) {
        problems.push(Problem {
            line: 0,
            what: format!("act {} has no steps", act.number),
            next: "Write numbered steps below its heading, or leave it out; a loop may have nothing to go through.".to_owned(),
        });
    }
    if !script.acts.last().is_some_and(|act| act.title.contains("Custody")) {
        problems.push(Problem {
            line: 0,
            what: "it does not end with the custody of tokens and media".to_owned(),
            next: "Write a last act \"Custody\": where each token and each medium goes, and who saw it."
                .to_owned(),
        });
    }
    problems
}

fn of_step(step: &Step, valid: &dyn Fn(&[String]) -> Result<(), String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |what: String, next: &str| {
        problems.push(Problem {
            line: step.line,
            what: format!("step {}: {what}", step.id),
            next: next.to_owned(),
        });
    };
    let Some(command) = &step.command else {
        if !step.expected.is_empty() || !step.otherwise.is_empty() {
            let next =
                "Write what people do and see into the step itself; Expected and If not are for commands.";
            problem("it expects something, and has no command".to_owned(), next);
        }
        return problems;
    };
    if let Err(why) = valid(command) {
        problem(why, "Correct the command; `tuf-ceremony help` lists them.");
    }
    if step.expected.is_empty() {
        problem(
            "it does not say what is expected".to_owned(),
            "Add a paragraph that begins with \"Expected:\".",
        );
    }
    if step.otherwise.is_empty() {
        problem(
            "it does not say what to do if that does not happen".to_owned(),
            "Add a paragraph that begins with \"If not:\".",
        );
    }
    problems
}

/// Everybody who may sign does so, every new key is made, and every payload is reviewed.
fn coverage(script: &Script, values: &Values) -> Vec<Problem> {
    let has = |wanted: &[&str]| commands(script).any(|command| command.starts_with(wanted));
    let mut problems = Vec::new();
    let mut missing = |what: String, next: String| problems.push(Problem { line: 0, what, next });
    for (key, who) in values.signers() {
        if !has(&["sign", "--key", key]) {
            missing(
                format!("nobody signs with {key}, which {who} has"),
                format!("Add a step with `sign --key {key}`, or a loop over holder_keys and online_keys."),
            );
        }
    }
    for key in values.new_keys() {
        if !has(&["token", "provision", "--key", key]) {
            missing(
                format!("the key {key} is never made"),
                format!("Add a step with `token provision --key {key}`, or a loop over new_keys."),
            );
        }
    }
    for role in values.roles() {
        if !commands(script).any(|command| command == ["review"] || command == ["review", role]) {
            missing(
                format!("nobody reviews the payload of {role}"),
                format!("Add a step with `review {role}`, or one with `review` for all."),
            );
        }
    }
    problems
}
