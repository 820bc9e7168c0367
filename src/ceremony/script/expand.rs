//! From template to Markdown: loops and conditions over the plan, through minijinja.
//!
//! Values never become Markdown: each is put in as a token that is replaced after parsing, so that a name can contain what it
//! likes and is still only a name.

use std::sync::{Arc, Mutex};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::ScriptError;
use super::values::Values;

/// What stands around the number of a value.
pub(super) const OPEN: char = '\u{e000}';
pub(super) const CLOSE: char = '\u{e001}';

/// Steps of the template engine that a script may take: loops over any plan take a small part of them.
const FUEL: u64 = 1 << 20;

/// A script with its loops gone through, and the values in it.
pub(super) struct Expanded {
    /// Markdown with tokens.
    pub text: String,
    /// What the tokens stand for.
    pub values: Vec<String>,
}

/// Expands a template. `name` is what it is called in errors.
pub(super) fn expand(name: &str, template: &str, values: &Values) -> Result<Expanded, ScriptError> {
    let wrong = |line: usize, what: String, next: &str| ScriptError {
        script: name.to_owned(),
        line,
        what,
        next: next.to_owned(),
    };
    let is_private = |line: &str| line.contains(|one: char| ('\u{e000}'..='\u{f8ff}').contains(&one));
    if let Some(line) = template.lines().position(is_private) {
        let what = "there is a character for private use here".to_owned();
        return Err(wrong(line + 1, what, "Remove it: nobody can tell what it looks like on paper."));
    }
    let found: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let table = Arc::clone(&found);
    environment.set_formatter(move |out, _, value| {
        let text = printed(value)?;
        // Nobody else has the table, and whoever writes to it cannot panic.
        let mut table = table.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        write!(out, "{OPEN}{}{CLOSE}", table.len()).map_err(minijinja::Error::from)?;
        table.push(text);
        Ok(())
    });
    let told = |error: minijinja::Error| {
        let what = match error.kind() {
            ErrorKind::UndefinedError => {
                format!("a name is not defined{}", detail(&error))
            }
            ErrorKind::OutOfFuel => "the loops take too long".to_owned(),
            kind => format!("{kind}{}", detail(&error)),
        };
        wrong(error.line().unwrap_or(1), what, "ceremony-scripts/README.md lists the names and their values.")
    };
    // A line with nothing but a loop or a condition leaves nothing behind.
    let mut syntax = SyntaxConfig::builder();
    let syntax = syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(told)?);
    let text = environment.render_str(template, Value::from(Serde(values))).map_err(told)?;
    let values = std::mem::take(&mut *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    Ok(Expanded { text, values })
}

/// What a value looks like: text as it is, numbers and truth in digits and words; nothing else has one look.
fn printed(value: &Value) -> Result<String, minijinja::Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    if value.is_number() || value.is_integer() {
        return Ok(value.to_string());
    }
    let what = "only text and numbers can be written; of a list, each, or `| join(\", \")`";
    Err(minijinja::Error::new(ErrorKind::InvalidOperation, what))
}

fn detail(error: &minijinja::Error) -> String {
    error.detail().map_or(String::new(), |detail| format!(": {detail}"))
}
